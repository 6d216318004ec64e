"""Articles cut short on the page: their rest comes from the page's data, and only then."""

from __future__ import annotations

import json
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from enrichers.cleaning.clean import clean
from schemas.document import HTML, RawDocument

PARAGRAPHS = [
    f"Ship number {n} waits before the harbour of Gdansk, because the {n}th crane stands still again."
    for n in range(1, 13)
]
TITLE = "Ships wait before the harbour"


def cleaned(body: str, data: str) -> list[str]:
    html = (
        f"<html><head><title>{TITLE}</title><meta property='og:title' content='{TITLE}'>{data}</head>"
        f"<body><article><h1>{TITLE}</h1>{body}</article></body></html>"
    )
    at = datetime(2024, 3, 5, tzinfo=UTC)
    document = RawDocument(content=html.encode(), media_type=HTML, origin="a", fetched_at=at)
    article = clean(document)
    return [paragraph.text for paragraph in article.paragraphs] if article else []


def shown(paragraphs: list[str]) -> str:
    return "".join(f"<p>{paragraph}</p>" for paragraph in paragraphs)


def declared(paragraphs: list[str]) -> str:
    node = {"@type": "NewsArticle", "headline": TITLE, "articleBody": "\n\n".join(paragraphs)}
    return f"<script type='application/ld+json'>{json.dumps(node)}</script>"


STATES = {
    "a list of elements": "<script>window.__INITIAL_STATE__ = "
    + json.dumps({"story": {"content_elements": [{"type": "text", "content": one} for one in PARAGRAPHS]}})
    + ";</script>",
    "one text with markup": "<script id='__NEXT_DATA__' type='application/json'>"
    + json.dumps({"props": {"story": {"html": shown(PARAGRAPHS)}}})
    + "</script>",
    "a list of strings": "<script>Fusion.globalContent = " + json.dumps({"body": PARAGRAPHS}) + ";Fusion.x = 1</script>",
}  # fmt: skip


@pytest.mark.parametrize("count", [3, 4, 5])
def test_what_json_ld_has_more_follows_what_the_page_shows(count: int) -> None:
    assert cleaned(shown(PARAGRAPHS[:count]), declared(PARAGRAPHS)) == PARAGRAPHS


def test_a_last_paragraph_that_is_cut_becomes_whole() -> None:
    cut = [*PARAGRAPHS[:4], PARAGRAPHS[4][:70] + "…"]
    assert cleaned(shown(cut), declared(PARAGRAPHS)) == PARAGRAPHS


def test_a_page_that_shows_nothing_has_its_text_from_json_ld_in_paragraphs() -> None:
    assert cleaned("", declared(PARAGRAPHS)) == PARAGRAPHS


@pytest.mark.parametrize("name", STATES)
def test_a_page_that_shows_nothing_has_its_text_from_the_state_of_its_scripts(name: str) -> None:
    assert cleaned("<div id='root'></div>", STATES[name]) == PARAGRAPHS


def test_a_whole_page_stays_as_it_is_shown() -> None:
    other = [paragraph.replace("crane", "lift") for paragraph in PARAGRAPHS]
    assert cleaned(shown(PARAGRAPHS), declared(other)) == PARAGRAPHS


def test_another_text_in_the_data_is_no_rest_of_the_article() -> None:
    other = [f"Rain fell on the {n}th day of the fair in Kent, and nobody came to see the cows." for n in range(20)]  # fmt: skip
    assert cleaned(shown(PARAGRAPHS[:4]), declared(other)) == PARAGRAPHS[:4]


def test_the_state_of_another_page_is_not_taken_for_a_page_that_shows_nothing() -> None:
    other = ["Rain fell in Kent on most days of the fair, and the cows stood wet."] * 9
    state = f"<script>window.__INITIAL_STATE__ = {json.dumps({'body': other})}</script>"
    assert other[0] not in cleaned("<p>Please wait.</p>", state)


@given(st.text(alphabet='{}[]",:ab\\ <p>', max_size=80))
def test_broken_states_are_no_error(state: str) -> None:
    text = state.replace("</", "")
    cleaned("<p>Little.</p>", f"<script>window.__INITIAL_STATE__ = {{{text}</script>")
