"""Which article a document is: one by its address, its place, its text; what is a version and what is not."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from schemas.document import Hints
from schemas.stored import PreparedArticle
from storage.sqlite import Store

Prepare = Callable[..., PreparedArticle]
TEXT = "The harbour board raised its fee on Tuesday."


def put(store: Store, prepared: PreparedArticle, *, force: bool = False) -> tuple[str, int | None]:
    outcome = store.put([prepared], force=force)[0]
    return outcome.status, outcome.id


def bytes_of(path: Path) -> list[bytes]:
    files = sorted(path.parent.glob(f"{path.name}*"))
    return [file.read_bytes() for file in files if not file.name.endswith("-shm")]


def test_the_same_input_twice_writes_nothing(store: Store, prepare_article: Prepare) -> None:
    article = prepare_article(TEXT, title="Fees", names=[("Tuesday", "DATE")])
    assert put(store, article) == ("stored", 1)
    before = bytes_of(store.path)
    assert put(store, article) == ("unchanged", 1)
    assert bytes_of(store.path) == before


def test_a_second_run_on_a_file_that_was_closed_leaves_its_bytes_as_they_are(
    store: Store, open_store: Callable[..., Store], prepare_article: Prepare
) -> None:
    article = prepare_article(TEXT, title="Fees", names=[("Tuesday", "DATE")])
    put(store, article)
    store.close()
    before = bytes_of(store.path)
    with open_store() as again:
        assert put(again, article) == ("unchanged", 1)
    assert bytes_of(store.path) == before


def test_a_stored_document_is_known_at_sight_with_its_counts(
    store: Store, prepare_article: Prepare
) -> None:
    article = prepare_article(TEXT, title="Board", names=[("board", "ORG")])
    first = store.put([article])[0]
    known = store.known(article.document)
    assert known is not None
    assert (known.status, known.id, known.key) == ("unchanged", first.id, first.key)
    assert (known.paragraphs, known.mentions, known.title) == (1, 1, "Board")


def test_an_address_with_tracking_parts_is_the_same_article(
    store: Store, prepare_article: Prepare
) -> None:
    one = prepare_article(TEXT, url="https://www.example.org/fees?utm_source=x", origin="a")
    two = prepare_article(TEXT, url="http://example.org/fees#top", origin="b", content=b"other")
    assert put(store, one) == ("stored", 1)
    assert put(store, two) == ("unchanged", 1)
    assert store.article_id(url="https://example.org/fees?fbclid=1") == 1
    assert store.article_id(url="https://example.org/other") is None
    assert store.article_id(url="no address") is None


def test_the_address_that_a_page_gives_of_itself_counts_where_none_was_given(
    store: Store, prepare_article: Prepare
) -> None:
    put(store, prepare_article(TEXT, canonical="https://example.org/fees", origin="a"))
    again = prepare_article(TEXT, url="https://example.org/fees", origin="b", content=b"x")
    assert put(store, again) == ("unchanged", 1)


def test_one_text_at_two_addresses_is_two_articles(store: Store, prepare_article: Prepare) -> None:
    put(store, prepare_article(TEXT, url="https://example.org/1", origin="a"))
    assert put(store, prepare_article(TEXT, url="https://example.org/2", origin="b"))[0] == "stored"


def test_the_same_text_from_another_path_is_unchanged(
    store: Store, prepare_article: Prepare
) -> None:
    put(store, prepare_article(TEXT, origin="/news/a.txt"))
    copy = prepare_article(TEXT, origin="/news/copy.txt", content=b"other bytes")
    assert put(store, copy) == ("unchanged", 1)
    assert store.status()["articles"] == 1


def test_other_bytes_from_the_same_path_are_version_two(
    store: Store, prepare_article: Prepare
) -> None:
    put(store, prepare_article(TEXT))
    assert put(store, prepare_article(TEXT, "Ferries pay the most.")) == ("updated", 1)
    article = store.article(1)
    assert article.version == 2
    assert [p.text for p in article.paragraphs] == [TEXT, "Ferries pay the most."]


def test_a_file_that_goes_back_to_its_first_text_is_version_three(
    store: Store, prepare_article: Prepare
) -> None:
    first = prepare_article(TEXT)
    put(store, first)
    put(store, prepare_article("Another text."))
    assert store.known(first.document) is None
    assert put(store, first) == ("updated", 1)
    assert store.article(1).version == 3


def test_a_file_that_takes_over_anothers_text_is_changed_itself(
    store: Store, prepare_article: Prepare
) -> None:
    put(store, prepare_article(TEXT, origin="/a"))
    put(store, prepare_article("Another text.", origin="/b"))
    same = prepare_article(TEXT, origin="/b")
    assert store.known(same.document) is None
    assert put(store, same) == ("updated", 2)
    known = store.known(same.document)
    assert known is not None
    assert known.id == 2


def test_a_page_whose_bytes_change_but_not_its_text_is_unchanged(
    store: Store, prepare_article: Prepare
) -> None:
    put(store, prepare_article(TEXT, url="https://example.org/a", content=b"<p>1"))
    page = prepare_article(TEXT, url="https://example.org/a", content=b"<p>2")
    assert put(store, page) == ("unchanged", 1)
    assert store.article(1).version == 1


def test_a_title_that_changes_is_a_new_version(store: Store, prepare_article: Prepare) -> None:
    put(store, prepare_article(TEXT, title="Fees up"))
    assert put(store, prepare_article(TEXT, title="Fees down")) == ("updated", 1)


def test_a_later_cleaner_makes_a_rendering_and_no_version(
    store: Store,
    prepare_article: Prepare,
    recleaned: Callable[[PreparedArticle], PreparedArticle],
) -> None:
    put(store, prepare_article(TEXT, "Share this"))
    better = recleaned(prepare_article(TEXT))
    version_id, _ = store.raw_document(1)
    with store.transaction():
        store.put_rendering(better, 1, version_id)
    article = store.article(1)
    assert article.version == 1
    assert [p.text for p in article.paragraphs] == [TEXT]
    assert store.search("share", mode="words") == []


def test_force_writes_anew_what_is_unchanged_and_makes_no_version(
    store: Store, prepare_article: Prepare
) -> None:
    put(store, prepare_article(TEXT))
    tagged = prepare_article(TEXT, names=[("harbour", "LOC")])
    assert put(store, tagged) == ("unchanged", 1)
    assert put(store, tagged, force=True) == ("updated", 1)
    article = store.article(1)
    assert article.version == 1
    assert [m.text for m in article.mentions] == ["harbour"]


def test_a_file_given_again_with_its_address_takes_it_over(
    store: Store, prepare_article: Prepare
) -> None:
    put(store, prepare_article(TEXT))
    assert put(store, prepare_article(TEXT, url="https://example.org/fees")) == ("updated", 1)
    assert store.article_id(url="https://example.org/fees") == 1
    assert store.article(1).version == 1


def test_something_else_said_about_the_same_file_is_taken_over_once(
    store: Store, prepare_article: Prepare
) -> None:
    put(store, prepare_article(TEXT, published=None))
    dated = prepare_article(TEXT, hints=Hints(published="2024-03-05"))
    assert put(store, dated) == ("updated", 1)
    assert store.article(1).published_at is not None
    assert store.raw_document(1)[1].hints.published == "2024-03-05"
    assert put(store, dated) == ("unchanged", 1)
    assert store.known(dated.document) is not None


def test_standard_input_twice_is_unchanged(store: Store, prepare_article: Prepare) -> None:
    put(store, prepare_article(TEXT, origin="stdin", origin_id=None))
    assert put(store, prepare_article(TEXT, origin="stdin", origin_id=None))[0] == "unchanged"


def test_foresee_says_what_put_then_does(store: Store, prepare_article: Prepare) -> None:
    for prepared in (
        prepare_article(TEXT),
        prepare_article(TEXT),
        prepare_article(TEXT, origin="/copy"),
        prepare_article("New text."),
        prepare_article(TEXT, url="https://example.org/a"),
    ):
        foreseen = store.foresee(prepared)
        done = store.put([prepared])[0]
        assert (foreseen.status, foreseen.key) == (done.status, done.key)


def test_ids_and_keys_name_an_article_and_nothing_else_does(
    store: Store, prepare_article: Prepare
) -> None:
    key = store.put([prepare_article(TEXT)])[0].key
    assert store.article_id(1) == store.article_id("1") == store.article_id(str(key)) == 1
    for name in (0, -1, 2, 10**30, "", "x", "\ud800", "1; DROP TABLE articles", None):
        assert store.article_id(name) is None


def test_a_missing_article_is_a_usage_error(store: Store) -> None:
    from schemas.errors import UsageError

    with pytest.raises(UsageError, match="no article 7"):
        store.article(7)
    with pytest.raises(UsageError, match="no article 7"):
        store.raw_document(7)


def test_everything_put_in_comes_out_again(store: Store, prepare_article: Prepare) -> None:
    prepared = prepare_article(
        TEXT,
        title="Fees",
        summary="What ships pay.",
        site="Example Times",
        authors=("Ann Lee", "Bo Ek"),
        published_precision="instant",
        published_from="meta",
        names=[("harbour", "LOC"), ("Fees", "ORG"), ("ships", "ORG")],
    )
    store.put([prepared])
    stored = store.article(1)
    assert (stored.title, stored.summary, stored.site) == (
        "Fees",
        "What ships pay.",
        "Example Times",
    )
    assert stored.authors == ("Ann Lee", "Bo Ek")
    assert stored.published_at == prepared.article.published_at
    assert [m.text for m in stored.title_mentions] == ["Fees"]
    assert [m.text for m in stored.summary_mentions] == ["ships"]
    assert [m.text for m in stored.mentions] == ["harbour"]
    assert {maker.stage for maker in stored.made_by} == {
        "clean",
        "entities",
        "figures",
        "salience",
        "vectors",
    }
    assert store.raw_document(1)[1].content == prepared.document.content
    assert store.clean_article(1).rows == prepared.article.rows
