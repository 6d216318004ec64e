"""Documents that could not be used are kept once, counted, and let go when they come through."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from schemas.document import Hints, RawDocument
from schemas.errors import UsageError
from schemas.stored import PreparedArticle, Problem
from storage.sqlite import Store

Prepare = Callable[..., PreparedArticle]
BAD = Problem(code="malformed", message="line 7 is no JSON", remedy="mend it")


@pytest.fixture
def document(prepare_article: Prepare) -> RawDocument:
    return prepare_article("Some bytes.", origin="/news/a.txt").document


def test_a_document_is_kept_with_its_error_and_its_bytes(
    store: Store, document: RawDocument
) -> None:
    hinted = replace(document, hints=Hints(site="Example", authors=("A", "B")))
    store.quarantine(hinted, "read", BAD)
    kept = store.quarantined()[0]
    assert (kept.origin, kept.stage, kept.code, kept.attempts) == (
        "/news/a.txt",
        "read",
        "malformed",
        1,
    )
    assert (kept.message, kept.remedy, kept.has_payload) == (BAD.message, BAD.remedy, True)
    again = store.quarantined_document(kept.id)
    assert (again.content, again.hints, again.origin_id) == (
        hinted.content,
        hinted.hints,
        hinted.origin_id,
    )


def test_the_same_file_again_is_one_more_attempt(store: Store, document: RawDocument) -> None:
    store.quarantine(document, "read", BAD)
    other = replace(document, content=b"other bytes", origin="a.txt")
    store.quarantine(other, "clean", replace(BAD, code="no_text"))
    kept = store.quarantined()
    assert [(q.attempts, q.code) for q in kept] == [(2, "no_text")]
    assert store.quarantined_document(kept[0].id).content == b"other bytes"


def test_the_bytes_of_an_earlier_attempt_are_not_kept(store: Store, document: RawDocument) -> None:
    store.quarantine(document, "read", BAD)
    store.quarantine(replace(document, content=b"other"), "read", BAD)
    rows = store._connection.execute("SELECT count(*) FROM raw_documents").fetchone()
    assert rows[0] == 1


def test_two_files_of_one_name_are_kept_apart(store: Store, document: RawDocument) -> None:
    store.quarantine(replace(document, origin="a.txt", origin_id="/x/a.txt"), "read", BAD)
    store.quarantine(replace(document, origin="a.txt", origin_id="/y/a.txt"), "read", BAD)
    assert len(store.quarantined()) == 2


def test_empty_content_is_no_payload(store: Store, document: RawDocument) -> None:
    store.quarantine(replace(document, content=b"", hints=Hints(site="S")), "read", BAD)
    assert not store.quarantined(1)[0].has_payload
    assert store.quarantined_document(1).content == b""
    assert store.quarantined_document(1).hints.site == "S"


def test_what_comes_through_is_released(store: Store, prepare_article: Prepare) -> None:
    good = prepare_article("Good.", origin="/news/a.txt")
    store.quarantine(replace(good.document, content=b"bad", origin="a.txt"), "read", BAD)
    store.put([good])
    assert store.quarantined() == []


def test_a_bad_line_is_released_by_the_record_that_takes_its_place(
    store: Store, prepare_article: Prepare
) -> None:
    good = prepare_article("Good.", origin="news.jsonl:7", origin_id="/news.jsonl#k7")
    store.quarantine(replace(good.document, content=b"{", origin_id=None), "read", BAD)
    store.put([good])
    assert store.quarantined() == []


def test_release_writes_nothing_where_there_is_nothing(store: Store, document: RawDocument) -> None:
    before = store._connection.total_changes
    store.release(document)
    assert store._connection.total_changes == before


def test_drop_forgets_the_document_and_its_bytes(store: Store, document: RawDocument) -> None:
    store.quarantine(document, "read", BAD)
    store.drop_quarantined(1)
    assert store.quarantined() == []
    assert store._connection.execute("SELECT count(*) FROM raw_documents").fetchone()[0] == 0


@pytest.mark.parametrize("number", [2, 0, -1, 10**30])
def test_a_number_that_is_not_there_is_a_usage_error(
    store: Store, document: RawDocument, number: int
) -> None:
    store.quarantine(document, "read", BAD)
    with pytest.raises(UsageError):
        store.quarantined(number)
