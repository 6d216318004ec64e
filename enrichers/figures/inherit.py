"""What a bare number takes over from the figure beside it: "from 13.5 to 14.0 mm", "3.9 million headsets, up from 2.4 million"."""

from __future__ import annotations

import itertools

from enrichers.figures.line import Draft, Line

_LIKE = frozenset({"compared", "versus", "than", "against", "vs"})


def inherit(line: Line, sentences: list[tuple[int, int]]) -> None:
    """Give bare numbers the noun or unit of a neighbour in their sentence, where the words between say they are alike."""
    drafts = [draft for draft in line.drafts if draft.kind not in ("date", "ordinal", "score")]
    for left, right in itertools.pairwise(drafts):
        if not any(start <= left.start and right.end <= end for start, end in sentences):
            continue
        if left.rule == "bare_number" and line.text[left.end : right.start].strip(" $£€") == "or":
            _take(left, right, money=True)
        elif (
            left.rule == "bare_number"
            and left.role == "from"
            and line.text[left.end : right.start].strip(" $£€") == "to"
        ):
            _take(left, right)
        elif right.rule == "bare_number" and line.words_after(right.end, 1) in (["who"], ["whom"]):
            right.noun = next(
                (d.noun for d in reversed(drafts) if d.start < left.end and d.noun), None
            )
        elif right.rule == "bare_number" and _is_alike(line, left, right):
            _take(right, left)


def _is_alike(line: Line, left: Draft, right: Draft) -> bool:
    between = line.words_before(right.start, 8)
    words = between[-(line.index_at(right.start) - line.index_at(left.end)) :]
    if right.role in ("from", "to") and left.kind != "percent":
        return True
    if left.role == "from" and words == ["to"]:
        return True
    return not _LIKE.isdisjoint(words)


def _take(bare: Draft, model: Draft, *, money: bool = False) -> None:
    if model.kind in ("count", "quantity", "percent", "money", "duration") and (
        model.unit or model.noun
    ):
        if model.kind == "money" and not money:
            return
        bare.kind, bare.noun, bare.unit = model.kind, model.noun, model.unit
        bare.rule = "inherited"
