"""Marks laid over a text by offset: matching words, entities, figures; in colour, or with signs where there is none."""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from copydesk.present import has_colour, safe
from schemas.marks import Figure, Mention

LEGEND = "marks: *word* found · [name] entity · {number} figure"
_SIGNS = {"match": ("*", "*"), "entity": ("[", "]"), "figure": ("{", "}")}
_COLOURS = {"match": "1;33", "entity": "36", "figure": "32"}
_INDENT = "   "
_PLURALS = {
    "foot": "feet",
    "inch": "inches",
    "century": "centuries",
    "millennium": "millennia",
    **dict.fromkeys(
        (
            "celsius",
            "fahrenheit",
            "hertz",
            "kilohertz",
            "megahertz",
            "gigahertz",
            "horsepower",
            "rpm",
        ),
        "",
    ),
}


@dataclass(frozen=True, slots=True)
class Mark:
    """A span of a text and what it is: match, entity or figure."""

    start: int
    end: int
    kind: str


def marks_of(
    mentions: Sequence[Mention],
    figures: Sequence[Figure],
    matches: Sequence[tuple[int, int]] = (),
) -> list[Mark]:
    """All marks of one text."""
    return [
        *(Mark(m.start, m.end, "entity") for m in mentions),
        *(Mark(f.start, f.end, "figure") for f in figures),
        *(Mark(start, end, "match") for start, end in matches),
    ]


def marked(text: str, marks: Sequence[Mark]) -> str:
    """`text` with its marks, wrapped to the terminal (or to COLUMNS) and indented."""
    width = _width()
    lines = _wrap(text, width - len(_INDENT)) if width else [(0, len(text))]
    draw = _coloured if has_colour() else _signed
    return "\n".join(_INDENT + draw(text, start, end, marks) for start, end in lines)


def template(text: str) -> str:
    """A line that its site repeats, and that nothing searches: dimmed, and called what it is."""
    shown = marked(f"template: {text}", [])
    return f"\x1b[2m{shown}\x1b[0m" if has_colour() else shown


def _width() -> int:
    if sys.stdout.isatty() or os.environ.get("COLUMNS", "").isdigit():
        return max(shutil.get_terminal_size().columns, 40)
    return 0


def _wrap(text: str, width: int) -> list[tuple[int, int]]:
    lines: list[tuple[int, int]] = []
    start = 0
    while len(text) - start > width:
        cut = text.rfind(" ", start + 1, start + width + 1)
        if cut <= start:
            cut = text.find(" ", start + width)
        if cut < 0:
            break
        lines.append((start, cut))
        start = cut + 1
    return [*lines, (start, len(text))]


def _pieces(start: int, end: int, marks: Sequence[Mark]) -> list[tuple[int, int]]:
    cuts = {start, end}
    cuts.update(p for mark in marks for p in (mark.start, mark.end) if start < p < end)
    ordered = sorted(cuts)
    return list(pairwise(ordered))


def _coloured(text: str, start: int, end: int, marks: Sequence[Mark]) -> str:
    parts = []
    for left, right in _pieces(start, end, marks):
        codes = [_COLOURS[m.kind] for m in marks if m.start <= left and right <= m.end]
        piece = safe(text[left:right])
        parts.append(f"\x1b[{';'.join(codes)}m{piece}\x1b[0m" if codes else piece)
    return "".join(parts)


def _signed(text: str, start: int, end: int, marks: Sequence[Mark]) -> str:
    parts = []
    outer = [mark for mark in marks if mark.kind != "match"]
    inner = [mark for mark in marks if mark.kind == "match"]
    # What begins together opens the longer one first, what ends together closes the later one first.
    by_end = sorted(outer, key=lambda mark: -mark.end)
    by_start = sorted(outer, key=lambda mark: -mark.start)
    for left, right in _pieces(start, end, marks):
        opened = "".join(_SIGNS[m.kind][0] for m in by_end if m.start == left)
        closed = "".join(_SIGNS[m.kind][1] for m in by_start if m.end == right)
        piece = safe(text[left:right])
        if any(m.start <= left and right <= m.end for m in inner):
            piece = f"*{piece}*"
        parts.append(f"{opened}{piece}{closed}")
    return "".join(parts)


def describe_figure(figure: Figure) -> str:
    """A figure and its meaning in a few words: "40% = over 40 percent"; the figure alone where they are the same."""
    meaning = _meaning(figure)
    return f"{figure.text} = {meaning}" if meaning else figure.text


def figures_line(figures: Sequence[Figure]) -> str:
    """The figures whose meaning says more than their text does, in one line; "" where there is none."""
    told = dict.fromkeys(describe_figure(figure) for figure in figures if _meaning(figure))
    return f"figures: {'; '.join(told)}" if told else ""


def _meaning(figure: Figure) -> str:
    if figure.kind == "date":
        span = dict.fromkeys(str(d) for d in (figure.date_start, figure.date_end) if d)
        year = f"{figure.text}-01-01", f"{figure.text}-12-31"
        return "" if tuple(span) == year else " to ".join(span)
    words = "" if figure.modifier in ("exact", "range") else figure.modifier.replace("_", " ")
    number = _number(figure)
    noun = _in_words(figure, number)
    meaning = " ".join(part for part in (words, number, noun) if part)
    plain_text = figure.text.replace("%", " percent").replace("per cent", "percent")
    return "" if " ".join(plain_text.split()) == meaning else meaning


def _number(figure: Figure) -> str:
    if figure.value is not None:
        return f"{figure.value:,f}"
    return " to ".join(f"{v:,f}" for v in (figure.low, figure.high) if v is not None)


def _in_words(figure: Figure, number: str) -> str:
    if figure.unit is None:
        return figure.noun or ""
    if figure.kind in ("money", "percent") or number in ("1", "-1"):
        return figure.unit
    head, slash, per = figure.unit.partition("/")
    if head == "percentage_point":
        return "percentage points"
    plural = _PLURALS.get(head, f"{head}s") or head
    return f"{plural}{slash}{per}" if head.isalpha() and head.islower() else figure.unit
