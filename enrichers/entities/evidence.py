"""What an article says about a name: which label all its mentions have.

A small tagger reads a sentence at a time, so it takes Modi for a place in one and for a person in the next. Read as
a whole, the article gives the answer: a full name, a title, an acronym in brackets, "said", "in". Every sign is a
vote; the weights were set on news and are no finer than a third.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping

from enrichers.entities.boundaries import TITLE_BEFORE, is_title
from enrichers.entities.places import gazetteer, given_names
from enrichers.entities.spans import Span

Votes = defaultdict[str, defaultdict[str, float]]

ORG_WORD = re.compile(
    r"\b(?:Academy|Agency|Airlines|Airways|Alliance|Army|Assembly|Association|Authority|Bank|Board|Brigade|Broadcasting|"
    r"Bureau|Cabinet|Capital|Center|Centre|Chamber|Charity|Church|Club|Coalition|College|Commission|Committee|Company|"
    r"Confederation|Congress|Consulate|Corp|Corporation|Council|Court|Department|Directorate|Embassy|Enterprises?|"
    r"Entertainment|Federation|Fund|Foundation|Front|Group|Holdings?|Hospital|Inc|Industries|Institute|Institution|"
    r"Laborator(?:y|ies)|League|Ltd|Limited|LLC|LLP|Ministry|Mission|Motors|Movement|Municipality|Network|News|Office|"
    r"Organi[sz]ation|Parliament|Partners|Party|Pictures|plc|PLC|Police|Post|Press|Publications|Publishing|Ratings|School|"
    r"Senate|Secretariat|Securities|Services?|Society|Solutions|Studios?|Systems|Team|Technologies|Times|Treasury|"
    r"Tribunal|Trust|Union|United|University|Ventures)\b"
)
_LAST_WORDS = {
    "EVENT": "Championships?|Cup|Derby|Festival|Games|Grand Prix|Marathon|Olympics|Revolution|Summit|War|Week|World Cup",
    "LAW": "Accords?|Act|Agreement|Amendment|Code|Constitution|Convention|Law|Pact|Protocol|Treaty",
    "WORK_OF_ART": "Awards?|Prize|Trophy",
    "ORG": "(?!)",
    "FAC": "Airport|Arena|Avenue|Boulevard|Bridge|Castle|Cathedral|Expressway|Highway|Hotel|Mall|Mosque|Museum|Palace|"
    "Plaza|Port|Power Plant|Prison|Railway|Road|Square|Stadium|Station|Street|Temple|Terminal|Tower|Tunnel",
    "LOC": "Bay|Beach|Canyon|Coast|Desert|Forest|Islands?|Lake|Mountains?|National Park|Ocean|Peninsula|River|Sea|Strait|"
    "Valley",
    "GPE": "City|County|Province|Region|District|Prefecture|Republic",
}
_ENDS = {label: re.compile(rf"\b(?:{words})$") for label, words in _LAST_WORDS.items()} | {
    "ORG": ORG_WORD
}
"""In the order of what decides: "World Cup Committee" is an organisation, "University Challenge Cup" is not."""
_LAND_FIRST = re.compile(r"(?:Lake|Mount|Mt\.?|Gulf|Cape|River)\s")

_SAID = (
    r"(?:said|says|told|added|adds|wrote|writes|noted|notes|argued|argues|explained|explains|recalled|believes|thinks|"
    r"tweeted|insisted|admitted|acknowledged|stressed|continued|concluded|replied|joked|remembers|recalls|died|smiled|laughed)\b"
)
PERSON_AFTER = re.compile(
    rf"(?:,?\s(?:also\s|has\s|had\s)?{_SAID}|,\s\d\d,|,\swho\b|\swho\b|\s\(\d\d\))"
)
_PERSON_BEFORE = re.compile(rf"(?:\b{_SAID}|,”|,\"|\baccording to)\s$")
_PLACE_BEFORE = re.compile(
    r"\b(?:in|near|outside|across|throughout|[Ii]n (?:northern|southern|eastern|western|central))\s$"
)
_PLACE_AFTER = re.compile(
    r"\s(?:district|province|region|city|county|village|town|island|peninsula|state|suburb|coast)\b"
)
_PLACE_OF_BEFORE = re.compile(
    r"\b(?:city|town|village|province|state|district|region|island|capital|port|suburb|municipality|county)(?:\s+of|,)?\s$"
)
_LARGER = re.compile(r"(?:,\s|\s\()([A-Z]\w+(?:\s[A-Z]\w+)?)(?=[,.;)]|\s[a-z])")
_PARTICLES = frozenset(
    [
        "-",
        "al",
        "al-",
        "bin",
        "da",
        "de",
        "del",
        "della",
        "der",
        "di",
        "dos",
        "du",
        "e",
        "el",
        "ibn",
        "la",
        "le",
        "ten",
        "ter",
        "van",
        "von",
        "y",
    ]
)
_FIXED = 100.0


def agreed_labels(
    tagged: Iterable[tuple[str, Span]],
    seen: Iterable[tuple[str, int, int]],
    long_by_short: Mapping[str, str],
) -> dict[str, str]:
    """The label of every name of an article, by all that the article says about it.

    `tagged` are the tagger's spans with the text of their row; `long_by_short` the article's acronyms.
    """
    votes: Votes = defaultdict(lambda: defaultdict(float))
    for text, span in tagged:
        count = votes[text[span.start : span.end]]
        count[span.label] += 1.0
    for text, start, end in seen:
        for label, strength in _cues(text, start, end):
            votes[text[start:end]][label] += strength
    _vote_on_acronyms(votes, long_by_short)
    labels = {name: _winner(name, count) for name, count in votes.items()}
    for part in person_parts(labels):
        labels[part] = "PERSON"
    return labels


def _vote_on_acronyms(votes: Votes, long_by_short: Mapping[str, str]) -> None:
    """An acronym has the label of its full form."""
    for short, full in long_by_short.items():
        label = shape_label(full)
        if not label and full in votes:
            label = _winner(full, votes[full])
        if not label and short in votes:
            label = _winner(short, votes[short])
        if label:
            votes[full][label] += _FIXED
            votes[short][label] += _FIXED


def _cues(text: str, start: int, end: int) -> Iterator[tuple[str, float]]:
    """What the words around a name say about it."""
    before, after = text[max(0, start - 30) : start], text[end : end + 30]
    if TITLE_BEFORE.search(before):
        yield "PERSON", 2.0
    if PERSON_AFTER.match(after):
        yield "PERSON", 0.8
    if _PERSON_BEFORE.search(before):
        yield "PERSON", 0.5
    if _PLACE_OF_BEFORE.search(before):
        yield "GPE", 2.5
    if _PLACE_AFTER.match(after):
        yield "GPE", 1.0
    if _PLACE_BEFORE.search(before):
        yield "GPE", 0.7
        yield "PERSON", -0.8
    if _stands_in_a_place(after):
        yield "GPE", 1.5


def _stands_in_a_place(after: str) -> bool:
    """Whether a place follows that holds it: "Riobamba (Ecuador)", "Springfield, Illinois,"."""
    larger = _LARGER.match(after)
    listed = gazetteer().by_text.get(larger.group(1)) if larger else None
    return listed is not None and listed.label in {"GPE", "LOC"}


def _winner(name: str, count: dict[str, float]) -> str:
    listed = gazetteer().by_text.get(name)
    if listed and (listed.certain or listed.label in count):
        return listed.label
    shape = shape_label(name)
    if shape and not (shape == "ORG" and count.get("FAC")):
        return shape
    if "WORK_OF_ART" not in count and _begins_with_given_name(name):
        return "PERSON"
    if name.isupper() and " " not in name and len(name) > 1 and "PERSON" in count:
        count["ORG"] = count.get("ORG", 0.0) + count.pop("PERSON")
    return max(count, key=lambda label: count[label])


def _begins_with_given_name(name: str) -> bool:
    words = name.split()
    if not 2 <= len(words) <= 4 or words[0] not in given_names() or words[0] in gazetteer().by_text:
        return False
    return all(word[0].isupper() or word in _PARTICLES for word in words)


def shape_label(name: str) -> str | None:
    """The label that the words of a name give away, if they do.

    >>> shape_label("Port of Call Museum"), shape_label("Lake Tana"), shape_label("Ann Lee")
    ('FAC', 'LOC', None)
    """
    if " " not in name:
        return None
    for label, pattern in _ENDS.items():
        if pattern.search(name):
            return label
    return "LOC" if _LAND_FIRST.match(name) else None


def person_parts(labels: Mapping[str, str]) -> set[str]:
    """Surnames and first names that may stand alone, of the people whose full name is among `labels`."""
    parts: set[str] = set()
    for name, label in labels.items():
        if label == "PERSON" and " " in name:
            words = name.split()
            if is_title(words[0]):
                words = words[1:]
            parts.update(" ".join(words[start:]) for start in range(1, len(words)))
            parts.add(words[0])
    return {part for part in parts if part in labels or _may_stand_alone(part)} - {
        part for part in parts if _is_listed(part)
    }


def _may_stand_alone(part: str) -> bool:
    return len(part) > 2 and part[0].isupper()


def _is_listed(name: str) -> bool:
    listed = gazetteer().by_text.get(name)
    return listed is not None and listed.certain and listed.label != "PERSON"
