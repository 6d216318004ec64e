"""The section an article stands in, in the places and languages pages name it."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from enrichers.cleaning.fragments import parse_html
from enrichers.cleaning.page_head import read_page
from enrichers.cleaning.section import section_of


def section(*nodes: object, head: str = "", body: str = "") -> str | None:
    scripts = "".join(
        f"<script type='application/ld+json'>{json.dumps(one)}</script>" for one in nodes
    )
    tree = parse_html(f"<html><head>{head}{scripts}</head><body><h1>Tram</h1>{body}</body></html>")
    assert tree is not None
    seen = read_page(tree, "https://www.harbourpost.example.org/2024/tram")
    return section_of(seen, site="Harbour Post", title="Tram line approved")


def article(value: object) -> dict[str, object]:
    return {"@type": "NewsArticle", "headline": "Tram", "articleSection": value}


def trail(*names: str) -> dict[str, object]:
    steps = [
        {"@type": "ListItem", "position": at, "name": name} for at, name in enumerate(names, 1)
    ]
    return {"@type": "BreadcrumbList", "itemListElement": steps[::-1]}


@pytest.mark.parametrize("value", ["Politics", ["Politics", "World"], [{"name": "Politics"}], "Politics, World, Trams", "Politics "])  # fmt: skip
def test_the_section_of_json_ld_is_read_in_each_of_its_shapes(value: object) -> None:
    assert section(article(value)) == "Politics"


@pytest.mark.parametrize(
    ("home", "name"),
    [("Home", "Sport"), ("Startseite", "Politik"), ("Accueil", "Économie"), ("Inicio", "Cultura"), ("Главная", "Спорт"), ("首页", "国际"), ("ホーム", "社会"),
     ("Anasayfa", "Gündem"), ("Harbour Post", "World"), ("harbourpost.example.org", "World")],
)  # fmt: skip
def test_the_first_step_of_a_breadcrumb_after_the_home_page_is_the_section(
    home: str, name: str
) -> None:
    assert section(trail(home, name, "Deeper", "Tram line approved")) == name


def test_a_breadcrumb_inside_its_page_is_found() -> None:
    assert section({"@type": "WebPage", "breadcrumb": trail("Home", "Sport", "Tram")}) == "Sport"


def test_json_ld_comes_before_meta_tags_and_these_before_the_breadcrumb() -> None:
    head = "<meta property='article:section' content='Business &amp;amp; Money'>"
    assert section(article("Politics"), trail("Home", "Sport", "T"), head=head) == "Politics"
    assert section(trail("Home", "Sport", "T"), head=head) == "Business & Money"


def test_a_breadcrumb_in_the_page_is_the_last_resort() -> None:
    shown = "<nav class='site-breadcrumbs'><a href='/'>Home</a> <a href='/s'>› Sport</a></nav>"
    assert section(body=shown) == "Sport"


@pytest.mark.parametrize("value", ["", "https://example.org/politics", "Tram line approved", "Harbour Post", "42", "x" * 80, None, 7, {}, [[]], ["", None]])  # fmt: skip
def test_what_is_no_section_is_left(value: object) -> None:
    assert section(article(value)) is None


@given(
    st.recursive(
        st.none() | st.integers() | st.text(max_size=8),
        lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["name", "item", "position", "@type"]), inner, max_size=3),
    )
)  # fmt: skip
def test_no_section_in_json_ld_raises(value: object) -> None:
    found = section(article(value), {"@type": "BreadcrumbList", "itemListElement": value})
    assert found is None or 1 < len(found) <= 60
