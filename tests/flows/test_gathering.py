"""What is asked for and what is not: stories that feeds, files and addresses name."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest

from flows.entries import as_source
from flows.events import Arrived, Failed, Finished, GatherOptions, Named, Reached, Unchanged
from schemas.document import RawDocument
from schemas.errors import FetchError
from schemas.web import Fetched, SourceSpec, Validators
from tests.table_web import NOW, PAGE, SITE, Memory, Web, feed, pages, run, source, state


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


def test_what_a_feed_says_of_a_story_goes_with_its_page() -> None:
    said = b"""<rss><channel><item><title>Tram</title><link>/1</link><author>desk@example.org (Ann Lee)</author>
        <pubDate>Mon, 08 Jul 2024 12:00:00 +0200</pubDate></item></channel></rss>"""
    arrived, _ = run(Web({f"{SITE}/feed.xml": said, **pages(1)}), source())
    assert isinstance(arrived, Arrived)
    assert isinstance(arrived.document, RawDocument)
    hints = arrived.document.hints
    assert (hints.listed_title, hints.listed_authors) == ("Tram", ("Ann Lee",))
    assert hints.listed_published == "2024-07-08T12:00:00+02:00"
    assert (hints.title, hints.published, hints.authors) == (None, None, ())


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


def test_an_address_on_the_spot_is_taken_for_what_it_is() -> None:
    web = Web({f"{SITE}/feed.xml": feed(1), f"{SITE}/1": PAGE})
    events = run(web, as_source(f"{SITE}/feed.xml"))
    assert [type(event) for event in events] == [Reached, Arrived, Finished]
    (arrived, _) = run(web, as_source(f"{SITE}/1"))
    assert isinstance(arrived, Arrived)
    assert isinstance(arrived.document, RawDocument)
    assert arrived.document.url == f"{SITE}/1"


def test_an_address_on_the_spot_is_known_for_what_it_is_when_its_server_shows_nothing() -> None:
    first = run(Web({f"{SITE}/feed.xml": feed(1), **pages(1)}), as_source(f"{SITE}/feed.xml"))
    (reached,) = (event for event in first if isinstance(event, Reached))
    memory = Memory(state(f"{SITE}/feed.xml"), cursor=reached.cursor)
    (finished,) = run(Web({f"{SITE}/feed.xml": 304}), as_source(f"{SITE}/feed.xml"), memory=memory)
    assert isinstance(finished, Finished)
    assert finished.kind == "feed"
    again = run(
        Web({f"{SITE}/feed.xml": feed(1), **pages(1)}),
        as_source(f"{SITE}/feed.xml"),
        memory=memory,
    )
    assert not [event for event in again if isinstance(event, Reached)]


def test_a_page_that_is_a_source_is_asked_each_time_and_may_answer_that_nothing_changed() -> None:
    web = Web({f"{SITE}/1": 304})
    known = Memory(state(f"{SITE}/1"), stored=(f"{SITE}/1",))
    events = run(web, source("page", "/1"), memory=known)
    assert web.validators[f"{SITE}/1"] == Validators(etag='"0"')
    assert [type(event) for event in events] == [Unchanged, Finished]


def whole_feed(day: str = "Monday") -> bytes:
    text = "".join(
        f"<p>{f'The council voted for the bridge on {day} evening. ' * 8}</p>" for _ in range(6)
    )
    item = f"<item><title>Bridge</title><link>{SITE}/9</link><content:encoded><![CDATA[{text}]]></content:encoded></item>"
    return f'<rss version="2.0" xmlns:content="http://purl.org/rss/1.0/modules/content/"><channel><title>N</title>{item}</channel></rss>'.encode()


def test_a_story_that_its_feed_carries_in_other_words_comes_again() -> None:
    arrived, _ = run(Web({f"{SITE}/feed.xml": whole_feed()}), source())
    assert isinstance(arrived, Arrived)
    assert isinstance(arrived.document, RawDocument)
    assert arrived.state is not None
    digest = sha256(arrived.document.content).hexdigest()
    memory = Memory(replace(arrived.state, raw_sha256=digest), stored=(f"{SITE}/9",))
    same, _ = run(Web({f"{SITE}/feed.xml": whole_feed()}), source(), memory=memory)
    assert isinstance(same, Unchanged)
    other, _ = run(Web({f"{SITE}/feed.xml": whole_feed("Tuesday")}), source(), memory=memory)
    assert isinstance(other, Arrived)
    # A page that was fetched differs from what its feed carries without being news.
    page = Memory(replace(arrived.state, raw_sha256=digest, status=200), stored=(f"{SITE}/9",))
    from_page, _ = run(Web({f"{SITE}/feed.xml": whole_feed("Tuesday")}), source(), memory=page)
    assert isinstance(from_page, Unchanged)


def test_a_whole_story_in_the_feed_needs_no_page() -> None:
    web = Web({f"{SITE}/feed.xml": whole_feed()})
    arrived, _ = run(web, source())
    assert isinstance(arrived, Arrived)
    assert isinstance(arrived.document, RawDocument)
    assert arrived.document.url == f"{SITE}/9"
    assert b"council" in arrived.document.content
    assert web.asked == [f"{SITE}/feed.xml"]


def test_a_story_that_came_from_another_address_after_a_redirect_is_known_by_its_own() -> None:
    moved = replace(state(f"{SITE}/1"), raw_sha256="0" * 64)
    web = Web({f"{SITE}/feed.xml": feed(1)})
    events = run(web, source(), memory=Memory(moved))
    assert [type(event) for event in events] == [Unchanged, Finished]


def test_what_nobody_foresaw_fails_one_story_alone() -> None:
    answers = {f"{SITE}/feed.xml": feed(1, 2), f"{SITE}/1": RuntimeError("a fault"), **pages(2)}
    events = run(Web(answers), source())
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


@pytest.mark.parametrize("code", ["timeout", "rate_limited"])
def test_a_source_that_was_waited_for_in_two_runs_rests(code: str) -> None:
    now = datetime.now(UTC)
    error = FetchError("later", code=code, retry_at=now, put_off=code == "rate_limited")
    web = Web({f"{SITE}/feed.xml": error})
    (first, _) = run(web, source())
    assert isinstance(first, Failed)
    assert first.state is not None
    assert first.state.next_try == (now if error.put_off else None)
    (second, _) = run(web, source(), memory=Memory(first.state))
    assert isinstance(second, Failed)
    assert second.state is not None
    assert second.state.next_try is not None
    assert second.state.next_try >= now + timedelta(minutes=15)
    (third, _) = run(web, source(), memory=Memory(second.state))
    assert isinstance(third, Failed)
    assert third.error.code == "put_off"
    assert len(web.asked) == 2


def test_a_story_that_a_crawl_delay_put_off_twice_is_asked_when_it_is_due() -> None:
    due = datetime.now(UTC)
    delayed = FetchError("later", code="rate_limited", retry_at=due, put_off=True)
    web = Web({f"{SITE}/feed.xml": feed(1), f"{SITE}/1": delayed})
    (first, _) = run(web, source())
    assert isinstance(first, Failed)
    assert first.state is not None
    (second, _) = run(web, source(), memory=Memory(first.state))
    assert isinstance(second, Failed)
    assert second.state is not None
    assert second.state.next_try == due


class MislabelledWeb(Web):
    """Every answer names a charset that nobody knows."""

    async def fetch(self, url: str, **asked: Any) -> Fetched:
        return replace(await super().fetch(url, **asked), charset="x-klingon")


def test_a_charset_that_a_server_invents_costs_no_story() -> None:
    web = MislabelledWeb({f"{SITE}/feed.xml": feed(1), **pages(1)})
    arrived, _ = run(web, source())
    assert isinstance(arrived, Arrived)
    assert isinstance(arrived.document, RawDocument)
    assert arrived.document.hints.encoding is None
