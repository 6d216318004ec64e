"""What is asked for and what is not, with a fetcher that answers from a table and remembers what it was asked."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from flows.entries import as_source
from flows.events import (
    Arrived,
    Event,
    Failed,
    Finished,
    GatherOptions,
    Named,
    Reached,
    Unchanged,
)
from flows.gathering import gather
from schemas.addresses import canonical_address
from schemas.document import RawDocument
from schemas.errors import FetchError
from schemas.web import Fetched, SourceSpec, Validators
from storage.fetches import FetchState

NOW = datetime.now(UTC)
SITE = "https://news.example.org"
PAGE = (
    b"<html><head><title>Tolls</title></head><body><p>The port raised its tolls.</p></body></html>"
)
ITEM = "<item><title>Story {n}</title><link>{site}/{n}</link><pubDate>Mon, 06 Jan 2025 10:00:00 GMT</pubDate></item>"


def feed(*numbers: int) -> bytes:
    items = "".join(ITEM.format(n=n, site=SITE) for n in numbers)
    return f'<?xml version="1.0"?><rss version="2.0"><channel><title>News</title>{items}</channel></rss>'.encode()


class Web:
    """The fetcher: answers by address, an error is raised, an address without an answer is not found."""

    def __init__(self, answers: Mapping[str, bytes | FetchError | int]) -> None:
        self.answers = answers
        self.asked: list[str] = []
        self.validators: dict[str, Validators | None] = {}

    async def fetch(
        self,
        url: str,
        *,
        validators: Validators | None = None,
        source: SourceSpec | None = None,
        max_bytes: int | None = None,
    ) -> Fetched:
        assert source is not None
        assert max_bytes is None
        self.asked.append(url)
        self.validators[url] = validators
        answer = self.answers.get(url, FetchError(f"{url}: no such page", code="not_found"))
        if isinstance(answer, FetchError):
            raise answer
        content = answer if isinstance(answer, bytes) else b""
        status = answer if isinstance(answer, int) else 200
        return Fetched(
            asked=url,
            url=url,
            status=status,
            content=content,
            fetched_at=NOW,
            validators=Validators(etag='"1"'),
        )


class Memory:
    def __init__(
        self, *states: FetchState, stored: tuple[str, ...] = (), cursor: object = None
    ) -> None:
        self.cursor_value = cursor
        self.states = {canonical_address(state.url): state for state in states}
        self.stored = stored

    def fetch_state(self, url: str) -> FetchState | None:
        return self.states.get(canonical_address(url))

    def cursor(self, source: str) -> object:
        assert source
        return self.cursor_value

    def article_id(self, name: None = None, *, url: str | None = None) -> int | None:
        assert name is None
        return 1 if url in self.stored else None


def state(url: str, *, next_try: datetime | None = None) -> FetchState:
    return FetchState(
        url=url,
        source="news",
        validators=Validators(etag='"0"'),
        status=200,
        error=None,
        raw_sha256=None,
        fetched_at=NOW - timedelta(days=1),
        next_try=next_try,
    )


def run(
    web: Web,
    *sources: SourceSpec,
    memory: Memory | None = None,
    options: GatherOptions | None = None,
) -> list[Event]:
    events: list[Event] = []

    async def emit(event: Event) -> None:
        events.append(event)

    asyncio.run(gather(sources, web, memory or Memory(), emit, options))
    return events


def source(kind: str = "feed", path: str = "/feed.xml") -> SourceSpec:
    return SourceSpec(name="news", kind=kind, url=f"{SITE}{path}")  # type: ignore[arg-type]


def pages(*numbers: int) -> dict[str, bytes | FetchError | int]:
    return {f"{SITE}/{n}": PAGE for n in numbers}


def test_every_story_of_a_feed_is_fetched_once_however_often_it_stands_there() -> None:
    web = Web({f"{SITE}/feed.xml": feed(1, 2, 1, 1), **pages(1, 2)})
    events = run(web, source())
    assert web.asked == [f"{SITE}/feed.xml", f"{SITE}/1", f"{SITE}/2"]
    assert [type(event) for event in events] == [Arrived, Arrived, Finished]
    assert isinstance(events[-1], Finished)
    assert [noted.url for noted in events[-1].states] == [f"{SITE}/feed.xml"]


def test_a_feed_that_has_not_changed_asks_for_nothing_else() -> None:
    web = Web({f"{SITE}/feed.xml": 304})
    events = run(web, source(), memory=Memory(state(f"{SITE}/feed.xml")))
    assert web.validators[f"{SITE}/feed.xml"] == Validators(etag='"0"')
    assert [type(event) for event in events] == [Finished]
    assert web.asked == [f"{SITE}/feed.xml"]


def test_stories_that_are_stored_are_not_asked_for_again() -> None:
    web = Web({f"{SITE}/feed.xml": feed(1, 2), **pages(1, 2)})
    events = run(web, source(), memory=Memory(stored=(f"{SITE}/1",)))
    assert web.asked == [f"{SITE}/feed.xml", f"{SITE}/2"]
    assert isinstance(events[0], Unchanged)


def test_one_story_that_fails_stops_no_other() -> None:
    web = Web({f"{SITE}/feed.xml": feed(1, 2), **pages(2)})
    events = run(web, source())
    assert [type(event) for event in events] == [Failed, Arrived, Finished]
    assert isinstance(events[0], Failed)
    assert events[0].error.code == "not_found"
    assert events[0].state is not None


def test_a_story_that_is_put_off_keeps_the_feed_to_be_read_again() -> None:
    later = NOW + timedelta(hours=2)
    busy = FetchError("busy", code="rate_limited", retry_at=later, put_off=True)
    web = Web({f"{SITE}/feed.xml": feed(1), f"{SITE}/1": busy})
    failed, finished = run(web, source())
    assert isinstance(failed, Failed)
    assert failed.state is not None
    assert failed.state.next_try == later
    assert isinstance(finished, Finished)
    assert finished.is_cut


def test_an_address_is_not_asked_before_its_time() -> None:
    web = Web({f"{SITE}/feed.xml": feed(1), **pages(1)})
    waiting = Memory(state(f"{SITE}/1", next_try=NOW + timedelta(hours=1)))
    failed, _ = run(web, source(), memory=waiting)
    assert web.asked == [f"{SITE}/feed.xml"]
    assert isinstance(failed, Failed)
    assert failed.error.code == "put_off"


def test_a_source_that_fails_stops_no_other() -> None:
    web = Web({f"{SITE}/feed.xml": feed(1), **pages(1)})
    other = SourceSpec(name="gone", kind="feed", url="https://gone.example.org/feed")
    events = run(web, other, source())
    failed = [event for event in events if isinstance(event, Failed)]
    assert [event.source.name for event in failed] == ["gone"]
    assert failed[0].whole_source
    assert sum(isinstance(event, Finished) for event in events) == 2
    assert any(isinstance(event, Arrived) for event in events)


def test_a_web_page_in_place_of_a_feed_is_an_error_of_the_source() -> None:
    failed, _ = run(Web({f"{SITE}/feed.xml": PAGE}), source())
    assert isinstance(failed, Failed)
    assert failed.error.code == "not_a_feed"


def test_limit_and_dates_choose_and_leave_the_feed_to_be_read_again() -> None:
    web = Web({f"{SITE}/feed.xml": feed(1, 2, 3), **pages(1, 2, 3)})
    events = run(web, source(), options=GatherOptions(limit=2))
    assert web.asked[1:] == [f"{SITE}/1", f"{SITE}/2"]
    assert isinstance(events[-1], Finished)
    assert events[-1].is_cut
    late = GatherOptions(since=datetime(2025, 2, 1, tzinfo=UTC))
    web = Web({f"{SITE}/feed.xml": feed(1), **pages(1)})
    assert [type(event) for event in run(web, source(), options=late)] == [Finished]


def test_names_only_fetches_no_story() -> None:
    web = Web({f"{SITE}/feed.xml": feed(1, 2)})
    events = run(
        web,
        source(),
        memory=Memory(stored=(f"{SITE}/1",)),
        options=GatherOptions(names_only=True),
    )
    named = [event for event in events if isinstance(event, Named)]
    assert [event.is_new for event in named] == [False, True]
    assert web.asked == [f"{SITE}/feed.xml"]


def test_a_site_is_read_by_the_feed_its_front_page_names() -> None:
    front = b'<html><head><link rel="alternate" type="application/rss+xml" href="/feed.xml"></head><body><p>News</p></body></html>'
    web = Web({f"{SITE}/": front, f"{SITE}/feed.xml": feed(1), **pages(1)})
    events = run(web, source("site", "/"))
    assert [type(event) for event in events] == [Arrived, Finished]


def test_a_site_without_a_feed_is_read_by_the_sitemap_its_robots_name() -> None:
    child = f"<urlset xmlns='http://www.sitemaps.org/schemas/sitemap/0.9'><url><loc>{SITE}/1</loc></url></urlset>"
    web = Web(
        {
            f"{SITE}/": PAGE,
            f"{SITE}/robots.txt": f"Sitemap: {SITE}/map.xml".encode(),
            f"{SITE}/map.xml": child.encode(),
            **pages(1),
        }
    )
    assert [type(event) for event in run(web, source("site", "/"))] == [Arrived, Finished]
    failed, _ = run(Web({f"{SITE}/": PAGE}), source("site", "/"))
    assert isinstance(failed, Failed)
    assert failed.error.code == "no_feed"


def test_sitemaps_that_name_each_other_end() -> None:
    def index(*names: str) -> bytes:
        inner = "".join(f"<sitemap><loc>{SITE}/{name}</loc></sitemap>" for name in names)
        return f"<sitemapindex xmlns='http://www.sitemaps.org/schemas/sitemap/0.9'>{inner}</sitemapindex>".encode()

    web = Web({f"{SITE}/a.xml": index("b.xml", "a.xml"), f"{SITE}/b.xml": index("a.xml", "b.xml")})
    run(web, source("sitemap", "/a.xml"))
    assert sorted(web.asked) == [f"{SITE}/a.xml", f"{SITE}/b.xml"]


def test_an_address_on_the_spot_is_taken_for_what_it_is() -> None:
    web = Web({f"{SITE}/feed.xml": feed(1), f"{SITE}/1": PAGE})
    assert [type(event) for event in run(web, as_source(f"{SITE}/feed.xml"))] == [Arrived, Finished]
    (arrived, _) = run(web, as_source(f"{SITE}/1"))
    assert isinstance(arrived, Arrived)
    assert isinstance(arrived.document, RawDocument)
    assert arrived.document.url == f"{SITE}/1"


def test_a_page_that_is_a_source_is_asked_each_time_and_may_answer_that_nothing_changed() -> None:
    web = Web({f"{SITE}/1": 304})
    known = Memory(state(f"{SITE}/1"), stored=(f"{SITE}/1",))
    events = run(web, source("page", "/1"), memory=known)
    assert web.validators[f"{SITE}/1"] == Validators(etag='"0"')
    assert [type(event) for event in events] == [Unchanged, Finished]


def test_a_whole_story_in_the_feed_needs_no_page() -> None:
    text = "".join(
        f"<p>{'The council voted for the bridge on Monday evening. ' * 8}</p>" for _ in range(6)
    )
    item = f"<item><title>Bridge</title><link>{SITE}/9</link><content:encoded><![CDATA[{text}]]></content:encoded></item>"
    whole = f'<rss version="2.0" xmlns:content="http://purl.org/rss/1.0/modules/content/"><channel><title>N</title>{item}</channel></rss>'
    web = Web({f"{SITE}/feed.xml": whole.encode()})
    arrived, _ = run(web, source())
    assert isinstance(arrived, Arrived)
    assert isinstance(arrived.document, RawDocument)
    assert arrived.document.url == f"{SITE}/9"
    assert b"council" in arrived.document.content
    assert web.asked == [f"{SITE}/feed.xml"]


INDEX = f"""<sitemapindex xmlns='http://www.sitemaps.org/schemas/sitemap/0.9'>
<sitemap><loc>{SITE}/2024.xml</loc><lastmod>2024-12-31</lastmod></sitemap>
<sitemap><loc>{SITE}/2025.xml</loc><lastmod>2025-03-01</lastmod></sitemap></sitemapindex>""".encode()


def urls(*numbers: int) -> bytes:
    inner = "".join(f"<url><loc>{SITE}/{n}</loc></url>" for n in numbers)
    return f"<urlset xmlns='http://www.sitemaps.org/schemas/sitemap/0.9'>{inner}</urlset>".encode()


def test_a_way_through_dated_sitemaps_goes_on_where_it_stopped() -> None:
    answers = {
        f"{SITE}/map.xml": INDEX,
        f"{SITE}/2024.xml": urls(1),
        f"{SITE}/2025.xml": urls(2),
        **pages(1, 2),
    }
    events = run(Web(answers), source("sitemap", "/map.xml"))
    reached = [event.cursor for event in events if isinstance(event, Reached)]
    assert len(reached) == 2
    web = Web(answers)
    run(web, source("sitemap", "/map.xml"), memory=Memory(cursor=reached[0]))
    assert web.asked == [f"{SITE}/map.xml", f"{SITE}/2025.xml", f"{SITE}/2"]


def test_a_sitemap_with_a_story_put_off_is_read_again() -> None:
    busy = FetchError("busy", code="rate_limited", retry_at=NOW + timedelta(hours=1))
    web = Web({f"{SITE}/map.xml": INDEX, f"{SITE}/2024.xml": urls(1), f"{SITE}/1": busy})
    events = run(web, source("sitemap", "/map.xml"))
    assert not any(isinstance(event, Reached) for event in events)


def test_a_file_goes_on_where_it_stopped_and_a_new_one_begins_anew(tmp_path: Path) -> None:
    path = tmp_path / "news.jsonl"
    path.write_text("".join(f'{{"title": "T{n}", "text": "Oil rose {n}%."}}\n' for n in range(5)))
    archive = SourceSpec(name="news", kind="archive", path=str(path))
    events = run(Web({}), archive, options=GatherOptions(limit=2))
    (reached,) = [event.cursor for event in events if isinstance(event, Reached)]
    rest = run(Web({}), archive, memory=Memory(cursor=reached))
    assert sum(isinstance(event, Arrived) for event in rest) == 3
    path.write_text('{"title": "new", "text": "Oil fell."}\n')
    anew = run(Web({}), archive, memory=Memory(cursor=reached))
    assert sum(isinstance(event, Arrived) for event in anew) == 1


def test_a_story_that_came_from_another_address_after_a_redirect_is_known_by_its_own() -> None:
    moved = replace(state(f"{SITE}/1"), raw_sha256="0" * 64)
    web = Web({f"{SITE}/feed.xml": feed(1)})
    events = run(web, source(), memory=Memory(moved))
    assert [type(event) for event in events] == [Unchanged, Finished]


def test_what_nobody_foresaw_fails_one_story_alone() -> None:
    class Broken(Web):
        async def fetch(
            self,
            url: str,
            *,
            validators: Validators | None = None,
            source: SourceSpec | None = None,
            max_bytes: int | None = None,
        ) -> Fetched:
            if url.endswith("/1"):
                raise RuntimeError("a fault")
            return await super().fetch(
                url, validators=validators, source=source, max_bytes=max_bytes
            )

    events = run(Broken({f"{SITE}/feed.xml": feed(1, 2), **pages(2)}), source())
    (failed,) = [event for event in events if isinstance(event, Failed)]
    assert failed.error.code == "internal"
    assert any(isinstance(event, Arrived) for event in events)


def test_a_list_that_is_not_there_is_an_error_of_the_source(tmp_path: Path) -> None:
    missing = SourceSpec(name="list", kind="list", path=str(tmp_path / "none.txt"))
    failed, _ = run(Web({}), missing)
    assert isinstance(failed, Failed)
    assert failed.error.code == "not_found"


def test_a_host_that_gives_no_answer_is_left_in_peace_after_ten_tries() -> None:
    silent = FetchError("no answer", code="timeout", retry_at=NOW + timedelta(minutes=1))
    answers = {f"{SITE}/{n}": silent for n in range(20)}
    web = Web({f"{SITE}/feed.xml": feed(*range(20)), **answers})
    events = run(web, source())
    assert len(web.asked) == 1 + 10
    assert sum(isinstance(event, Failed) for event in events) == 20


def test_after_a_fault_that_passes_an_address_may_be_asked_by_the_next_run() -> None:
    down = FetchError("down", code="unavailable", retry_at=NOW + timedelta(minutes=15))
    failed, finished = run(Web({f"{SITE}/feed.xml": feed(1), f"{SITE}/1": down}), source())
    assert isinstance(failed, Failed)
    assert failed.state is not None
    assert failed.state.next_try is None
    assert isinstance(finished, Finished)
    assert finished.is_cut
