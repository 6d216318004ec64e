"""Pages by way of a plug-in: what it may do, what is made of what it gives, and that it harms nothing but its own."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import timedelta
from types import TracebackType
from typing import Any

import pytest

from flows.events import Arrived, Event, Failed
from flows.page_fetchers import REQUESTS_A_PAGE, PageFetchers
from schemas.document import RawDocument
from schemas.errors import FetchError
from schemas.protocols import Ask
from schemas.web import Fetched, SourceSpec
from sources.web import FetchOptions
from tests.table_web import NOW, PAGE, SITE, TIMEOUT_S, Memory, Web, feed, pages, run, source, state

Way = Callable[[str, Ask], Awaitable[Any]]
SOURCE = replace(source(), fetcher="browser")
FEED = {f"{SITE}/feed.xml": feed(1, 2), **pages(1, 2)}


class Plugin:
    """A fetcher that goes its way for the first story, and asks for the others as they are."""

    def __init__(self, way: Way | None = None, *, opening: Exception | None = None) -> None:
        self.way, self.opening = way, opening
        self.told: list[str] = []

    async def __aenter__(self) -> Plugin:
        self.told.append("opened")
        if self.opening:
            raise self.opening
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.told.append("closed")

    async def fetch(self, url: str, *, ask: Ask, timeout: float) -> Fetched:
        assert timeout > 0
        self.told.append(url)
        if self.way and url.endswith("/1"):
            found: Fetched = await self.way(url, ask)
            return found
        return await ask(url)


def gathered(plugin: Plugin, web: Web | None = None, *sources: SourceSpec) -> list[Event]:
    return run(web or Web(FEED), *(sources or (SOURCE,)), load=lambda _: plugin)


def failure(way: Way, web: Web | None = None) -> FetchError:
    """How the first story failed; the second came all the same."""
    events = gathered(Plugin(way), web)
    (failed,) = [event for event in events if isinstance(event, Failed)]
    assert failed.origin == f"{SITE}/1"
    assert not failed.whole_source
    assert sum(isinstance(event, Arrived) for event in events) == 1
    assert isinstance(failed.error, FetchError)
    return failed.error


def given(**changed: Any) -> Way:
    page = Fetched(asked=SITE, url=f"{SITE}/1", status=200, content=PAGE, fetched_at=NOW)

    async def way(url: str, ask: Ask) -> Any:
        return replace(page, **changed)

    return way


def test_stories_come_by_way_of_the_fetcher_and_the_feed_does_not() -> None:
    plugin, web = Plugin(given(content=PAGE + b"<p>Rendered.</p>")), Web(FEED)
    arrived = [event for event in gathered(plugin, web) if isinstance(event, Arrived)]
    contents = [e.document.content for e in arrived if isinstance(e.document, RawDocument)]
    assert sorted(b"Rendered" in content for content in contents) == [False, True]
    assert plugin.told == ["opened", f"{SITE}/1", f"{SITE}/2", "closed"]
    assert web.asked == [f"{SITE}/feed.xml", f"{SITE}/2"]


def test_a_fetcher_is_opened_once_for_all_sources_that_name_it() -> None:
    other = SourceSpec(name="other", kind="page", url=f"{SITE}/2", fetcher="browser")
    plugin = Plugin()
    gathered(plugin, None, replace(SOURCE, url=f"{SITE}/1", kind="page"), other)
    assert (plugin.told.count("opened"), plugin.told.count("closed")) == (1, 1)


@pytest.mark.parametrize(
    ("changed", "code"),
    [
        ({"url": "file:///etc/passwd"}, "guard"),
        ({"url": "http://127.0.0.1:8000/"}, "guard"),
        ({"url": "about:blank"}, "guard"),
        ({"url": None}, "bad_url"),
        ({"content": "text"}, "fetcher"),
        ({"content": b"x" * 20_000_001}, "too_large"),
        ({"status": 404}, "http_status"),
        ({"status": 304}, "http_status"),
        ({"status": "200"}, "http_status"),
    ],
)
def test_what_a_fetcher_gives_is_checked(changed: dict[str, Any], code: str) -> None:
    assert failure(given(**changed)).code == code


def test_odd_words_about_a_page_are_left_out_and_its_own_password_too() -> None:
    way = given(media_type=5, charset="x\ny", url="https://ann:secret@news.example.org/1")
    arrived = [event for event in gathered(Plugin(way)) if isinstance(event, Arrived)]
    (found,) = [e.document for e in arrived if "secret" not in str(e) and e.document.origin == f"{SITE}/1"]  # fmt: skip
    assert isinstance(found, RawDocument)
    assert (found.url, found.hints.encoding) == (f"{SITE}/1", None)


async def nothing(url: str, ask: Ask) -> Any:
    return None


async def breaks(url: str, ask: Ask) -> Any:
    return int(url)


async def leaves(url: str, ask: Ask) -> Any:
    sys.exit("no browser")


async def cancels(url: str, ask: Ask) -> Any:
    raise asyncio.CancelledError


@pytest.mark.parametrize("way", [nothing, breaks, leaves, cancels])
def test_whatever_a_fetcher_does_fails_one_page_alone_and_names_it(way: Way) -> None:
    error = failure(way)
    assert error.code == "fetcher"
    assert "'browser'" in error.message


def test_what_the_guard_and_robots_say_stays_what_they_say() -> None:
    async def way(url: str, ask: Ask) -> Any:
        return await ask("http://10.0.0.1/")

    refused = FetchError("refused", code="guard")
    assert failure(way, Web({**FEED, "http://10.0.0.1/": refused})).code == "guard"


def test_a_page_that_never_comes_ends_in_its_time_and_is_asked_again() -> None:
    async def way(url: str, ask: Ask) -> Any:
        await asyncio.sleep(3600)

    error = failure(way)
    assert error.code == "timeout"
    assert error.retry_at is not None


class SlowWeb(Web):
    """Answers after more than a page's whole time."""

    async def fetch(self, url: str, **said: Any) -> Fetched:
        if url.endswith("slow"):
            await asyncio.sleep(1.3 * TIMEOUT_S)
        return await super().fetch(url, **said)


