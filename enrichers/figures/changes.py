"""What figures say of change: direction and role in "rose 3.2% to $4.1 billion from $3.9 billion"; and the time they speak of."""

from __future__ import annotations

import re
from datetime import date
from decimal import Decimal
from itertools import pairwise
from typing import Literal, cast

from enrichers.figures.lexicon import lexicon
from enrichers.figures.line import Draft, Line, by_sentence
from enrichers.figures.partitive import PARTITIVE
from enrichers.figures.reporting import counted_period

_KINDS = frozenset({"money", "percent", "quantity", "count"})
_REACH = 8
_ORIGIN = re.compile(  # ", founded in 1987," tells how old a firm is, and of none of its figures
    r"(?:\A|[,.;(] ?)(?:which was |who was )?(?:first |originally )?(?:founded|established|born|created|formed|incorporated"
    r"|built|launched|opened|introduced|elected|acquired|bought) (?:[a-z]+ ){0,3}(?:in|on) \Z",
    re.IGNORECASE,
)
_GOES_TO = re.compile(
    r" to (?:about |around |nearly |almost |over |just (?:over|under) |more than |less than )?"
)
_DIGITS = re.compile(r"[0-9]{1,3}(?:,[0-9]{3})*(?:\.[0-9]+)?")
_SCALES = frozenset(
    map(Decimal, (1_000, 100_000, 1_000_000, 10_000_000, 1_000_000_000, 1_000_000_000_000))
)
_BACK = 60  # characters before a date in which that is looked for
Direction = Literal["up", "down"]


def apply_changes(line: Line, sentences: list[tuple[int, int]]) -> None:
    """Set change and role of the measures of each sentence, left to right."""
    drafts = [d for d in line.drafts if d.kind in _KINDS and d.rule != PARTITIVE]
    index = 0
    for start, end in sentences:
        direction: Direction | None = None
        position, first = start, index
        while index < len(drafts) and drafts[index].start < end:
            draft = drafts[index]
            direction = _apply(line, draft, position, direction)
            position, index = draft.end, index + 1
        for before, after in pairwise(drafts[first:index]):
            _set_from_to(line, before, after)


def _set_from_to(line: Line, before: Draft, after: Draft) -> None:
    """As in "slow from 4.8 to 4.7 percent": of one measure, whatever the verb; which is more says the direction."""
    if before.value is None or after.value is None or not _goes_to(line, before, after):
        return
    value = before.value * (_shared_scale(line, before, after) or 1)
    if before.unit or after.kind != "money":  # a bare number takes the scale with the currency
        before.value = value
    if value != after.value and (after.unit or after.noun):
        before.role, before.change = "from", None
        after.role, after.change = "to", "up" if after.value > value else "down"


def _goes_to(line: Line, before: Draft, after: Draft) -> bool:
    is_bare = before.rule == "bare_number" and before.unit is None and before.noun is None
    is_alike = (before.kind, before.unit, before.noun) == (after.kind, after.unit, after.noun)
    if not (is_bare or is_alike) or line.words_before(before.start, 1) != ["from"]:
        return False
    return _GOES_TO.fullmatch(line.text, before.end, after.start) is not None


def _shared_scale(line: Line, before: Draft, after: Draft) -> Decimal | None:
    """The thousand or million that the second of two says for both: "from $5 to $4 million", not "from 200 to 2 million"."""
    first = _DIGITS.search(line.text, before.start, before.end)
    second = _DIGITS.search(line.text, after.start, after.end)
    if first is None or second is None or before.low is not None or before.high is not None:
        return None
    one, two = (Decimal(found[0].replace(",", "")) for found in (first, second))
    if one != before.value or not two or after.value is None or not two / 20 <= one <= 3 * two:
        return None
    scale = after.value / two
    return scale if scale in _SCALES else None


