"""What each rule of our cleaner gains, by taking it away alone: the registry of rules and the run over the pages.

A rule is switched off by putting something else in the place of the names it stands under; the cleaner itself has no
switches. What a rule cannot touch is kept from the whole run: rules about lines get the blocks that were found, rules
about the head get the body.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from functools import partial
from multiprocessing import get_context
from typing import Any, Literal

from cleaning_scores import Lines, Page, Row, everything, is_tuned, visible
from patching import Swap, is_there, replaced

SCORES = ("f1", "para_f1", "title", "authors", "day", "instant")
NO = False
COUNTS = ("residue", "lost")


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """A rule under its name, and what is done without it: `off` maps names to what takes the name's place."""

    name: str
    touches: Literal["lines", "head", "mending", "body"]
    off: Mapping[str, Swap]


def saying(value: object) -> Swap:
    """In the place of a function: one that always says `value`."""
    return lambda _: lambda *_args, **_named: value


def first_argument(_: Any) -> Any:
    """In the place of a function that puts its first argument right: one that leaves it as it is."""
    return lambda given, *_args, **_named: given


def nth_argument(place: int) -> Swap:
    """In the place of a function that chooses: one that always takes this argument, counted from 0."""
    return lambda _: lambda *args, **_named: args[place]


def being(value: object) -> Swap:
    """In the place of a constant: another."""
    return lambda _: value


def without_list(name: str) -> Swap:
    """In the place of `phrase_lists`: the same with one list empty."""

    def emptied(original: Any) -> Any:
        kind = type(getattr(original(), name))
        empty = kind.of([]) if hasattr(kind, "of") else kind()
        lists = replace(original(), **{name: empty})
        return lambda: lists

    return emptied


def without_reason(reason: str) -> Swap:
    """In the place of `drop_reasons`: the same, but for lines that leave for this reason."""
    return lambda original: (
        lambda *args, **named: [None if one == reason else one for one in original(*args, **named)]
    )


def only_quick(original: Any) -> Any:
    """In the place of `_extracted`: what the quick precise rules find, however little."""
    return lambda tree, **_named: original(tree, focus="precision", fast=True)


