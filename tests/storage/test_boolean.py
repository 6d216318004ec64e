"""A query with operators finds exactly the articles that plain Python finds."""

from __future__ import annotations

import random
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from schemas.filters import Filters, make_filters
from schemas.protocols import Encoder
from schemas.stored import PreparedArticle
from storage.boolean import BooleanQuery
from storage.query_language import Either, Every, Near, Node, Not, Term, parse_query
from storage.sqlite import Store
from storage.words import split_words, stems_of

Prepare = Callable[..., PreparedArticle]
WORDS = [
    "oil",
    "import",
    "imports",
    "importing",
    "nation",
    "nationality",
    "happy",
    "happiness",
    "port",
]
AUTHORS = [(), ("Ann Lee",), ("Ann Ruiz", "Tom Lee"), ("Leeann Ort",)]
ANYTHING = settings(
    max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


@pytest.fixture(scope="module")
def made() -> dict[str, Any]:
    return {}


@pytest.fixture
def desk(
    made: dict[str, Any],
    tmp_path_factory: pytest.TempPathFactory,
    prepare_article: Prepare,
    fake_encoder: Encoder,
) -> tuple[Store, list[PreparedArticle]]:
    """Sixty articles of few words, made once."""
    if not made:
        chance = random.Random(4)  # noqa: S311  no secret
        articles = [
            prepare_article(
                *(
                    " ".join(chance.choices(WORDS, k=4)) + f" n{number}r{row}"
                    for row in range(chance.randint(1, 3))
                ),
                title=chance.choice([None, " ".join(chance.choices(WORDS, k=2)) + f" {number}"]),
                origin=f"/{number}",
                authors=chance.choice(AUTHORS),
                names=[("oil", "ORG")],
            )
            for number in range(60)
        ]
        store = Store(
            tmp_path_factory.mktemp("boolean") / "news.db", encoder=lambda: fake_encoder, mode="a"
        )
        store.put(articles)
        made["desk"] = store, articles
    desk: tuple[Store, list[PreparedArticle]] = made["desk"]
    return desk


def stands_in(term: Term, words: list[str]) -> list[int]:
    """Where the term begins among the words of a row."""
    size = len(term.words)
    found = []
    for start in range(len(words) - size + 1):
        row = words[start : start + size]
        same = stems_of(row, "en")[: size - 1] == stems_of(term.words, "en")[: size - 1]
        if term.is_prefix:
            is_last = row[-1].startswith(term.words[-1])
        else:
            is_last = stems_of(row[-1:], "en") == stems_of(term.words[-1:], "en")
        if same and is_last:
            found.append(start)
    return found


def finds(node: Node, prepared: PreparedArticle, *, only: str | None = None) -> bool:
    article = prepared.article
    rows = [row for row in article.rows if only is None or only in row.text.split()]
    if isinstance(node, Every):
        return all(finds(part, prepared, only=only) for part in node.parts)
    if isinstance(node, Either):
        return any(finds(part, prepared, only=only) for part in node.parts)
    if not rows:
        return False
    if isinstance(node, Not):
        return not finds(node.part, prepared)
    if node.field == "author":
        assert isinstance(node, Term)
        return any(_is_name(node, split_words(name)) for name in article.authors)
    texts = [article.title or ""] if node.field == "title" else [row.text for row in rows]
    return any(_is_in(node, split_words(text)) for text in texts)


def _is_name(term: Term, words: list[str]) -> bool:
    joined, wanted = f" {' '.join(words)} ", f" {' '.join(term.words)}"
    return (wanted if term.is_prefix else f"{wanted} ") in joined


def _is_in(leaf: Term | Near, words: list[str]) -> bool:
    if isinstance(leaf, Term):
        return bool(stands_in(leaf, words))
    first, second = leaf.terms
    return any(
        (b - (a + len(first.words)) if a < b else a - (b + len(second.words))) <= leaf.distance
        for a in stands_in(first, words)
        for b in stands_in(second, words)
        if a != b
    )


LEAF = st.one_of(
    st.sampled_from(WORDS),
    st.tuples(st.sampled_from(WORDS), st.sampled_from(WORDS)).map(lambda two: f'"{two[0]} {two[1]}"'),
    st.sampled_from(["impo*", "nati*", "national*", "happ*", "happi*", '"oil imp*"', "po*"]),
    st.sampled_from(["title:oil", "title:import*", 'title:"oil port"', "author:lee", 'author:"ann ru*"']),
    st.tuples(st.sampled_from(["oil", "port"]), st.integers(0, 3), st.sampled_from(["nation", "happy"])).map(
        lambda near: f"{near[0]} NEAR/{near[1]} {near[2]}"
    ),
)  # fmt: skip
QUERY = st.recursive(
    LEAF,
    lambda inner: st.one_of(
        st.tuples(inner, st.sampled_from([" AND ", " OR ", " NOT "]), inner).map(
            lambda parts: f"({''.join(parts)})"
        ),
        inner.map(lambda one: f"(NOT {one})"),
    ),
    max_leaves=5,
)


def query_over(store: Store, node: Node, filters: Filters) -> BooleanQuery:
    return BooleanQuery(connection=store.connection, node=node, filters=filters, languages=["en"])


@ANYTHING
@given(query=QUERY, only=st.sampled_from([None, "oil"]))
def test_it_finds_what_plain_python_finds(
    desk: tuple[Store, list[PreparedArticle]], query: str, only: str | None
) -> None:
    store, articles = desk
    node = parse_query(query)
    if node is None:
        return
    filters = make_filters(entity=only) if only else Filters()
    found = query_over(store, node, filters).article_ids().tolist()
    assert found == [n for n, one in enumerate(articles, 1) if finds(node, one, only=only)]


@pytest.mark.parametrize(
    ("query", "language", "text"),
    [
        ("ministe*", "en", "ministers met"),
        ("dying*", "en", "a dying trade"),
        ('"石油贸易"', "zh", "关于石油贸易的谈判"),
        ("石油 AND 谈判", "zh", "关于石油贸易的谈判"),
        ("Regierung AND Haus", "de", "Die Regierungen in einem Haus"),
        ("нефт*", "ru", "Нефтяные компании"),
    ],
)
def test_words_of_all_languages_are_found(
    tmp_path: Path,
    prepare_article: Prepare,
    fake_encoder: Encoder,
    query: str,
    language: str,
    text: str,
) -> None:
    node = parse_query(query)
    assert node is not None
    with Store(tmp_path / "news.db", encoder=lambda: fake_encoder, mode="a") as store:
        store.put([prepare_article(text, language=language)])
        found = BooleanQuery(
            connection=store.connection,
            node=node,
            filters=Filters(),
            languages=["en", "de", "ru", "zh"],
        ).article_ids()
    assert len(found) == 1


def test_search_takes_operators_in_words_mode(desk: tuple[Store, list[PreparedArticle]]) -> None:
    store, articles = desk
    query = '(title:oil OR "port oil") NOT happ*'
    node = parse_query(query)
    assert node is not None
    expected = {n for n, one in enumerate(articles, 1) if finds(node, one)}
    found = store.find(query, mode="words", k=99, filters=Filters())
    assert found.total == len(expected)
    assert {hit.article_id for hit in found.hits} == expected
    assert not found.notes


def test_a_beginning_is_marked_where_it_stands(desk: tuple[Store, list[PreparedArticle]]) -> None:
    store, _ = desk
    hits = store.search("impo* AND oil", mode="words", k=9)
    assert hits
    for hit in hits:
        marked = {hit.text[start:end] for start, end in hit.matches}
        assert marked
        assert marked <= {"import", "imports", "importing", "oil"}


def test_what_does_not_parse_is_searched_as_plain_words_and_says_so(
    desk: tuple[Store, list[PreparedArticle]],
) -> None:
    store, _ = desk
    found = store.find("oil AND (port", mode="words", k=99, filters=Filters())
    plain = store.find("oil and port", mode="words", k=99, filters=Filters())
    assert [hit.article_id for hit in found.hits] == [hit.article_id for hit in plain.hits]
    assert found.notes == ("searched as plain words: an opening bracket without its closing one",)


def test_a_query_that_only_leaves_out_finds_the_rest(
    desk: tuple[Store, list[PreparedArticle]],
) -> None:
    store, articles = desk
    found = store.find("NOT oil", mode="words", k=99, filters=Filters())
    left = [one for one in articles if not any("oil" in row.text.split() for row in one.article.rows)]  # fmt: skip
    assert found.total == len(left) > 0
    assert all(0 <= a < b <= len(hit.text) for hit in found.hits for a, b in hit.matches)


def test_a_query_of_many_terms_is_one(desk: tuple[Store, list[PreparedArticle]]) -> None:
    store, _ = desk
    many = " OR ".join([*(f'"absent word{n}"' for n in range(499)), '"oil port"'])
    found = store.find(many, mode="words", k=99, filters=Filters())
    alone = store.find('"oil port"', mode="words", k=99, filters=Filters())
    assert found.total == alone.total
    assert not found.notes


NASTY = [
    "NEAR/", "NEAR/5", "a NEAR/5", "NEAR/5 a", "a NEAR/99999999 b", "a NEAR/0 a", "title:", "title:()", "title:(", 'title:""',
    'title:"*"', "author:*", "author:(NOT lee)", "NOT", "NOT NOT", "NOT ()", "() OR ()", "(())", ")(", "* OR *", "a* OR b*",
    '"a" "b', "“a", "«a", 'words:"x" AND a', "{a} AND b", "^a AND b", "a AND -b", "a AND +b", "rowid:1 AND a", "a\0 AND b\0",
    "a AND \ud800", "🙂 AND 🛢️", "石* AND 油*", "ا* AND ب", "AND " * 400, "(" * 500 + "a AND b" + ")" * 500, '"' * 999,
    "a AND " * 999 + "a", "a OR " * 999 + "a", "NOT " * 999 + "a AND b", "'; DROP TABLE articles; -- AND a", 'a"b"c AND d',
    "title:title:a AND b", "author:title:a AND b", "TITLE:a AND b", "a AND b*c", "a AND *b", "a NEAR/3 b NEAR/4 c NEAR/5 d",
    "a NEAR/3 NOT b", '"a b c" NEAR/3 "d e*"', "a AND" + " " * 9_999 + "b", "a/b AND c", "a|b AND c&d", "<a> AND b", "a AND \\",
    "%_ AND a", "a AND 1e999", "NaN AND null", "a AND " + "x" * 99_999, "OR a OR", "AND OR NOT", "a NOT", "oil*port* AND a",
]  # fmt: skip


@pytest.mark.parametrize("query", NASTY)
def test_no_query_is_an_error(desk: tuple[Store, list[PreparedArticle]], query: str) -> None:
    store, _ = desk
    found = store.find(query, mode="words", k=3, filters=Filters())
    assert found.total is not None
    assert len(found.hits) == min(3, found.total)