def test_the_clock_stands_while_a_page_waits_for_answers() -> None:
    async def way(url: str, ask: Ask) -> Any:
        await asyncio.gather(ask(f"{SITE}/slow"), ask(f"{SITE}/2"))
        return await ask(url)

    events = gathered(Plugin(way), SlowWeb({**FEED, f"{SITE}/slow": PAGE}))
    assert not [event for event in events if isinstance(event, Failed)]


def test_one_page_asks_for_so_much_and_no_more() -> None:
    async def way(url: str, ask: Ask) -> Any:
        for _ in range(REQUESTS_A_PAGE + 1):
            await ask(url)

    web = Web(FEED)
    assert failure(way, web).code == "too_large"
    assert web.asked.count(f"{SITE}/1") == REQUESTS_A_PAGE


def test_a_page_that_is_over_asks_for_nothing_more() -> None:
    kept: list[Ask] = []

    async def way(url: str, ask: Ask) -> Any:
        if not kept:
            kept.append(ask)
        return await ask(url)

    async def after() -> None:
        web = Web(FEED)
        async with PageFetchers(web, FetchOptions(), load=lambda _: Plugin(way)) as fetchers:
            await fetchers.fetch(f"{SITE}/1", source=SOURCE)
            with pytest.raises(FetchError, match="the page is over"):
                await kept[0](f"{SITE}/2")
        assert web.asked == [f"{SITE}/1"]

    asyncio.run(after())


def test_a_fetcher_never_learns_the_password_in_an_address() -> None:
    plugin = Plugin()
    web = Web({"https://ann:secret@news.example.org/9": PAGE})

    async def ask() -> Fetched:
        async with PageFetchers(web, FetchOptions(), load=lambda _: plugin) as fetchers:
            return await fetchers.fetch("https://ann:secret@news.example.org/9", source=SOURCE)

    found = asyncio.run(ask())
    assert "secret" not in str(plugin.told) + str(found)
    assert web.asked == ["https://ann:secret@news.example.org/9"]


@pytest.mark.parametrize("error", [OSError("no display"), FetchError("no browser", code="fetcher")])
def test_a_fetcher_that_does_not_open_is_the_error_of_its_sources_and_of_no_other(
    error: Exception,
) -> None:
    plain = SourceSpec(name="plain", kind="page", url=f"{SITE}/2")
    events = gathered(Plugin(opening=error), None, SOURCE, plain)
    (failed,) = [event for event in events if isinstance(event, Failed)]
    assert (failed.source.name, failed.whole_source, failed.error.code) == ("news", True, "fetcher")
    (arrived,) = [event for event in events if isinstance(event, Arrived)]
    assert arrived.source.name == "plain"


def test_a_fetcher_that_is_not_installed_is_an_error_of_its_source() -> None:
    failed, _ = run(Web(FEED), replace(SOURCE, fetcher="no-such-fetcher"))
    assert isinstance(failed, Failed)
    assert failed.whole_source
    assert "no-such-fetcher" in failed.error.message


def test_a_fetcher_that_does_not_end_is_left_behind(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("flows.page_fetchers.CLOSING_S", 0.1)

    class Endless(Plugin):
        async def __aexit__(self, *_: object) -> None:
            await asyncio.sleep(3600)

    assert sum(isinstance(event, Arrived) for event in gathered(Endless())) == 2


def test_a_page_that_failed_for_want_of_a_browser_is_asked_once_its_source_has_one() -> None:
    later = NOW + timedelta(days=1)
    failed = replace(state(f"{SITE}/1", next_try=later), error="needs_browser")
    put_off = replace(state(f"{SITE}/2", next_try=later), error="not_found")
    web = Web(FEED)
    run(web, SOURCE, memory=Memory(failed, put_off), load=lambda _: Plugin())
    assert web.asked == [f"{SITE}/feed.xml", f"{SITE}/1"]
