"""Quotations as rows: asked by speaker under any name, by words in what was said, gone with their article."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from enrichers.quotations.finder import find_quotations, provenance
from schemas.filters import Filters
from schemas.stored import Mode, PreparedArticle
from storage.sqlite import Store

Prepare = Callable[..., PreparedArticle]
ROWS = (
    "“Ships must wait,” said Ann Lee, who runs the port.",
    "Lee said that the harbour would close. “It is over,” the ministry said.",
    "“We go on,” the wife of Roy Marsh said.",
)


@pytest.fixture
def filled(store: Store, prepare_article: Prepare) -> Store:
    names = [("Ann Lee", "PERSON"), ("Lee", "PERSON"), ("Roy Marsh", "PERSON")]
    prepared = prepare_article(*ROWS, title="The port", origin="/1", names=names)
    mentions = [
        replace(m, name="Ann Lee") if m.text == "Lee" else m
        for m in prepared.mentions
        if m.text != "Lee" or m.paragraph == 1
    ]
    said = find_quotations(prepared.article)
    makers = (*prepared.made_by, provenance())
    store.put([replace(prepared, mentions=mentions, quotations=said, made_by=makers)])
    return store


def texts(store: Store, words: str | None = None, **filters: object) -> list[str]:
    return [found.quotation.text for found in store.quotes(words, **filters)]  # type: ignore[arg-type]


def test_the_total_is_that_of_all_however_few_are_read(filled: Store) -> None:
    everything = filled.find_quotes(None, Filters(), limit=None)
    for words in (None, "ships"):
        total, found = filled.find_quotes(words, Filters(), limit=None)
        assert total == len(found)
        assert filled.find_quotes(words, Filters(), limit=1) == (total, found[:1])
        assert filled.find_quotes(words, Filters(), limit=0) == (total, [])
    assert everything[0] == 4


def test_a_speaker_is_found_under_any_name_or_by_what_he_is_called(filled: Store) -> None:
    both = ["Ships must wait,", "the harbour would close"]
    assert texts(filled, speaker="ann lee") == both
    assert texts(filled, speaker="Lee") == both
    assert texts(filled, speaker="The Ministry") == ["It is over,"]
    assert texts(filled, speaker="Roy Marsh") == []  # his wife spoke
    assert texts(filled, speaker="the wife of Roy Marsh") == ["We go on,"]


def test_words_stand_in_what_was_said_and_not_beside_it(filled: Store) -> None:
    assert texts(filled, "ship waiting") == ["Ships must wait,"]
    assert texts(filled, "port") == []
    assert texts(filled, "close", speaker="Lee") == ["the harbour would close"]
    assert texts(filled, 'NEAR( "', speaker="Lee") == []
    assert len(filled.quotes(limit=1)) == 1
    assert filled.find_quotes(None, Filters(), limit=1)[0] == 4


def test_each_says_its_span_its_speakers_and_the_entity(filled: Store) -> None:
    article = filled.article(1)
    for one in article.quotations:
        assert article.paragraphs[one.paragraph].text[one.start : one.end] == one.text
        place = one.speaker_paragraph
        assert place is not None
        assert article.paragraphs[place].text[one.speaker_start : one.speaker_end] == one.speaker
    assert [one.name for one in article.quotations] == ["Ann Lee", "Ann Lee", None, None]
    assert "quotations" in [maker.stage for maker in article.made_by]


def test_search_keeps_the_rows_in_which_somebody_speaks(filled: Store) -> None:
    (hit,) = filled.search("harbour ministry wife", mode="words", per="paragraph", speaker="Lee")
    assert hit.paragraph == 1


@pytest.mark.parametrize("mode", ["hybrid", "meaning", "words"])
def test_no_mode_of_search_finds_another_row_than_the_speakers(filled: Store, mode: Mode) -> None:
    found = filled.search("harbour wife ships", mode=mode, per="paragraph", speaker="Lee")
    assert {hit.paragraph for hit in found} == {0, 1}
    assert not filled.search("harbour", mode=mode, speaker="nobody")
    assert not filled.similar(text="The harbour would close.", speaker="nobody")


def test_title_and_not_read_the_whole_article_of_a_speaker(filled: Store) -> None:
    assert filled.search("title:port AND harbour", mode="words", speaker="Lee")
    assert not filled.search("harbour NOT wife", mode="words", speaker="Lee")


def test_they_go_with_their_article(filled: Store) -> None:
    filled.delete([1])
    assert filled.connection.execute("SELECT count(*) FROM quotations").fetchone()[0] == 0
