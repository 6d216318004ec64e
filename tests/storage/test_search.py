"""Search: filters hold exactly, the scan is exact, words are folded, and any text is a safe query."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any, get_args

import numpy as np
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from schemas.errors import UsageError
from schemas.protocols import Encoder, Matrix
from schemas.stored import Mode, PreparedArticle
from storage.sqlite import Store

Prepare = Callable[..., PreparedArticle]
WORDS = [
    "oil",
    "gas",
    "port",
    "fee",
    "strike",
    "vote",
    "court",
    "bank",
    "rain",
    "wheat",
    "tram",
    "mayor",
]
NAMES = [("Lena Ort", "PERSON"), ("Gdansk", "GPE"), ("Norvik", "ORG")]
DAY = datetime(2024, 1, 1, tzinfo=UTC)
ANYTHING = settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


def invent(prepare_article: Prepare, number: int, seed: int = 1) -> list[PreparedArticle]:
    """Articles of one to four rows, some longer than a window, over days, sources, languages and page kinds."""
    chance = random.Random(seed)  # noqa: S311  no secret
    found = []
    for i in range(number):
        body = [
            " ".join([*chance.choices(WORDS, k=chance.choice([4, 9, 50])), f"n{i}r{row}"])
            + chance.choice(["", " Lena Ort", " Gdansk", " Norvik and Gdansk"])
            for row in range(chance.randint(1, 4))
        ]
        prepared = prepare_article(
            *body,
            title=chance.choice([None, f"Title {i} {chance.choice(WORDS)}"]),
            origin=f"/{i}",
            url=f"https://{chance.choice('ab')}.example/{i}",
            site=chance.choice(["Post", "Élan", None]),
            language=chance.choice(["en", "de", None]),
            published=chance.choice([None, DAY + timedelta(hours=7 * i)]),
            page_kind=chance.choice(["article", "article", "live", "paywalled"]),
            names=NAMES,
        )
        rows = tuple(
            replace(row, masked=chance.random() < 0.15) for row in prepared.article.paragraphs
        )
        found.append(replace(prepared, article=replace(prepared.article, paragraphs=rows)))
    return found


def allowed(prepared: PreparedArticle, filters: dict[str, Any]) -> list[tuple[int, str]]:
    """(index, text) of the rows that the filters leave, by plain Python."""
    article = prepared.article
    if article.page_kind == "paywalled" and "paywalled" not in filters.get("include", ()):
        return []
    if not is_between(article.published_at, filters.get("since"), filters.get("until")):
        return []
    if "lang" in filters and article.language != filters["lang"]:
        return []
    source = filters.get("source")
    if source and source.casefold() not in (
        (article.site or "").casefold(),
        (article.url or "").split("/")[2],
    ):
        return []
    name, label = filters.get("entity"), filters.get("label")
    mentioned = {
        m.paragraph
        for m in prepared.mentions
        if (not name or m.name.lower() == name.lower()) and (not label or m.label == label)
    }
    return [
        (row.index, row.text)
        for row in article.rows
        if not row.masked and (row.index in mentioned or not (name or label))
    ]


def is_between(moment: datetime | None, since: datetime | None, until: datetime | None) -> bool:
    if moment is None:
        return not (since or until)
    return (since is None or moment >= since) and (until is None or moment <= until)


@pytest.fixture(scope="module")
def filled(
    tmp_path_factory: pytest.TempPathFactory,
) -> tuple[Callable[[Prepare, Encoder], tuple[Store, list[PreparedArticle]]], list[Store]]:
    """Fills one store for the module, at first use."""
    made: list[tuple[Store, list[PreparedArticle]]] = []
    stores: list[Store] = []

    def fill(prepare_article: Prepare, encoder: Encoder) -> tuple[Store, list[PreparedArticle]]:
        if not made:
            path = tmp_path_factory.mktemp("search") / "news.db"
            store = Store(path, encoder=lambda: encoder, mode="a")
            articles = invent(prepare_article, 80)
            store.put(articles)
            made.append((store, articles))
            stores.append(store)
        return made[0]

    return fill, stores


@pytest.fixture
def desk(
    filled: tuple[Callable[..., tuple[Store, list[PreparedArticle]]], list[Store]],
    prepare_article: Prepare,
    fake_encoder: Encoder,
) -> tuple[Store, list[PreparedArticle]]:
    return filled[0](prepare_article, fake_encoder)


def float16(matrix: Matrix) -> Matrix:
    """As vectors stand in the file, brought back to unit length."""
    rounded = matrix.astype(np.float16).astype(np.float32)
    unit: Matrix = rounded / np.linalg.norm(rounded, axis=1, keepdims=True)
    return unit


FILTERS = st.fixed_dictionaries(
    {},
    optional={
        "since": st.integers(0, 500).map(lambda h: DAY + timedelta(hours=h)),
        "until": st.integers(500, 600).map(lambda h: DAY + timedelta(hours=h)),
        "lang": st.sampled_from(["en", "de", "fr"]),
        "source": st.sampled_from(["post", "ÉLAN", "a.example", "nobody"]),
        "entity": st.sampled_from(["lena ort", "GDANSK", "Norvik", "Nobody"]),
        "label": st.sampled_from(["PERSON", "GPE", "LAW"]),
        "include": st.sampled_from([["paywalled"], ["error"], "paywalled", ["error", "paywalled"]]),
    },
)


@ANYTHING
@given(filters=FILTERS, k=st.integers(1, 90), words=st.lists(st.sampled_from(WORDS), min_size=1))
def test_meaning_equals_brute_force_under_any_filters(
    desk: tuple[Store, list[PreparedArticle]],
    fake_encoder: Encoder,
    filters: dict[str, Any],
    k: int,
    words: list[str],
) -> None:
    store, articles = desk
    query = " ".join(words)
    vector = fake_encoder.encode_query(query)[0]
    best: dict[int, float] = {}
    for number, prepared in enumerate(articles, start=1):
        cosines = [
            float((float16(fake_encoder.encode_windows([text])[0]) @ vector).max())
            for _, text in allowed(prepared, filters)
        ]
        if cosines:
            best[number] = max(cosines)
    hits = store.search(query, mode="meaning", k=k, **filters)
    assert len(hits) == min(k, len(best))
    expected = sorted(best.values(), reverse=True)[:k]
    assert [hit.similarity for hit in hits] == pytest.approx(expected, abs=2e-6)
    for hit in hits:
        assert best[hit.article_id] == pytest.approx(hit.similarity, abs=2e-6)


@ANYTHING
@given(filters=FILTERS, k=st.integers(1, 90), word=st.sampled_from(WORDS))
def test_hybrid_gives_every_article_that_matches_the_filters(
    desk: tuple[Store, list[PreparedArticle]], filters: dict[str, Any], k: int, word: str
) -> None:
    store, articles = desk
    left = [n for n, prepared in enumerate(articles, start=1) if allowed(prepared, filters)]
    hits = store.search(word, k=k, **filters)
    assert len(hits) == min(k, len(left))
    assert {hit.article_id for hit in hits} <= set(left)
    assert [hit.score for hit in hits] == sorted((hit.score for hit in hits), reverse=True)


@ANYTHING
@given(filters=FILTERS, words=st.lists(st.sampled_from(WORDS), min_size=1, max_size=3))
def test_the_total_of_words_is_exact(
    desk: tuple[Store, list[PreparedArticle]], filters: dict[str, Any], words: list[str]
) -> None:
    from schemas.filters import make_filters

    store, articles = desk
    matching = [
        n
        for n, prepared in enumerate(articles, start=1)
        if any(set(words) & set(text.lower().split()) for _, text in allowed(prepared, filters))
    ]
    found = store.find(" ".join(words), mode="words", k=7, filters=make_filters(**filters))
    assert found.total == len(matching)
    assert len(found.hits) == min(7, len(matching))
    assert {hit.article_id for hit in found.hits} <= set(matching)


@ANYTHING
@given(query=st.text())
@example('"')
@example("a NEAR b")
@example("NEAR(a b, 5)")
@example("oil*")
@example("words:oil")
@example("(oil AND")
@example("^oil + - ( [ {")
@example("'; DROP TABLE articles; --")
@example("🙂 oil 🛢️")
@example("")
@example("   ")
@example("\0oil\0")
@example("oil \ud800")
@example("_ __ a_b")
@example("OR AND NOT")
@example("oil " * 10_000)
@example(" ".join(f"word{i}" for i in range(10_000)))
@example("o" * 100_000)
@example("ก" * 3000 + "水" * 3000)
def test_any_text_is_a_safe_query(desk: tuple[Store, list[PreparedArticle]], query: str) -> None:
    store, _ = desk
    for mode in get_args(Mode):
        for hit in store.search(query, mode=mode, k=3):
            assert all(0 <= a < b <= len(hit.text) for a, b in hit.matches)


def test_the_words_of_a_quoted_query_are_still_found(
    desk: tuple[Store, list[PreparedArticle]],
) -> None:
    store, _ = desk
    plain = store.search("wheat", mode="words", k=99)
    assert plain
    for query in ('"wheat"', "wheat*", "wheat:", "(wheat", "NEAR wheat", "wheat \ud800"):
        assert store.search(query, mode="words", k=99) == plain


@pytest.mark.parametrize("mode", get_args(Mode))
@pytest.mark.parametrize("k", [0, -1, -(10**30)])
def test_a_k_below_one_finds_nothing(
    desk: tuple[Store, list[PreparedArticle]], mode: Mode, k: int
) -> None:
    assert desk[0].search("oil", mode=mode, k=k) == []


@pytest.mark.parametrize("k", [10**9, 10**30])
def test_a_huge_k_finds_all(desk: tuple[Store, list[PreparedArticle]], k: int) -> None:
    assert len(desk[0].search("oil", k=k)) == sum(bool(allowed(a, {})) for a in desk[1])
    assert len(desk[0].similar(desk[0].search("oil")[0].article_id, k=k)) > 20


@pytest.mark.parametrize(
    "wrong",
    [
        {"mode": "fuzzy"},
        {"mode": []},
        {"k": "ten"},
        {"k": 2.5},
        {"entitiy": "Gdansk"},
        {"entity": ["Gdansk"]},
        {"source": 5},
        {"since": 5},
        {"since": []},
        {"until": "one fine day"},
    ],
)
def test_what_cannot_be_meant_is_a_usage_error(
    desk: tuple[Store, list[PreparedArticle]], wrong: dict[str, Any]
) -> None:
    with pytest.raises(UsageError):
        desk[0].search("oil", **wrong)
    with pytest.raises(UsageError):
        desk[0].search(None)  # type: ignore[arg-type]


def test_an_unknown_filter_names_the_nearest(desk: tuple[Store, list[PreparedArticle]]) -> None:
    with pytest.raises(UsageError, match="Did you mean entity"):
        desk[0].search("oil", entitiy="Gdansk")  # type: ignore[call-arg]


def test_similar_leaves_itself_out_and_puts_the_nearest_first(
    desk: tuple[Store, list[PreparedArticle]], fake_encoder: Encoder
) -> None:
    store, articles = desk
    means: dict[int, Matrix] = {}
    for number, prepared in enumerate(articles, start=1):
        texts = [text for _, text in allowed(prepared, {})]
        if texts:
            windows = float16(np.concatenate(fake_encoder.encode_windows(texts)))
            means[number] = windows.mean(axis=0) / np.linalg.norm(windows.mean(axis=0))
    for number in list(means)[:12]:
        hits = store.similar(number, k=200)
        assert {hit.article_id for hit in hits} == set(means) - {number}
        expected = [float(means[number] @ means[hit.article_id]) for hit in hits]
        assert [hit.score for hit in hits] == pytest.approx(expected, abs=5e-6)
        assert expected == sorted(expected, reverse=True) or np.all(np.diff(expected) < 1e-5)


def test_similar_keeps_to_the_filters(desk: tuple[Store, list[PreparedArticle]]) -> None:
    store, articles = desk
    left = {n for n, a in enumerate(articles, start=1) if allowed(a, {"entity": "gdansk"})}
    one = min(left)
    hits = store.similar(one, k=99, entity="Gdansk")
    assert {hit.article_id for hit in hits} == left - {one}
    assert all("Gdansk" in hit.text for hit in hits)


def test_an_empty_store_finds_nothing(store: Store) -> None:
    for mode in get_args(Mode):
        assert store.search("oil", mode=mode) == []


def test_a_vector_of_another_length_is_a_usage_error(
    desk: tuple[Store, list[PreparedArticle]],
) -> None:
    from schemas.filters import make_filters

    for shape in ((1, 7), (2, 24), (24,)):
        with pytest.raises(UsageError):
            desk[0].similar_to(np.ones(shape, dtype=np.float32), k=3, filters=make_filters())
