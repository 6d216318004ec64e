"""Who wrote it: people first, an agency where no people are named, the site last, a desk never."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from enrichers.cleaning.authors import authors_of
from enrichers.cleaning.fragments import parse_html
from enrichers.cleaning.page_head import read_page
from enrichers.cleaning.people import people, split_names

PERSON, ORGANISATION = "Person", "Organization"


def authors(
    author: object = None, *, head: str = "", body: str = "<h1>Tram line approved</h1>"
) -> list[str]:
    script = json.dumps(
        {"@type": "NewsArticle", "headline": "Tram line approved", "author": author}
    )
    tree = parse_html(
        f"<html><head>{head}<script type='application/ld+json'>{script}</script></head><body>{body}</body></html>"
    )
    assert tree is not None
    return authors_of(read_page(tree, "https://e.org/a"), "Harbour Post")


def named(*names: str, kind: str = PERSON) -> list[dict[str, str]]:
    return [{"@type": kind, "name": name} for name in names]


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("By Ana Ruiz and Tom Berg", ["Ana Ruiz", "Tom Berg"]),
        ("Von Jürgen Müller und Anna-Lena Groß", ["Jürgen Müller", "Anna-Lena Groß"]),
        ("Par Zoé L'Hôte et Jean de La Tour", ["Zoé L'Hôte", "Jean de La Tour"]),
        ("Por María José Núñez y Íñigo Ortiz", ["María José Núñez", "Íñigo Ortiz"]),
        ("Автор: Ирина Петрова", ["Ирина Петрова"]),
        ("Ana Ruiz/Tom Berg", ["Ana Ruiz", "Tom Berg"]),
        ("Ana Ruiz, Sports Desk", ["Ana Ruiz"]),
        ("Ana Ruiz (text), Tom Berg (photo)", ["Ana Ruiz", "Tom Berg"]),
        ("Staff Writer", []),
        ("Redaktion", []),
        ("Web Desk", []),
        ("@anaruiz", []),
        ("ana@example.org", []),
        ("https://example.org/author/ana", []),
    ],
)
def test_a_byline_names_people_in_their_order(line: str, expected: list[str]) -> None:
    assert split_names(line) == expected


def test_people_come_before_organisations_but_an_agency_beside_them_is_kept() -> None:
    assert authors([*named("Ana Ruiz"), *named("Harbour Media", kind=ORGANISATION)]) == ["Ana Ruiz"]
    assert authors([*named("Ana Ruiz"), *named("dpa", kind=ORGANISATION)]) == ["Ana Ruiz", "dpa"]


def test_agencies_alone_are_named_as_the_page_names_them() -> None:
    assert authors(named("Harbour Post et AFP")) == ["Harbour Post et AFP"]


def test_an_agency_in_a_meta_tag_is_better_than_the_site_in_json_ld() -> None:
    head = "<meta name='articleauthor' content='Anadolu Ajansı'>"
    assert authors(named("Harbour Post", kind=ORGANISATION), head=head) == ["Anadolu Ajansı"]


def test_a_section_of_the_site_is_no_author() -> None:
    assert authors(named("Ana Ruiz", "Harbour Post Business")) == ["Ana Ruiz"]


def test_the_site_is_named_where_nobody_else_is_and_a_desk_never() -> None:
    assert authors(named("Harbour Post", kind=ORGANISATION)) == ["Harbour Post"]
    assert authors(named("Web Desk")) == []
    assert authors("admin") == []


@pytest.mark.parametrize(
    "byline",
    [
        "<a rel='author' href='/ana'>Ana Ruiz</a>", "<span itemprop='author'>Ana Ruiz</span>", "<p class='article__byline'>By Ana Ruiz</p>",
        "<div class='author-name'><b>Ana Ruiz</b><i>Political correspondent</i></div>", "<span class='PostAuthorName'>Ana Ruiz</span>",
        "<div data-testid='byline'>By <a href='/ana'>Ana Ruiz</a></div>", "<p>By Ana Ruiz</p>", "<p>Kicker line</p><p><strong>Ana Ruiz</strong></p>",
    ],
)  # fmt: skip
def test_the_byline_shown_is_read_where_the_head_names_nobody(byline: str) -> None:
    text = "<p>The council voted for the tram line after six hours of debate.</p>"
    assert authors(body=f"<article><h1>Tram line approved</h1>{byline}{text}</article>") == ["Ana Ruiz"]  # fmt: skip


@pytest.mark.parametrize(
    "line",
    [
        "<p><strong>Tram Line</strong> approved after a debate.</p>",
        "<p><strong>What happened next?</strong></p>",
        "<p><strong>Monday</strong></p>",
        "<aside><p class='author'>Tom Berg</p></aside>",
        "<div class='related'><span class='author'>Tom Berg</span></div>",
        "<div class='comment'><span class='comment-author'>Tom Berg</span></div>",
        "<span class='author'>Twitter Facebook</span>",
        "<span class='author'>Harbour Post</span>",
        "<p class='byline'>By our staff</p>",
    ],
)
def test_what_only_looks_like_a_byline_names_nobody(line: str) -> None:
    assert authors(body=f"<article><h1>Tram line approved</h1>{line}</article>") == []


def test_a_byline_outside_the_article_of_the_headline_is_anothers() -> None:
    other = "<article><h2>Next story</h2><a rel='author'>Tom Berg</a></article>"
    assert authors(body=f"<article><h1>Tram line approved</h1><p>Text.</p></article>{other}") == []


def test_lists_in_lists_end() -> None:
    deep: object = "Ana Ruiz"
    for _ in range(2000):
        deep = [deep]
    assert people(deep) == []


@given(
    st.recursive(
        st.none() | st.integers() | st.text(max_size=20),
        lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["@type", "@id", "name", "givenName"]), inner, max_size=3),
    )
)  # fmt: skip
def test_no_author_in_json_ld_raises(value: object) -> None:
    assert all(isinstance(name, str) and name for name in authors(value))


@pytest.mark.parametrize("tag", ["div", "span", "address"])
def test_a_byline_that_stands_in_no_paragraph_is_read(tag: str) -> None:
    line = f"<{tag} class='info'>By <a href='/ana'>Ana Ruiz</a> and Tom Berg · 8 July 2024</{tag}>"
    body = f"<h1>Tram line approved</h1>{line}<p>The council met.</p>"
    assert authors(body=body) == ["Ana Ruiz", "Tom Berg"]


def test_a_byline_behind_the_text_is_of_another_story() -> None:
    text = "The council met on Monday and spoke for hours about the tram. " * 5
    body = f"<h1>Tram line approved</h1><p>{text}</p><div>By Ana Ruiz · 8 July 2024</div>"
    assert authors(body=body) == []


@pytest.mark.parametrize(
    "line",
    [
        "<ul><li>Von: <span><a href='/ana'>Ana Ruiz</a>, </span><span>Tom Berg</span></li></ul>",
        "<ul><li><strong>Date</strong> 8 July</li><li><strong>Author</strong> Ana Ruiz, Tom Berg</li></ul>",
        "<dl><dt>Autorin/Autor:</dt><dd>Ana Ruiz und Tom Berg</dd></dl>",
    ],
)
def test_a_byline_in_a_list_of_what_is_known_of_the_story_is_read(line: str) -> None:
    assert authors(body=f"<article><h1>Tram line approved</h1>{line}</article>") == ["Ana Ruiz", "Tom Berg"]  # fmt: skip


@pytest.mark.parametrize(
    "line",
    [
        "<p><strong>Author</strong> unknown to this day.</p>",
        "<aside><b>Author</b> Tom Berg</aside>",
        "<p><b>Tram</b> Tom Berg</p>",
        "<p><b>Author</b></p>",
    ],
)
def test_what_stands_behind_another_word_is_no_author(line: str) -> None:
    assert authors(body=f"<article><h1>Tram line approved</h1>{line}</article>") == []


SHOWN = "<article><h1>Tram line approved</h1><p class='byline'>By Ana Ruiz</p></article>"


def test_who_is_shown_is_better_than_an_organisation_in_the_head() -> None:
    assert authors(named("Wave News", kind=ORGANISATION), body=SHOWN) == ["Ana Ruiz"]
    both = "<meta name='author' content='Wave News'>"
    assert authors(named("Wave News", kind=ORGANISATION), head=both, body=SHOWN) == ["Ana Ruiz"]
    assert authors(head=both) == ["Wave News"]


def test_an_author_who_is_called_by_the_address_of_the_site_is_the_site() -> None:
    site = "<meta name='author' content='Harbour Wave (www.e.org)'>"
    assert authors(head=site, body=SHOWN) == ["Ana Ruiz"]
    for person in ("Tom Berg (www.wave.org)", "Tom Berg (tom@e.org)", "Tom Berg https://e.org/tom"):
        assert authors(head=f"<meta name='author' content='{person}'>", body=SHOWN) == ["Tom Berg"]


def test_the_account_that_set_the_site_up_gives_way_to_who_is_shown() -> None:
    admin = {"@type": "Person", "name": "Tom Berg", "url": "https://example.org/author/admin/"}
    assert authors([admin], body=SHOWN) == ["Ana Ruiz"]
    assert authors([admin]) == ["Tom Berg"]
    own = SHOWN.replace("Ana Ruiz", "Tom Berg")
    assert authors([admin], body=own) == ["Tom Berg"]
