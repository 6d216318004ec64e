"""A deleted article is gone to the byte, and stays out."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path

import pytest

from schemas.filters import make_filters
from schemas.stored import PreparedArticle, Problem
from schemas.web import Validators
from storage.fetches import FetchState
from storage.sqlite import Store

Prepare = Callable[..., PreparedArticle]
SECRET = "Quorvelstein"  # noqa: S105  a word that stands nowhere else
TEXT = f"The {SECRET} dossier names three ministers."


def names_in_file(path: Path, word: str) -> list[str]:
    found = []
    for file in path.parent.glob(f"{path.name}*"):
        content = file.read_bytes().lower()
        if word.lower().encode() in content or word[:12].lower().encode() in content:
            found.append(file.name)
    return found


def count(store: Store, table: str) -> int:
    with store.transaction():
        row = store._connection.execute(f"SELECT count(*) FROM {table}").fetchone()
    return int(row[0])


def test_nothing_of_a_deleted_article_is_left_in_the_file(
    store: Store, prepare_article: Prepare
) -> None:
    others = [
        prepare_article(f"Paper {i} on harbour fees. " * 5, origin=f"/news/{i}") for i in range(60)
    ]
    store.put(others[:30])
    article = prepare_article(
        TEXT,
        title=f"{SECRET} again",
        names=[(SECRET, "PERSON")],
        origin=f"/news/{SECRET}.txt",
        authors=(SECRET,),
    )
    store.put([article])
    store.put(others[30:])
    assert names_in_file(store.path, SECRET)
    store.delete([31])
    assert names_in_file(store.path, SECRET) == []
    assert store.article_id(31) is None
    assert store.search(SECRET, mode="words") == []
    assert all(SECRET not in hit.text for hit in store.search(SECRET, mode="meaning", k=99))
    assert store.entities(SECRET) == []


def test_nothing_of_an_older_version_is_left_either(store: Store, prepare_article: Prepare) -> None:
    store.put([prepare_article(f"Paper {i} on fees.", origin=f"/{i}") for i in range(20)])
    store.put([prepare_article(TEXT, names=[(SECRET, "PERSON")])])
    store.put([prepare_article("The dossier was withdrawn.")])
    store.put([prepare_article("The dossier came back.")])
    store.delete([21])
    assert names_in_file(store.path, SECRET) == []


def test_every_table_is_as_empty_as_before(store: Store, prepare_article: Prepare) -> None:
    store.put([prepare_article(TEXT, title="One", names=[(SECRET, "PERSON")])])
    store.put([prepare_article(TEXT, "A second paragraph.", names=[(SECRET, "PERSON")])])
    store.delete([1])
    for table in (
        *("articles", "versions", "renderings", "paragraphs", "dropped", "mentions", "figures"),
        *("entities", "aliases", "embeddings", "raw_documents", "stage_done", "paragraphs_fts"),
    ):
        assert count(store, table) == 0, table


def test_what_another_article_shares_stays(store: Store, prepare_article: Prepare) -> None:
    shared = "Ann Lee leads the port."
    one = prepare_article(shared, TEXT, origin="/1", names=[("Ann Lee", "PERSON")])
    two = prepare_article(shared, "Other.", origin="/2", names=[("Ann Lee", "PERSON")])
    store.put([one, two])
    store.delete([1])
    hit = store.search("port leads", mode="meaning")[0]
    assert (hit.article_id, hit.text) == (2, shared)
    assert store.entities("ann lee")[0].articles == 1


def test_names_that_only_the_deleted_article_had_for_someone_go_with_it(
    store: Store, prepare_article: Prepare
) -> None:
    from dataclasses import replace

    one = prepare_article("SECRETLEE spoke.", origin="/1", names=[("SECRETLEE", "PERSON")])
    one = replace(one, mentions=[replace(m, name="Ann Lee") for m in one.mentions])
    two = prepare_article("Ann LEE spoke.", origin="/2", names=[("Ann LEE", "PERSON")])
    store.put([one, two])
    assert store.entities("secretlee")[0].name == "Ann Lee"
    store.delete([1])
    assert store.entities("secretlee") == []
    assert (store.entities()[0].name, store.entities()[0].aliases) == ("Ann LEE", ("Ann LEE",))


@pytest.mark.parametrize(
    "again",
    [
        {"origin": "/1"},
        {"origin": "/1", "content": b"rewritten", "body": "A new text at the same path."},
        {"origin": "/elsewhere", "content": b"copied"},
        {"origin": "/elsewhere", "url": "https://example.org/new-address", "content": b"new"},
    ],
    ids=["the same file", "the same path", "the same text", "the same text at an address"],
)
def test_a_tombstone_keeps_an_article_out(
    store: Store, prepare_article: Prepare, again: dict[str, str]
) -> None:
    key = store.put([prepare_article(TEXT, origin="/1")])[0].key
    store.delete([1])
    body = again.pop("body", TEXT)
    outcome = store.put([prepare_article(body, **again)])[0]
    assert (outcome.status, outcome.key) == ("skipped", key)
    assert outcome.error is not None
    assert outcome.error.code == "tombstone"
    assert str(key) in outcome.error.remedy


def test_a_tombstone_keeps_an_address_out_whatever_stands_there(
    store: Store, prepare_article: Prepare
) -> None:
    store.put([prepare_article(TEXT, url="https://example.org/a")])
    store.delete([1])
    page = prepare_article("Rewritten.", url="http://www.example.org/a?utm_medium=mail", origin="x")
    assert store.put([page])[0].status == "skipped"
    known = store.known(page.document)
    assert known is not None
    assert known.status == "skipped"


def test_an_address_that_was_taken_over_later_is_kept_out_too(
    store: Store, prepare_article: Prepare
) -> None:
    store.put([prepare_article(TEXT)])
    store.put([prepare_article(TEXT, url="https://example.org/a")])
    store.delete([1])
    page = prepare_article("Rewritten.", url="https://example.org/a", origin="x")
    assert store.put([page])[0].status == "skipped"


def test_a_path_of_a_deleted_page_may_hold_another_page(
    store: Store, prepare_article: Prepare
) -> None:
    store.put([prepare_article(TEXT, canonical="https://example.org/a", origin="page.html")])
    store.delete([1])
    other = prepare_article("Other.", canonical="https://example.org/b", origin="page.html")
    assert store.known(other.document) is None
    assert store.put([other])[0].status == "stored"


def test_another_article_is_not_kept_out(store: Store, prepare_article: Prepare) -> None:
    store.put([prepare_article(TEXT, origin="/1")])
    store.delete([1])
    assert store.put([prepare_article("Other.", origin="/2")])[0].status == "stored"


def test_forget_lets_an_article_in_again_under_a_new_id(
    store: Store, prepare_article: Prepare
) -> None:
    article = prepare_article(TEXT)
    key = store.put([article])[0].key
    store.delete([1])
    assert store.forget("no such key") == 0
    assert store.forget(str(key)) > 0
    outcome = store.put([article])[0]
    assert (outcome.status, outcome.id, outcome.key) == ("stored", 2, key)


def test_the_page_of_a_forgotten_article_is_asked_for_again(
    store: Store, prepare_article: Prepare
) -> None:
    article, other = prepare_article(TEXT, origin="/1"), prepare_article("Other.", origin="/2")
    store.put([article, other])
    pages = [
        _came("https://e.org/1", sha256(article.document.content).hexdigest()),
        _came("https://e.org/2", sha256(other.document.content).hexdigest()),
        _came("https://e.org/feed.xml", None),
        _came("https://o.org/feed.xml", None, source="Other"),
    ]
    store.note_fetches(pages)
    store.delete([1])
    assert store.fetch_state("https://e.org/1") == pages[0]
    store.forget(1)
    assert store.fetch_state("https://e.org/1") is None
    feed = replace(pages[2], validators=Validators())
    assert store.fetch_state("https://e.org/feed.xml") == feed
    assert store.fetch_state("https://o.org/feed.xml") == pages[3]
    found = store.fetch_state("https://e.org/2")
    assert found is not None
    assert found.raw_sha256 == pages[1].raw_sha256


def _came(url: str, digest: str | None, source: str = "Example") -> FetchState:
    return FetchState(
        url=url,
        source=source,
        validators=Validators(etag='"1"'),
        status=200,
        error=None,
        raw_sha256=digest,
        fetched_at=datetime(2024, 3, 5, 12, tzinfo=UTC),
    )


def test_forget_takes_the_old_id_as_well(store: Store, prepare_article: Prepare) -> None:
    store.put([prepare_article(TEXT)])
    store.delete([1])
    assert store.forget(1) > 0
    assert store.known(prepare_article(TEXT).document) is None


def test_without_a_tombstone_an_article_comes_back(store: Store, prepare_article: Prepare) -> None:
    store.put([prepare_article(TEXT)])
    store.delete([1], tombstone=False)
    assert store.put([prepare_article(TEXT)])[0].status == "stored"


def test_force_does_not_lift_a_tombstone(store: Store, prepare_article: Prepare) -> None:
    store.put([prepare_article(TEXT)])
    store.delete([1])
    assert store.put([prepare_article(TEXT)], force=True)[0].status == "skipped"


def test_articles_are_selected_by_source_and_date(store: Store, prepare_article: Prepare) -> None:
    from datetime import UTC, datetime

    store.put(
        [
            prepare_article(
                "One.", origin="1", site="Élan", published=datetime(2024, 1, 1, tzinfo=UTC)
            ),
            prepare_article(
                "Two.", origin="2", site="Élan", published=datetime(2024, 2, 1, tzinfo=UTC)
            ),
            prepare_article("Three.", origin="3", site="Other", published=None),
        ]
    )
    assert store.select(make_filters(source="ÉLAN")) == [1, 2]
    assert store.select(make_filters(source="élan", until="2024-01-01")) == [1]


def test_articles_are_selected_by_whom_they_mention(store: Store, prepare_article: Prepare) -> None:
    store.put([prepare_article("Oslo.", origin="1", names=[("Oslo", "GPE")])])
    store.put([prepare_article("Rome.", origin="2", names=[("Rome", "GPE")])])
    assert store.select(make_filters(entity="rome")) == [2]
    assert store.select(make_filters(label="GPE")) == [1, 2]
    assert store.select(make_filters(entity="rome", label="ORG")) == []


def test_deleting_what_is_not_there_changes_nothing(store: Store, prepare_article: Prepare) -> None:
    store.put([prepare_article(TEXT)])
    store.delete([5])
    assert store.article_id(1) == 1


def test_bytes_that_are_quarantined_too_stay_until_they_are_dropped(
    store: Store, prepare_article: Prepare
) -> None:
    article = prepare_article(TEXT)
    store.put([article])
    elsewhere = prepare_article(TEXT, origin="/bad").document
    store.quarantine(elsewhere, "clean", Problem(code="x", message="m", remedy="r"))
    store.delete([1])
    assert store.quarantined_document(1).content == article.document.content
    store.drop_quarantined(1)
    assert count(store, "raw_documents") == 0
