"""The names of one article, row by row: tidied, under the label the article agrees on, and wherever they stand.

Names come in from the tagger and go through `boundaries`; what the article says about them is for `evidence`. Which
mentions are one entity is for `joining`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence, Set
from typing import NamedTuple

from enrichers.entities.boundaries import pieces
from enrichers.entities.evidence import PERSON_AFTER, agreed_labels, shape_label
from enrichers.entities.joins import joined
from enrichers.entities.places import gazetteer, word_list
from enrichers.entities.spans import WORD, Line, Phrases, Span

_DATELINE = re.compile(
    r"([A-Z][A-Z’' .-]*[A-Z])(?:,[^—–:()]{1,30})?\s?(?:\([\w\s/]{2,20}\)\s?)?(?:[—–:]|-{1,2}\s)"
)
_SENTENCE_START = re.compile(r"(?:\A|[.!?:;“”\"‘(\[|•–—-])\s*\Z")
_CALENDAR = word_list("calendar_words")
_ALSO_WORDS = word_list("also_words")
_MANY_CAPITALS = 0.6


class Row(NamedTuple):
    """One row with what the tagger found in it, tidied."""

    text: str
    spans: list[Span]
    headline: bool


def resolve(
    texts: Sequence[str], found: Sequence[Sequence[Span]], long_by_short: Mapping[str, str]
) -> list[list[Span]]:
    """The names of one article, row by row: cleaned, relabelled as the article has them, repeats added.

    `long_by_short` are the article's acronyms. Spans come back in order and never overlap in a row.
    """
    rows = [_row(text, spans) for text, spans in zip(texts, found, strict=True)]
    tagged = [(row.text, span) for row in rows for span in row.spans]
    spelled = Phrases(text[span.start : span.end] for text, span in tagged)
    seen = ((row.text, start, end) for row in rows for start, end in spelled.find(row.text))
    labels = agreed_labels(tagged, seen, long_by_short)
    known = Phrases(name for name in labels if name[:1].isupper() and len(name) > 1)
    in_headlines = {
        row.text[span.start : span.end] for row in rows if row.headline for span in row.spans
    }
    in_body = {
        row.text[span.start : span.end] for row in rows if not row.headline for span in row.spans
    }
    sure = Phrases(name for name in labels if name in in_body or name not in in_headlines)
    plain = {word for row in rows for word in WORD.findall(row.text) if word.islower()}
    doubtful = {
        name for name in labels if name in _ALSO_WORDS or name in _CALENDAR or name.lower() in plain
    }
    return [_merged(row, sure if row.headline else known, labels, doubtful) for row in rows]


def _row(text: str, found: Sequence[Span]) -> Row:
    headline = _is_headline(text)
    spans = _tidied(text, found)
    return Row(text, spans if headline else joined(text, spans), headline)


def _tidied(text: str, spans: Iterable[Span]) -> list[Span]:
    return Line(piece for span in spans for piece in pieces(text, span)).spans


def _is_headline(text: str) -> bool:
    """Whether most words are capitalised, so that a capital says little about being a name."""
    words = [word.group() for word in WORD.finditer(text[:400]) if len(word.group()) > 3]
    if len(words) < 3 or text.rstrip().endswith((".", "!”", ".”", '."')):
        return False
    return sum(word[0].isupper() for word in words) >= _MANY_CAPITALS * len(words)


def _merged(row: Row, known: Phrases, labels: Mapping[str, str], doubtful: Set[str]) -> list[Span]:
    """The row's own names under the article's labels, and the names the tagger missed in it."""
    line = Line(span._replace(label=labels[row.text[span.start : span.end]]) for span in row.spans)
    for start, end in known.find(row.text):
        inside = line.touching(start, end)
        if not inside and row.text[start:end] in doubtful and _may_be_a_word(row, start, end):
            continue
        if all(_gives_way(row, span, end - start) for span in inside):
            line.put(Span(start, end, labels[row.text[start:end]]))
    for start, end, label in (*_dateline(row.text), *gazetteer().find(row.text)):
        if not line.touching(start, end):
            line.put(Span(start, end, label))
    return [span for span in line.spans if not _is_currency(row.text, span)]


def _gives_way(row: Row, span: Span, length: int) -> bool:
    """Whether a span of the tagger's yields to a known name: to a longer one, and in a headline ("Modi Makes") to any."""
    if span.end - span.start <= length:
        return span.end - span.start < length or row.headline
    full_name = span.label == "PERSON" or shape_label(row.text[span.start : span.end])
    return row.headline and not full_name


def _may_be_a_word(row: Row, start: int, end: int) -> bool:
    """Whether a name that is a word too stands where any word has a capital: "Will the bank move?", of Will Smith."""
    name = row.text[start:end]
    if name in _CALENDAR:
        return True
    if row.headline:
        return name in _ALSO_WORDS
    if PERSON_AFTER.match(row.text, end):
        return False
    return _SENTENCE_START.search(row.text, max(0, start - 4), start) is not None


def _is_currency(text: str, span: Span) -> bool:
    """Whether the country is part of a sum: "US $5"."""
    return (
        text[span.end : span.end + 2].strip()[:1] == "$" and text[span.start : span.end].isupper()
    )


def _dateline(text: str) -> Iterator[tuple[int, int, str]]:
    """The place a report is sent from: "TEHRAN — ", "ATHENS, May 3 (Reuters) - "."""
    opening = _DATELINE.match(text)
    if opening:
        listed = gazetteer().by_text.get(opening.group(1).title())
        if listed and listed.label == "GPE":
            yield 0, opening.end(1), "GPE"
