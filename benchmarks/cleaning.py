"""How well copydesk takes articles out of news pages, beside other cleaners and rule by rule.

    python benchmarks/cleaning.py [--peers FOLDER] [--only copydesk,trafilatura] [--repeat 2] [--halves] [--every N]
    python benchmarks/cleaning.py --rules [--jobs 2] [--rule NAME]
    python benchmarks/cleaning.py --cpu

The first hands every page of the collection to each cleaner in turn, page by page, so that a machine that grows slower grows
so for all; CPU is the best of the repeats a page, as a ratio to plain trafilatura's in the same run. The second takes one rule
of ours away at a time; the figures are what the rule gains, on the half of the publishers that rules may be written for and
on the other half. The third says where the CPU goes. All print tables for docs/quality.md.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from cleaners import BASELINE, Worker, workers
from cleaning_cpu import stages
from cleaning_rules import SCORES, earns, gains, measure
from cleaning_scores import Lines, Page, Row, everything, is_tuned, load_pages, scorer, visible

HERE = Path(__file__).parent
SHARED = HERE.parent.parent / "shared"
SETS = {"sh": "article-extraction-benchmark", "fundus": "fundus parser tests"}
HEAD = (
    "pages", "", "P", "R", "F1", "paragraphs F1", "exact", "title", "authors", "day", "instant", "interface left",
    "lose > .02, > .05", "lines lost per 1,000", "CPU",
)  # fmt: skip
RULES_HEAD = (
    "without it", "pages changed", "F1", "paragraphs F1", "title", "authors", "day", "instant", "interface left", "lines lost",
)  # fmt: skip


def compare(arguments: argparse.Namespace) -> None:
    """Every cleaner on every page; a table a set."""
    scoring = scorer(arguments.eval)
    pages = load_pages(scoring, arguments.data)[:: arguments.every]
    names = arguments.only.split(",") if arguments.only else []
    names = [*names, BASELINE] if names else names
    started = workers(names, folder=arguments.peers, eval_folder=arguments.eval)
    rows: dict[str, list[Row]] = {worker.peer.name: [] for worker in started}
    for page in pages:
        for worker, row in zip(started, _clean(page, started, arguments.repeat), strict=True):
            rows[worker.peer.name].append(row)
    for worker in started:
        worker.close()
    _count_lines(pages, rows, scoring)
    _say(table(HEAD, [line for said, wanted in _groups(arguments) for line in _group(said, wanted, rows, scoring)]))  # fmt: skip

    for name, of_one in rows.items():
        _say(f"{name}: {_cpu_ratio(of_one, rows[BASELINE]):.2f} of {BASELINE}'s CPU on all pages")


def _cpu_ratio(ours: Sequence[Row], base: Sequence[Row]) -> float:
    return float(sum(row["s"] for row in ours) / sum(row["s"] for row in base))


def _clean(page: Page, started: Sequence[Worker], repeat: int) -> list[Row]:
    """One row a cleaner, with the least CPU of the repeats."""
    rounds = [[worker.clean(page) for worker in started] for _ in range(repeat)]
    rows = rounds[0]
    for number, row in enumerate(rows):
        row["s"] = min(one[number]["s"] for one in rounds)
        row["tuned"] = is_tuned(page)
    return rows


def _count_lines(pages: Sequence[Page], rows: dict[str, list[Row]], scoring: Any) -> None:
    for index, page in enumerate(pages):
        seen = (everything(rows[BASELINE][index]), visible(page["html"]))
        lines = Lines(page, scoring, seen=seen)
        for of_one in rows.values():
            of_one[index]["real"] = len(lines.real)
            of_one[index]["lost"] = lines.lost(everything(of_one[index]))


def _groups(arguments: argparse.Namespace) -> list[tuple[str, Callable[[Row], bool]]]:
    groups: list[tuple[str, Callable[[Row], bool]]] = []
    for key, said in SETS.items():
        groups.append((said, lambda row, key=key: row["set"] == key))  # type: ignore[misc]  # no type is inferred for a default
        if arguments.halves:
            for tuned in (True, False):
                half = "tuned" if tuned else "check"
                groups.append((f"{said}, {half} half", lambda row, key=key, tuned=tuned: row["set"] == key and row["tuned"] is tuned))  # type: ignore[misc]  # no type is inferred for a default  # fmt: skip
    return groups


def _group(
    said: str, wanted: Callable[[Row], bool], rows: dict[str, list[Row]], scoring: Any
) -> list[list[str]]:
    base = [row for row in rows[BASELINE] if wanted(row)]
    if not base:
        return []
    lines: list[list[str]] = []
    for name, of_one in rows.items():
        ours = [row for row in of_one if wanted(row)]
        head = f"{said} ({len(ours)})" if not lines else ""
        lines.append([head, name, *_figures(ours, base, scoring)])
    return lines


def _figures(ours: list[Row], base: list[Row], scoring: Any) -> list[str]:
    found = scoring.summary(ours)
    less = [b["r"] - a["r"] for a, b in zip(ours, base, strict=True)]
    lost, real = sum(len(row["lost"]) for row in ours), sum(row["real"] for row in ours)
    return [
        *(decimals(found.get(key)) for key in ("P", "R", "F1", "para_f1", "exact", "title", "authors", "day", "instant")),
        str(found["residue_pages"]),
        f"{sum(one > 0.02 for one in less)}, {sum(one > 0.05 for one in less)}",
        f"{1000 * lost / max(real, 1):.1f}",
        f"{_cpu_ratio(ours, base):.2f}",
    ]  # fmt: skip


def rule_by_rule(arguments: argparse.Namespace) -> None:
    """Each rule of ours taken away alone; then those that earn nothing on the half they may not be written for."""
    scoring = scorer(arguments.eval)
    pages = load_pages(scoring, arguments.data)[:: arguments.every]
    whole, each = measure(pages, scoring, names=arguments.rule, jobs=arguments.jobs)
    idle, unused = [], []
    _say(table(RULES_HEAD, []))
    for rule, without in each:
        tuned, check = (gains(whole, without, tuned=half) for half in (True, False))
        if not tuned["pages"] and not check["pages"]:
            unused.append(rule.name)
            continue
        _say(row_of([rule.name, *(_both(key, tuned[key], check[key]) for key in tuned)]))
        if not earns(check):
            idle.append(rule.name)
    _say(f"\nChange none of these pages: {', '.join(unused) or 'none'}")
    _say(f"\nEarn nothing on the check half: {', '.join(idle) or 'none'}")


def _both(key: str, tuned: float, check: float) -> str:
    """A gain on the half that rules are written for and on the other; nothing where both are nought."""
    if key == "pages":
        return f"{tuned:.0f}, {check:.0f}"
    form = "+.1f" if key in SCORES else "+.0f"
    said = [f"{one:{form}}" for one in (tuned, check)]
    said = [one if one.strip("+-0.") else "0" for one in said]
    return "" if said == ["0", "0"] else ", ".join(said)


def where_the_cpu_goes(arguments: argparse.Namespace) -> None:
    """Stages as shares of bare_extraction's time, a column a set; the pages that cost the most beyond it."""
    pages = load_pages(scorer(arguments.eval), arguments.data)[:: arguments.every]
    found = {said: stages([page for page in pages if page["set"] == key], repeat=arguments.repeat) for key, said in SETS.items()}  # fmt: skip
    columns = [dict(shares) for shares, _ in found.values()]
    lines = [[stage, *(f"{column[stage]:.3f}" for column in columns)] for stage in columns[0]]
    _say(table(("", *found), lines))
    dear = sorted((page for _, of_set in found.values() for page in of_set), reverse=True)
    for beyond, ratio, name in dear[:20]:
        _say(f"{1000 * beyond:.0f} ms beyond, {ratio:.2f} times: {name}")


