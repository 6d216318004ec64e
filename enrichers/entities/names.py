"""What one article says about its own names: a name has one label throughout, and is marked wherever it stands.

A small tagger reads a sentence at a time, so it takes Modi for a place in one and for a person in the next. Read as
a whole, the article gives the answer: a full name, a title, an acronym in brackets, "said". Names come in from the
tagger, go through `boundaries`, and leave with the label the article agrees on. Which mentions are one entity is for
`canonical`.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple

from enrichers.entities.boundaries import TITLE_BEFORE, trim
from enrichers.entities.places import gazetteer
from enrichers.entities.spans import WORD, Phrases, Span, overlaps

Votes = dict[str, Counter[str]]

ORG_WORD = re.compile(
    r"\b(?:Academy|Agency|Alliance|Army|Assembly|Association|Authority|Bank|Board|Brigade|Broadcasting|Bureau|Cabinet|"
    r"Capital|Center|Centre|Chamber|Charity|Church|Club|Coalition|College|Commission|Committee|Company|Confederation|"
    r"Congress|Corp|Corporation|Council|Court|Department|Enterprises?|Federation|Fund|Foundation|Front|Group|Holdings?|"
    r"Hospital|Inc|Industries|Institute|Institution|Laborator(?:y|ies)|League|Ltd|Limited|LLC|LLP|Ministry|Mission|Motors|"
    r"Movement|Network|News|Office|Organi[sz]ation|Parliament|Partners|Party|plc|PLC|Police|Post|Press|School|Senate|"
    r"Secretariat|Securities|Services?|Society|Solutions|Studios?|Systems|Team|Technologies|Times|Treasury|Tribunal|"
    r"Trust|Union|United|University|Ventures)\b"
)
FACILITY_WORD = re.compile(
    r"(?:Airport|Arena|Avenue|Boulevard|Bridge|Castle|Cathedral|Expressway|Highway|Hotel|Mall|Mosque|Museum|"
    r"Palace|Plaza|Port|Power Plant|Prison|Railway|Road|Square|Stadium|Station|Street|Temple|Terminal|Tower|Tunnel)$"
)
LAND_WORD = re.compile(
    r"(?:^(?:Lake|Mount|Mt\.?|Gulf|Cape|River)\s|\b(?:Bay|Beach|Canyon|Coast|Desert|Forest|Island|Islands|Lake|Mountain|Mountains|"
    r"National Park|Ocean|Peninsula|River|Sea|Strait|Valley)$)"
)
SETTLEMENT_WORD = re.compile(r"\b(?:City|County|Province|Region|District|Prefecture|Republic)$")

_SAID = (
    r"(?:said|says|told|added|adds|wrote|writes|noted|notes|argued|argues|explained|explains|recalled|believes|thinks|"
    r"tweeted|insisted|admitted|acknowledged|stressed|continued|concluded|replied|joked|remembers|recalls|died|smiled|laughed)\b"
)
_PERSON_AFTER = re.compile(
    rf"(?:,?\s(?:also\s|has\s|had\s)?{_SAID}|,\s\d\d,|,\swho\b|\swho\b|\s\(\d\d\))"
)
_PERSON_BEFORE = re.compile(rf"(?:\b{_SAID}|,”|,\"|\baccording to)\s$")
_PLACE_BEFORE = re.compile(
    r"\b(?:in|near|outside|across|throughout|[Ii]n (?:northern|southern|eastern|western|central))\s$"
)
_PLACE_AFTER = re.compile(
    r"\s(?:district|province|region|city|county|village|town|island|peninsula|state)\b"
)
_PLACE_OF_BEFORE = re.compile(
    r"\b(?:city|town|village|province|state|district|region|island|capital|port|suburb|municipality|county)(?:\s+of|,)?\s$"
)
_SENTENCE_START = re.compile(r"(?:^|[.!?:;“”\"‘(\[|•–—-])\s*$")
_ACRONYM = re.compile(r"\(\s?(?:the\s+)?[“\"']?([A-Z][A-Za-z&-]*[A-Z]\w*)[”\"']?\s?\)")
_MANY_CAPITALS = 0.6
_PLACES = frozenset({"GPE", "LOC", "FAC"})
_FIXED = 100.0


class Row(NamedTuple):
    """One row with what the tagger found in it, cleaned up."""

    text: str
    spans: list[Span]
    headline: bool


def resolve(
    texts: Sequence[str], found: Sequence[Sequence[Span]], long_by_short: Mapping[str, str]
) -> list[list[Span]]:
    """The names of one article, row by row: cleaned, relabelled as the article has them, repeats added.

    `long_by_short` are the article's acronyms (see `acronyms`). Spans come back in order and never overlap in a row.
    """
    rows = [
        Row(text, _cleaned(text, spans), _is_headline(text))
        for text, spans in zip(texts, found, strict=True)
    ]
    labels = _agreed_labels(rows, long_by_short)
    known = Phrases(name for name in labels if _can_repeat(name, labels[name], rows))
    return [_merged(row, known, labels) for row in rows]


def _cleaned(text: str, spans: Iterable[Span]) -> list[Span]:
    kept: list[Span] = []
    for span in spans:
        trimmed = trim(text, span)
        if trimmed and not overlaps(trimmed.start, trimmed.end, kept):
            kept.append(trimmed)
    return kept


def _is_headline(text: str) -> bool:
    """Whether most words are capitalised, so that a capital says little about being a name."""
    words = [word.group() for word in WORD.finditer(text[:400]) if len(word.group()) > 3]
    return len(words) > 2 and sum(word[0].isupper() for word in words) >= _MANY_CAPITALS * len(
        words
    )


def acronyms(texts: Sequence[str]) -> dict[str, str]:
    """Full name of each acronym that stands in brackets behind it: "Shanghai Cooperation Organization (SCO)".

    The letters must be initials of the name's words, in order; small words may be left out.
    """
    full: dict[str, str] = {}
    for text in texts:
        for match in _ACRONYM.finditer(text):
            name = _spelled_out(text[max(0, match.start() - 150) : match.start()], match.group(1))
            if name:
                full.setdefault(match.group(1), name)
    return full


def _spelled_out(before: str, acronym: str) -> str | None:
    """The words at the end of `before` whose initials are the acronym's letters."""
    letters = [letter.lower() for letter in acronym if letter.isalpha()]
    words = list(WORD.finditer(before))
    last = len(words)
    for letter in reversed(letters):
        last -= 1
        while (
            last >= 0
            and words[last].group()[0].lower() != letter
            and words[last].group()[0].islower()
        ):
            last -= 1
        if last < 0 or words[last].group()[0].lower() != letter:
            return None
    name = before[words[last].start() :].rstrip(" ,")
    return (
        name
        if name[:1].isupper() and len(letters) > 1 and not re.search(r"[.;:!?(]\s", name)
        else None
    )


