"""Who said what: direct quotations with their speakers, and what is reported of somebody, in an article's rows.

A direct quotation is what stands between marks where the sentence says who spoke, or where it is a sentence of its own.
Reported speech is taken only where the grammar leaves no doubt: "X said (that) ...", "..., X said", "according to X, ...".
Which words speak is data (`data/speech.XX.toml`); where a speaker begins and ends is for `speakers`. Nothing is guessed:
who "he" is stays open.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import cache

from enrichers.quotations.lexicon import data_sha256, languages, lexicon
from enrichers.quotations.row import FEWEST_ALONE, Row
from enrichers.quotations.sentences import Spoken
from schemas.article import Article, Paragraph
from schemas.provenance import Provenance
from schemas.quotations import Quotation

VERSION = "1"
"""Bump it when the rules can give other quotations for the same text."""
_SPOKEN_KINDS = ("text", "quote", "list", "summary")
_LONGEST = 200_000
"""Characters of a row that is looked at: a paragraph of news has some hundreds."""


@cache
def provenance() -> Provenance:
    """Who finds these quotations: the rules' version and a hash of the words of speaking."""
    return Provenance(
        stage="quotations", name="copydesk-quotations", version=VERSION, sha256=data_sha256()
    )


class QuotationFinder:
    """An Enricher: the quotations of each article's summary and paragraphs, in reading order.

    Articles in a language without a data file have none; of an unknown language English is read.
    """

    @property
    def provenance(self) -> Provenance:
        """See `provenance`."""
        return provenance()

    def enrich(self, batch: Sequence[Article]) -> list[list[Quotation]]:
        """The quotations of each article."""
        return [find_quotations(article) for article in batch]


def find_quotations(article: Article) -> list[Quotation]:
    """The quotations of an article, in reading order."""
    language = (article.language or "en").lower()[:2]
    if language not in languages():
        return []
    found: list[Quotation] = []
    left: Quotation | None = None
    """The last quotation of the row before, where that leaves it open."""
    for row in article.rows:
        if row.kind not in _SPOKEN_KINDS or row.masked or len(row.text) > _LONGEST:
            left = None
            continue
        read = Row(row.text, lexicon(language))
        made = [_quotation(row, one) for one in read.spoken(goes_on=left is not None)]
        if left is not None and made and made[0].kind == "direct" and read.begins_marked:
            made[0], found = _tied(left, made[0], found)
        found += made
        is_open = read.is_open and bool(made) and made[-1].kind == "direct"
        left = made[-1] if is_open else None
    return [one for one in found if one.speaker or _is_sentence(one)]


def _quotation(row: Paragraph, one: Spoken) -> Quotation:
    quotation = Quotation(
        paragraph=row.index,
        start=one.start,
        end=one.end,
        text=row.text[one.start : one.end],
        kind=one.kind,
        cue=one.cue,
        continues=one.continues,
        rule=one.rule,
    )
    if one.speaker is None:
        return quotation
    start, end = one.speaker
    return replace(
        quotation,
        speaker=row.text[start:end],
        speaker_paragraph=row.index,
        speaker_start=start,
        speaker_end=end,
    )


def _tied(
    left: Quotation, one: Quotation, found: list[Quotation]
) -> tuple[Quotation, list[Quotation]]:
    """Two parts of one speech, of which either may say who speaks; and what was found so far, with what was left open."""
    if one.speaker is None:
        return _spoken_by(replace(one, rule="goes on"), left), found
    earlier = [*found]
    for n in range(len(found) - 1, -1, -1):
        if found[n].speaker is not None or found[n].kind != "direct":
            break
        earlier[n] = _spoken_by(replace(found[n], rule="goes on"), one)
        if not found[n].continues:
            break
    return replace(one, continues=True), earlier


def _spoken_by(quotation: Quotation, source: Quotation) -> Quotation:
    return replace(
        quotation,
        speaker=source.speaker,
        speaker_paragraph=source.speaker_paragraph,
        speaker_start=source.speaker_start,
        speaker_end=source.speaker_end,
        continues=quotation.continues or source.paragraph < quotation.paragraph,
        cue=source.cue,
    )


def _is_sentence(one: Quotation) -> bool:
    return len(one.text.split()) >= FEWEST_ALONE
