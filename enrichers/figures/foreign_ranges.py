"""Two numbers of a further language that share a unit: "3 bis 5 Millionen Euro", "von 2,5 auf 3 Milliarden Euro"."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

from enrichers.figures.foreign_numbers import ForeignNumber
from enrichers.figures.foreign_words import Foreign
from enrichers.figures.line import Draft, Line

_CHANGE_REACH = 5
_MILLION = Decimal(1_000_000)


def read_range(
    line: Line, pair: list[ForeignNumber], sides: list[Draft | None], words: Foreign
) -> Draft | None:
    """As in "3 bis 5 Millionen Euro", "entre 3 et 5 %": one figure of two numbers."""
    (first, second), (left, right) = pair, sides
    if right is None or (left and (left.kind, left.unit) != (right.kind, right.unit)):
        return None
    if first.spread or second.spread or is_moving(line, first.start, words):
        return None
    start, end = (left or right).start, left.end if left else first.end
    if left is None:
        start = first.start
    index, stop = line.index_at(end), line.index_at(right.start)
    if not _links(line, words, (end, right.start), (index, stop), line.index_at(start)):
        return None
    low = first.value
    if first.scale == 1 and second.scale >= _MILLION and low < second.value / second.scale:
        low *= second.scale
    factor = (right.value or second.value) / second.value if second.value else Decimal(1)
    high = second.value * factor
    return replace(
        right,
        start=start,
        value=None,
        low=low * factor,
        high=high,
        modifier="range",
        rule=f"{right.rule}_range",
        base_value=None,
        base_unit=None,
    )


def is_moving(line: Line, start: int, words: Foreign) -> bool:
    """As in "est passé de 7 à 8 %": two figures, the old and the new, not a span between them."""
    before = line.words_before(start, _CHANGE_REACH)
    while "." in before:
        before = before[before.index(".") + 1 :]
    return not words.moving.isdisjoint(before)


def _links(
    line: Line, words: Foreign, gap: tuple[int, int], tokens: tuple[int, int], first: int
) -> bool:
    between = line.text[gap[0] : gap[1]]
    if between in ("-", "–", " - ", " – ", "—"):
        return True
    for name in ("to", "and"):
        found = words.links[name].match(line, tokens[0])
        if found and found[1] == tokens[1]:
            return name == "to" or words.links["between"].match_before(line, first) is not None
    return False


def read_first(
    line: Line, number: ForeignNumber, following: ForeignNumber, right: Draft | None, words: Foreign
) -> Draft | None:
    """The first of "von 2,5 auf 3 Milliarden Euro": its unit and its scale stand behind the second alone."""
    if right is None or right.start < following.start or number.spread or following.spread:
        return None
    index = line.index_at(number.end)
    link = words.links["onto"].match(line, index) or words.links["to"].match(line, index)
    if link is None or link[1] != line.index_at(following.start) or right.value is None:
        return None
    value = number.value
    if number.scale == 1 and following.scale >= _MILLION:
        value *= following.scale
    factor = right.value / following.value if following.value else Decimal(1)
    return replace(
        right,
        start=number.start,
        end=number.end,
        value=value * factor,
        base_value=None,
        base_unit=None,
    )
