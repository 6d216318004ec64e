"""Which lines are the page's and not the article's: buttons, newsletter offers, credits, links to other articles.

Only whole lines are judged, by phrase lists in `data/` and by what is known of the article; a sentence that merely
begins like a button stays. Weak evidence (a bare word such as "Share") never takes more than 15 % of a text.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from enrichers.cleaning.bylines import is_byline, is_dateline
from enrichers.cleaning.draft import Block
from enrichers.cleaning.lines import fold
from enrichers.cleaning.look_alikes import is_speech, look_alikes, spare_steps
from enrichers.cleaning.phrase_lists import normal, phrase_lists
from enrichers.cleaning.sentences import SPEAKS_FOR, is_plain_sentence, settle_sentences

LONGEST_LINE = 170
LONGEST_OPENED = 220
LONGEST_EDGE = 160
LONGEST_REPOST = 500
LONGEST_KICKER = 80
LONGEST_CREDITED = 60
WEAK_SHARE = 0.15
LONGEST_BARE = 40
TOP, BOTTOM = 4, 2
CREDITED = re.compile(r"\s*(?::|/|\bby\b|\bvia\b|©)\s*\S.{1,70}")
SENTENCE_END = re.compile(r"[.!?…。！？।][\"'”’»)\]]*$")
FULL_STOP = re.compile(r"(?<![.…])[.!?。！？।][\"'”’»)\]]*$")
ARROW = re.compile(r"(?:>>+|[→►▶➡➔])\W*\w")
BAR = re.compile(r"([^|:]{3,60}?)\s*[|:]\s*\S")
COPYRIGHT = re.compile(r"^\W*(?:©|\(c\)|ⓒ|copyright\s*(?:[©ⓒ@:]|\(c\)|\d{4}))", re.I)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Known:
    title: str
    topic: str
    headlines: frozenset[str]
    names: frozenset[str]


def drop_reasons(
    blocks: Sequence[Block],
    *,
    title: str | None = None,
    headlines: Sequence[str] = (),
    authors: Sequence[str] = (),
) -> list[str | None]:
    """For each block the reason why it is not the article's, None where it is; doing it again changes nothing.

    >>> drop_reasons([Block(text="Oil rose."), Block(text="↑ Scroll to Top")])
    [None, 'interface']
    """
    known = _Known(
        title=fold(title or ""),
        topic=normal(title or ""),
        headlines=frozenset(
            folded for line in (title or "", *headlines) if len(folded := fold(line)) > 12
        ),
        names=frozenset(folded for name in authors if (folded := fold(name))),
    )
    reasons = _judge_lines(blocks, known)
    doubtful = _doubtful(blocks, reasons)
    for index in doubtful:
        reasons[index] = None
    spare_steps(blocks, reasons, set(_bare_words(blocks, range(len(blocks)))))
    settle_sentences(reasons, doubtful)
    _drop_edges(blocks, reasons, known)
    _drop_weak(blocks, reasons, known)
    _drop_edges(blocks, reasons, known)
    return reasons


def _judge_lines(blocks: Sequence[Block], known: _Known) -> list[str | None]:
    reasons: list[str | None] = []
    for block in blocks:
        is_title = (
            known.title and len(block.text) <= LONGEST_OPENED and fold(block.text) == known.title
        )
        reason = "title" if is_title else judge_line(block) or _judge_repost(block, known)
        if reason is None and reasons and reasons[-1] == "related" and block.linked > 0.8:
            reason = "related"
        reasons.append(reason)
    for index in _led_away(blocks):
        reasons[index] = reasons[index] or "related"
    return reasons


def _led_away(blocks: Sequence[Block]) -> list[int]:
    """Lines that point at a link with an arrow, or by words that stand before a bar and a link more than once."""
    openings: dict[int, str] = {}
    pointing = []
    for index, block in enumerate(blocks):
        if block.linked < 0.3 or block.kind != "text" or len(block.text) > LONGEST_OPENED:
            continue
        if ARROW.match(block.text):
            pointing.append(index)
        elif block.linked > 0.5 and (opening := BAR.match(block.text)):
            openings[index] = fold(opening[1])
    often = Counter(openings.values())
    return [*pointing, *(index for index, opening in openings.items() if often[opening] > 1)]


def _doubtful(blocks: Sequence[Block], reasons: Sequence[str | None]) -> dict[int, str]:
    """Sentences that only a pattern speaks against, with the reasons."""
    patterns = phrase_lists().patterns
    return {
        index: reason
        for index, (block, reason) in enumerate(zip(blocks, reasons, strict=True))
        if reason in SPEAKS_FOR | {"advertisement", "template"}
        and is_plain_sentence(block, line := normal(block.text))
        and line not in phrase_lists().strong
        and patterns.reason_of(line) == reason
    }


def _drop_edges(blocks: Sequence[Block], reasons: list[str | None], known: _Known) -> None:
    """Judge the first four and the last two lines that are kept, until they stay."""
    kept = 0
    for index, block in enumerate(blocks):
        reasons[index] = reasons[index] or _judge_top(block, known) or _judge_stamp(block, known)
        kept += reasons[index] is None
        if kept == TOP:
            break
    kept = 0
    for index in range(len(blocks) - 1, -1, -1):
        reasons[index] = reasons[index] or _judge_stamp(blocks[index], known)
        kept += reasons[index] is None
        if kept == BOTTOM:
            break


def judge_line(block: Block) -> str | None:
    """Why this line alone is not the article's, None if it may be."""
    if len(block.text) > LONGEST_OPENED or is_speech(block.text):
        return None
    line = normal(block.text)
    lists = phrase_lists()
    if line in lists.strong:
        return lists.strong[line]
    for reason, rest in lists.openers.all_of(line):
        if rest and _is_opened(block, rest):
            return reason
    if len(line) <= LONGEST_LINE and (found := lists.patterns.reason_of(line)):
        return found
    return "credit" if _is_credit(block.text, line) else None


