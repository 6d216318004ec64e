"""What stands among a body's paragraphs and is not the article's leaves with a reason."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from enrichers.cleaning.clean import clean
from schemas.article import Article
from schemas.document import HTML, RawDocument

PARTS = [
    "The council of Nordhaven voted on Tuesday to rebuild the harbour wall after the storm.",
    "Engineers told the meeting that the old stones could not be used again because of salt.",
    "The work will begin in March, when the fishing fleet leaves for the northern grounds.",
    "Opponents argued that the money should go first to the school, whose heating had failed.",
]
ADVERTISING = "Buy boots at Bootland, 20% off!"


def page(body: str, head: str = "") -> Article:
    document = RawDocument(
        content=f"<html lang=en><head>{head}<title>Harbour wall vote</title></head><body><main>{body}</main></body></html>".encode(),
        media_type=HTML,
        origin="page",
        fetched_at=datetime(2024, 8, 1, tzinfo=UTC),
    )
    article = clean(document)
    assert article is not None
    return article


def paragraphs(*texts: str) -> str:
    return "".join(f"<p>{text}</p>" for text in texts)


@pytest.mark.parametrize("name", ["ad", "ads", "article-ad", "ad_middle", "mobile ad"])
def test_what_stands_in_an_advertisement_s_place_is_no_paragraph(name: str) -> None:
    box = f"<div class='{name}'><p>{ADVERTISING}</p></div>"
    found = page(
        f"<article><h1>Harbour wall vote</h1>{paragraphs(*PARTS[:2])}{box}{paragraphs(*PARTS[2:])}</article>"
    )
    assert [one.text for one in found.paragraphs] == PARTS
    assert (ADVERTISING, "beside") in [(one.text, one.reason) for one in found.dropped]


@pytest.mark.parametrize("name", ["lead", "adventure", "header-adjacent", "road"])
def test_a_name_that_only_holds_the_letters_is_no_advertisement_s(name: str) -> None:
    box = f"<div class='{name}'><p>A wall stands.</p></div>"
    found = page(
        f"<article><h1>Harbour wall vote</h1>{paragraphs(*PARTS[:2])}{box}{paragraphs(*PARTS[2:])}</article>"
    )
    assert "A wall stands." in [one.text for one in found.paragraphs]


def test_a_headline_above_the_body_is_the_title_repeated() -> None:
    shown = f"<video src='/a.mp4'></video><p>{PARTS[0]}</p>"
    found = page(f"<article><h1>Harbour wall vote</h1><div class='player'>{shown}</div></article>")
    assert [(one.text, one.reason) for one in found.dropped] == [("Harbour wall vote", "title")]


STEPS = ["Twelve metres along the quay.", "New stones from the north."]
ITEMS = "".join(f"<li>{step}</li>" for step in STEPS)


@pytest.mark.parametrize(
    "frame",
    [
        "<table width=800><tr><td><a href='/'>Home</a></td><td>{}</td></tr></table>",
        "<table><tr><td><table><tr><td>{}</td></tr></table></td></tr></table>",
        "<div>{}</div>",
        "<article>{}</article>",
    ],
)
def test_a_list_between_two_paragraphs_of_the_body_is_read_in_a_frame_of_any_kind(frame: str) -> None:  # fmt: skip
    related = "<ul><li><a href='/other'>Fishing fleet returns from the north with little</a></li></ul>"  # fmt: skip
    inner = f"{paragraphs(*PARTS[:2])}<ul>{ITEMS}</ul>{paragraphs(*PARTS[2:])}{related}"
    found = page(frame.format(f"<h1>Harbour wall vote</h1>{inner}"))
    assert [one.text for one in found.paragraphs] == [*PARTS[:2], *STEPS, *PARTS[2:]]
    assert [one.kind for one in found.paragraphs][2:4] == ["list", "list"]


def test_a_list_that_a_last_paragraph_announces_is_read() -> None:
    inner = f"{paragraphs(*PARTS, 'The plan has these parts, as the engineers told the council on Tuesday:')}<ol>{ITEMS}</ol>"  # fmt: skip
    frame = "<table><tr><td>{}</td></tr></table>"
    found = page(frame.format(f"<h1>Harbour wall vote</h1>{inner}<ul><li>Print</li></ul>"))
    assert [one.text for one in found.paragraphs][-2:] == STEPS


def test_a_subheading_right_under_the_headline_is_read_where_others_look_like_it() -> None:
    asked = ["Where will it stand?", "What will it cost?"]
    inner = f"<h2>{asked[0]}</h2>{paragraphs(*PARTS[:2])}<h2>{asked[1]}</h2>{paragraphs(*PARTS[2:])}"  # fmt: skip
    found = page(f"</main><div><h1>Harbour wall vote</h1>{inner}</div>")
    assert [one.text for one in found.paragraphs if one.kind == "heading"] == asked


def test_cells_of_a_frame_are_paragraphs_of_their_own() -> None:
    text = "<br><br>".join(PARTS)
    found = page(f"<table><tr><td><a href='/'>Home</a></td><td><b>Harbour wall vote</b><br><br>{text}</td></tr></table>")  # fmt: skip
    assert [one.text for one in found.paragraphs] == PARTS


def test_the_times_over_the_entries_of_a_live_blog_are_known_by_their_places() -> None:
    stamps = ["10:31", "9.12am", "08:05 BST", "07h45"]
    entries = "".join(
        f"<div class='entry'><time>{stamp}</time><h2>{text[:20]}</h2><p>{text}</p></div>"
        for stamp, text in zip(stamps, PARTS, strict=True)
    )
    found = page(f"<article><h1>Harbour wall vote</h1><p>{PARTS[0]} As it happened.</p>{entries}</article>")  # fmt: skip
    times = [(one.text, one.where) for one in found.dropped if one.reason == "dateline"]
    assert times == list(zip(stamps, (1, 3, 5, 7), strict=True))


@pytest.mark.parametrize(
    "control", ["\x0b", "\x0c", "\x1f", "&#11;", "&#x1F;", "\x1b[0m", "\uffff"]
)
def test_a_control_character_between_two_paragraphs_stops_no_cleaning(control: str) -> None:
    text = f"<br><br>{control}".join(PARTS)
    found = page(f"<article><h1>Harbour wall vote</h1><div>{text}</div></article>")
    assert [one.text for one in found.paragraphs] == PARTS
