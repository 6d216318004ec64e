"""When two web addresses are one: the canonical form of an address, and the key to compare it by; and what of one is secret.

RFC 3986 section 6 (case, percent-encoding, dot segments, default port) plus what newsrooms need: tracking parts and
fragments go. Whether an address may be fetched is decided elsewhere.
"""

from __future__ import annotations

import re
from ipaddress import IPv6Address
from urllib.parse import quote, unquote_plus, urlsplit

_DEFAULT_PORTS = {"http": 80, "https": 443}

# Only names that some analytics or mail tool writes; a name that a site could use to choose a page (id, p, article,
# page, ref, source) is never here.
_TRACKING_PREFIXES = ("utm_", "at_", "ns_", "hsa_", "pk_", "mtm_", "piwik_", "_hs", "guce_")
_TRACKING_NAMES = frozenset(
    [
        "fbclid",
        "gclid",
        "gclsrc",
        "dclid",
        "gbraid",
        "wbraid",
        "msclkid",
        "twclid",
        "ttclid",
        "yclid",
        "ysclid",
        "srsltid",
        "li_fat_id",
        "rb_clickid",
        "igshid",
        "igsh",
        "mc_cid",
        "mc_eid",
        "_ga",
        "_gl",
        "ref_src",
        "ref_url",
        "cmpid",
        "ocid",
        "ncid",
        "s_cid",
        "smid",
        "xtor",
        "ito",
        "wt_mc",
        "wt_zmc",
        "wt.mc_id",
        "mkt_tok",
        "vero_id",
        "oly_enc_id",
        "oly_anon_id",
        "_openstat",
        "guccounter",
        "spm",
    ]
)

_SAME_SITE = ("www", "m", "amp", "mobile", "touch", "edition", "www2")

_LONGEST = (
    8000  # what RFC 9110 section 4.1 asks every server to take; no article's address comes near it
)

_UNRESERVED = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~")
_PATH_SAFE = _UNRESERVED | frozenset("/:@!$&'()*+,;=")
_QUERY_SAFE = _PATH_SAFE | frozenset("?")
_ESCAPE_OR_CHARACTER = re.compile(r"%[0-9A-Fa-f]{2}|.", re.DOTALL)
_SESSION = re.compile(r";jsessionid=[^/]*", re.IGNORECASE)
# What stands before an authority, for `urlsplit`, which passes over blanks in front and line ends within; and before a
# password, in what is no address.
_BEFORE_AUTHORITY = re.compile(
    r"[\x00-\x20\s]*[a-z][a-z0-9+.\t\r\n-]*:[\t\r\n]*/[\t\r\n]*/", re.IGNORECASE
)
_BEFORE_PASSWORD = re.compile(
    r"[\x00-\x20\s]*(?:[a-z][a-z0-9+.\t\r\n-]*:[/\\\t\r\n]*|[/\\]{2,})", re.IGNORECASE
)
_AFTER_AUTHORITY = re.compile(r"[/?#]")
_CONTROL = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069\ud800-\udfff]")
_LONGEST_SHOWN = 300

# Names under which the query of an address carries what lets somebody in, without case and signs. No name of a page or of
# a person is here: "user" and "code" name things that anybody may read.
_SECRET_NAMES = frozenset(
    (
        *("key", "auth", "authorization", "bearer", "hmac", "jwt", "pass", "pwd", "sig", "sid"),
        *("session", "jsessionid", "phpsessid", "authkey", "accesskey", "privatekey", "userkey"),
        *("feedkey", "rsskey", "appkey", "clientkey", "accountkey", "subscriptionkey"),
    )
)
_SECRET_ENDINGS = (
    *("token", "secret", "password", "passwd", "passphrase", "signature", "credential"),
    *("credentials", "apikey", "sessionid"),
)
_PIECES = re.compile("[?#&;]")
_NO_NAME = re.compile("[^a-z0-9]+")
_HOST = re.compile(r"(?!-)[a-z0-9_-]{1,63}(?:\.[a-z0-9_-]{1,63})*")


