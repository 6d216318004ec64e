"""What the head of an answer means: go on reading, go elsewhere, come back later, or give up.

Whether a page with status 200 is an error page in disguise is for the cleaner to say.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING, Final

from schemas.errors import FetchError
from schemas.web import Validators
from sources.web_faults import Passing, retry_later

if TYPE_CHECKING:
    from yarl import URL

LONGEST_RETRY_AFTER: Final = 10.0
"""So long a Retry-After, in seconds, is waited for; with a longer one the address is put off."""

REDIRECTS: Final = frozenset({301, 302, 303, 307, 308})
MAY_BE_CHALLENGES: Final = frozenset({429, 503})
"""Statuses whose body is looked at, for a challenge page instead of a fault."""

# What the pages of bot walls contain, one for each maker, none a word of news.
_CHALLENGE = re.compile(
    rb"/cdn-cgi/challenge-platform/|cf-browser-verification|cf_chl_|<title>Just a moment\.\.\.</title>"
    rb"|_Incapsula_Resource|captcha-delivery\.com|px-captcha|perimeterx|awsWafCookieDomainList|token\.awswaf\.com"
    rb"|/_sec/cp_challenge|sucuri_cloudproxy_js|ddos-guard|Checking your browser before accessing",
    re.IGNORECASE,
)
_LONGEST_VALUE: Final = 1_000


def is_challenge(headers: Mapping[str, str], body: bytes) -> bool:
    """Whether the answer is the page of a bot wall.

    >>> is_challenge({}, b"<title>Just a moment...</title>"), is_challenge({}, b"Just a moment, we are down")
    (True, False)
    """
    return headers.get("cf-mitigated", "").lower() == "challenge" or bool(_CHALLENGE.search(body))


def refusal(status: int, headers: Mapping[str, str], shown: str, *, body: bytes = b"") -> Exception:
    """The FetchError for an answer that is no page, or `Passing` around it where asking again at once makes sense."""
    if status in {401, 403} or is_challenge(headers, body):
        return FetchError(
            f"{shown} refuses us (status {status})",
            remedy="set headers or cookies_env of its [[source]] if you have a subscription",
            code="blocked",
        )
    if status == 429:
        return _wanted_later("rate_limited", f"{shown} says that we ask too often", headers)
    if status >= 500:
        return _wanted_later(
            "unavailable", f"{shown} has a fault at its end (status {status})", headers
        )
    if status < 200:
        return FetchError(
            f"{shown} wants to speak something else than HTTP (status {status})",
            remedy="check the address",
            code="protocol",
        )
    gone = {404: "not_found", 410: "gone"}.get(status)
    return FetchError(
        f"{shown} answered with status {status}",
        remedy="check the address" if gone else "",
        code=gone or "http_status",
    )


def _wanted_later(code: str, message: str, headers: Mapping[str, str]) -> Exception:
    wait = retry_after(headers.get("Retry-After"))
    error = retry_later(code, message, seconds=wait)
    # Without a time of its own, "too often" means that asking again at once makes it worse.
    if (wait is None and code == "rate_limited") or (wait or 0.0) > LONGEST_RETRY_AFTER:
        return error
    return Passing(error, wait=wait)


def retry_after(value: str | None, *, now: datetime | None = None) -> float | None:
    """Seconds to wait by a Retry-After (RFC 9110 section 10.2.3), None where it says nothing usable.

    >>> retry_after("120"), retry_after("Fri, 31 Dec 1999 23:59:59 GMT"), retry_after("soon"), retry_after("-1")
    (120.0, 0.0, None, None)
    """
    text = (value or "").strip()
    if re.fullmatch("[0-9]{1,15}", text):
        return float(text)
    try:
        moment = parsedate_to_datetime(text[:100])
        moment = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
        return max((moment - (now or datetime.now(UTC))).total_seconds(), 0.0)
    except (ValueError, TypeError, IndexError, OverflowError):
        return None


def redirect_target(current: URL, location: str | None, shown: str) -> str:
    """The absolute address a redirect points to, not checked yet."""
    from yarl import URL

    # Raw bytes in a header come as lone surrogates: nearly always UTF-8, else Latin-1.
    raw = (location or "").strip().encode("utf-8", "surrogateescape")
    try:
        text = raw.decode("utf-8")
    except UnicodeDecodeError:
        text = raw.decode("latin-1")
    if not text:
        raise FetchError(
            f"{shown} redirects without saying where to",
            remedy="check the address",
            code="protocol",
        )
    if re.match(r"[A-Za-z][A-Za-z0-9+.-]*:", text):
        return text
    try:
        return str(current.join(URL(text)))
    except (ValueError, LookupError):
        raise FetchError(
            f"{shown} redirects to no usable address", remedy="check the address", code="bad_url"
        ) from None


def media_type(headers: Mapping[str, str]) -> tuple[str | None, str | None]:
    """The media type in lower case and its charset, each None where the header does not say it.

    >>> media_type({"Content-Type": 'Text/HTML; Charset="UTF-8"'})
    ('text/html', 'utf-8')
    """
    value = _printable(headers.get("Content-Type")) or ""
    kind = value.partition(";")[0].strip().lower()
    charset = re.search(
        r""";\s*charset\s*=\s*["']?\s*([\w.:+-]+)""", value, re.IGNORECASE | re.ASCII
    )
    return (kind or None), (charset[1].lower() if charset else None)


def validators(headers: Mapping[str, str]) -> Validators:
    """What the server gave to ask again with."""
    return Validators(
        etag=_printable(headers.get("ETag")), last_modified=_printable(headers.get("Last-Modified"))
    )


def conditions(given: Validators | None) -> dict[str, str]:
    """The request headers that ask for the page only if it has changed (RFC 9110 section 13.1)."""
    if given is None:
        return {}
    found = {
        "If-None-Match": _printable(given.etag),
        "If-Modified-Since": _printable(given.last_modified),
    }
    return {name: value for name, value in found.items() if value}


def _printable(value: str | None) -> str | None:
    value = (value or "").strip()
    return value if value and len(value) <= _LONGEST_VALUE and value.isprintable() else None
