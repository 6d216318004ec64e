"""Whatever was put, changed and deleted: a search under any filters has what brute force over the same articles has."""

from __future__ import annotations

import os
import tempfile
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test

from schemas.article import Article, Paragraph
from schemas.document import RawDocument
from schemas.filters import make_filters
from schemas.provenance import Provenance
from schemas.stored import PreparedArticle
from storage.sqlite import Store
from storage.values import sha256
from storage.vector_index import VectorIndex
from tests.conftest import FakeEncoder

LONG = bool(os.environ.get("COPYDESK_LONG_TESTS"))
WORDS = ("oil", "gas", "port", "vote", "rain", "tram")
DAY = datetime(2024, 1, 1, tzinfo=UTC)
TEXTS = st.lists(st.lists(st.sampled_from(WORDS), min_size=1, max_size=4).map(" ".join), min_size=1, max_size=3)  # fmt: skip
QUERIES = st.lists(st.sampled_from(WORDS), min_size=1, max_size=3, unique=True).map(" ".join)
FILTERS = st.fixed_dictionaries(
    {},
    optional={
        "lang": st.sampled_from(["en", "de"]),
        "since": st.integers(0, 5).map(lambda days: DAY + timedelta(days=days)),
    },
)
ENCODER = FakeEncoder()


class Desk(RuleBasedStateMachine):
    """A store, and beside it what it should have: of each address its language, day and texts."""

    def __init__(self) -> None:
        super().__init__()
        self._folder = tempfile.TemporaryDirectory()
        self.path = Path(self._folder.name) / "news.db"
        self.articles: dict[int, tuple[str, datetime, list[str]]] = {}
        self.ids: dict[int, int] = {}
        self.version = 0
        self.open(exact=1000)

    def open(self, exact: int) -> None:
        self.store = Store(self.path, encoder=lambda: ENCODER, mode="a")
        index = VectorIndex(
            self.store.connection, self.path.with_name("news.db.vectors"), smallest=1, exact=exact
        )
        object.__setattr__(self.store.searcher, "index", index)

    @rule(number=st.integers(0, 7), lang=st.sampled_from(["en", "de"]), day=st.integers(0, 6), texts=TEXTS)  # fmt: skip
    def put(self, number: int, lang: str, day: int, texts: list[str]) -> None:
        self.version += 1
        texts = [f"{text} v{self.version}" for text in texts]
        published = DAY + timedelta(days=day)
        (made,) = self.store.put([prepared(number, lang, published, texts)])
        assert made.id is not None
        self.ids[number] = made.id
        self.articles[number] = (lang, published, texts)

    @rule(number=st.integers(0, 7))
    def delete(self, number: int) -> None:
        if number in self.ids:
            self.store.delete([self.ids.pop(number)], tombstone=False)
            del self.articles[number]

    @rule(exact=st.sampled_from([2, 1000]))
    def come_again(self, exact: int) -> None:
        self.store.close()
        self.open(exact)

    @rule(query=QUERIES, filters=FILTERS, k=st.integers(1, 10))
    def search(self, query: str, filters: dict[str, Any], k: int) -> None:
        left = {
            self.ids[number]: texts
            for number, (lang, day, texts) in self.articles.items()
            if filters.get("lang", lang) == lang and day >= filters.get("since", day)
        }
        vector = ENCODER.encode_query(query)[0]
        best = {
            one: max(float(ENCODER.encode([text])[0] @ vector) for text in texts)
            for one, texts in left.items()
        }
        by_meaning = self.store.search(query, mode="meaning", k=k, **filters)
        assert len(by_meaning) == min(k, len(left))
        nearest = sorted(best.values(), reverse=True)[:k]
        assert [hit.similarity for hit in by_meaning] == pytest.approx(nearest, abs=2e-3)
        assert all(hit.text in left[hit.article_id] for hit in by_meaning)
        with_words = {
            one for one, texts in left.items() if set(query.split()) & set(" ".join(texts).split())
        }
        by_words = self.store.find(query, mode="words", k=k, filters=make_filters(**filters))
        assert by_words.total == len(with_words)
        assert {hit.article_id for hit in by_words.hits} <= with_words
        hybrid = self.store.search(query, k=k, **filters)
        assert len(hybrid) == min(k, len(left))
        assert {hit.article_id for hit in hybrid} <= set(left)

    @invariant()
    def has_as_many(self) -> None:
        assert self.store.status()["articles"] == len(self.articles)

    def teardown(self) -> None:
        self.store.close()
        self._folder.cleanup()


def prepared(number: int, lang: str, published: datetime, texts: list[str]) -> PreparedArticle:
    rows = tuple(Paragraph(index=i, kind="text", text=text) for i, text in enumerate(texts))
    url = f"https://example.org/{number}"
    return PreparedArticle(
        document=RawDocument(
            content="\n".join(texts).encode(),
            media_type="text/plain",
            origin=url,
            url=url,
            fetched_at=DAY,
        ),
        article=Article(url=url, language=lang, published_at=published, paragraphs=rows),
        vectors=dict(zip(map(sha256, texts), ENCODER.encode_windows(texts), strict=True)),
        made_by=(Provenance(stage="clean", name="test", version="1"), ENCODER.provenance),
    )


def test_a_search_equals_brute_force_after_any_changes() -> None:
    run_state_machine_as_test(
        Desk,
        settings=settings(
            max_examples=300 if LONG else 8,
            stateful_step_count=40 if LONG else 12,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )
