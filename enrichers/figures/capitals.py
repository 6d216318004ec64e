"""Number words with a capital inside a sentence are parts of names: "the Six-Day War", "Fifth Avenue", "the Five Star Movement".

In a headline that writes every word with a capital they say nothing, and at the start of a sentence neither.
"""

from __future__ import annotations

import re
from functools import cache

from enrichers.figures.lexicon import lexicon
from enrichers.figures.line import Line, Token

_ARTICLES = frozenset({"the", "a", "an"})
_LEAST_LETTERS = 4
_TITLE_SHARE = 0.6
_QUOTED = re.compile(r"[\"“](?P<title>(?=[A-Z0-9])[\w '’:&!?-]{2,60}),?[\"”]")
_WORD = re.compile(r"[^\W\d_]+")


def cover_capitals(line: Line) -> None:
    """Consume number words and ordinals that a capital beside them marks as a name's part."""
    words = _number_words()
    candidates = [
        index
        for index in line.marked
        if (token := line.tokens[index]).word in words
        and index
        and line.text[token.start].isupper()
        and _is_inside(line, index)
        and _leads_a_name(line, index)
    ]
    if candidates and not is_title_case(line):
        for index in candidates:
            line.cover(line.tokens[index].start, line.tokens[index].end)


def cover_titles(line: Line) -> None:
    """Consume what is quoted with a capital to each longer word, as titles are: "99 Luftballons", "Ten Days in Prague"."""
    if not any(sign in line.text for sign in '"“') or is_title_case(line):
        return
    for match in _QUOTED.finditer(line.text):
        words = _WORD.findall(match["title"])
        named = [word for word in words if word.lower() not in _number_words()]
        capitals = [word for word in named if word[0].isupper()]
        small = [word for word in named if not word[0].isupper() and len(word) >= _LEAST_LETTERS]
        if capitals and not small and len(capitals[0]) > 1:
            line.cover(*match.span("title"))


@cache
def _number_words() -> frozenset[str]:
    numbers = lexicon().numbers
    return frozenset({*numbers.small, *numbers.tens, *numbers.ordinals})


def is_title_case(line: Line) -> bool:
    """Whether most longer words of a line without a full stop begin with a capital, as in a headline."""
    if line.title_case is None:  # each of a line's numbers may ask
        line.title_case = _is_title_case(line)
    return line.title_case


def _is_title_case(line: Line) -> bool:
    if line.text.rstrip(' "”’)').endswith((".", "!", "?", ";")):
        return False
    words = [token for token in line.tokens if token.end - token.start >= _LEAST_LETTERS]
    capitals = sum(line.text[token.start].isupper() for token in words)
    return capitals >= _TITLE_SHARE * len(words)


def _is_inside(line: Line, index: int) -> bool:
    """A word in small letters one blank before it, or the article that opens the sentence; or a name's genitive."""
    before = line.tokens[index - 1]
    if line.text[before.end : line.tokens[index].start] != " " or not before.word[0].isalpha():
        return False
    if before.word == "s" and line.text[before.start - 1 : before.start] in ("'", "’"):
        return index > 1 and line.text[line.tokens[index - 2].start].isupper()
    return line.text[before.start].islower() or before.word in _ARTICLES


def _leads_a_name(line: Line, index: int) -> bool:
    """A capital right after it, or nothing that it could count."""
    token = line.tokens[index]
    if line.tokens[index - 1].word == "s":
        return True
    following: Token | None = line.tokens[index + 1] if index + 1 < len(line.tokens) else None
    if following is None or line.text[token.end : following.start] not in (" ", "-"):
        return False
    return line.text[following.start].isupper()
