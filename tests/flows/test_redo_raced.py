"""What other processes store or delete while a stage is done again: it stays as they left it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

import pytest

import flows.redo
from flows.engines import Engines
from flows.redo import redo
from schemas.article import Article
from schemas.marks import Mention
from schemas.provenance import Provenance
from schemas.stored import PreparedArticle
from storage.sqlite import Store

MakeDesk = Callable[..., Engines]
OpenStore = Callable[..., Store]
Prepare = Callable[..., PreparedArticle]
ARTICLES = 6


class Last:
    """Takes the last word of each row for a person; `meanwhile` is what others do while it works."""

    def __init__(self, meanwhile: Callable[[], None]) -> None:
        self.provenance = Provenance(stage="entities", name="last", version="2")
        self._meanwhile = [meanwhile]

    def supports(self, _language: str | None) -> bool:
        return True

    def enrich(self, batch: Sequence[Article]) -> list[list[Mention]]:
        while self._meanwhile:
            self._meanwhile.pop()()
        return [[*self._mentions(article)] for article in batch]

    def _mentions(self, article: Article) -> Iterator[Mention]:
        for row in article.rows:
            word = row.text.split()[-1]
            yield Mention(
                paragraph=row.index, start=row.text.rindex(word), end=len(row.text), text=word, label="PERSON", name=word
            )  # fmt: skip


@pytest.fixture
def filled(open_store: OpenStore, prepare_article: Prepare) -> Store:
    store = open_store()
    store.put(
        [
            prepare_article(f"In port {i} stood Ann Lee", origin=f"/{i}.txt")
            for i in range(1, ARTICLES + 1)
        ]
    )
    return store


@pytest.fixture
def others(open_store: OpenStore, prepare_article: Prepare, filled: Store) -> Callable[[], None]:
    """Another process: it stores new versions of articles 1 and 5, and deletes 2 and 6."""
    other = open_store(filled.path, mode="w")

    def meanwhile() -> None:
        other.put(
            [
                prepare_article("Anew", "Now there are more", f"And in {i} Bo Roy", origin=f"/{i}.txt")
                for i in (1, 5)
            ]
        )  # fmt: skip
        other.delete([2, 6])

    return meanwhile


def check_what_others_left(store: Store) -> None:
    assert store.connection.execute("SELECT id FROM articles ORDER BY id").fetchall() == [
        (number,) for number in (1, 3, 4, 5)
    ]
    for number in (1, 5):
        article = store.article(number)
        assert (article.version, len(article.paragraphs)) == (2, 3)
    stale = """SELECT count(*) FROM appearances a JOIN renderings r ON r.id = a.rendering_id
               WHERE r.current = 0"""
    assert store.connection.execute(stale).fetchone() == (0,)
    for text, start, end, row in store.connection.execute(
        'SELECT m.text, m.start, m."end", p.text FROM mentions m JOIN paragraphs p ON p.id = m.paragraph_id'
    ):
        assert row[start:end] == text


def test_new_versions_and_deleted_articles_are_left_by_a_stage(
    filled: Store,
    others: Callable[[], None],
    make_desk: MakeDesk,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(flows.redo, "BATCH_ARTICLES", 4)
    assert redo(filled, make_desk(tagger=Last(others)), ["entities"]).failed == {}
    check_what_others_left(filled)
    assert [m.text for m in filled.article(4).mentions] == ["Lee"]
    # What others stored without this tagger is the next run's to do.
    assert redo(filled, make_desk(tagger=Last(others)), ["entities"]).done == {"entities": 2}


def test_an_older_version_that_was_cleaned_again_does_not_come_back(
    filled: Store,
    others: Callable[[], None],
    make_desk: MakeDesk,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(flows.redo, "BATCH_ARTICLES", 4)
    engines = make_desk(tagger=Last(others))
    assert redo(filled, engines, ["clean"]).failed == {}
    check_what_others_left(filled)
