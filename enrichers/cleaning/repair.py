"""The rest of an article of which the page shows the beginning only, out of the page's own data.

Never where the page is whole: what is declared must be much longer than what is shown, and begin as it does.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from enrichers.cleaning.draft import Block
from enrichers.cleaning.embedded import declared_bodies, state_bodies
from enrichers.cleaning.lines import fold
from enrichers.cleaning.page_head import Page

LITTLE = 250
"""Characters under which a page shows next to nothing of its article."""
MUCH_MORE = 1.5
LEAST_MORE = 300
HEAD = 40
"""Letters by which a paragraph is known again."""
PROSE = 60
AGREE = 0.8
WORD = re.compile(r"\w{5,}")


def repaired(blocks: Sequence[Block], page: Page, title: str | None) -> list[Block]:
    """`blocks`, with the rest of the article where they are cut short and the page's data has it."""
    body = [block for block in blocks if block.reason is None]
    size = _size(body)
    for declared in _candidates(page, is_little=size < LITTLE):
        if len(body) == 1 and len(declared) > 1 and _letters(body) == _letters(declared):
            # trafilatura takes the declared text where it finds no other, and does not part it.
            return [*(block for block in blocks if block.reason is not None), *declared]
        if _size(declared) < max(MUCH_MORE * size, size + LEAST_MORE):
            continue
        if size < LITTLE:
            if _is_about(declared, title):
                return [*(block for block in blocks if block.reason is not None), *declared]
            continue
        rest = _rest(body, declared)
        if rest:
            return _continued(blocks, rest)
    return list(blocks)


def _candidates(page: Page, *, is_little: bool) -> Iterator[list[Block]]:
    yield from declared_bodies(page.article)
    if is_little:
        yield from sorted(state_bodies(page.tree), key=_size, reverse=True)


def _rest(body: Sequence[Block], declared: Sequence[Block]) -> list[Block]:
    """The declared paragraphs from the last shown one on, if most of what is shown stands in them, from the beginning."""
    heads = [fold(block.text)[:HEAD] for block in declared]
    whole = _letters(declared)
    shown = [fold(block.text)[:HEAD] for block in body if len(block.text) >= PROSE]
    agreed = [head for head in shown if head in whole]
    if (
        not shown
        or len(agreed) < AGREE * len(shown)
        or shown[0][: HEAD // 2] not in whole[: 4 * HEAD]
    ):
        return []
    place = next(
        (index for index, head in enumerate(heads) if head[: HEAD // 2] == shown[-1][: HEAD // 2]),
        None,
    )
    return [] if place is None else list(declared[place:])


def _continued(blocks: Sequence[Block], rest: Sequence[Block]) -> list[Block]:
    """`blocks` up to the paragraph that `rest` begins with, then `rest`."""
    start = fold(rest[0].text)[: HEAD // 2]
    place = max(index for index, block in enumerate(blocks) if fold(block.text).startswith(start))
    last, first = blocks[place], rest[0]
    kept = last if len(last.text) >= len(first.text) else first
    behind = [block for block in blocks[place + 1 :] if block.reason is not None]
    return [*blocks[:place], kept, *rest[1:], *behind]


def _is_about(declared: Sequence[Block], title: str | None) -> bool:
    """Whether a text shares two long words with the title, or the one there is."""
    text = " ".join(block.text for block in declared).casefold()
    words = set(WORD.findall((title or "").casefold()))
    return sum(word in text for word in words) >= min(2, max(1, len(words)))


def _letters(blocks: Sequence[Block]) -> str:
    return "".join(fold(block.text) for block in blocks)


def _size(blocks: Sequence[Block]) -> int:
    return sum(len(block.text) for block in blocks)