def canonical_address(url: str) -> str | None:
    """The one spelling of an http(s) address, or None for anything that is not a usable one; never raises.

    >>> canonical_address("HTTPS://User@Example.ORG:443/a/../news/%7Eoil/?id=7&utm_source=x#top")
    'https://example.org/news/~oil?id=7'
    >>> canonical_address("mailto:desk@example.org") is None
    True
    """
    if not isinstance(url, str) or len(url) > _LONGEST:
        return None
    try:
        parts = urlsplit(url.strip())
        port = parts.port
        host = _host(parts.hostname or "")
    except ValueError:
        return None
    if parts.scheme not in _DEFAULT_PORTS or host is None:
        return None
    if port is not None and port != _DEFAULT_PORTS[parts.scheme]:
        host = f"{host}:{port}"
    query = _query(parts.query)
    canonical = f"{parts.scheme}://{host}{_path(parts.path)}{'?' + query if query else ''}"
    # Escapes make an address longer; one that would be refused itself is no canonical form.
    return canonical if len(canonical) <= _LONGEST else None


def address_key(url: str) -> str | None:
    """What two addresses of one page share: the canonical address without scheme and leading "www.".

    >>> address_key("http://www.example.org/a/") == address_key("https://example.org/a")
    True
    """
    canonical = canonical_address(url)
    if canonical is None:
        return None
    rest = canonical.partition("://")[2]
    bare = rest.removeprefix("www.")
    return bare if "." in bare.partition("/")[0] else rest


def without_credentials(address: str) -> str:
    """An address as it may be kept: no user, no password; other text as it is.

    Where the password broke the address, or it is none of ours, all up to the last "@" goes.

    >>> without_credentials("https://desk:secret@example.org/@ann")
    'https://example.org/@ann'
    >>> without_credentials("http://desk:se/cret@example.org/")
    'http://example.org/'
    """
    if "@" not in address:
        return address
    is_usable = canonical_address(address) is not None
    before = (_BEFORE_AUTHORITY if is_usable else _BEFORE_PASSWORD).match(address)
    if before is None:
        return address
    after = _AFTER_AUTHORITY.search(address, before.end()) if is_usable else None
    start, end = before.end(), after.start() if after else len(address)
    return address[:start] + address[start:end].rpartition("@")[2] + address[end:]


def secret_name(address: str) -> str | None:
    """The name of a part of an address that carries a secret ("token"), be it in an address within it; else None.

    >>> secret_name("https://example.org/feed?page=7&api_key=c0ffee")
    'api_key'
    >>> secret_name("https://example.org/feed?user=ann&keyword=oil") is None
    True
    """
    return next(filter(None, map(_secret_name, _PIECES.split(address)[1:])), None)


def without_secrets(address: str) -> str:
    """An address as anybody may see it: no user, no password, and of its query no part that is named like a secret.

    >>> without_secrets("https://desk:pw@example.org/feed?token=c0ffee&page=7")
    'https://example.org/feed?page=7'
    """
    address = without_credentials(address)
    if secret_name(address) is None:
        return address
    rest, _, fragment = address.partition("#")
    path, _, query = rest.partition("?")
    path = re.sub(";[^;/]*", lambda found: "" if _secret_name(found[0][1:]) else found[0], path)
    query, fragment = _public(query), _public(fragment)
    return f"{path}{'?' + query if query else ''}{'#' + fragment if fragment else ''}"


def masked_address(address: str) -> str:
    """An address with three stars for each secret of its query, and without user and password: for lists of what is set.

    >>> masked_address("https://desk:pw@example.org/feed?token=c0ffee&page=7")
    'https://example.org/feed?token=***&page=7'
    """
    address = without_credentials(address)
    if secret_name(address) is None:
        return address
    head, mark, query = address.partition("?")
    pieces = [
        f"{piece.partition('=')[0]}=***" if _secret_name(piece) else piece
        for piece in query.partition("#")[0].split("&")
    ]
    return f"{without_secrets(head)}{mark}{'&'.join(pieces)}"


