"""Where the CPU of cleaning goes: each stage of ours as a share of what bare_extraction takes of the same pages."""

from __future__ import annotations

import time
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from cleaners import Cleaner, copydesk_clean, trafilatura_plain
from cleaning_scores import Page
from patching import is_there, replaced

STAGES = {
    "decode": ("decode",),
    "parse": ("parse_html",),
    "head: tags and JSON-LD": ("read_page",),
    "head: claims": ("claims_of",),
    "head: the day in the text": ("metadata:_guessed_day",),
    "head: title": ("title_of",),
    "head: authors": ("authors_of",),
    "head: times": ("page_times",),
    "head: section and image": ("section_of", "image_of", "caption_of"),
    "standfirst": ("standfirst_of", "without_standfirst"),
    "body: put right": ("put_right",),
    "body: anchors and links": ("anchor_texts", "with_links"),
    "body: trafilatura": ("_extracted",),
    "body: blocks": ("blocks_of",),
    "body: mended": ("pieces_of", "mend_body", "repaired"),
    "body: the rest": ("article_blocks",),
    "mojibake": ("repair",),
    "lines judged": ("drop_reasons",),
    "page kind": ("page_kind",),
    "language": ("_language",),
}  # fmt: skip
REST = "the rest"


@dataclass(slots=True)
class Clock:
    """CPU seconds by stage, each without the stages inside it."""

    spent: dict[str, float] = field(default_factory=lambda: defaultdict(float))
    stages: list[str] = field(default_factory=lambda: [REST])
    since: float = field(default_factory=time.process_time)

    def turn(self) -> None:
        """Write what has passed to the stage that is on."""
        now = time.process_time()
        self.spent[self.stages[-1]] += now - self.since
        self.since = now

    def timed(self, stage: str, function: Callable[..., Any]) -> Callable[..., Any]:
        """`function`, whose time is the stage's."""

        def run(*args: Any, **named: Any) -> Any:
            self.turn()
            self.stages.append(stage)
            try:
                return function(*args, **named)
            finally:
                self.turn()
                self.stages.pop()

        return run


@contextmanager
def timing(clock: Clock) -> Iterator[None]:
    """The cleaner with a clock at the door of every stage."""
    with ExitStack() as stack:
        for stage, places in STAGES.items():
            for place in places:
                timed = partial(clock.timed, stage)
                if is_there(place):
                    stack.enter_context(replaced(place, timed))
        yield


def stages(
    pages: Sequence[Page], *, repeat: int
) -> tuple[list[tuple[str, float]], list[tuple[float, float, str]]]:
    """Each stage's share, and the pages that take the most beyond bare_extraction: seconds, ratio, id."""
    ours, theirs = copydesk_clean(), trafilatura_plain()
    total: dict[str, float] = defaultdict(float)
    base = 0.0
    dear = []
    for page in pages:
        plain = [_seconds(partial(theirs, page["html"], page["url"])) for _ in range(repeat)]
        spent = min((_spent(ours, page) for _ in range(repeat)), key=lambda one: sum(one.values()))
        for stage, seconds in spent.items():
            total[stage] += seconds
        base += min(plain)
        whole = sum(spent.values())
        dear.append((whole - min(plain), whole / min(plain), str(page["id"])))
    shares = [(stage, total[stage] / base) for stage in (*STAGES, REST)]
    return [*shares, ("all", sum(total.values()) / base)], dear


def _spent(clean: Cleaner, page: Page) -> dict[str, float]:
    clock = Clock()
    with timing(clock):
        clock.since = time.process_time()
        clean(page["html"], page["url"])
        clock.turn()
    return clock.spent


def _seconds(call: Callable[[], object]) -> float:
    began = time.process_time()
    call()
    return time.process_time() - began
