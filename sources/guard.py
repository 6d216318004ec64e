"""Which addresses may be asked: the rule, for the address as written and for what its name resolves to.

Every request of copydesk passes here, a fetcher plug-in's too. Connecting to the very address that was checked is left to
`sources.web_connection`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address
from typing import TYPE_CHECKING, Final

from schemas.addresses import shown_address
from schemas.errors import FetchError, SettingsError

if TYPE_CHECKING:
    from yarl import URL

_LONGEST: Final = 8000  # what RFC 9110 section 4.1 asks every server to take
_SCHEMES: Final = ("http", "https")

# IANA's special-purpose registry (RFC 6890 and later), because `ipaddress.is_global` of 3.11 calls multicast, 192.0.0.8
# and every form that wraps another address global.
_SPECIAL_4: Final = tuple(
    (IPv4Network(network), kind)
    for network, kind in (
        ("0.0.0.0/8", "unspecified"),
        ("10.0.0.0/8", "private"),
        ("100.64.0.0/10", "shared"),
        ("127.0.0.0/8", "loopback"),
        ("169.254.0.0/16", "link-local"),
        ("172.16.0.0/12", "private"),
        ("192.0.0.0/24", "reserved"),
        ("192.0.2.0/24", "documentation"),
        ("192.88.99.0/24", "6to4 relay"),
        ("192.168.0.0/16", "private"),
        ("198.18.0.0/15", "benchmarking"),
        ("198.51.100.0/24", "documentation"),
        ("203.0.113.0/24", "documentation"),
        ("224.0.0.0/4", "multicast"),
        ("240.0.0.0/4", "reserved"),
    )
)
# Only 2000::/3 is given out as global unicast (RFC 4291); what follows it here is not, or wraps an IPv4 address.
_GLOBAL_6: Final = IPv6Network("2000::/3")
_SPECIAL_6: Final = tuple(
    (IPv6Network(network), kind)
    for network, kind in (
        ("::/128", "unspecified"),
        ("::1/128", "loopback"),
        ("::ffff:0:0/96", "IPv4-mapped"),
        ("::ffff:0:0:0/96", "IPv4-translated"),
        ("::/96", "IPv4-compatible"),
        ("64:ff9b::/96", "NAT64"),
        ("64:ff9b:1::/48", "NAT64"),
        ("100::/64", "discard-only"),
        ("2001::/32", "Teredo"),
        ("2001::/23", "reserved"),
        ("2001:db8::/32", "documentation"),
        ("2002::/16", "6to4"),
        ("3fff::/20", "documentation"),
        ("fc00::/7", "private"),
        ("fe80::/10", "link-local"),
        ("fec0::/10", "site-local"),
        ("ff00::/8", "multicast"),
    )
)
_ISATAP: Final = (0x0000_5EFE, 0x0200_5EFE)  # RFC 5214: an IPv4 address behind these 32 bits

_HOST = re.compile(r"[a-z0-9_-]{1,63}(?:\.[a-z0-9_-]{1,63})*")
# WHATWG URL, section 3.5: a host whose last label is a number is an IPv4 address, however it is written.
_NUMBER = re.compile(r"[0-9]+|0x[0-9a-f]*")
_QUAD = re.compile(r"(?:0|[1-9][0-9]{0,2})(?:\.(?:0|[1-9][0-9]{0,2})){3}")
_CONTROL = re.compile("[\x00-\x1f\x7f-\x9f\ud800-\udfff]")

_REMEDY = "name HOST:PORT with --allow-host or in fetch.allow_hosts if it is yours"


def special_kind(address: IPv4Address | IPv6Address) -> str | None:
    """What kind of special address it is ("loopback"), or None for one that the public internet may hold.

    >>> special_kind(IPv4Address("127.0.0.1")), special_kind(IPv6Address("2002:7f00:1::"))
    ('loopback', '6to4')
    """
    if isinstance(address, IPv4Address):
        return next((kind for network, kind in _SPECIAL_4 if address in network), None)
    for network, kind in _SPECIAL_6:
        if address in network:
            return kind
    if address not in _GLOBAL_6:
        return "reserved"
    return "ISATAP" if (int(address) >> 32) & 0xFFFF_FFFF in _ISATAP else None


class Guard:
    """The rule, with its exceptions: `allow_hosts` holds "host:port" as typed in addresses ("127.0.0.1:8000", "[::1]:80").

    An exception lifts the rule for that host and port alone: another name or spelling of the same machine is refused.
    """

    def __init__(self, allow_hosts: Iterable[str] = ()) -> None:
        self._allowed = frozenset(_allowed_entry(entry) for entry in allow_hosts)

    def check(self, url: str) -> URL:
        """The address as it will be asked (credentials still in it, no fragment), if it may be asked at all.

        A name passes: what it resolves to is for `check_answer`. Raises FetchError, `bad_url` or `guard`.

        >>> str(Guard().check("HTTPS://Example.org/a/../b#c"))
        'https://example.org/b'
        """
        parsed = _parse(url)
        self.check_host(parsed.raw_host or "", parsed.port or 0, url=url)
        return parsed

    def check_host(self, host: str, port: int, *, url: str) -> None:
        """Raises FetchError (`guard`) for a literal address, or a name of this very machine, that may not be asked."""
        host = host.rstrip(".")
        if self.allows(host, port):
            return
        kind = _literal_kind(host)
        if kind:
            raise _refused(url, f"{host} is {_article(kind)} {kind} address")

    def check_answer(self, host: str, port: int, answer: str) -> None:
        """Raises FetchError (`guard`) if `answer`, an address that `host` resolves to, may not be connected to."""
        if self.allows(host, port):
            return
        kind = _literal_kind(answer)
        if kind:
            shown = f"{host}:{port}"
            reason = f"{host} resolves to {answer}, {_article(kind)} {kind} address"
            raise _refused(shown, reason)

    def allows(self, host: str, port: int) -> bool:
        """Whether the rule is lifted for this host and port."""
        return bool(self._allowed) and (host.rstrip(".").lower(), port) in self._allowed


def _parse(url: str) -> URL:
    from yarl import URL

    if len(url) > _LONGEST:
        shown = shown_address(url)
        raise _unusable(shown, f"is longer than {_LONGEST} characters")
    text = url.strip()
    scheme = re.match(r"([A-Za-z][A-Za-z0-9+.-]*):", text)
    if scheme and scheme[1].lower() not in _SCHEMES:
        raise _refused(
            url,
            f"{scheme[1].lower()} is not read, only http and https",
            remedy="give an http or https address",
        )
    if scheme is None or _CONTROL.search(text):
        raise _unusable(url, "is no web address")
    try:
        parsed = URL(text).with_fragment(None)
        host, port = parsed.raw_host or "", parsed.port
    except (ValueError, LookupError):  # yarl (1.25) indexes into an empty host of "[]@"
        raise _unusable(url, "is no web address") from None
    if not port or not _is_host(host):
        raise _unusable(url, "has no usable host or port")
    return parsed


def _is_host(host: str) -> bool:
    if ":" in host:
        return True
    host = host.removesuffix(".")
    return len(host) <= 253 and _HOST.fullmatch(host) is not None


def _literal_kind(host: str) -> str | None:
    """Why a host that is an address, or a name of this machine, is refused; None for any other name."""
    if host == "localhost" or host.endswith(".localhost"):  # RFC 6761: always this machine
        return "loopback"
    numeric = ":" in host or _NUMBER.fullmatch(host.rpartition(".")[2])
    if not numeric:
        return None
    if ":" not in host and not _QUAD.fullmatch(host):
        # Octal, hexadecimal, one number for all: some system calls read them, and no news is kept there.
        return "disguised"
    try:
        return special_kind(ip_address(host.partition("%")[0]))
    except ValueError:
        return "malformed"


def _allowed_entry(entry: str) -> tuple[str, int]:
    host, _, port = entry.strip().lower().rpartition(":")
    bracketed = host.startswith("[") and host.endswith("]")
    bare = host[1:-1] if bracketed else host
    if bracketed != (":" in bare) or not bare or not re.fullmatch("[0-9]{1,5}", port):
        raise SettingsError(
            f"cannot read {entry!r} as HOST:PORT",
            remedy='write it like "intranet.example:8080" or "[::1]:8080"',
        )
    if bracketed:
        try:
            bare = str(IPv6Address(bare))
        except ValueError:
            raise SettingsError(f"{bare!r} is no IPv6 address", remedy="correct it") from None
    return bare.rstrip("."), int(port)


def _article(kind: str) -> str:
    return "an" if kind[0] in "uIi" else "a"


def _refused(url: str, reason: str, *, remedy: str = _REMEDY) -> FetchError:
    message = f"refused to ask {shown_address(url)}: {reason}"
    return FetchError(message, remedy=remedy, code="guard")


def _unusable(url: str, reason: str) -> FetchError:
    return FetchError(
        f"{shown_address(url) or 'an empty address'} {reason}",
        remedy="correct the address",
        code="bad_url",
    )
