"""Figures in news text: money, percent, quantities, counts, ordinals, ratios, dates and durations, with their meaning.

One pass over each sentence, in the order dates, traps, fractions, money, percent, units, counts, ordinals, with one mask of
consumed characters; then modifiers, roles and periods. Words, currencies, units and months are data (`data/*.toml`).
Who did what to whom is left to others.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from functools import cache

from enrichers.figures.changes import apply_changes, apply_periods
from enrichers.figures.conversions import read_conversions
from enrichers.figures.dates import Calendar, fiscal_month, read_dates
from enrichers.figures.foreign import read_foreign
from enrichers.figures.foreign_words import foreign_languages, foreign_words
from enrichers.figures.guess import language_of
from enrichers.figures.identifiers import cover_traps
from enrichers.figures.inherit import inherit
from enrichers.figures.lengths import join_steps
from enrichers.figures.lexicon import data_sha256, lexicon
from enrichers.figures.line import Draft, Line
from enrichers.figures.measures import read_numbers
from enrichers.figures.modifiers import apply_conversions, apply_modifiers, merge_bounds
from enrichers.figures.neutral import read_neutral
from enrichers.figures.ordinals import read_ordinals
from enrichers.figures.rates import apply_rates
from enrichers.figures.sentences import split_sentences
from enrichers.figures.tables import lines_of_prose
from enrichers.figures.tens import read_tens
from enrichers.figures.ties import tie
from schemas.article import Article
from schemas.errors import UsageError
from schemas.marks import Figure
from schemas.provenance import Provenance

VERSION = "6"


@cache
def provenance() -> Provenance:
    """Who makes these figures: the grammar's version and a hash of its data files.

    >>> provenance().name
    'copydesk-figures'
    """
    return Provenance(
        stage="figures", name="copydesk-figures", version=VERSION, sha256=data_sha256()
    )


class FigureFinder:
    """An Enricher: the figures of each article's title, summary and paragraphs.

    Articles in English, or in no known language, are read with the whole grammar, relative to the day of publication;
    those in a language with a data file (`foreign.XX.toml`) for money, percent, quantities and dates; others only for
    what every language writes alike: currency signs, percent signs and ISO dates.
    """

    @property
    def provenance(self) -> Provenance:
        """See `provenance`."""
        return provenance()

    def enrich(self, batch: Sequence[Article]) -> list[list[Figure]]:
        """One list of figures an article, in reading order (title, summary, body)."""
        return [_find_in_article(article) for article in batch]


def find_figures(
    texts: Sequence[str], reference_dates: Sequence[date | None] | None = None
) -> list[list[Figure]]:
    """The figures of each text, in order; offsets are into that text, paragraph is 0, no figure crosses a line break.

    `reference_dates` holds the day each text was written, by which "Monday" and "last year" are resolved. A text that
    is plainly in a language with a data file is read in it, every other as English.

    Raises UsageError if there is not one reference date for each text.

    >>> [(f.text, f.unit, f.modifier) for f in find_figures(["It cost over $5 million."])[0]]
    [('$5 million', 'USD', 'over')]
    """
    days = reference_dates if reference_dates is not None else [None] * len(texts)
    if len(days) != len(texts):
        raise UsageError(
            f"{len(texts)} texts, but {len(days)} reference dates",
            remedy="give one date (or None) for each text",
        )
    return [
        _figures(
            text, 0, Calendar(reference=day, fiscal_month=fiscal_month(text)), language_of(text)
        )
        for text, day in zip(texts, days, strict=True)
    ]


def _find_in_article(article: Article) -> list[Figure]:
    language = (article.language or "en").lower()[:2]
    rows = article.rows
    stated = None
    if language == "en":
        stated = next((month for row in rows if (month := fiscal_month(row.text))), None)
    reference = article.published_at.date() if article.published_at else None
    calendar = Calendar(reference=reference, fiscal_month=stated)
    return [figure for row in rows for figure in _figures(row.text, row.index, calendar, language)]


def _figures(text: str, paragraph: int, calendar: Calendar, language: str) -> list[Figure]:
    found: list[Figure] = []
    is_foreign = language in foreign_languages()
    triggers = foreign_words(language).triggers if is_foreign else lexicon().triggers
    for start, line in lines_of_prose(text, triggers):
        sentences = split_sentences(line.text)
        if language == "en":
            for first, last in sentences if line.is_worth_reading() else ():
                whole = (first, last) == (0, len(line.text))
                sentence = line if whole else Line(line.text[first:last], lexicon())
                found.extend(_in_sentence(sentence, calendar, start + first, paragraph))
            continue
        if is_foreign:
            read_foreign(line, calendar, language)
            apply_periods(line, sentences)
        else:
            read_neutral(line, language)
        found.extend(_finished(line, sentences, start, paragraph))
    return found


def _in_sentence(line: Line, calendar: Calendar, offset: int, paragraph: int) -> list[Figure]:
    """A sentence is read by itself, so that none can change the figures of another."""
    sentences = [(0, len(line.text))]
    if not line.is_worth_reading():
        return []
    calendar.seen = None
    _read_english(line, calendar, sentences)
    return _finished(line, sentences, offset, paragraph)


def _read_english(line: Line, calendar: Calendar, sentences: list[tuple[int, int]]) -> None:
    cover_traps(line)
    read_tens(line)
    read_dates(line, calendar)
    read_numbers(line)
    read_conversions(line)
    read_ordinals(line)
    line.drafts.sort(key=lambda draft: draft.start)
    join_steps(line)
    apply_modifiers(line)
    apply_conversions(line)
    merge_bounds(line)
    apply_changes(line, sentences)
    inherit(line, sentences)
    apply_rates(line)
    tie(line, sentences)
    apply_periods(line, sentences)


def _finished(
    line: Line, sentences: list[tuple[int, int]], offset: int, paragraph: int
) -> list[Figure]:
    figures, index = [], 0
    for draft in sorted(line.drafts, key=lambda draft: draft.start):
        while index + 1 < len(sentences) and sentences[index + 1][0] <= draft.start:
            index += 1
        sentence = sentences[index] if sentences else (draft.start, draft.end)
        span = (min(sentence[0], draft.start), max(sentence[1], draft.end))
        figures.append(_figure(line, draft, span, offset, paragraph))
    return figures


def _plain(value: Decimal | None) -> Decimal | None:
    """The same number without an exponent, so that 65 billion prints as its digits."""
    if value is None or not value.is_finite():
        return None
    return Decimal(f"{value:f}")


def _ordered(draft: Draft) -> tuple[Decimal | None, Decimal | None]:
    """The lower bound first, also of a range that is written falling; a score has sides, not bounds."""
    low, high = draft.low, draft.high
    if draft.kind != "score" and low is not None and high is not None and low > high:
        return high, low
    return low, high


def _figure(
    line: Line, draft: Draft, sentence: tuple[int, int], offset: int, paragraph: int
) -> Figure:
    low, high = _ordered(draft)
    return Figure(
        paragraph=paragraph,
        start=draft.start + offset,
        end=draft.end + offset,
        text=line.text[draft.start : draft.end],
        kind=draft.kind,
        value=_plain(draft.value),
        low=_plain(low),
        high=_plain(high),
        modifier=draft.modifier,
        unit=draft.unit,
        base_value=_plain(draft.base_value),
        base_unit=draft.base_unit,
        noun=draft.noun,
        change=draft.change,
        role=draft.role,
        date_start=draft.date_start,
        date_end=draft.date_end,
        time=draft.time,
        about_start=draft.about[0] if draft.about else None,
        about_end=draft.about[1] if draft.about else None,
        subjects=draft.subjects,
        sentence_start=sentence[0] + offset,
        sentence_end=sentence[1] + offset,
        rule=draft.rule,
    )
