"""Names that a tagger cut in two or cut short, put together again: people, and offices "of" and "for" something."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from enrichers.entities.boundaries import is_title
from enrichers.entities.evidence import ORG_WORD
from enrichers.entities.places import gazetteer, given_names
from enrichers.entities.spans import Line, Span

# Every repeat is bounded, or a row of 100,000 capitals would take minutes.
_CAPITALISED = r"[A-Z][\w’'&-]{0,30}"
_PHRASE = rf"{_CAPITALISED}(?:\s{_CAPITALISED}){{0,5}}"
_OFFICE = (
    r"(?:Academy|Agency|Association|Authority|Board|Bureau|Center|Centre|Chamber|College|Commission|Committee|Company|"
    r"Council|Court|Department|Directorate|Division|Faculty|Federation|Foundation|Fund|Institute|Ministry|Museum|Network|"
    r"Office|Organi[sz]ation|School|Secretariat|Service|Society|Union)"
)
_SUBJECT = (
    r"(?:Affairs|Agriculture|Arts|Aviation|Care|Change|Commerce|Communications?|Cooperation|Countries|Culture|Defen[cs]e|"
    r"Development|Economics|Economy|Education|Employment|Energy|Engineering|Environment|Expression|Finance|Fisheries|"
    r"Food|Forest(?:s|ry)|Health|Housing|Industr(?:y|ies)|Information|Infrastructure|Innovation|Justice|Labou?r|Management|"
    r"Medicine|Navigation|Nations|Peace|Planning|Policy|Politics|Prevention|Protection|Relations|Research|Resources|Rights|"
    r"Safety|Sciences?|Security|Services|Sports?|Strategy|Studies|Technology|Telecommunications|Tourism|Trade|Training|"
    r"Transport(?:ation)?|Water|Welfare|Women|Youth)"
)
_LIST_NAME = re.compile(
    rf"\b{_OFFICE}\s(?:of|for|on)\s(?:the\s)?{_PHRASE}(?:,\s{_PHRASE}){{0,5}}"
    rf"(?:,?\s(?:and|&)\s(?:{_CAPITALISED}\s){{0,3}}|,\s(?:{_CAPITALISED}\s){{1,3}}|\s(?:{_CAPITALISED}\s){{0,2}}){_SUBJECT}\b"
)
"""An office named for a list of subjects: "Ministry of Municipal, Rural Affairs and Housing"."""
_WORDS_BEFORE = re.compile(rf"(?<![\w’'&-])(?:(?!The\s){_CAPITALISED}\s){{1,4}}$")
_OFFICE_END = re.compile(rf"{_OFFICE}$")
_ACRONYM = re.compile(r"\s\(([A-Z]{2,8})\)")
_NEXT_WORD = re.compile(r"\s([A-Z][\w’'-]*\w)(?=$|[\s,.;:?!)”\"’'])")
_WORD_BEFORE = re.compile(r"(?:^|[\s(“\"])([A-Z][\w’'-]*\w)\s$")
_AFTER_A_STOP = re.compile(r"(?:^|[.!?:;“”\"‘(\[|•–—])\s*$")


def joined(text: str, spans: Sequence[Span]) -> list[Span]:
    """The spans of a row, in order, with the broken ones mended. Not for headlines, where any word has a capital."""
    wholes = [
        Span(_first_word(text, match.start()), match.end(), "ORG")
        for match in _LIST_NAME.finditer(text)
    ]
    line = Line(spans)
    for whole in wholes:
        line.put(whole)
    for acronym in list(_bracketed(text, line)):
        line.put(acronym)
    mended: list[Span] = []
    for span in line.spans:
        if mended and _is_one_name(text, mended[-1], span):
            mended[-1] = Span(mended[-1].start, span.end, span.label)
        else:
            mended.append(span)
    return list(_stretched(text, mended))


def _first_word(text: str, office: int) -> int:
    """Where the capitalised words before an office begin: "UN Economic |Commission for Africa"."""
    before = _WORDS_BEFORE.search(text, max(0, office - 80), office)
    return before.start() if before else office


def _bracketed(text: str, line: Line) -> Iterator[Span]:
    """The acronyms in brackets right behind an organisation, with its label."""
    for span in line.spans:
        acronym = _ACRONYM.match(text, span.end) if span.label == "ORG" else None
        if acronym and not line.touching(*acronym.span(1)):
            yield Span(acronym.start(1), acronym.end(1), span.label)


def _is_one_name(text: str, left: Span, right: Span) -> bool:
    """Whether two neighbours are one name: a first name and a surname, a nation and its ministry."""
    if text[left.end : right.start] != " ":
        return False
    if left.label == right.label == "PERSON":
        return not ORG_WORD.search(text, left.start, right.end)
    return (
        left.label == "NORP"
        and right.label == "ORG"
        and bool(_OFFICE_END.search(text, right.start, right.end))
    )


def _stretched(text: str, spans: Sequence[Span]) -> Iterator[Span]:
    """Each span, longer where its own name goes on into words that no other span has."""
    floor = 0
    for number, span in enumerate(spans):
        ceiling = spans[number + 1].start if number + 1 < len(spans) else len(text)
        start, end = span.start, span.end
        if span.label == "PERSON":
            start, end = _whole_person(text, span, floor, ceiling)
        floor = end
        yield Span(start, end, span.label)


def _whole_person(text: str, span: Span, floor: int, ceiling: int) -> tuple[int, int]:
    start, end = span.start, span.end
    after = _NEXT_WORD.match(text, end, ceiling)
    if after and _can_be_part(after.group(1)):
        end = after.end()
    before = _WORD_BEFORE.search(text[max(floor, start - 30) : start])
    if before and _can_be_part(before.group(1)):
        first = start - 1 - len(before.group(1))
        if before.group(1) in given_names() or not _AFTER_A_STOP.search(
            text[max(0, first - 3) : first]
        ):
            start = first
    return start, end


def _can_be_part(word: str) -> bool:
    return not is_title(word) and word not in gazetteer().by_text and not word.isupper()