def _apply(
    line: Line, draft: Draft, position: int, direction: Direction | None
) -> Direction | None:
    """Set one figure's role from the words since `position`; the direction that now holds is returned."""
    words = [w for w in line.words_before(draft.start, _REACH) if w not in "$£€"]
    first = line.index_at(max(position, 0))
    words = (
        words[-max(0, line.index_at(draft.start) - first) :]
        if line.index_at(draft.start) > first
        else []
    )
    words = [word for word in words if word != "("]
    words = words[:-2] if words[-2:] in (["at", "least"], ["at", "most"]) else words
    verb = _last_change(line, words)
    if verb is None:
        _carry(draft, words, direction)
        return direction if direction and len(words) <= 4 else _noun_after(line, draft)
    found = cast("Direction", line.lexicon.words.change[words[verb]])
    rest = words[verb + 1 :]
    if _collects(line, draft, words[verb], rest):
        return None
    links = line.lexicon.words.sets["change.links"]
    if len([word for word in rest if word not in links]) > 2 or any(
        word in lexicon().words.sets["change_limits.breaks"] for word in rest
    ):
        return None
    draft.role = (
        "to" if "to" in rest[:2] and "up" not in rest else "from" if "from" in rest else "delta"
    )
    draft.change = None if draft.role == "from" else found
    return found


def _collects(line: Line, draft: Draft, verb: str, rest: list[str]) -> bool:
    """As in "raised $2 million" from givers, which changes no amount; "raised by", "to" and "from" do."""
    collecting = line.lexicon.words.sets["change_limits.collecting"]
    return (
        draft.kind == "money" and verb in collecting and not {"by", "to", "from"}.intersection(rest)
    )


def _last_change(line: Line, words: list[str]) -> int | None:
    change = line.lexicon.words.change
    for index in range(len(words) - 1, -1, -1):
        if words[index] in change and not _is_no_change(line, words, index):
            return index
    return None


def _is_no_change(line: Line, words: list[str], index: int) -> bool:
    """As in "up to 3", a bound, and "shot down 3 drones", where the word belongs to the verb."""
    if words[index] not in ("up", "down"):
        return False
    if words[index] == "up" and words[index + 1 : index + 2] == ["to"]:
        return True
    particles = line.lexicon.words.sets["change_limits.particles_of"]
    return index > 0 and words[index - 1] in particles


def _carry(draft: Draft, words: list[str], direction: Direction | None) -> None:
    """The figures after a first one: ", or 0.6%", "to 5%", "from 3%"."""
    if direction is None or not words:
        return
    if "from" in words:
        draft.role = "from"
    elif "to" in words:
        draft.role, draft.change = "to", direction
    elif words[-1] in ("or", "by", "another") or (words[-1] == "and" and draft.kind == "percent"):
        draft.role, draft.change = "delta", direction


def _noun_after(line: Line, draft: Draft) -> Direction | None:
    """As in "a 3 percent drop": the noun of change right after the figure."""
    if draft.kind not in ("percent", "money", "quantity"):
        return None
    for word in line.words_after(draft.end, 2):
        direction = line.lexicon.words.change.get(word)
        if direction and word in line.lexicon.words.sets["change.nouns"]:
            draft.role, draft.change = "delta", cast("Direction", direction)
            return cast("Direction", direction)
        if not word.isalpha() or word in line.lexicon.words.sets["nouns.stop"]:
            return None
    return None


def apply_periods(line: Line, sentences: list[tuple[int, int]]) -> None:
    """Give the figures of a sentence with exactly one known period that period.

    In "up from 58% in 2020" the date belongs to what was before, and in "founded in 1987" to no figure.
    """
    for inside in by_sentence(line.drafts, sentences):
        periods, taken = set(), list[Draft]()
        for before, draft in zip([None, *inside], inside, strict=False):
            if draft.kind != "date" or _ORIGIN.search(
                line.text, max(0, draft.start - _BACK), draft.start
            ):
                continue
            period = _period(line, draft, before)
            if before and before.role == "from" and line.text[before.end : draft.start] == " in ":
                before.about = period
                taken.append(before)
            else:
                periods.add(period)
        period = periods.pop() if len(periods) == 1 else None
        for draft in inside:
            if draft.kind != "date" and period is not None and draft not in taken:
                draft.about = period


def _period(line: Line, draft: Draft, before: Draft | None) -> tuple[date, date] | None:
    """The days of a date, or of the length of time that it ends: "the three months to June 30"."""
    if draft.date_start is None or draft.date_end is None:
        return None
    whole = counted_period(line, before, draft) if before else None
    return whole or (draft.date_start, draft.date_end)