def _judge_repost(block: Block, known: _Known) -> str | None:
    """The line under a blog's post that says where it was first; links or the title tell it from a sentence."""
    if len(block.text) > LONGEST_REPOST:
        return None
    is_linked = block.linked > 0.5
    if not is_linked and (not known.title or known.title not in fold(block.text)):
        return None
    line = normal(block.text)
    for reason, patterns in phrase_lists().reposts.items():
        for pattern in patterns:
            match = pattern.fullmatch(line)
            if match and (is_linked or fold(match["post"]) == known.title):
                return reason
    return None


def _judge_top(block: Block, known: _Known) -> str | None:
    """A line on top that is the title in another wording of the page, or has a kicker before it."""
    if len(block.text) > 2 * LONGEST_OPENED:
        return None
    folded = fold(block.text)
    if folded in known.headlines:
        return "title"
    has_kicker = block.kind == "heading" and any(
        folded.endswith(headline) and len(folded) - len(headline) <= LONGEST_KICKER
        for headline in known.headlines
    )
    return "title" if has_kicker else None


def _judge_stamp(block: Block, known: _Known) -> str | None:
    """Who wrote it and when, as lines of their own."""
    if len(block.text) > LONGEST_EDGE:
        return None
    if fold(block.text) in known.names or is_byline(block.text):
        return "byline"
    if is_dateline(block.text):
        return "dateline"
    reason = phrase_lists().edges.reason_of(normal(block.text))
    is_sentence = SENTENCE_END.search(block.text) and not re.search(r"\d", block.text)
    return None if is_sentence and reason != "credit" else reason


def _is_opened(block: Block, rest: str) -> bool:
    """Whether what follows "read more" is a headline to click: behind a colon, or a link."""
    if block.linked > 0.5:
        return True
    if not re.match(r"\s*[:|»>→]", rest):
        return False
    return block.linked > 0.2 or not re.search(r"[.”\"»]$", block.text)


def _is_credit(text: str, line: str) -> bool:
    words = len(line.split())
    if len(line) > 110 or words > 14:
        return False
    if COPYRIGHT.match(text):
        return True
    if words > 10 or (SENTENCE_END.search(text) and (words > 5 or len(line) > LONGEST_CREDITED)):
        return False
    return any(CREDITED.fullmatch(rest) for _, rest in phrase_lists().credits.all_of(line))


def _drop_weak(blocks: Sequence[Block], reasons: list[str | None], known: _Known) -> None:
    """Bare words and rows of links, all of them or, where they are more than the share of a text, none."""
    left = [index for index, reason in enumerate(reasons) if reason is None]
    words = _bare_words(blocks, left)
    if words:
        lasting = [
            index
            for index in left
            if index in words
            or not (_judge_stamp(blocks[index], known) or _judge_top(blocks[index], known))
        ]
        for index in look_alikes(blocks, lasting, words, known.topic):
            del words[index]
    hits = words | _link_rows(blocks, left)
    size = sum(len(blocks[index].text) for index in left)
    if sum(len(blocks[index].text) for index in hits) <= WEAK_SHARE * size:
        for index, reason in hits.items():
            reasons[index] = reason


def _bare_words(blocks: Sequence[Block], left: Sequence[int]) -> dict[int, str]:
    weak = phrase_lists().weak
    return {
        index: reason
        for index in left
        if len(blocks[index].text) <= LONGEST_BARE
        and not (FULL_STOP.search(blocks[index].text) or is_speech(blocks[index].text))
        and (reason := weak.get(normal(blocks[index].text)))
    }


def _link_rows(blocks: Sequence[Block], left: Sequence[int]) -> dict[int, str]:
    """Two or more lines after each other that are links and nothing else: 23 of 26 led away on the pages looked at, single ones 25 of 69."""
    found: dict[int, str] = {}
    for index, following in pairwise(left):
        if all(
            blocks[one].linked > 0.95 and len(blocks[one].text) > 20 for one in (index, following)
        ):
            found |= {index: "related", following: "related"}
    return found
