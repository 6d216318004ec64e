"""A fetcher for copydesk with a browser in it: pages as they are once their scripts have run.

    [[source]]
    name = "app news"
    kind = "feed"
    url = "https://www.example.org/feed.xml"
    fetcher = "browser"

The package that holds this file says so in its pyproject.toml; Chromium comes from the system (apt install chromium):

    [project]
    dependencies = ["copydesk", "playwright"]

    [project.entry-points."copydesk.fetchers"]
    browser = "playwright_fetcher:BrowserFetcher"

The browser reaches nothing by itself. What a page loads is asked for through copydesk's `ask`, and so with its address
guard, robots.txt, pauses and limits; what would go another way (POST, WebSocket, WebRTC, downloads, workers of the
service kind) is refused, and what slips through ends at a proxy that is not there and a resolver that knows no name.
"""

from __future__ import annotations

import asyncio
import os
import shutil
from contextlib import suppress
from datetime import UTC, datetime
from types import TracebackType
from typing import Self
from urllib.parse import urlsplit

from playwright.async_api import (
    Browser,
    BrowserContext,
    Page,
    Playwright,
    Route,
    WebSocketRoute,
    async_playwright,
)
from playwright.async_api import Error as BrowserError

from copydesk import Ask, Fetched, FetchError

CHROMIUM = ("chromium", "chromium-browser", "google-chrome")
WANTED = frozenset(["document", "script", "xhr", "fetch"])
"""What text comes by; pictures, fonts, styles and films are not asked for."""
QUIET_SHARE = 0.5
"""How much of its time a page has to fall silent; then it is taken as it is."""
LIMITS = (
    "--host-resolver-rules=MAP * ~NOTFOUND",
    "--webrtc-ip-handling-policy=disable_non_proxied_udp",
    "--disable-quic",
    "--dns-prefetch-disable",
    "--js-flags=--max-old-space-size=256",  # megabytes of one page's scripts
    "--disable-features=WebTransport,Prerender2,SpeculationRules",
)
# Of what may send without a request that can be routed, nothing is there for a page to call.
NOTHING_TO_CALL = """
for (const name of ["RTCPeerConnection", "webkitRTCPeerConnection", "WebTransport", "SharedWorker"])
    Object.defineProperty(globalThis, name, {value: undefined, writable: false, configurable: false});
"""


class BrowserFetcher:
    """One Chromium for the run, a context of its own (cookies, storage) for each page."""

    _playwright: Playwright
    _browser: Browser

    async def __aenter__(self) -> Self:
        self._playwright = await async_playwright().start()
        try:
            self._browser = await self._playwright.chromium.launch(
                executable_path=next(filter(None, map(shutil.which, CHROMIUM)), None),
                # Chromium's sandbox does not start for root, as in many containers.
                chromium_sandbox=os.geteuid() != 0,
                proxy={"server": "http://127.0.0.1:9", "bypass": "<-loopback>"},
                args=list(LIMITS),
            )
        except BaseException:
            await self._playwright.stop()
            raise
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        try:
            await self._browser.close()
        finally:
            await self._playwright.stop()

    async def fetch(self, url: str, *, ask: Ask, timeout: float) -> Fetched:
        """The page once it has fallen silent, as HTML in UTF-8; what is no HTML as it came."""
        first = await ask(url)
        if first.media_type not in (None, "text/html", "application/xhtml+xml"):
            return first
        context = await self._browser.new_context(service_workers="block", accept_downloads=False)
        try:
            page = await _guarded_page(context, _Answers(first, ask))
            # The clock is the caller's: it stands while the page waits for what it asked for.
            context.set_default_timeout(0)
            await page.goto(first.url, wait_until="domcontentloaded")
            with suppress(TimeoutError):
                async with asyncio.timeout(max(timeout * QUIET_SHARE, 1.0)):
                    await page.wait_for_load_state("networkidle")
            return Fetched(
                asked=url,
                url=page.url,
                status=200,
                content=(await page.content()).encode("utf-8", "replace"),
                fetched_at=datetime.now(UTC),
                media_type="text/html",
                charset="utf-8",
            )
        finally:
            await context.close()


async def _guarded_page(context: BrowserContext, answers: _Answers) -> Page:
    await context.add_init_script(NOTHING_TO_CALL)
    await context.route("**/*", answers.give)
    await context.route_web_socket("**/*", _refuse_socket)
    page = await context.new_page()
    context.on("page", lambda popup: asyncio.ensure_future(popup.close()))
    return page


async def _refuse_socket(socket: WebSocketRoute) -> None:
    await socket.close()


class _Answers:
    """What one page is given for its requests, each address asked for once."""

    def __init__(self, first: Fetched, ask: Ask) -> None:
        self._ask = ask
        self._first: Fetched | None = first
        self._found: dict[str, asyncio.Task[Fetched]] = {}

    async def give(self, route: Route) -> None:
        """Answer a request of the browser, or refuse it."""
        with suppress(BrowserError):  # the page may be closed by now
            if route.request.method != "GET" or route.request.resource_type not in WANTED:
                await route.abort("blockedbyclient")
                return
            try:
                fetched = await self._fetched(route.request.url)
            except FetchError:
                await route.abort("blockedbyclient")
                return
            await self._fulfil(route, fetched)

    async def _fetched(self, url: str) -> Fetched:
        if self._first is not None:  # the page itself, which was asked for before the browser was
            first, self._first = self._first, None
            return first
        if url not in self._found:
            self._found[url] = asyncio.ensure_future(self._ask(url))
        return await self._found[url]

    async def _fulfil(self, route: Route, fetched: Fetched) -> None:
        url = route.request.url
        if _origin(fetched.url) != _origin(url):
            # A redirect that was followed for the browser: the answer would pass for one of the site it left.
            await route.abort("blockedbyclient")
            return
        kind = fetched.media_type or "text/html"
        headers = {
            "content-type": f"{kind}; charset={fetched.charset}" if fetched.charset else kind
        }
        asking = route.request.headers.get("origin", "")
        if asking and _origin(asking) != _origin(url):
            # A page of the open web must not read what only this desk can reach.
            is_own = _site(asking) == _site(url)
            headers["access-control-allow-origin"] = asking if is_own else "null"
        await route.fulfill(status=fetched.status, body=fetched.content, headers=headers)


def _origin(url: str) -> tuple[str, str | None, int | None]:
    parts = urlsplit(url)
    default = {"http": 80, "https": 443}.get(parts.scheme)
    return parts.scheme, parts.hostname, parts.port or default


def _site(url: str) -> str:
    """The last two labels of a host's name: an API mostly stands beside its pages. Of a number all of it."""
    host = urlsplit(url).hostname or ""
    return (
        host if host.replace(".", "").isdigit() or ":" in host else ".".join(host.split(".")[-2:])
    )
