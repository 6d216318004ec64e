"""Listings by the reader of their kind: what a plug-in's is held to, and that it can cost only its own source."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from itertools import count
from typing import Any

import pytest

from flows import gathering, listings
from flows.events import Arrived, Event, Failed, GatherOptions, Reached
from flows.listings import read_listing, reader_of
from schemas.errors import DocumentError, UsageError
from schemas.web import Child, Entry, Fetched, Listing, SourceSpec
from tests.table_web import NOW, PAGE, SITE, Web, pages, run

URL = f"{SITE}/api"
FETCHED = Fetched(asked=URL, url=URL, status=200, content=b"{}", fetched_at=NOW)
SOURCE = SourceSpec(name="api", kind="api", url=URL)
Give = Callable[[bytes, str], Any]


class Reader:
    """Gives what the test wants given."""

    kind = "api"

    def __init__(self, give: Give) -> None:
        self.give = give

    def read(self, content: bytes, *, url: str, **_said: object) -> Iterable[Entry] | Listing:
        found: Iterable[Entry] | Listing = self.give(content, url)
        return found


def read(give: Give) -> Listing:
    return asyncio.run(read_listing(Reader(give), FETCHED))


def gathered(monkeypatch: pytest.MonkeyPatch, give: Give, web: Web, **options: Any) -> list[Event]:
    """What gathering the source tells, its kind read by the test's reader."""
    built_in = reader_of
    monkeypatch.setattr(
        gathering, "reader_of", lambda kind: Reader(give) if kind == "api" else built_in(kind)
    )
    return run(web, SOURCE, options=GatherOptions(**options))


@pytest.mark.parametrize(
    ("address", "found"),
    [
        ("/oil?id=7", f"{SITE}/oil?id=7"),
        ("https://ann:secret@example.org/oil", "https://example.org/oil"),
        ("javascript:alert(1)", None),
        ("http://[", None),
        ("", None),
        (None, None),
    ],
)
def test_an_address_is_made_absolute_and_loses_what_is_secret(
    address: str | None, found: str | None
) -> None:
    assert [entry.url for entry in read(lambda *_: [Entry(url=address)]).entries] == [found]


def test_dates_and_languages_are_read_and_what_is_none_is_left_out() -> None:
    entry = Entry(
        published="5 March 2024 10:00 GMT", updated="yesterday", language="de_AT", title="a\0\ud800"
    )
    (found,) = read(lambda *_: [entry]).entries
    assert found == replace(entry, published="2024-03-05T10:00:00+00:00", updated=None, language="de-AT", title="a")  # fmt: skip


def fails(*_: object) -> Any:
    return 1 / 0


def leaves(*_: object) -> Any:
    raise SystemExit(3)


def stops_halfway(*_: object) -> Iterator[Entry]:
    yield Entry(url=SITE)
    raise OSError("no more")


@pytest.mark.parametrize(
    "give",
    [
        fails,
        leaves,
        stops_halfway,
        lambda *_: None,
        lambda *_: 5,
        lambda *_: ["https://example.org/"],
        lambda *_: [Entry(url=5)],  # type: ignore[arg-type]
        lambda *_: [Entry(title=b"x")],  # type: ignore[arg-type]
        lambda *_: [Entry(authors=None)],  # type: ignore[arg-type]
        lambda *_: Listing(entries=(), children=["https://example.org/"]),  # type: ignore[list-item]
    ],
)
def test_a_reader_that_breaks_its_promise_is_a_document_error_that_names_it(give: Give) -> None:
    with pytest.raises(DocumentError, match="'api'") as caught:
        read(give)
    assert caught.value.code == "reader"


def test_what_a_reader_says_of_a_document_stays_what_it_says() -> None:
    def refuse(*_: object) -> Any:
        raise DocumentError("no posts", code="not_wordpress")

    with pytest.raises(DocumentError) as caught:
        read(refuse)
    assert caught.value.code == "not_wordpress"


def test_a_listing_without_end_is_cut(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(listings, "MOST_ENTRIES", 1000)
    found = read(lambda *_: (Entry(url=f"/{n}") for n in count()))
    assert len(found.entries) == 1000


def test_a_reader_that_does_not_come_back_is_left_behind(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("flows.listings.READING_S", 0.1)
    held = threading.Event()
    with pytest.raises(DocumentError, match="took over"):
        read(lambda *_: held.wait(60) and [])
    held.set()


def test_an_unknown_kind_is_answered_with_the_nearest() -> None:
    with pytest.raises(UsageError, match="Did you mean feed"):
        reader_of("fead")
    failed, _ = run(Web({}), replace(SOURCE, kind="fead"))
    assert isinstance(failed, Failed)
    assert failed.whole_source


def test_stories_of_a_plug_ins_kind_are_fetched_and_its_further_listings_read(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def give(content: bytes, url: str) -> Listing:
        number = int(content)
        return Listing(
            entries=[Entry(url=f"/{number}")],
            children=[Child(url=f"/api?page={number + 1}"), Child(url=url), Child(url="mailto:x")],
        )

    answers = {URL: b"1", f"{URL}?page=2": b"2", **pages(1, 2)}
    web = Web(answers)
    events = gathered(monkeypatch, give, web)
    assert sum(isinstance(event, Arrived) for event in events) == 2
    (failed,) = [event for event in events if isinstance(event, Failed)]
    assert failed.origin == f"{URL}?page=3"
    assert web.asked == [URL, f"{SITE}/1", f"{URL}?page=2", f"{SITE}/2", f"{URL}?page=3"]
    limited = Web(answers)
    gathered(monkeypatch, give, limited, limit=1)
    assert limited.asked == [URL, f"{SITE}/1"]


def test_listings_that_name_ever_more_listings_end(monkeypatch: pytest.MonkeyPatch) -> None:
    class Endless(Web):
        async def fetch(self, url: str, **said: Any) -> Fetched:
            self.answers = {url: b"x"}
            return await super().fetch(url, **said)

    monkeypatch.setattr(gathering, "MOST_LISTINGS", 20)
    web = Endless({})
    gathered(monkeypatch, lambda _, url: Listing(entries=(), children=[Child(url=f"{url}1")]), web)
    assert len(web.asked) == 20


def test_a_dated_listing_that_was_gone_through_is_noted(monkeypatch: pytest.MonkeyPatch) -> None:
    def give(content: bytes, url: str) -> Listing:
        children = [Child(url="/api/2023", lastmod="2024-01-01")] if url == URL else []
        return Listing(entries=(), children=children)

    events = gathered(monkeypatch, give, Web({URL: PAGE, f"{URL}/2023": PAGE}))
    (reached,) = [event for event in events if isinstance(event, Reached)]
    assert f"{URL}/2023" in str(reached.cursor)
