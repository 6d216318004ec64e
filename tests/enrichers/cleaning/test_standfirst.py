"""The standfirst: where a page shows it, and where its head only says it."""

from __future__ import annotations

import json

from lxml.html import HtmlElement

import copydesk
from enrichers.cleaning.draft import Block
from enrichers.cleaning.fragments import parse_html
from enrichers.cleaning.standfirst import standfirst_of, without_standfirst

SAID = "Six hours of debate end with a narrow vote. Shop owners fear two years of dust. Building may begin in spring."
FIRST, SECOND, THIRD = (f"{part.rstrip('.')}." for part in SAID.split(". "))
BODY = "<p>The council approved the new tram line on Tuesday, and a petition against it failed.</p>"
BAR = (
    "<nav><h1>Tram line approved after all</h1><ul>" + "<li><a>City</a></li>" * 200 + "</ul></nav>"
)


def page(body: str) -> HtmlElement:
    tree = parse_html(f"<html><body>{body}</body></html>")
    assert tree is not None
    return tree


def standfirst(body: str, description: str = SAID) -> tuple[str, bool] | None:
    return standfirst_of(page(body), [description], "Tram line approved")


def test_one_that_is_shown_in_three_lines_is_read_whole() -> None:
    lines = "".join(f"<p class='lead'>{part}</p>" for part in (FIRST, SECOND, THIRD))
    assert standfirst(f"<h1>Tram line approved</h1>{lines}{BODY}") == (SAID, True)


def test_a_line_that_the_description_does_not_go_on_with_is_no_part_of_it() -> None:
    lines = f"<p class='lead'>{FIRST}</p><p class='lead'>Buses run until then.</p>"
    assert standfirst(f"<h1>Tram line approved</h1>{lines}{BODY}") == (FIRST, True)
    other = f"<p class='lead'>{FIRST}</p><p>{SECOND}</p>"
    assert standfirst(f"<h1>Tram line approved</h1>{other}{BODY}") == (FIRST, True)


def test_one_far_from_an_h1_in_a_bar_is_known_by_the_description() -> None:
    shown = f"<h2>A line through the harbour</h2><div class='text-xl'>{SAID}</div>{BODY}"
    assert standfirst(BAR + shown) == (SAID, False)
    assert standfirst(BAR + shown.replace("narrow vote", "vote")) is None
    assert standfirst(f"{BAR}<aside>{shown}</aside>") is None


def test_the_lines_that_make_it_up_are_not_in_the_body_too() -> None:
    rest = Block(text="The council approved the new tram line on Tuesday.")
    parts = [Block(text=part) for part in (FIRST, SECOND, THIRD)]
    assert without_standfirst([*parts, rest], SAID) == [rest]
    assert without_standfirst([parts[0], rest], SAID) == [parts[0], rest]


def test_one_that_is_among_the_first_paragraphs_is_not_said_twice() -> None:
    paragraphs = [
        f"The council met {number} times before it came to a vote." for number in range(3)
    ]
    record = {"summary": paragraphs[1], "text": "\n\n".join(paragraphs)}
    article = copydesk.clean(json.dumps(record), media_type="application/json")
    assert article is not None
    assert article.summary is None
