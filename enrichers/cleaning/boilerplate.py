"""Which lines are the page's and not the article's: buttons, newsletter offers, credits, links to other articles.

Only whole lines are judged, by phrase lists in `data/` and by what is known of the article; a sentence that merely
begins like a button stays. Weak evidence (a bare word such as "Share") never takes more than 15 % of a text.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from hashlib import sha256
from pathlib import Path

from enrichers.cleaning.bylines import is_byline, is_dateline
from enrichers.cleaning.draft import Block
from enrichers.cleaning.lines import WHITESPACE

DATA = Path(__file__).parent / "data"
EDGES = re.compile(r"^[\W_]+|[\W_]+$")
LONGEST_LINE = 170
LONGEST_OPENED = 220
WEAK_SHARE = 0.15
SENTENCE_END = re.compile(r"[.!?…][\"'”’»)\]]*$")
COPYRIGHT = re.compile(r"^\W*(?:©|\(c\)|copyright\b)", re.I)
MOST_PASSES = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class Phrases:
    """The phrase lists of all languages. Keys are normalised as by `normal`."""

    strong: Mapping[str, str]
    weak: Mapping[str, str]
    openers: Mapping[str, re.Pattern[str]]
    patterns: Mapping[str, re.Pattern[str]]
    credit: re.Pattern[str]
    sha256: str


def drop_reasons(
    blocks: Sequence[Block], *, title: str | None = None, authors: Sequence[str] = ()
) -> list[str | None]:
    """For each block the reason why it is not the article's, None where it is; doing it again changes nothing.

    >>> drop_reasons([Block(text="Oil rose."), Block(text="↑ Scroll to Top")])
    [None, 'interface']
    """
    reasons: list[str | None] = [None] * len(blocks)
    names = frozenset(normal(name) for name in authors)
    headline = normal(title or "")
    for _ in range(MOST_PASSES):
        left = [index for index, reason in enumerate(reasons) if reason is None]
        found = _judge_all([blocks[index] for index in left], headline, names)
        for index, reason in zip(left, found, strict=True):
            reasons[index] = reason
        if not any(found):
            break
    _drop_weak(blocks, reasons)
    return reasons


def normal(line: str) -> str:
    """`line` for comparing: no case, no arrows or punctuation around it, straight apostrophes.

    >>> normal("» Read more…"), normal("Don’t miss!")
    ('read more', "don't miss")
    """
    folded = WHITESPACE.sub(" ", line.replace("’", "'").replace("`", "'")).casefold()
    return EDGES.sub("", folded)


@lru_cache(maxsize=1)
def phrases() -> Phrases:
    """The phrase lists in `data/`, read once."""
    strong: dict[str, str] = {}
    weak: dict[str, str] = {}
    openers: dict[str, list[str]] = {}
    patterns: dict[str, list[str]] = {}
    digest = sha256()
    for path in sorted(DATA.glob("*.toml")):
        content = path.read_bytes()
        digest.update(content)
        table = tomllib.loads(content.decode("utf-8"))
        strong.update(_by_phrase(table.get("phrases", {})))
        weak.update(_by_phrase(table.get("weak", {})))
        for reason, listed in table.get("openers", {}).items():
            openers.setdefault(reason, []).extend(listed)
        for reason, listed in table.get("patterns", {}).items():
            patterns.setdefault(reason, []).extend(listed)
    credits = "|".join(sorted(map(re.escape, openers.pop("credit", [])), key=len, reverse=True))
    return Phrases(
        strong=strong,
        weak=weak,
        openers={
            reason: re.compile(
                rf"(?:{'|'.join(sorted(map(re.escape, listed), key=len, reverse=True))})(?P<rest>\W.*)?$",
                re.S,
            )
            for reason, listed in openers.items()
        },
        patterns={
            reason: re.compile("|".join(f"(?:{one})" for one in listed))
            for reason, listed in patterns.items()
        },
        credit=re.compile(rf"(?:{credits})\s*(?::|/|\bby\b|\bvia\b|©)\s*\S.{{1,70}}"),
        sha256=digest.hexdigest(),
    )


def _by_phrase(table: Mapping[str, Sequence[str]]) -> dict[str, str]:
    return {normal(phrase): reason for reason, listed in table.items() for phrase in listed}


def _judge_all(blocks: Sequence[Block], headline: str, names: frozenset[str]) -> list[str | None]:
    reasons: list[str | None] = []
    for index, block in enumerate(blocks):
        is_edge = index < 4 or index >= len(blocks) - 2
        reason = _judge(block, headline) or (_judge_edge(block, names) if is_edge else None)
        if reason is None and reasons and reasons[-1] == "related" and block.linked > 0.8:
            reason = "related"
        reasons.append(reason)
    return reasons


def _judge(block: Block, headline: str) -> str | None:
    if len(block.text) > LONGEST_OPENED:
        return None
    line = normal(block.text)
    if headline and line == headline:
        return "title"
    rules = phrases()
    if line in rules.strong:
        return rules.strong[line]
    for reason, opener in rules.openers.items():
        if (match := opener.match(line)) and _is_opened(block, match["rest"] or ""):
            return reason
    if len(line) > LONGEST_LINE:
        return None
    for reason, pattern in rules.patterns.items():
        if pattern.fullmatch(line):
            return reason
    return "credit" if _is_credit(block.text, line) else None


def _is_opened(block: Block, rest: str) -> bool:
    """Whether what follows "read more" is a headline to click: behind a colon, or a link."""
    if block.linked > 0.5:
        return True
    if not re.match(r"\s*[:|»>→]", rest):
        return False
    return block.linked > 0.2 or not re.search(r"[.”\"»]$", block.text)


def _is_credit(text: str, line: str) -> bool:
    if len(line) > 110 or len(line.split()) > 14:
        return False
    if COPYRIGHT.match(text):
        return True
    if len(line.split()) > 10 or (SENTENCE_END.search(text) and len(line.split()) > 5):
        return False
    return phrases().credit.fullmatch(line) is not None


def _judge_edge(block: Block, names: frozenset[str]) -> str | None:
    if len(block.text) > 120 or block.kind in ("quote", "list", "table"):
        return None
    if normal(block.text) in names or is_byline(block.text):
        return "byline"
    return "dateline" if is_dateline(block.text) else None


def _drop_weak(blocks: Sequence[Block], reasons: list[str | None]) -> None:
    rules = phrases()
    left = [index for index, reason in enumerate(reasons) if reason is None]
    hits = {
        index: reason for index in left if (reason := rules.weak.get(normal(blocks[index].text)))
    }
    size = sum(len(blocks[index].text) for index in left)
    if sum(len(blocks[index].text) for index in hits) <= WEAK_SHARE * size:
        for index, reason in hits.items():
            reasons[index] = reason