RULES: tuple[Rule, ...] = (
    *(
        Rule(
            name=f"lines: reason {reason}",
            touches="lines",
            off={"drop_reasons": without_reason(reason)},
        )
        for reason in ("interface", "newsletter", "related", "credit", "title", "byline", "dateline", "comments", "consent")
    ),
    *(
        Rule(name=f"phrases: {said}", touches="lines", off={"phrase_lists": without_list(listed)})
        for listed, said in (("strong", "whole lines"), ("openers", "openers"), ("patterns", "patterns"), ("credits", "credits"), ("edges", "stamps on top and below"), ("weak", "weak words"))
    ),
    Rule(name="spared: speech", touches="lines", off={"is_speech": saying(NO)}),
    Rule(name="spared: steps of a list", touches="lines", off={"spare_steps": saying(None)}),
    Rule(name="spared: headings and verses", touches="lines", off={"look_alikes": saying(frozenset())}),
    Rule(name="lines: where a blog's post was first", touches="lines", off={"_judge_repost": saying(None)}),
    Rule(name="lines: rows of links", touches="lines", off={"_link_rows": saying({})}),
    Rule(name="lines: title in another wording on top", touches="lines", off={"_judge_top": saying(None)}),
    Rule(name="lines: an agency's last line", touches="lines", off={"clean:_credit": saying(None)}),
    Rule(name="lines: who, when and where from the text", touches="lines", off={"with_text": first_argument}),
    Rule(name="text: mojibake", touches="lines", off={"clean:repair": first_argument}),
    Rule(name="body: other articles leave", touches="body", off={"drop_other_articles": saying(None)}),
    Rule(name="body: nothing unseen within lines", touches="body", off={"drop_unseen": saying(None)}),
    Rule(name="body: mended by its look", touches="mending", off={"mend_body": nth_argument(1)}),
    Rule(name="body: further pieces of it", touches="mending", off={"grow": saying(None)}),
    Rule(name="body: paragraphs of its look", touches="mending", off={"take_prose": saying(None)}),
    Rule(name="body: subheadings beside its prose", touches="mending", off={"take_headings": saying(None)}),
    Rule(name="body: lists among its prose", touches="mending", off={"take_lists": saying(None)}),
    Rule(name="body: nothing from elsewhere", touches="mending", off={"drop_elsewhere": saying(None)}),
    Rule(name="body: only sentences before it", touches="mending", off={"drop_before": saying(None)}),
    Rule(name="body: nothing from boxes beside it", touches="mending", off={"drop_beside": saying(None)}),
    Rule(name="body: nothing twice", touches="mending", off={"drop_repeated": saying(None)}),
    Rule(name="body: tables of data only", touches="mending", off={"_has_data": saying(1)}),
    Rule(name="body: the rest from the page's data where it is cut short", touches="mending", off={"repaired": first_argument}),
    Rule(name="body: second opinions where little is found", touches="body", off={"_extracted": only_quick}),
    Rule(name="summary: standfirst apart", touches="head", off={"standfirst_of": saying(None)}),
    Rule(name="summary: by its marks", touches="head", off={"standfirst:_is_marked": saying(NO)}),
    Rule(name="summary: by the description", touches="head", off={"standfirst:_says": saying(NO)}),
    Rule(name="summary: not in the body too", touches="head", off={"without_standfirst": first_argument}),
    Rule(name="title: without the site's name", touches="head", off={"without_suffix": first_argument}),
    Rule(name="title: never the site's name alone", touches="head", off={"_is_only_site": saying(NO)}),
    Rule(name="title: headline where the shared one is alone", touches="head", off={"_gives_way": saying(NO)}),
    Rule(name="title: headline below a breadcrumb", touches="head", off={"_below_breadcrumb": saying("")}),
    Rule(name="title: the window's where others say the site's name", touches="head", off={"_is_name_elsewhere": saying(NO)}),
    Rule(name="title: whole where a quote cut it", touches="head", off={"_whole": first_argument}),
    Rule(name="title: whole where dots cut it", touches="head", off={"_uncut": first_argument}),
    Rule(name="title: without the kicker in the headline", touches="head", off={"_without_kicker": nth_argument(1)}),
    Rule(name="JSON-LD mended", touches="head", off={"mend": first_argument}),
    Rule(name="authors: byline on the page", touches="head", off={"shown_byline": saying([])}),
    Rule(name="authors: agency where no people", touches="head", off={"organisations_of": saying([])}),
    Rule(name="authors: agencies after people", touches="head", off={"is_agency": saying(NO)}),
    Rule(name="authors: meta tags", touches="head", off={"AUTHOR_METAS": being(())}),
    Rule(name="authors: not the site", touches="head", off={"_without_site": lambda _: lambda names, *_: list(names)}),
    Rule(name="authors: not desks", touches="head", off={"DESK_WORDS": being(frozenset())}),
    Rule(name="dates: meta tags", touches="head", off={"PUBLISHED_METAS": being(())}),
    Rule(name="dates: the zone another one gives", touches="head", off={"_zoned": nth_argument(1)}),
    Rule(name="dates: stamp under the headline", touches="head", off={"page_times:_shown": saying(())}),
    Rule(name="dates: trafilatura's guess", touches="head", off={"metadata:_guessed_day": saying(None)}),
)  # fmt: skip


@dataclass(slots=True)
class _Run:
    """The pages with what the whole cleaner made of them; forked into the processes that take rules away."""

    pages: Sequence[Page]
    scoring: Any
    lines: list[Lines]
    answers: dict[tuple[object, ...], Any]
    current: int = 0

    def rows(self) -> list[Row]:
        """Every page's scores as things stand."""
        found = []
        for place, page in enumerate(self.pages):
            self.current = place
            row = self.scoring.one(page)
            row["summary"] = _summary[0]
            row["lost"] = len(self.lines[place].lost(everything(row))) if self.lines else 0
            row["residue"] = len(row.get("residue") or ())
            row["tuned"] = is_tuned(page)
            found.append(row)
        return found


_run: _Run | None = None
_summary: list[object] = [None]


