"""The rows that have a query's words are the same, whether their articles are asked for or known by their vectors."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from schemas.filters import Filters
from schemas.stored import PreparedArticle
from storage.sqlite import Store
from storage.word_search import WordSearch

Prepare = Callable[..., PreparedArticle]


def test_rows_whose_articles_are_known_are_those_that_are_asked_for(
    store: Store, prepare_article: Prepare
) -> None:
    texts = ["Oil rose.", "Gas fell as oil rose.", "Nothing of it.", "Oil and oil again."]
    made = [prepare_article(text, "Another row of oil.", title="Oil", origin=f"/{n}") for n, text in enumerate(texts)]  # fmt: skip
    made.append(prepare_article("An old oil page.", origin="/5", page_kind="paywalled"))
    ids = [found.id or 0 for found in store.put(made)]
    store.delete([ids[1]], tombstone=False)
    known = dict(store.connection.execute("SELECT id, rendering_id FROM paragraphs").fetchall())
    articles = dict(store.connection.execute("SELECT id, article_id FROM renderings").fetchall())

    def article_of(row_ids: np.ndarray) -> np.ndarray:
        """Every second row of the pages that are searched is one without a vector."""
        found = [articles[known[one]] if one % 2 else 0 for one in row_ids.tolist()]
        return np.array([0 if one == ids[4] else one for one in found], dtype=np.int64)

    search = WordSearch(connection=store.connection, filters=Filters(), languages=["en"])
    asked, told = search.plain("oil rose")[0], search.plain("oil rose", article_of)[0]
    assert len(asked) == 8
    order = np.argsort(told.row_ids)
    assert told.row_ids[order].tolist() == asked.row_ids.tolist()
    assert told.article_ids[order].tolist() == asked.article_ids.tolist()
    np.testing.assert_allclose(told.scores[order], asked.scores)
