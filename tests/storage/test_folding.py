"""Copies of one story are one hit with their count, and the counts of facets are exact: both against brute force."""

from __future__ import annotations

import random
import re
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, get_args

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from schemas.errors import UsageError
from schemas.filters import make_filters
from schemas.protocols import Encoder
from schemas.searching import FACETS, make_options
from schemas.stored import Mode, PreparedArticle, SearchHit
from storage import ranking
from storage.duplicates import read_stories
from storage.search import Searcher
from storage.sqlite import Store
from storage.vector_index import VectorIndex

Prepare = Callable[..., PreparedArticle]
DAY = datetime(2024, 1, 20, tzinfo=UTC)
NAMES = [("Lena Ort", "PERSON"), ("Gdansk", "GPE"), ("Norvik", "ORG")]
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
    "bridge",
    "ferry",
]
QUICK = settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


def story(number: int) -> list[str]:
    """Three rows that no other story has."""
    chance = random.Random(number)  # noqa: S311  no secret
    return [
        " ".join(f"{chance.choice(WORDS)} s{number}r{row}w{i}" for i in range(8))
        + chance.choice(["", " Lena Ort", " Gdansk", " Norvik and Gdansk"])
        for row in range(3)
    ]


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> list[Store]:
    """The store of the module, once it is filled."""
    return []


@pytest.fixture
def desk(
    made: list[Store],
    tmp_path_factory: pytest.TempPathFactory,
    prepare_article: Prepare,
    fake_encoder: Encoder,
) -> Store:
    """Articles 1 to 60 of twenty stories: each the whole, its copy on another site, and a near copy, in any order."""
    if made:
        return made[0]
    place: Path = tmp_path_factory.mktemp("folding") / "news.db"
    store = Store(place, encoder=lambda: fake_encoder, mode="a")
    chance = random.Random(7)  # noqa: S311  no secret
    parts = [(number, kind) for number in range(20) for kind in ("whole", "copy", "near")]
    chance.shuffle(parts)
    for number, kind in parts:
        rows = story(number)
        if kind == "near":
            rows[0] = f"PORTSIDE (Wire) - {rows[0]}"
        store.put(
            [
                prepare_article(
                    *rows,
                    url=f"https://{kind}.example/{number}",
                    origin=f"/{kind}/{number}",
                    site=chance.choice(["Post", "Élan", None]),
                    language=chance.choice(["en", "de", None]),
                    published=chance.choice([None, DAY + timedelta(days=number)]),
                    names=NAMES,
                )
            ]
        )
    made.append(store)
    return store


def story_of(hit: SearchHit) -> int:
    return int(re.findall(r"\bs(\d+)r", hit.text)[0])


FILTERS = st.fixed_dictionaries(
    {},
    optional={
        "since": st.integers(0, 20).map(lambda days: DAY + timedelta(days=days)),
        "lang": st.sampled_from(["en", "de"]),
        "source": st.sampled_from(["post", "whole.example"]),
        "entity": st.sampled_from(["lena ort", "GDANSK"]),
        "label": st.sampled_from(["GPE", "ORG"]),
    },
)
ASKED = {
    "mode": st.sampled_from(get_args(Mode)),
    "filters": FILTERS,
    "words": st.lists(st.sampled_from(WORDS), min_size=1, max_size=3),
    "recency": st.sampled_from([None, "30d"]),
}


@QUICK
@given(**ASKED, k=st.sampled_from([1, 4, 30]), exact=st.sampled_from([3, 50_000]))
def test_folded_hits_are_the_best_of_each_story_and_count_the_rest(
    desk: Store,
    mode: Mode,
    filters: dict[str, Any],
    words: list[str],
    recency: str | None,
    k: int,
    exact: int,
) -> None:
    chosen, query = make_filters(**filters), " ".join(words)
    searcher = searcher_of(desk, exact)
    plain = searcher.search(query, mode, 99, chosen, make_options(recency=recency)).hits
    ids: dict[int, list[int]] = defaultdict(list)
    best: dict[int, SearchHit] = {}
    for hit in plain:
        ids[story_of(hit)].append(hit.article_id)
        best.setdefault(story_of(hit), hit)
    found = searcher.search(query, mode, k, chosen, make_options(recency=recency, fold=True))
    assert [hit.article_id for hit in found.hits] == [h.article_id for h in best.values()][:k]
    for hit in found.hits:
        others = sorted({*ids[story_of(hit)]} - {hit.article_id})
        assert hit.duplicates is not None
        assert (hit.duplicates.count, list(hit.duplicates.ids)) == (len(others), others)
    assert found.total == (len(best) if mode == "words" else None)