def _agreed_labels(rows: Sequence[Row], long_by_short: Mapping[str, str]) -> dict[str, str]:
    """The label of every tagged name, by all that the article says about it."""
    votes = _votes(rows)
    for short, full in long_by_short.items():
        label = _shape_label(full) or (votes[full].most_common(1)[0][0] if full in votes else "ORG")
        votes.setdefault(full, Counter())[label] += _FIXED
        votes.setdefault(short, Counter())[label] += _FIXED
    labels = {name: _winner(name, count) for name, count in votes.items()}
    for part in _person_parts(labels, votes):
        labels[part] = "PERSON"
    return labels


def _votes(rows: Sequence[Row]) -> Votes:
    votes: Votes = defaultdict(Counter)
    for row in rows:
        weight = 0.5 if row.headline else 1.0
        for span in row.spans:
            count = votes[row.text[span.start : span.end]]
            count[span.label] += weight
            for label, strength in _cues(row.text, span):
                count[label] += strength
    return votes


def _cues(text: str, span: Span) -> Iterator[tuple[str, float]]:
    """What the words around a name say about it."""
    before, after = text[max(0, span.start - 30) : span.start], text[span.end : span.end + 20]
    if TITLE_BEFORE.search(before):
        yield "PERSON", 2.0
    if _PERSON_AFTER.match(after):
        yield "PERSON", 0.8
    if _PERSON_BEFORE.search(before):
        yield "PERSON", 0.5
    if _PLACE_OF_BEFORE.search(before):
        yield "GPE", 1.5
    if _PLACE_AFTER.match(after):
        yield "GPE", 1.0
    if _PLACE_BEFORE.search(before):
        yield "GPE", 0.7


def _winner(name: str, count: Counter[str]) -> str:
    place = gazetteer().by_text.get(name)
    if place and (place.certain or place.label in count):
        return place.label
    shape = _shape_label(name)
    if shape and not (shape == "ORG" and count["FAC"]):
        return shape
    if name.isupper() and " " not in name and len(name) > 1 and count["PERSON"]:
        count["ORG"] += count.pop("PERSON")
    return count.most_common(1)[0][0]


def _shape_label(name: str) -> str | None:
    """The label that the words of a name give away, if they do."""
    if " " not in name:
        return None
    if ORG_WORD.search(name):
        return "ORG"
    if FACILITY_WORD.search(name):
        return "FAC"
    if LAND_WORD.search(name):
        return "LOC"
    return "GPE" if SETTLEMENT_WORD.search(name) else None


def _person_parts(labels: Mapping[str, str], votes: Votes) -> Iterator[str]:
    """Surnames and first names that stand alone elsewhere, of people whose full name is in the article."""
    for name, label in list(labels.items()):
        if label != "PERSON" or " " not in name:
            continue
        words = name.split()
        for part in (*(" ".join(words[i:]) for i in range(1, len(words))), words[0]):
            if part in labels or (len(part) > 2 and part[0].isupper()):
                place = gazetteer().by_text.get(part)
                if not (place and place.certain):
                    yield part


def _can_repeat(name: str, label: str, rows: Sequence[Row]) -> bool:
    """Whether every other place where `name` stands is likely to be the same name."""
    return name[:1].isupper() and len(name) > 1


def _merged(row: Row, known: Phrases, labels: Mapping[str, str]) -> list[Span]:
    """The row's own names under the article's labels, and the names the tagger missed in it."""
    kept = [span._replace(label=labels[row.text[span.start : span.end]]) for span in row.spans]
    for start, end in known.find(row.text):
        inside = [span for span in kept if start < span.end and span.start < end]
        if any(span.end - span.start >= end - start for span in inside) and not row.headline:
            continue
        kept = [span for span in kept if span not in inside]
        kept.append(Span(start, end, labels[row.text[start:end]]))
    for start, end, label in gazetteer().find(row.text):
        if not overlaps(start, end, kept):
            kept.append(Span(start, end, label))
    return sorted(kept)
