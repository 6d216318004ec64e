"""Answers that send us elsewhere or away: redirects of every kind, and statuses."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

from tests.hostile_connection import ENDPOINTS, PAGE, Connection, Endpoint, at

# Redirects


@at("/loop")
async def loop(c: Connection) -> None:
    await c.redirect("/loop")


@at("/loop-of-two")
async def loop_of_two(c: Connection) -> None:
    await c.redirect("/loop-back")


@at("/loop-back")
async def loop_back(c: Connection) -> None:
    await c.redirect("/loop-of-two")


@at("/chain")
async def chain(c: Connection) -> None:
    step = int(c.asked.path.partition("?")[2] or 0)
    await c.redirect(f"/chain?{step + 1}")


@at("/cookie-wall")
async def cookie_wall(c: Connection) -> None:
    if "seen=yes" in c.asked.headers.get("cookie", ""):
        await c.answer()
    else:
        await c.answer("302 Found", b"", Location="/cookie-wall", Set_Cookie="seen=yes; Path=/")


REDIRECTS = {
    "metadata": "http://169.254.169.254/latest/meta-data/",
    "metadata-named": "http://[fd00:ec2::254]/latest/",
    "file": "file:///etc/passwd",
    "ftp": "ftp://example.org/x",
    "gopher": "gopher://127.0.0.1:70/x",
    "javascript": "javascript:alert(1)",
    "data": "data:text/html,<p>x</p>",
    "decimal": "http://2130706433/",
    "octal": "http://0177.0.0.1/",
    "hexadecimal": "http://0x7f.0.0.1/",
    "short": "http://127.1/",
    "mapped": "http://[::ffff:127.0.0.1]/",
    "nat64": "http://[64:ff9b::a9fe:a9fe]/",
    "6to4": "http://[2002:a9fe:a9fe::]/",
    "localhost": "http://localhost/",
    "private": "//10.0.0.1/",
    "zero": "http://0/",
    "full-width": "http://127.0.0.1/",
    "trailing-dot": "http://127.0.0.1./",
    "disallowed": "/private/page",
    "garbage": "http://[::1",
    "no-host": "http:///x",
    "control": "http://exa\tmple.org\x01/",
}


def _redirect(location: str) -> Endpoint:
    return lambda c: c.redirect(location)


for _name, _location in REDIRECTS.items():
    ENDPOINTS[f"/to-{_name}"] = _redirect(_location)


@at("/to-nowhere")
async def to_nowhere(c: Connection) -> None:
    await c.answer("301 Moved Permanently", b"")


@at("/to-same-port-without-leave")
async def to_other_name(c: Connection) -> None:
    await c.redirect(f"http://127.0.0.9:{c.port}/")


# Statuses


@at("/429-seconds")
async def later_seconds(c: Connection) -> None:
    await (c.answer() if c.before else c.answer("429 Too Many Requests", b"", Retry_After="1"))


@at("/429-date")
async def later_date(c: Connection) -> None:
    soon = format_datetime(datetime.now(UTC) + timedelta(seconds=1), usegmt=True)
    await (c.answer() if c.before else c.answer("429 Too Many Requests", b"", Retry_After=soon))


def _status(status: str, body: bytes = PAGE, **headers: str) -> Endpoint:
    return lambda c: c.answer(status, body, **headers)


_TOMORROW = format_datetime(datetime.now(UTC) + timedelta(days=1), usegmt=True)
STATUSES: dict[str, Endpoint] = {
    "/429-day": _status("429 Too Many Requests", Retry_After="86400"),
    "/429-tomorrow": _status("429 Too Many Requests", Retry_After=_TOMORROW),
    "/429-nonsense": _status(
        "429 Too Many Requests", Retry_After="when we like; \udcff".strip("\udcff")
    ),
    "/429-negative": _status("429 Too Many Requests", Retry_After="-5"),
    "/429-eternity": _status("429 Too Many Requests", Retry_After="9" * 300),
    "/429-nothing": _status("429 Too Many Requests"),
    "/429-now": _status("429 Too Many Requests", Retry_After="0"),
    "/500": _status("500 Internal Server Error"),
    "/503": _status("503 Service Unavailable"),
    "/503-day": _status("503 Service Unavailable", Retry_After="86400"),
    "/520": _status("520 Unknown"),
    "/401": _status("401 Unauthorized", WWW_Authenticate="Basic realm=x"),
    "/403": _status("403 Forbidden"),
    "/404": _status("404 Not Found"),
    "/410": _status("410 Gone"),
    "/402": _status("402 Payment Required"),
    "/418": _status("418 I'm a teapot"),
    "/451": _status("451 Unavailable For Legal Reasons"),
    "/304": _status("304 Not Modified", b""),
    "/300": _status("300 Multiple Choices"),
    "/206": _status("206 Partial Content", Content_Range="bytes 0-9/100"),
    "/999": _status("999 Request denied"),
    "/challenge-503": _status("503 Service Unavailable", b"<title>Just a moment...</title>"),
    "/challenge-429": _status("429 Too Many Requests", b"<script src='/_Incapsula_Resource'>"),
    "/challenge-header": _status("405 Method Not Allowed", cf_mitigated="challenge"),
}
ENDPOINTS.update(STATUSES)


@at("/503-recovers")
async def recovers(c: Connection) -> None:
    await (c.answer() if c.before else c.answer("503 Service Unavailable"))


@at("/unchanged")
async def unchanged(c: Connection) -> None:
    if c.asked.headers.get("if-none-match") == '"v1"':
        await c.answer("304 Not Modified", b"", ETag='"v1"')
    else:
        await c.answer(ETag='"v1"', Last_Modified="Tue, 05 Mar 2024 12:00:00 GMT")