def measure(
    pages: Sequence[Page], scoring: Any, *, names: Sequence[str], jobs: int
) -> tuple[list[Row], Iterator[tuple[Rule, list[Row]]]]:
    """The whole cleaner's rows, then each wanted rule with the rows that the cleaner without it makes."""
    global _run  # noqa: PLW0603  forked processes find it there; a million bytes a page are not pickled
    from adapters import clean

    def kept(content: bytes, url: str | None) -> dict[str, object]:
        _summary[0] = None
        found = clean(content, url)
        _summary[0] = found.get("summary")
        return found

    scoring.FN = kept
    run = _run = _Run(pages=pages, scoring=scoring, lines=[], answers={})
    with _remembering(run):
        whole = run.rows()
    for page, row in zip(pages, whole, strict=True):
        lines = Lines(page, scoring, seen=(visible(page["html"]), everything(row)))
        run.lines.append(lines)
        row["lost"] = len(lines.lost(everything(row)))
    wanted = [rule for rule in RULES if not names or any(name in rule.name for name in names)]
    return whole, _each([rule for rule in wanted if all(map(is_there, rule.off))], jobs)


def _each(wanted: Sequence[Rule], jobs: int) -> Iterator[tuple[Rule, list[Row]]]:
    with get_context("fork").Pool(jobs) as pool:
        places = [RULES.index(rule) for rule in wanted]
        yield from zip(wanted, pool.imap(_without, places), strict=True)


def _without(place: int) -> list[Row]:
    rule, run = RULES[place], _run
    if run is None:
        raise RuntimeError("measure() comes first")
    with switched_off(rule), _recalling(run, rule):
        return run.rows()


@contextmanager
def switched_off(rule: Rule) -> Iterator[None]:
    """The cleaner without one rule."""
    with ExitStack() as stack:
        for place, swap in rule.off.items():
            stack.enter_context(replaced(place, swap))
        yield


KEPT = {
    "lines": ("clean:_read",),
    "head": ("article_blocks",),
    "mending": ("html:_extracted", "claims_of"),
    "body": ("claims_of",),
}  # fmt: skip
"""Whose answers in the whole run stand for themselves while a rule is off that cannot change them."""


def _asked(run: _Run, name: str, named: Mapping[str, object]) -> tuple[object, ...]:
    """What tells one question of a name from another; the clock does not."""
    return (name, run.current, named.get("focus"), named.get("fast"))


@contextmanager
def _remembering(run: _Run) -> Iterator[None]:
    def noted(name: str, original: Any) -> Any:
        def ask(*args: Any, **named: Any) -> Any:
            found = run.answers[_asked(run, name, named)] = original(*args, **named)
            return found

        return ask

    with ExitStack() as stack:
        for name in {name for names in KEPT.values() for name in names}:
            stack.enter_context(replaced(name, partial(noted, name)))
        yield


@contextmanager
def _recalling(run: _Run, rule: Rule) -> Iterator[None]:
    def recalled(name: str, original: Any) -> Any:
        def ask(*args: Any, **named: Any) -> Any:
            key = _asked(run, name, named)
            return run.answers[key] if key in run.answers else original(*args, **named)

        return ask

    with ExitStack() as stack:
        for name in KEPT[rule.touches]:
            stack.enter_context(replaced(name, partial(recalled, name)))
        yield


def gains(whole: Sequence[Row], without: Sequence[Row], *, tuned: bool) -> dict[str, float]:
    """What the rule gains on one half: means × 1,000, counts as they are (fewer is better); pages it changes."""
    pairs = [(a, b) for a, b in zip(whole, without, strict=True) if a["tuned"] is tuned]
    found: dict[str, float] = {"pages": sum(_differs(a, b) for a, b in pairs)}
    for key in SCORES:
        both = [(a[key], b[key]) for a, b in pairs if key in a]
        found[key] = 1000 * sum(a - b for a, b in both) / max(len(both), 1)
    for key in COUNTS:
        found[key] = sum(a[key] - b[key] for a, b in pairs)
    return found


def _differs(a: Row, b: Row) -> bool:
    return any(a.get(key) != b.get(key) for key in ("text", "summary", "_out"))


def earns(gained: Mapping[str, float]) -> bool:
    """Whether anything is better with the rule than without."""
    return any(gained[key] > 0.005 for key in SCORES) or gained["residue"] < 0