def shown_address(address: str) -> str:
    """An address for messages: nothing secret, no fragment, no control characters, at most 300 characters.

    Of what is no address all up to the last "@" goes.

    >>> shown_address("https://desk:secret@example.org/a?token=c0ffee#top")
    'https://example.org/a'
    """
    shown = without_secrets(_CONTROL.sub("", address).strip()).partition("#")[0]
    if "://" not in shown:
        shown = shown.rpartition("@")[2]
    return shown if len(shown) <= _LONGEST_SHOWN else shown[:_LONGEST_SHOWN] + "…"


def is_on_same_site(one: str, other: str) -> bool:
    """Whether two addresses are of one site, told by their hosts: the same but for "www.", "m.", "amp." and the like.

    >>> is_on_same_site("https://amp.example.org/a", "https://www.example.org/b")
    True
    >>> is_on_same_site("https://a.example.org/", "https://b.example.org/")
    False
    """
    hosts = [_bare_host(url) for url in (one, other)]
    return hosts[0] is not None and hosts[0] == hosts[1]


def _secret_name(piece: str) -> str | None:
    """The secret's name in `name=value`, or in an address that the value holds, escaped once or twice."""
    for _ in range(3):
        for part in _PIECES.split(piece):
            name, _, value = part.partition("=")
            bare = _NO_NAME.sub("", name.lower())
            if value and (bare in _SECRET_NAMES or bare.endswith(_SECRET_ENDINGS)):
                return name
        piece = unquote_plus(piece)
    return None


def _public(pieces: str) -> str:
    return "&".join(piece for piece in re.split("[&;]", pieces) if not _secret_name(piece))


def _bare_host(url: str) -> str | None:
    canonical = canonical_address(url)
    if canonical is None:
        return None
    host = canonical.partition("://")[2].partition("/")[0]
    first, _, rest = host.partition(".")
    return rest if first in _SAME_SITE and "." in rest else host


def _host(name: str) -> str | None:
    if ":" in name:
        return f"[{IPv6Address(name).compressed}]"
    if "%" in name:
        name = unquote_plus(name.replace("+", "%2B"))
    name = name.lower().removesuffix(".")
    if not name.isascii():
        # The full stops of Chinese and Japanese keyboards part labels too (RFC 3490 section 3.1).
        labels = re.split("[.\u3002\uff0e\uff61]", name)
        name = ".".join(_ascii_label(label) for label in labels)
    return name if len(name) <= 253 and _HOST.fullmatch(name) else None


def _ascii_label(label: str) -> str:
    """The label in punycode.

    The standard library knows IDNA 2003 only, which turns the German sharp s and the Greek final sigma into other
    letters (another domain since IDNA 2008) and knows no character younger than Unicode 3.2: those are encoded as they are.
    """
    if label.isascii():
        return label
    if not set(label) & set("ßς"):
        try:
            return label.encode("idna").decode("ascii").lower()
        except UnicodeError:
            pass
    return "xn--" + label.encode("punycode").decode("ascii").lower()


def _path(path: str) -> str:
    path = _SESSION.sub("", _escape(path, _PATH_SAFE))
    kept: list[str] = []
    for segment in path.split("/"):
        if segment == "..":
            del kept[-1:]
        elif segment != ".":
            kept.append(segment)
    return "/" + "/".join(kept).strip("/")


def _query(query: str) -> str:
    pieces = (_escape(piece, _QUERY_SAFE) for piece in query.split("&"))
    return "&".join(
        kept for piece in pieces if (kept := _unamped(piece)) and not _is_tracking(kept)
    )


def _unamped(piece: str) -> str:
    # An address copied out of HTML source still says "&amp;" between its parts.
    while piece.startswith("amp;"):
        piece = piece[len("amp;") :]
    return piece


def _is_tracking(piece: str) -> bool:
    name = unquote_plus(piece.partition("=")[0]).strip().lower()
    return name in _TRACKING_NAMES or name.startswith(_TRACKING_PREFIXES)


def _escape(text: str, safe: frozenset[str]) -> str:
    return _ESCAPE_OR_CHARACTER.sub(lambda found: _escaped(found.group(), safe), text)


def _escaped(piece: str, safe: frozenset[str]) -> str:
    if len(piece) == 3:
        character = chr(int(piece[1:], 16))
        return character if character in _UNRESERVED else piece.upper()
    return piece if piece in safe else quote(piece, safe="", errors="replace")