def decimals(value: float | None) -> str:
    """A share as tables have it, nothing where there is none.

    >>> decimals(0.98341), decimals(1.0), decimals(None)
    ('.983', '1.000', '')
    """
    return "" if value is None else f"{value:.3f}".removeprefix("0")


def table(head: Sequence[str], lines: Sequence[Sequence[str]]) -> str:
    """Markdown."""
    return "\n".join(map(row_of, [head, ["---"] * len(head), *lines]))


def row_of(cells: Sequence[str]) -> str:
    """One line of it."""
    return "| " + " | ".join(cells) + " |"


def _say(text: str) -> None:
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


def main() -> None:
    """Read the arguments and do one of the three."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)  # fmt: skip
    parser.add_argument("--data", type=Path, default=SHARED / "data")
    parser.add_argument("--eval", type=Path, default=SHARED / "eval")
    parser.add_argument("--peers", type=Path, default=HERE.parent / ".peers")
    parser.add_argument("--only", default="")
    parser.add_argument("--repeat", type=int, default=2)
    parser.add_argument("--every", type=int, default=1)
    parser.add_argument("--halves", action="store_true")
    parser.add_argument("--rules", action="store_true")
    parser.add_argument("--rule", action="append", default=[])
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--cpu", action="store_true")
    arguments = parser.parse_args()
    if arguments.rules:
        rule_by_rule(arguments)
    elif arguments.cpu:
        where_the_cpu_goes(arguments)
    else:
        compare(arguments)


if __name__ == "__main__":
    main()
