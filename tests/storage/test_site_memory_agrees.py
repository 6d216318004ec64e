"""Whatever is stored, stored anew, moved and deleted, in any order: exactly what counting everything calls template is masked."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from schemas.article import PageKind
from schemas.protocols import Encoder
from schemas.stored import PreparedArticle
from storage import site_memory
from storage.filters import SEARCHED_KINDS
from storage.sqlite import Store

Prepare = Callable[..., PreparedArticle]
# Few, so that they return; the last is too long to be learned.
LINES = ("Sign up.", "Read more.", "Share it.", "Follow us.", "x" * 200)
PAGES = (*(f"https://a.org/{n}" for n in range(6)), "https://www.a.org/6", "https://b.org/1")
SITES = (None, "Paper", " paper", "b.org")

LEADS = (("Lead.", "Then.", "Sign up."), ("Lead.", "Then."))
ARTICLES = st.tuples(
    st.sampled_from((*PAGES, "file-1", "file-2")),
    st.sampled_from(SITES),
    st.sampled_from(("One", "Two", "two", "Three", "Four", None)),
    st.tuples(st.sampled_from((*LEADS[:1] * 4, LEADS[1])), st.sets(st.sampled_from(LINES))),
    st.sampled_from(("article", "article", "article", "article", "live", "section")),
)
STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("put"), ARTICLES),
        st.tuples(st.just("render"), st.tuples(st.integers(1, 9), ARTICLES)),
        st.tuples(st.just("delete"), st.lists(st.integers(1, 9), min_size=1, max_size=2)),
        st.tuples(st.just("switch"), st.just(value=True) | st.booleans()),
    ),
    max_size=12,
)
FILLED = st.lists(st.tuples(st.just("put"), ARTICLES), min_size=3, max_size=10)


@pytest.fixture
def small_rules(monkeypatch: pytest.MonkeyPatch) -> None:
    """Two articles teach, of the last five, where two are a third of them at least."""
    for name, value in (("WINDOW", 5), ("ENOUGH", 2), ("SHARE", 2)):
        monkeypatch.setattr(site_memory, name, value)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("site-memory")


def by_counting(store: Store) -> set[tuple[int, int]]:
    """(article, paragraph) of everything that is template, from the articles alone."""
    articles = defaultdict(list)
    for article_id, address, source in store.connection.execute(
        "SELECT id, address_key, source FROM articles ORDER BY id DESC"
    ).fetchall():
        site = address.split("/")[0] if address else " ".join((source or "").casefold().split())
        if site:
            articles[site].append(store.article(article_id))
    found = set()
    for stored in articles.values():
        window = [a for a in stored if a.page_kind in SEARCHED_KINDS][: site_memory.WINDOW]
        titles = defaultdict(set)
        for article in window:
            for paragraph in article.paragraphs[3:]:
                if len(paragraph.text) < 200:
                    titles[paragraph.text].add((article.title or "").casefold())
        template = {
            text
            for text, under in titles.items()
            if len(under) >= site_memory.ENOUGH and len(under) * site_memory.SHARE >= len(window)
        }
        found |= {(a.id, p.index) for a in stored for p in a.paragraphs[3:] if p.text in template}
    return found


def masked(store: Store) -> set[tuple[int, int]]:
    rows = store.connection.execute(
        """SELECT r.article_id, p.n FROM paragraphs p JOIN renderings r ON r.id = p.rendering_id
           WHERE r.current = 1 AND p.masked"""
    )
    return {(article_id, n) for article_id, n in rows}


def leftovers(store: Store) -> list[object]:
    """What is kept of articles and sites that are gone."""
    found: list[object] = []
    for sql in (
        "SELECT name FROM sites WHERE id NOT IN (SELECT site_id FROM site_articles)",
        "SELECT site_id FROM site_lines WHERE article_id NOT IN (SELECT article_id FROM site_articles)",
        "SELECT text FROM learned_lines WHERE site_id NOT IN (SELECT id FROM sites)",
    ):
        found += store.connection.execute(sql).fetchall()
    return found


@settings(
    max_examples=80, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(steps=st.tuples(FILLED, STEPS).map(lambda both: [*both[0], *both[1]]))
@pytest.mark.usefixtures("small_rules")
def test_what_is_masked_is_what_counting_everything_calls_template(
    folder: Path, prepare_article: Prepare, fake_encoder: Encoder, steps: list[tuple[str, object]]
) -> None:
    for file in folder.glob("news.db*"):
        file.unlink()
    is_on = True
    with Store(folder / "news.db", encoder=lambda: fake_encoder, mode="a") as store:
        for verb, value in steps:
            if verb == "switch":
                is_on = bool(value)
                store.set_site_memory(on=is_on)
            else:
                take(store, prepare_article, verb, value)
            assert masked(store) == (by_counting(store) if is_on else set()), verb
            assert leftovers(store) == []
            learned = {(line.site, line.text) for line in store.learned_lines()}
            assert bool(learned) == bool(masked(store))


def take(store: Store, prepare_article: Prepare, verb: str, value: object) -> None:
    if verb == "delete":
        assert isinstance(value, list)
        store.delete(value, tombstone=False)
        return
    assert isinstance(value, tuple)
    if verb == "put":
        store.put([prepared_of(prepare_article, value)])
        return
    article_id, article = value
    if store.article_id(article_id) is not None:
        version_id, _ = store.raw_document(article_id)
        with store.transaction():
            store.put_rendering(prepared_of(prepare_article, article), article_id, version_id)


def prepared_of(
    prepare_article: Prepare,
    article: tuple[str, str | None, str | None, tuple[tuple[str, ...], set[str]], PageKind],
) -> PreparedArticle:
    place, site, title, (lead, lines), kind = article
    is_page = place.startswith("http")
    return prepare_article(
        *lead,
        *sorted(lines),
        title=title,
        site=site,
        page_kind=kind,
        url=place if is_page else None,
        origin=place,
        origin_id=None if is_page else place,
    )
