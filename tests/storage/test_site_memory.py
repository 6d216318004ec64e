"""Lines that a site repeats under different titles: what is learned, where it is masked, and when the mask goes."""

from __future__ import annotations

import gzip
import os
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from schemas.stored import Outcome, PreparedArticle
from storage import site_memory
from storage.sqlite import Store

Prepare = Callable[..., PreparedArticle]
OpenStore = Callable[..., Store]
Fill = Callable[..., list[Outcome]]

ROOT = Path(__file__).parents[2]
OLD = Path(__file__).parent / "files" / "schema-2.db.gz"
FOOTER = "Ann Lee of Oslo sends our letter every Monday."
LEAD = ("The port closed.", "Ships turned back.", "Nobody was hurt.")


@pytest.fixture
def fill(store: Store, prepare_article: Prepare) -> Fill:
    """Puts articles on one site, each under a title of its own, with these lines after three of their own."""

    def put(
        numbers: Sequence[int],
        *lines: str,
        host: str = "a.org",
        lead: Sequence[str] = LEAD,
        **of_article: object,
    ) -> list[Outcome]:
        return store.put(
            [
                prepare_article(
                    *(f"{text} ({n})" for text in lead),
                    *lines,
                    **{
                        "title": f"Story {n}",
                        "url": f"https://{host}/{n}" if host else None,
                        "origin": f"{host}-{n}",
                        "names": [("Oslo", "GPE")],
                        **of_article,
                    },
                )
                for n in numbers
            ]
        )

    return put


def masked(store: Store) -> dict[int, list[int]]:
    """The indices of masked paragraphs, by article, where there are any."""
    rows = store.connection.execute("SELECT id FROM articles ORDER BY id").fetchall()
    found = {
        row[0]: [p.index for p in store.article(row[0]).paragraphs if p.masked] for row in rows
    }
    return {article_id: indices for article_id, indices in found.items() if indices}


def test_a_line_under_five_titles_is_masked_in_all_of_them_at_its_place(
    store: Store, fill: Fill
) -> None:
    fill(range(4), FOOTER, "The end.")
    assert masked(store) == {}
    before = store.article(1)
    fill([4], FOOTER)
    assert masked(store) == {n: [3] for n in range(1, 6)}
    after = store.article(1)
    assert [(p.index, p.text) for p in after.paragraphs] == [
        (p.index, p.text) for p in before.paragraphs
    ]
    assert (after.mentions, after.version) == (before.mentions, before.version)
    (learned,) = store.learned_lines()
    assert (learned.site, learned.text, learned.articles, learned.share) == ("a.org", FOOTER, 5, 1)
    fill([5], "Another line.", FOOTER)
    assert masked(store)[6] == [4]


@pytest.mark.parametrize("titles", [("Same", "same ", " SAME"), (None,)])
def test_one_title_however_often_teaches_nothing(
    store: Store, fill: Fill, titles: Sequence[str | None]
) -> None:
    for n in range(8):
        fill([n], FOOTER, title=titles[n % len(titles)])
    assert masked(store) == {}


def test_the_first_three_paragraphs_are_never_masked_and_are_no_evidence(
    store: Store, fill: Fill
) -> None:
    fill(range(8), FOOTER, "Rain fell.", "Snow fell.", lead=())
    assert masked(store) == {}
    fill(range(10, 15), FOOTER)
    assert masked(store) == {n: [3] for n in range(9, 14)}


def test_a_line_of_two_hundred_characters_is_no_template(store: Store, fill: Fill) -> None:
    fill(range(6), "x" * 199, "y" * 200)
    assert {tuple(indices) for indices in masked(store).values()} == {(3,)}


def test_a_mask_is_lifted_while_fewer_than_a_fifth_have_the_line(store: Store, fill: Fill) -> None:
    fill(range(5), FOOTER)
    fill(range(5, 25))
    assert len(masked(store)) == 5
    fill([25])
    assert masked(store) == {}
    store.delete([26])
    assert len(masked(store)) == 5
    store.delete([3])
    assert masked(store) == {}
    assert store.learned_lines() == []


def test_a_new_version_without_the_line_takes_the_evidence_away(store: Store, fill: Fill) -> None:
    fill(range(5), FOOTER)
    assert fill([2], "It opened again.")[0].status == "updated"
    assert masked(store) == {}
    assert fill([2], "It opened again.", FOOTER)[0].status == "updated"
    assert masked(store) == {1: [3], 2: [3], 3: [4], 4: [3], 5: [3]}


