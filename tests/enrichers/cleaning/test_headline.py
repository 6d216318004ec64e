"""Which form of the title is the headline, and that it loses the site's name and nothing else."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from enrichers.cleaning.fragments import parse_html
from enrichers.cleaning.headline import headlines_of, title_of, without_suffix
from enrichers.cleaning.page_head import Page, read_page

URL = "https://www.harbourpost.example.org/2024/tram"


def page(
    *,
    og: str = "",
    twitter: str = "",
    h1: str = "",
    ld: str = "",
    window: str = "",
    above: str = "",
) -> Page:
    node = json.dumps({"@type": "NewsArticle", "headline": ld}) if ld else "{}"
    metas = "".join(
        f"<meta property='{name}' content='{value}'>"
        for name, value in (("og:title", og), ("twitter:title", twitter))
        if value
    )
    tree = parse_html(
        f"<html><head><title>{window}</title>{metas}<script type='application/ld+json'>{node}</script></head>"
        f"<body>{above}{f'<h1>{h1}</h1>' if h1 else ''}<p>Text.</p></body></html>"
    )
    assert tree is not None
    return read_page(tree, URL)


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("Tram line approved - Harbour Post", "Tram line approved"),
        ("Tram line approved | Harbour Post", "Tram line approved"),
        ("Straßenbahn beschlossen – Harbour Post", "Straßenbahn beschlossen"),
        ("Le tramway : un long débat — Harbour Post", "Le tramway : un long débat"),
        ("Трамвай одобрен • Harbour Post", "Трамвай одобрен"),
        ("路面電車を承認｜Harbour Post", "路面電車を承認"),
        ("트램 노선 승인 | Harbour Post", "트램 노선 승인"),
        ("Tramvay onaylandı » Harbour Post", "Tramvay onaylandı"),
        ("Tram line - a long debate", "Tram line - a long debate"),
        ("Harbour Post wins a prize", "Harbour Post wins a prize"),
        ("Tram line: what the Harbour Post found", "Tram line: what the Harbour Post found"),
    ],
)
def test_a_title_loses_the_name_of_the_site_and_nothing_else(written: str, expected: str) -> None:
    assert title_of(page(og=written), "Harbour Post") == expected


def test_a_title_for_sharing_that_is_the_windows_gives_way_to_headline_and_json_ld() -> None:
    seen = page(og="Tram: all you need to know", window="Tram: all you need to know", h1="Council votes for the tram", ld="Council votes for the tram")  # fmt: skip
    assert title_of(seen, None) == "Council votes for the tram"


def test_a_title_for_sharing_that_stands_alone_against_three_gives_way() -> None:
    seen = page(og="You will not believe this vote", twitter="Council votes for the tram", h1="Council votes for the tram", ld="Council votes for the tram", window="The tram vote in full")  # fmt: skip
    assert title_of(seen, None) == "Council votes for the tram"


def test_a_title_for_sharing_is_kept_where_the_window_says_what_the_headline_says() -> None:
    seen = page(og="A narrow vote for the tram", h1="Council votes for the tram", ld="Council votes for the tram", window="Council votes for the tram")  # fmt: skip
    assert title_of(seen, None) == "A narrow vote for the tram"


def test_a_title_that_json_ld_repeats_whole_keeps_what_the_headline_leaves_out() -> None:
    seen = page(og="Council votes for the tram - Latest", ld="Council votes for the tram - Latest", h1="Council votes for the tram")  # fmt: skip
    assert title_of(seen, None) == "Council votes for the tram - Latest"


def test_an_unknown_suffix_is_known_by_the_headline() -> None:
    seen = page(og="Council votes for the tram – The Port", h1="Council votes for the tram")
    assert title_of(seen, None) == "Council votes for the tram"


@pytest.mark.parametrize("mark", ["…", "...", " […]"])
def test_a_title_cut_short_is_taken_whole_from_another_form(mark: str) -> None:
    seen = page(og=f"Council votes for the tram after six hours{mark}", h1="Council votes for the tram after six hours of debate")  # fmt: skip
    assert title_of(seen, None) == "Council votes for the tram after six hours of debate"


def test_an_ellipsis_of_the_authors_stays() -> None:
    assert title_of(page(og="And then the tram came..."), None) == "And then the tram came..."


def test_entities_written_twice_are_resolved() -> None:
    assert title_of(page(og="Port &amp;amp; harbour"), None) == "Port & harbour"


def test_a_kicker_in_the_headline_is_left_out_where_the_window_does() -> None:
    seen = page(h1="<span>Exclusive</span><span>Council votes for the tram</span>", window="Council votes for the tram")  # fmt: skip
    assert title_of(seen, None) == "Council votes for the tram"


def test_a_headline_in_pieces_has_blanks_between_them() -> None:
    assert (
        title_of(page(h1="<em>Tram:</em><span>a long debate</span>"), None) == "Tram: a long debate"
    )
    assert (
        title_of(page(h1="« <em>Un tram</em> »<br>dit le maire"), None)
        == "« Un tram » dit le maire"
    )


CRUMBS = "<nav><ol><li><a href='/'>Home</a></li><li><h1>Tram: cost, route and opening date</h1></li></ol></nav>"


@pytest.mark.parametrize(
    ("around", "heading", "expected"),
    [
        (CRUMBS, "<h2> Council votes for the tram </h2>", "Council votes for the tram"),
        (CRUMBS.replace("nav>", "div>").replace("<div>", "<div class='c-breadcrumbs'>"), "<h2><a>Council votes for the tram</a></h2>", "Council votes for the tram"),
        # A kicker of its own, another heading, or an h1 set as a headline: the title for sharing stays.
        (CRUMBS, "<h2><span>Council votes</span> <span>for the tram</span></h2>", "Tram: cost, route and opening date"),
        (CRUMBS, "<h2>What the tram will cost</h2>", "Tram: cost, route and opening date"),
        ("<h1>Tram: cost, route and opening date</h1>", "<h2>Council votes for the tram</h2>", "Tram: cost, route and opening date"),
    ],
)  # fmt: skip
def test_where_the_h1_is_a_step_of_the_breadcrumb_the_headline_is_the_h2_that_json_ld_names(
    around: str, heading: str, expected: str
) -> None:
    given_title = "Tram: cost, route and opening date"
    seen = page(og=given_title, window=given_title, ld="Council votes for the tram", above=around + heading)  # fmt: skip
    assert title_of(seen, None) == expected


def test_a_headline_that_is_the_logo_is_no_title() -> None:
    assert title_of(page(h1="Harbour Post", window="Tram line approved"), "Harbour Post") == "Tram line approved"  # fmt: skip


def test_a_name_in_another_script_gives_way_to_the_title_in_the_window() -> None:
    seen = page(
        og="항만 신문",
        h1="항만 신문",
        window="시의회, 트램 노선을 승인하다 - 긴 토론 끝에 - Harbourpost",
    )
    assert title_of(seen, None) == "시의회, 트램 노선을 승인하다 - 긴 토론 끝에"


def test_the_headline_other_forms_repeat_is_the_pages_not_the_longest() -> None:
    tree = parse_html(
        "<html><head><title>Tram line approved</title></head><body><h1>Tram line approved</h1><h1>A much longer headline of the next story</h1></body></html>"
    )
    assert tree is not None
    assert title_of(read_page(tree, URL), None) == "Tram line approved"


def test_an_h1_that_holds_the_page_is_no_headline() -> None:
    seen = page(h1="Tram line approved " * 50, window="Tram line approved")
    assert (title_of(seen, None), headlines_of(seen)) == ("Tram line approved", [])


def test_every_form_is_known_for_finding_it_on_top_of_the_text() -> None:
    seen = page(og="A", twitter="B", ld="C", h1="D")
    assert headlines_of(seen) == ["A", "B", "C", "D"]


@given(st.text(max_size=40), st.text(max_size=12), st.text(max_size=30))
def test_no_title_raises_and_none_grows(title: str, site: str, url: str) -> None:
    found = without_suffix(title, site=site, url=f"https://{url}", known=(site, None))
    assert title.startswith(found)
