"""How the web is read, and how much of it was: what goes into a fetcher and what is counted by it."""

from __future__ import annotations

from dataclasses import dataclass, field

from schemas.web import SourceSpec


@dataclass(frozen=True, slots=True, kw_only=True)
class FetchOptions:
    """How the web is read. Times in seconds, sizes in bytes.

    `contact` (an address or a mailbox) stands in the User-Agent so that a site can reach us; `user_agent` replaces it whole.
    `allow_hosts` are "host:port" exceptions to the address guard. `pause` lies between two requests to one host.
    `timeout` is the total for one request, redirects and body included, waiting for its turn not. `max_bytes` holds for
    the bytes on the wire and for the decoded ones.
    """

    contact: str | None = None
    allow_hosts: tuple[str, ...] = ()
    pause: float = 1.0
    timeout: float = 30.0
    max_bytes: int = 20_000_000
    user_agent: str | None = None


@dataclass(slots=True)
class Traffic:
    """Requests made (robots.txt, redirects and retries too) and bytes of their bodies as they came over the wire."""

    requests: int = 0
    wire_bytes: int = 0


@dataclass(slots=True)
class TrafficCounts(Traffic):
    """The traffic of a whole run, and of each source by its name."""

    by_source: dict[str, Traffic] = field(default_factory=dict)

    def count(self, source: SourceSpec | None, *, requests: int = 0, wire_bytes: int = 0) -> None:
        """Adds to the whole and to the source's own."""
        counts: list[Traffic] = [self]
        if source is not None:
            counts.append(self.by_source.setdefault(source.name, Traffic()))
        for counted in counts:
            counted.requests += requests
            counted.wire_bytes += wire_bytes