def test_the_newest_articles_are_the_evidence_and_all_are_masked(
    store: Store, fill: Fill, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(site_memory, "WINDOW", 10)
    fill(range(5), FOOTER)
    fill(range(5, 10))
    fill(range(10, 15), FOOTER)
    assert sorted(masked(store)) == [1, 2, 3, 4, 5, 11, 12, 13, 14, 15]
    fill([15, 16])
    assert sorted(masked(store)) == [1, 2, 3, 4, 5, 11, 12, 13, 14, 15]
    fill(range(17, 21))
    assert masked(store) == {}


def test_pages_that_are_not_searched_are_masked_and_are_no_evidence(
    store: Store, fill: Fill
) -> None:
    fill(range(6), FOOTER, page_kind="section")
    assert masked(store) == {}
    fill(range(10, 14), FOOTER)
    assert masked(store) == {}
    fill([14], FOOTER)
    assert len(masked(store)) == 11


def test_a_page_that_turns_out_to_be_none_lets_another_share_count(
    store: Store, fill: Fill, prepare_article: Prepare
) -> None:
    fill(range(5), FOOTER)
    fill(range(5, 26))
    assert masked(store) == {}
    version_id, _ = store.raw_document(20)
    section = prepare_article("Links.", url="https://a.org/19", title="All", page_kind="section")
    with store.transaction():
        store.put_rendering(section, 20, version_id)
    assert len(masked(store)) == 5


def test_a_site_is_a_host_and_learns_for_itself(store: Store, fill: Fill) -> None:
    for host in ("a.org", "b.org", "news.a.org"):
        fill(range(4), FOOTER, host=host)
    assert masked(store) == {}
    fill([4], FOOTER, host="www.a.org")
    assert [line.site for line in store.learned_lines()] == ["a.org"]
    assert sorted(masked(store)) == [1, 2, 3, 4, 13]


def test_articles_without_address_and_site_are_never_masked(store: Store, fill: Fill) -> None:
    fill(range(9), FOOTER, host="")
    assert masked(store) == {}
    fill(range(10, 15), FOOTER, host="", site="The  Paper")
    assert len(masked(store)) == 5
    assert [line.site for line in store.learned_lines()] == ["the paper"]


def test_no_reader_sees_template(store: Store, fill: Fill) -> None:
    fill(range(4), FOOTER)
    before = store.status()
    assert len(store.search("Oslo letter", mode="words")) == 4
    assert [entity.mentions for entity in store.entities("Oslo")] == [4]
    fill([4], FOOTER)
    after = store.status()
    assert (before["masked"], after["masked"]) == (0, 5)
    assert (before["paragraphs"], after["paragraphs"]) == (16, 15)
    assert (before["mentions"], after["mentions"]) == (4, 0)
    assert store.search("Oslo letter", mode="words") == []
    assert FOOTER not in {hit.text for hit in store.search(FOOTER, mode="meaning", k=50)}
    assert FOOTER not in {hit.text for hit in store.search(FOOTER, k=50)}
    assert FOOTER not in {hit.text for hit in store.similar(1, k=50)}
    assert store.entities("Oslo") == []
    assert store.search("port", entity="Oslo") == []
    assert [len(store.article(1).mentions), len(store.article(1).paragraphs)] == [1, 4]


def test_what_is_deleted_by_an_entity_is_what_a_search_shows(store: Store, fill: Fill) -> None:
    from schemas.filters import make_filters

    fill(range(5), FOOTER)
    fill([9], "Oslo stays open.")
    assert store.select(make_filters(entity="Oslo")) == [6]


def test_the_same_again_writes_nothing(store: Store, fill: Fill) -> None:
    fill(range(6), FOOTER)
    before = store.connection.total_changes
    assert {made.status for made in fill(range(6), FOOTER)} == {"unchanged"}
    store.set_site_memory(on=True)
    assert store.connection.total_changes == before


def test_switched_off_it_masks_nothing_and_on_again_it_knows_all(store: Store, fill: Fill) -> None:
    fill(range(6), FOOTER)
    store.set_site_memory(on=False)
    fill([6], FOOTER)
    assert (masked(store), store.learned_lines()) == ({}, [])
    store.delete([1])
    store.set_site_memory(on=True)
    assert len(masked(store)) == 6
    assert store.learned_lines()[0].articles == 6


def test_what_a_cleaner_masked_is_not_lifted(store: Store, prepare_article: Prepare) -> None:
    from dataclasses import replace

    made = prepare_article(*LEAD, FOOTER, url="https://a.org/x", title="X")
    rows = made.article.paragraphs
    article = replace(made.article, paragraphs=(replace(rows[0], masked=True), *rows[1:]))
    store.put([replace(made, article=article)])
    store.set_site_memory(on=False)
    assert masked(store) == {1: [0]}


def test_a_better_cleaner_keeps_the_mask_and_may_take_the_line_away(
    store: Store, fill: Fill, prepare_article: Prepare, recleaned: Callable[..., PreparedArticle]
) -> None:
    fill(range(6), FOOTER)

    def render(article_id: int, *lines: str) -> None:
        made = prepare_article(
            *LEAD, *lines, title=f"Story {article_id - 1}", url=f"https://a.org/{article_id - 1}"
        )
        version_id, _ = store.raw_document(article_id)
        with store.transaction():
            store.put_rendering(recleaned(made), article_id, version_id)

    render(1, "Found at last.", FOOTER)
    assert masked(store)[1] == [4]
    render(2)
    assert sorted(masked(store)) == [1, 3, 4, 5, 6]
    render(3)
    assert masked(store) == {}
    assert [store.article(n).version for n in range(1, 7)] == [1] * 6


WRITER = """
import sys
from datetime import UTC, datetime
from pathlib import Path
from schemas.article import Article, Paragraph
from schemas.document import RawDocument
from schemas.provenance import Provenance
from schemas.stored import PreparedArticle
from storage.sqlite import Store
path, name, footer = Path(sys.argv[1]), sys.argv[2], sys.argv[3]
with Store(path, encoder=lambda: None, mode="a") as store:
    for i in range(30):
        url = f"https://a.org/{name}{i}"
        texts = [f"{name} {i} {n}" for n in range(3)] + ([footer] if name == "a" or i < 3 else [])
        document = RawDocument(content=url.encode(), media_type="text/plain", origin=url, url=url,
                               fetched_at=datetime.now(UTC))
        rows = tuple(Paragraph(index=n, kind="text", text=text) for n, text in enumerate(texts))
        article = Article(paragraphs=rows, title=url, url=url, language="en")
        maker = Provenance(stage="clean", name="c", version="1")
        store.put([PreparedArticle(document=document, article=article, made_by=(maker,))])
"""


def test_two_writers_at_once_learn_as_one_would(tmp_path: Path, open_store: OpenStore) -> None:
    path = tmp_path / "shared.db"
    writers = [
        subprocess.Popen(
            [sys.executable, "-c", WRITER, str(path), name, FOOTER],
            env={**os.environ, "PYTHONPATH": str(ROOT)},
            stderr=subprocess.PIPE,
        )
        for name in "ab"
    ]
    for writer in writers:
        _, error = writer.communicate(timeout=120)
        assert writer.returncode == 0, error
    store = open_store(path)
    assert len(masked(store)) == 33
    (line,) = store.learned_lines()
    assert (line.articles, line.share) == (33, 0.55)


def test_a_file_of_an_earlier_copydesk_is_learned_from_when_it_is_opened(
    store: Store, open_store: OpenStore, fill: Fill
) -> None:
    fill(range(5), FOOTER)
    store.close()
    older = sqlite3.connect(store.path, isolation_level=None)
    for table in ("site_memory", "sites", "site_articles", "site_lines", "learned_lines"):
        older.execute(f"DROP TABLE {table}")
    older.execute("UPDATE paragraphs SET masked = 0")
    older.execute("DELETE FROM _sqlite_migrations WHERE name = 'm008_site_memory'")
    older.execute("PRAGMA user_version = 7")
    older.close()
    assert len(masked(open_store(mode="w"))) == 5


def test_the_oldest_file_has_a_site_memory_that_is_on(
    tmp_path: Path, open_store: OpenStore
) -> None:
    path = tmp_path / "old.db"
    path.write_bytes(gzip.decompress(OLD.read_bytes()))
    assert site_memory.is_on(open_store(path, mode="w").connection)
