"""Whether a sentence that looks like the page's speaks to its reader, as a site does, or only happens to look so.

"The bakery uses cookies to teach fractions." has every word of a consent notice; what tells them apart is data
(`data/calls.toml`).
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache
from pathlib import Path

from enrichers.cleaning.draft import Block
from enrichers.cleaning.wide_pattern import WidePattern

_DATA = Path(__file__).parent / "data" / "calls.toml"
SENTENCE = re.compile(r"[^\W_][.!?…][\"'”’»)\]]*$")
ADDRESS = re.compile(r"\S@\S|\bhttps?:|\bwww\.|\w\.(?:com|org|net|info)\b")
# Scripts whose words for "you" are endings, or left out: there a pattern is believed as it is.
OTHER_SCRIPT = WidePattern(r"[\u0590-\u0dff\u0e00-\u0eff\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]")
FEWEST_WORDS = 4
LONGEST_WHOLE = 4
"""Letters up to which a beginning is a word of its own: "app" is not that of "approach"."""
SPEAKS_FOR = frozenset(("interface", "newsletter", "comments", "consent", "related"))
"""Reasons of a line that say the same of the sentence beside it; an advertisement stands between any two."""


def is_plain_sentence(block: Block, line: str) -> bool:
    """Whether the block is a whole sentence, and says nothing that only a page says; `line` is its normal form.

    >>> one = Block(text="The newsletter has 4,000 readers and is sent every week.")
    >>> other = Block(text="Get our newsletter every week.")
    >>> is_plain_sentence(one, one.text.lower()), is_plain_sentence(other, other.text.lower())
    (True, False)
    """
    if block.linked > 0.5 or not SENTENCE.search(block.text) or OTHER_SCRIPT.search(block.text):
        return False
    words = re.findall(r"[\w'-]+", line)
    if len(words) < FEWEST_WORDS or ADDRESS.search(line) or _calls().search(line):
        return False
    speaks = not _readers().isdisjoint(words)
    return not (speaks and _things().search(line))


def settle_sentences(reasons: list[str | None], doubtful: Mapping[int, str]) -> None:
    """Give the `doubtful` sentences that stand beside a line of the page their reasons; the others stay."""
    for places in (sorted(doubtful), sorted(doubtful, reverse=True)):
        for index in places:
            if any(reason in SPEAKS_FOR for reason in _beside(reasons, index)):
                reasons[index] = reasons[index] or doubtful[index]


def _beside(reasons: Sequence[str | None], index: int) -> Iterator[str | None]:
    if index:
        yield reasons[index - 1]
    yield from reasons[index + 1 : index + 2]


@lru_cache(maxsize=1)
def _lists() -> Mapping[str, Sequence[str]]:
    return tomllib.loads(_DATA.read_text(encoding="utf-8"))


@lru_cache(maxsize=1)
def _readers() -> frozenset[str]:
    return frozenset(_lists()["reader"])


@lru_cache(maxsize=1)
def _things() -> re.Pattern[str]:
    return _beginning_with("things")


@lru_cache(maxsize=1)
def _calls() -> re.Pattern[str]:
    return _beginning_with("calls")


def _beginning_with(name: str) -> re.Pattern[str]:
    listed = sorted(map(re.escape, _lists()[name]), key=len, reverse=True)
    whole = [rf"{one}(?!\w)" if len(one) <= LONGEST_WHOLE else one for one in listed]
    return re.compile(rf"(?<!\w)(?:{'|'.join(whole)})")