@QUICK
@given(**ASKED, per=st.sampled_from(["article", "paragraph"]), exact=st.sampled_from([3, 50_000]))
def test_facets_count_every_hit_that_there_is(
    desk: Store,
    mode: Mode,
    filters: dict[str, Any],
    words: list[str],
    recency: str | None,
    per: str,
    exact: int,
) -> None:
    chosen, query = make_filters(**filters), " ".join(words)
    searcher = searcher_of(desk, exact)
    rows = searcher.search(query, mode, 999, chosen, make_options(per="paragraph")).hits
    expected: dict[str, set[tuple[object, object]]] = defaultdict(set)
    for hit in rows:
        unit = hit.article_id if per == "article" else (hit.article_id, hit.paragraph)
        month = hit.published_at.isoformat()[:7] if hit.published_at else None
        language = desk.article(hit.article_id).language
        for name, value in (("source", hit.source), ("month", month), ("language", language)):
            expected[name].add((value, unit))
        for mention in hit.mentions:
            expected["entity"].add((mention.name, unit))
            expected["label"].add((mention.label, unit))
    options = make_options(per=per, recency=recency, facets=True)
    facets = searcher.search(query, mode, 1, chosen, options).facets or {}
    assert tuple(facets) == FACETS
    for name, counts in facets.items():
        assert {one.value: one.count for one in counts} == Counter(v for v, _ in expected[name])


@QUICK
@given(**ASKED, per=st.sampled_from(["article", "paragraph"]), size=st.integers(1, 9))
def test_pages_of_folded_hits_put_together_are_the_whole_list(
    desk: Store,
    mode: Mode,
    filters: dict[str, Any],
    words: list[str],
    recency: str | None,
    per: str,
    size: int,
) -> None:
    asked: dict[str, Any] = {"mode": mode, "per": per, "fold": True, **filters}
    query = " ".join(words)
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(ranking, "SHALLOW", 6)
        patched.setattr(desk.searcher.index, "_exact", 3)
        patched.setattr(desk.searcher.index, "_rows", None)
        whole = desk.search(query, k=200, **asked)
        pages = [
            desk.search(query, k=size, offset=at, **asked) for at in range(0, len(whole) + 1, size)
        ]
    assert [hit for page in pages for hit in page] == whole
    shown = [story_of(hit) for hit in whole]
    assert per == "paragraph" or len(shown) == len(set(shown))
    desk.searcher.index._rows = None


def test_rows_of_one_text_are_one_hit(desk: Store) -> None:
    every = desk.search("oil", mode="words", k=999, per="paragraph")
    by_text = Counter(hit.text for hit in every)
    folded = desk.search("oil", mode="words", k=999, per="paragraph", fold=True)
    assert {hit.text: 1 + hit.duplicates.count for hit in folded if hit.duplicates} == by_text


def test_what_the_floor_leaves_out_is_neither_counted_nor_folded(desk: Store) -> None:
    every = desk.search("oil port", k=99)
    floor = sorted(hit.similarity or 0.0 for hit in every)[40]
    near = desk.search("oil port", k=99, min_similarity=floor, facets="source")
    assert near.facets is not None
    assert sum(one.count for one in near.facets["source"]) == len(near) == 20
    folded = desk.search("oil port", k=99, min_similarity=floor, fold=True)
    assert sum(1 + hit.duplicates.count for hit in folded if hit.duplicates) == len(near)


def test_stories_change_with_their_articles(store: Store, prepare_article: Prepare) -> None:
    def put(rows: list[str], name: str) -> int:
        [made] = store.put([prepare_article(*rows, url=f"https://{name}.example/1", origin=name)])
        return made.id or 0

    near = [f"PORTSIDE (Wire) - {story(1)[0]}", *story(1)[1:]]
    ids = [put(story(1), "a"), put(near, "b"), put(story(2), "c")]
    assert read_stories(store.connection) == {ids[0]: ids[0], ids[1]: ids[0]}
    put([f"PORTSIDE (Wire) - {story(2)[0]}", *story(2)[1:]], "b")  # the publisher wrote it anew
    assert read_stories(store.connection) == {ids[1]: ids[1], ids[2]: ids[1]}
    store.delete([ids[1]])
    assert read_stories(store.connection) == {}


def test_labels_of_a_tagger_of_its_own_are_counted(store: Store, prepare_article: Prepare) -> None:
    names = [("Lena Ort", "PERSON"), ("Norvik", "SHIP")]
    store.put([prepare_article("Lena Ort came by the Norvik.", names=names)])
    facets = store.search("came", mode="words", facets="label").facets or {}
    assert [(one.value, one.count) for one in facets["label"]] == [("PERSON", 1), ("SHIP", 1)]


def test_entities_that_somebody_hid_are_not_counted(store: Store, prepare_article: Prepare) -> None:
    store.put([prepare_article("Lena Ort came to Gdansk.", names=NAMES)])
    store.hide_entity("Gdansk")
    facets = store.search("came", mode="words", facets=["entity", "label"]).facets or {}
    assert [one.value for one in facets["entity"]] == ["Lena Ort"]
    assert [one.value for one in facets["label"]] == ["GPE", "PERSON"]


@pytest.mark.parametrize("wrong", [{"facets": "sauce"}, {"facets": 5}, {"fold": "yes"}, {"explain": 1}])  # fmt: skip
def test_what_cannot_be_meant_is_a_usage_error(desk: Store, wrong: dict[str, Any]) -> None:
    with pytest.raises(UsageError):
        desk.search("oil", **wrong)


def searcher_of(store: Store, exact: int) -> Searcher:
    """A searcher that compares up to `exact` lines each."""
    index = VectorIndex(store.connection, store.searcher.index._folder, exact=exact)
    return Searcher(connection=store.connection, index=index, encoder=store.encoder)


@pytest.fixture(autouse=True, scope="module")
def _closed(made: list[Store]) -> Iterator[None]:
    yield
    for store in made:
        store.close()
