"""What a site's robots.txt lets us ask for (RFC 9309), and how long what it said is believed.

Fetching the file is left to the fetcher, which hands in a function for it: robots.txt passes the same guard as a page.
"""

from __future__ import annotations

import asyncio
import re
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Final

from schemas.errors import FetchError

if TYPE_CHECKING:
    from protego import Protego

MAX_BYTES: Final = 500_000
"""So much of a robots.txt is read (RFC 9309 section 2.5 asks for 500 KiB at least); the rest is as if it were not there."""

_BELIEVED_S: Final = 3600.0
_FAULT_BELIEVED_S: Final = 300.0
_KEPT_ORIGINS: Final = 500


class Rules:
    r"""One robots.txt as it concerns one user agent.

    >>> rules = Rules.parse(b"User-agent: *\nDisallow: /private\nCrawl-delay: 2", agent="copydesk")
    >>> rules.allows("https://example.org/private/a"), rules.allows("https://example.org/"), rules.crawl_delay
    (False, True, 2.0)
    """

    def __init__(self, parsed: Protego | None, agent: str) -> None:
        self._parsed = parsed
        self._agent = agent

    @classmethod
    def parse(cls, content: bytes, *, agent: str) -> Rules:
        """The rules in `content`; whatever is no rule in it is passed over."""
        from protego import Protego

        whole = len(content) <= MAX_BYTES
        text = content[:MAX_BYTES].decode("utf-8", "replace").removeprefix("\ufeff")
        if not whole:
            # Half a line at the cut may mean something else than the whole one did.
            text = text.rpartition("\n")[0]
        return cls(Protego.parse(_relevant(text, agent.lower())), agent)

    @classmethod
    def allow_all(cls) -> Rules:
        """The rules of a site without robots.txt."""
        return cls(None, "")

    def allows(self, url: str) -> bool:
        """Whether the address may be asked for."""
        return self._parsed is None or self._parsed.can_fetch(url, self._agent)

    @property
    def crawl_delay(self) -> float:
        """Seconds the site wants between two requests for pages; 0 where it says nothing."""
        delay = None if self._parsed is None else self._parsed.crawl_delay(self._agent)
        return delay or 0.0


def product_token(user_agent: str) -> str:
    """The name by which robots.txt may call us: the first product of the User-Agent that is not "Mozilla".

    >>> product_token("copydesk/1.0 (+https://example.org/bot)"), product_token("Mozilla/5.0 (compatible; Desk/2)")
    ('copydesk', 'desk')
    """
    names = re.findall(r"([A-Za-z][A-Za-z_-]*)/[0-9]", user_agent)
    named = [name for name in names if name.lower() != "mozilla"]
    first = re.match(r"[A-Za-z_-]+", user_agent)
    return (named[0] if named else first[0] if first else "copydesk").lower()


_AGENT_LINE = re.compile(r"\s*user[ -]?agent\s*(?::|\s)(.*)", re.IGNORECASE)
_SITE_WIDE = re.compile(r"\s*(?:site-?maps?|host)\b", re.IGNORECASE)


def _relevant(text: str, agent: str) -> str:
    """The groups that name `agent` or everybody, one agent line each.

    Protego keeps each rule once for each agent of its group: 250 kB of names over 250 kB of rules would fill the memory.
    With one agent to ask for, the most specific name in a group stands for all of them.
    """
    kept: list[str] = []
    names: list[str] | None = None
    concerned = False
    for line in text.splitlines():
        rule = line.partition("#")[0].strip()
        found = _AGENT_LINE.fullmatch(rule)
        if found:
            names = [] if names is None else names
            names.append(found[1].strip().lower())
            continue
        if not rule or _SITE_WIDE.match(rule):
            continue
        if names is not None:
            best = _most_specific(names, agent)
            concerned, names = best is not None, None
            kept += [f"User-agent: {best}"] if best else []
        if concerned:
            kept.append(rule)
    return "\n".join(kept)


def _most_specific(names: list[str], agent: str) -> str | None:
    called = {name.replace("*", "") or name[:1] for name in names}
    fitting = [name for name in called if name == "*" or (name and agent.startswith(name))]
    return max(fitting, key=lambda name: (name != "*", len(name)), default=None)


@dataclass(slots=True)
class _Known:
    lock: asyncio.Lock = field(default_factory=asyncio.Lock)
    answer: Rules | FetchError | None = None
    until: float = 0.0

    @property
    def fresh(self) -> Rules | FetchError | None:
        return self.answer if time.monotonic() < self.until else None


class RobotsCache:
    """The rules of each site, read once an hour; a site that could not be read is tried again after five minutes."""

    def __init__(self) -> None:
        self._known: dict[str, _Known] = {}

    async def rules(self, key: str, read: Callable[[], Awaitable[Rules]]) -> Rules:
        """The rules under `key`, by `read` where they are not known; asked for by many at once, they are read once.

        Raises FetchError as `read` does: what cannot be read forbids everything for a while (RFC 9309 section 2.3.1.4).
        """
        known = self._entry(key)
        answer = known.fresh
        if answer is None:
            async with known.lock:
                answer = known.fresh or await self._learn(known, read)
        if isinstance(answer, FetchError):
            raise FetchError(
                answer.message,
                remedy=answer.remedy,
                code=answer.code,
                retry_at=answer.retry_at,
                put_off=answer.put_off,
            )
        return answer

    @staticmethod
    async def _learn(known: _Known, read: Callable[[], Awaitable[Rules]]) -> Rules | FetchError:
        believed = _BELIEVED_S
        try:
            known.answer = await read()
        except FetchError as error:
            known.answer, believed = error, _FAULT_BELIEVED_S
        known.until = time.monotonic() + believed
        return known.answer

    def _entry(self, key: str) -> _Known:
        if key not in self._known and len(self._known) >= _KEPT_ORIGINS:
            stale = [k for k, v in self._known.items() if v.fresh is None and not v.lock.locked()]
            for old in stale or [next(iter(self._known))]:
                del self._known[old]
        return self._known.setdefault(key, _Known())


def unreachable(origin: str, reason: str) -> FetchError:
    """The error for pages of a site whose robots.txt the server failed to give."""
    return FetchError(
        f"robots.txt of {origin} could not be read ({reason}), so nothing may be asked there",
        remedy="it is tried again later",
        code="robots",
        retry_at=datetime.now(UTC) + timedelta(seconds=_FAULT_BELIEVED_S),
        put_off=True,
    )


def disallowed(shown_url: str) -> FetchError:
    """The error for a page that robots.txt forbids."""
    return FetchError(
        f"the site's robots.txt does not let {shown_url} be read",
        remedy="ask the publisher for leave or for a feed",
        code="robots",
    )
