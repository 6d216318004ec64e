"""Which lines only look like the page's and are the article's: speech, steps of a list, headings, lines of a song.

What the lines look like is `boilerplate`'s to say.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from itertools import groupby

from enrichers.cleaning.draft import Block
from enrichers.cleaning.phrase_lists import normal

FURNITURE = frozenset(("interface", "newsletter", "comments", "consent", "advertisement"))
QUOTED = re.compile(r"^\s*(?:[“„«‹「『]|\"(?=[^\"]*\"\W*$)).*[”“»›」』\"][.,!?…]?\s*$", re.S)
SHORT = 60
LEAST_STEPS, LEAST_VERSES = 3, 5
FOLLOWS = 60


def is_speech(text: str) -> bool:
    """Whether all of `text` stands in quotation marks: somebody said it, no button does.

    >>> is_speech("“Sign up!”"), is_speech("Sign up for “Harbour News”")
    (True, False)
    """
    return QUOTED.match(text) is not None


def spare_steps(blocks: Sequence[Block], reasons: list[str | None], weak: set[int]) -> None:
    """Take back what was said of single items of a list whose other items are the article's.

    "Create an account" is a button, and a step of a guide; a list of buttons has few other items. The bare words
    `weak` and items that are links speak for no other.
    """
    listed = [
        index
        for index, block in enumerate(blocks)
        if block.kind == "list"
        and block.linked <= 0.95
        and (reasons[index] is None or reasons[index] in FURNITURE)
    ]
    for run in _runs(listed):
        hits = [index for index in run if reasons[index] or index in weak]
        if len(run) >= LEAST_STEPS and 2 * len(hits) < len(run):
            for index in hits:
                if blocks[index].linked < 0.5:
                    reasons[index] = None


def look_alikes(
    blocks: Sequence[Block], left: Sequence[int], hits: Mapping[int, str], title: str
) -> set[int]:
    """Those of the weak `hits` among the lines `left` that the lines around them speak for.

    What may be dropped yet for another reason has to be out of `left`: what speaks for a line must stay with it.
    """
    return _headings(blocks, left, hits, title) | _verses(blocks, left, hits)


def _headings(
    blocks: Sequence[Block], left: Sequence[int], hits: Mapping[int, str], title: str
) -> set[int]:
    """Headings that the title or the paragraph below takes up: "Comments" in an article about comments."""
    found: set[int] = set()
    for place, index in enumerate(left):
        if index in hits and blocks[index].kind == "heading":
            below = next((one for one in left[place + 1 :] if one not in hits), None)
            text = blocks[below].text if below is not None else ""
            words = rf"(?<!\w){re.escape(normal(blocks[index].text))}"
            if re.search(words, f"{title} {normal(text) if len(text) >= FOLLOWS else ''}"):
                found.add(index)
    return found


def _verses(blocks: Sequence[Block], left: Sequence[int], hits: Mapping[int, str]) -> set[int]:
    """Hits among many short lines that are none: a list of networks, a song."""
    found: set[int] = set()
    short = [place for place, index in enumerate(left) if len(blocks[index].text) <= SHORT]
    for places in _runs(short):
        run = [left[place] for place in places]
        among = [index for index in run if index in hits]
        is_list = all(blocks[index].kind == "list" for index in run)
        others = 2 if is_list else 4
        if (
            len(run) >= (LEAST_STEPS if is_list else LEAST_VERSES)
            and others * len(among) <= len(run)
            and not any(blocks[index].linked > 0.5 for index in run)
        ):
            found.update(among)
    return found


def _runs(indices: Sequence[int]) -> Iterator[list[int]]:
    """`indices` in runs without a gap."""
    for _, run in groupby(enumerate(indices), key=lambda pair: pair[1] - pair[0]):
        yield [index for _, index in run]
