from __future__ import annotations

from datetime import UTC, datetime

import pytest

from enrichers.cleaning.script_only import is_script_only
from schemas.document import HTML, PLAIN_TEXT, RawDocument

STORY = "The council met on Monday and voted for the new bridge over the river. " * 8
SHELL = "<html><head><title>Desk</title><script src=a.js></script></head><body>{}</body></html>"


def page(body: str, media_type: str = HTML) -> RawDocument:
    return RawDocument(
        content=SHELL.format(body).encode(),
        media_type=media_type,
        origin="page.html",
        fetched_at=datetime(2026, 1, 1, tzinfo=UTC),
    )


@pytest.mark.parametrize(
    "body",
    [
        "<div id=root></div>",
        "<div id='__next'> <script>run()</script></div>",
        "<app-root></app-root>",
        "<noscript>You need to enable JavaScript to run this app.</noscript><div></div>",
        "<p>Please turn on JavaScript to read this page.</p>",
        "<p>Veuillez activer JavaScript.</p>",
    ],
)
def test_a_page_that_is_only_script_is_known_as_such(body: str) -> None:
    assert is_script_only(page(body))


@pytest.mark.parametrize(
    "body",
    [
        f"<div id=root><p>{STORY}</p></div>",
        f"<noscript>Please enable JavaScript for comments.</noscript><p>{STORY}</p>",
        "<p>A short notice: the office is closed on Friday.</p>",
        "",
    ],
)
def test_a_page_with_text_of_its_own_is_not(body: str) -> None:
    assert not is_script_only(page(body))


def test_text_that_is_no_page_is_not() -> None:
    assert not is_script_only(page("<div id=root></div>", PLAIN_TEXT))
