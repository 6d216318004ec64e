"""The noun of a count that stands elsewhere in its sentence: "six women, two of them", "the death toll rose to 45".

Where the words in between do not say so the count stays without a noun.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import pairwise

from enrichers.figures.counted import find_noun
from enrichers.figures.line import Draft, Line
from enrichers.figures.partitive import PARTITIVE

_OF_THESE = re.compile(r" of (?:them|whom|these|those|which|the (?:dead|injured|wounded))\b")
_OF_THEM = re.compile(r" of (?:them|whom)\b")
_WHO = re.compile(r",? (?:of )?(?:who|whom)\b")
_OF_ALL = re.compile(r" of (?:the|its|their|his|her|our|my|your|these|those|all|an?)(?: [a-z]+)? ")
_WHOLE = re.compile(r"(?:Out of|Of|Among) (?:the|its|their|his|her|our|my|those|these|all)\b")
_HEAD = re.compile(
    r"\b(?:[Nn]umber|[Tt]ally|[Cc]ount|[Tt]otal) of (?:the )?|\b(?P<toll>[Dd]eath) toll\b"
)
_REACHING = re.compile(
    r"(?: (?!and\b|but\b|while\b|with\b|after\b|in which\b)[\w’'-]+(?:\.[A-Z]\.)?){0,9}?"
    r" (?:to|at|reached|hit|topped|passed|exceeded|surpassed|was|is|were|are|by|from|stood at)"
    r"(?: (?:about|around|over|nearly|almost|some|only|just|at least|up to|more than|least|than|an estimated|well over))*\Z"
)
_TOLL = re.compile(r"(?:[a-z]{1,20} ){0,3}death toll\b", re.IGNORECASE)
_HURT = r"(?:killed|dead|died|wounded|injured|hurt|missing|hospitali[sz]ed|taken (?:captive|hostage|prisoner))"
_CASUALTIES = re.compile(rf"(?: more)?(?: (?:were|was))? {_HURT}\b")
_AND = re.compile(  # both halves tell of the hurt: "gunmen opened fire and 12 were killed" counts no gunmen
    rf"(?:,? (?:were|was|have been|had been))? {_HURT}(?: [a-z]+){{0,4}},? (?:and|while|with)"
    r" (?:(?:another|about|some|around|nearly|almost|over|at least|more than|up to) )?"
)
_INCLUDING = (["including"], ["among"])
_THEN_EVEN = re.compile(r",?(?: or)?(?: (?:even|maybe|perhaps|possibly))? ")
_BACK = 6  # figures
_OPENING = 5  # tokens
_PLACED = tuple(
    [word]
    for word in ("across", "at", "for", "from", "in", "near", "of", "on", "over", "to", "with")
)
OTHERS = frozenset({"others"})
"""Who is counted besides: no noun for the first count of "killed 12 and injured 30 others"."""


def refer(line: Line, inside: Sequence[Draft]) -> None:
    """Give the counts of a sentence, in order, that have no noun the one that the sentence gives them elsewhere."""
    whole = _whole(line, inside)
    for index, draft in enumerate(inside):
        before = [d for d in inside[max(0, index - _BACK) : index] if d.rule != PARTITIVE]
        is_share = draft.kind in _SHARES and draft.noun is None
        if is_share and _OF_THEM.match(line.text, draft.end):
            draft.noun = _of_these(line, draft, before)  # "40 shops, half of them abroad"
        if draft.kind != "count" or draft.noun is not None or draft.rule not in _BARE:
            continue
        draft.noun = (
            _of_these(line, draft, before)
            or _of_all(line, draft, inside[index + 1 : index + 2])
            or _other_end(line, draft, before)
            or _of_like(line, draft, before)
            or _another(line, draft, before)
            or _head(line, draft, before)
            or _subject(line, draft)
            or (whole if index and _is_alone(line, draft) else None)
        )


_SHARES = frozenset({"percent", "ratio"})
_BARE = frozenset({"bare_number", "count", "inherited"})


def _of_these(line: Line, draft: Draft, before: Sequence[Draft]) -> str | None:
    """As in "six women, two of them", "68 people, 95 who had left": the nearest noun before."""
    if not (_OF_THESE.match(line.text, draft.end) or _WHO.match(line.text, draft.end)):
        return None
    nouns = (other.noun for other in reversed(before) if other.kind == "count")
    return next((noun for noun in nouns if noun and noun not in OTHERS), None)


def _of_all(line: Line, draft: Draft, after: Sequence[Draft]) -> str | None:
    """As in "two of the three hostages": the noun of the whole."""
    if not after or after[0].kind != "count":
        return None
    between = _OF_ALL.fullmatch(line.text, draft.end, after[0].start)
    return after[0].noun if between or line.text[draft.end : after[0].start] == " of " else None


def _whole(line: Line, inside: Sequence[Draft]) -> str | None:
    """As in "Of the 27 members, 20 agreed": the noun of a first count that the sentence opens with as the whole."""
    if not inside or inside[0].kind != "count":
        return None
    opens = _WHOLE.match(line.text)
    return inside[0].noun if opens and opens.end() + 1 == inside[0].start else None


def _is_alone(line: Line, draft: Draft) -> bool:
    """Whether a verb or a sign follows the number, so that nothing else can be what it counts."""
    following = line.words_after(draft.end, 1)
    sets = line.lexicon.words.sets
    return (
        not following
        or not following[0][0].isalpha()
        or following[0] in sets["nouns.stop"]
        or following[0] in sets["nouns.verbs"]
        or following[0].endswith("ed")
    )


def _other_end(line: Line, draft: Draft, before: Sequence[Draft]) -> str | None:
    """As in "by 20 to 300", "to 41 from 38", "4,500 cases on Monday, up from 3,900": both ends of one change."""
    if not before or before[-1].kind != "count":
        return None
    lead = line.words_before(draft.start, 2)
    between = line.text[before[-1].end : draft.start]
    is_end = draft.role in ("to", "from") and before[-1].role is not None
    is_end = is_end or between in (" from ", " to ") or lead in (["up", "from"], ["down", "from"])
    return before[-1].noun if is_end else None


def _of_like(line: Line, draft: Draft, before: Sequence[Draft]) -> str | None:
    """As in "12 soldiers were killed and 5 wounded", "two terms, or even three": what the count before it is of."""
    if not before or before[-1].kind != "count" or before[-1].noun is None:
        return None
    if line.text[before[-1].end : draft.start] == f" {before[-1].noun} to " and draft.role is None:
        return before[-1].noun  # "by 312 votes to 265"
    part = line.words_before(before[-1].start, 1) in _INCLUDING
    start, is_last = before[-1].end + len(before[-1].noun) + 1, _is_alone(line, draft)
    if _CASUALTIES.match(line.text, draft.end) and _AND.fullmatch(line.text, start, draft.start):
        noun = before[-2].noun if part and len(before) > 1 else before[-1].noun
        return None if noun in OTHERS else noun
    is_next = line.text.startswith(f" {before[-1].noun}", before[-1].end)
    more = (
        draft.value is not None and before[-1].value is not None and draft.value > before[-1].value
    )
    if not (is_next and more and is_last and _THEN_EVEN.fullmatch(line.text, start, draft.start)):
        return None
    return before[-1].noun


def _another(line: Line, draft: Draft, before: Sequence[Draft]) -> str | None:
    """As in "they cancelled 300 flights; another 40 were late": more of what was counted, not of "in two towns"."""
    lead = line.words_before(draft.start, 2)
    if not (lead[-1:] == ["another"] or lead == ["a", "further"]) or not _is_alone(line, draft):
        return None
    for other in reversed(before):
        if other.kind != "count" or other.noun is None or other.noun in OTHERS:
            continue
        if line.words_before(other.start, 1) not in _PLACED:
            return other.noun
    return None


def _subject(line: Line, draft: Draft) -> str | None:
    """As in "Deaths rose by 23 to 1,045": only of what is counted and never priced."""
    if draft.role is None:
        return None
    sets = line.lexicon.words.sets
    for token, following in pairwise(line.tokens[:_OPENING]):
        if token.word in sets["nouns.none_of"]:
            is_change = following.word in line.lexicon.words.change
            return line.text[token.start : token.end].lower() if is_change else None
    return None


def _head(line: Line, draft: Draft, before: Sequence[Draft]) -> str | None:
    """As in "the number of deaths rose to 45", "the death toll reached 52,000"."""
    start = before[-1].end if before else 0
    if draft.role == "to" and draft.change and _TOLL.match(line.text):
        return "deaths"  # "The death toll from a fire that left two buildings in ruins rose to 10"
    heads = list(_HEAD.finditer(line.text, max(start, draft.start - 120), draft.start))
    if not heads:
        return None
    if heads[-1]["toll"]:
        return (
            "deaths" if _REACHING.match(line.text[heads[-1].end() : draft.start].rstrip()) else None
        )
    noun = find_noun(line, heads[-1].end())
    if noun is None or not _REACHING.match(line.text[noun.end : draft.start].rstrip()):
        return None
    return line.text[noun.start : noun.end]
