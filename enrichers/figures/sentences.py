"""Where lines and sentences begin and end. Knows nothing of figures; enough for offsets, no model needed."""

from __future__ import annotations

import re

_LINE = re.compile(r"[^\n\r\v\f\x1c-\x1e\x85\u2028\u2029]+")
_END = re.compile(r"[.!?…]+[\"'”’»)\]]*(?=\s)")
_NEXT = re.compile(r"\s+[\"'“‘«(\[]*(?P<first>[^\W_])")
_ALWAYS_GOES_ON = frozenset(
    ["mr", "mrs", "ms", "dr", "prof", "sen", "rep", "gov", "gen", "col", "lt", "sgt", "capt", "cmdr", "adm", "maj",
     "rev", "hon", "no", "nos", "vs", "e.g", "i.e", "messrs", "pres", "st", "rs"]
)  # fmt: skip
_ABBREVIATIONS = _ALWAYS_GOES_ON.union(
    ["sr", "jr", "inc", "corp", "co", "ltd", "llc", "plc", "bros", "etc", "approx", "dept", "est", "fig", "vol",
     "jan", "feb", "mar", "apr", "jun", "jul", "aug", "sept", "sep", "oct", "nov", "dec", "mon", "tue", "wed", "thu",
     "fri", "sat", "sun", "u.s", "u.k", "u.n", "e.u", "a.m", "p.m", "d.c", "al", "ave", "blvd", "rd", "mt", "ft",
     "sq", "cu", "supt", "insp", "a.d", "b.c", "ca", "cf", "pp", "para", "min", "max", "circa"]
)  # fmt: skip

_BEFORE_DIGITS = frozenset(
    ["p", "h.r", "h.b", "s.b", "a.b", "u.s.c", "c.f.r", "res", "art", "arts", "sec", "ch", "tel", "ext", "fr",
     "dhs", "shs", "op", "apt", "civ", "cr", "p.l", "prop", "ste", "rm", "bldg"]
)  # fmt: skip


def split_lines(text: str) -> list[tuple[int, int]]:
    r"""Spans of the lines of `text` that hold anything, without their ends.

    >>> split_lines("ab\n\nc")
    [(0, 2), (4, 5)]
    """
    return [match.span() for match in _LINE.finditer(text)]


def split_sentences(line: str) -> list[tuple[int, int]]:
    """Spans of the sentences of one line, in order, without the blanks between them.

    >>> [("Mr. Roe left the U.S. in May. He is 50.")[s:e] for s, e in split_sentences("Mr. Roe left the U.S. in May. He is 50.")]
    ['Mr. Roe left the U.S. in May.', 'He is 50.']
    """
    spans, start = [], len(line) - len(line.lstrip())
    for match in _END.finditer(line):
        following = _NEXT.match(line, match.end())
        if following and _ends_here(line, match, following["first"]):
            spans.append((start, match.end()))
            start = following.end() - len(following[0].lstrip())
    end = len(line.rstrip())
    if start < end:
        spans.append((start, end))
    return spans


def _ends_here(line: str, end: re.Match[str], first: str) -> bool:
    if first.islower():
        return False
    if end[0][0] != ".":
        return True
    head = line[max(0, end.start() - 12) : end.start()]
    word = head.rsplit(None, 1)[-1].lstrip("(“\"'‘[").lower() if head.strip() else ""
    if word in _ALWAYS_GOES_ON:
        return False
    if word in _BEFORE_DIGITS and first.isdigit():
        return False
    if word in _ABBREVIATIONS:
        return word not in ("etc", "inc", "corp", "co", "ltd", "plc", "llc") and _starts_anew(
            line, end
        )
    # A lone capital is an initial ("J. Smith"), unless it is a name's last letter as in "Plan B".
    return not (len(word) == 1 and word.isalpha() and head[-1:].isupper())


def _starts_anew(line: str, end: re.Match[str]) -> bool:
    """After an abbreviation that can end a sentence ("the U.S.") only a word that rarely is a name starts one."""
    tail = line[end.end() : end.end() + 16].split()
    return bool(tail) and tail[0].lower().strip("“\"'‘(") in _OPENERS


_OPENERS = frozenset(
    [
        "the",
        "a",
        "an",
        "he",
        "she",
        "it",
        "they",
        "we",
        "i",
        "you",
        "this",
        "that",
        "these",
        "those",
        "in",
        "on",
        "at",
        "but",
        "and",
        "so",
        "his",
        "her",
        "its",
        "their",
        "there",
        "when",
        "while",
        "if",
        "after",
        "before",
        "since",
        "as",
        "for",
        "however",
        "meanwhile",
        "some",
        "many",
        "most",
        "one",
        "two",
        "both",
        "no",
        "not",
    ]
)
