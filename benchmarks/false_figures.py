"""False figures per 1,000 words over random paragraphs of the collection, each judged by a reader.

    python benchmarks/false_figures.py [--show]

Three samples of 200 paragraphs, of all languages there are. The faults seen in the first two were worked on; the third was drawn
and judged after that work, which is what an unseen text may expect. Verdicts stand in false_figures.jsonl by page, hash of the paragraph, offsets, kind and value,
without the text: right; no_figure (a name, a version, an address); wrong_value (value, unit or kind); wrong_tie (the value is
right, what it is of or its modifier is not), which is counted apart. What was found since, and judged by nobody, is counted
apart too, and printed with `--show`.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import random
import sys
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from schemas.marks import Figure

HERE = Path(__file__).parent
SHARED = HERE.parent.parent / "shared" / "data"
JUDGED = HERE / "false_figures.jsonl"
SEEDS = {"first": 6, "second": 7, "third, unseen": 8}
SIZE = 200
VERDICTS = ("right", "wrong_tie", "wrong_value", "no_figure")
FALSE = ("wrong_value", "no_figure")
HASH_DIGITS = 16


@dataclass(frozen=True, slots=True)
class Sampled:
    """A paragraph of a sample: its page, its place there, its text, and the figures that are found in it."""

    page: str
    index: int
    text: str
    figures: list[Figure]


def key_of(paragraph: Sampled, figure: Figure) -> str:
    """What a verdict is about, without the text: another value at the same place is another figure."""
    digest = hashlib.sha256(paragraph.text.encode()).hexdigest()[:HASH_DIGITS]
    values = [
        figure.value,
        figure.low,
        figure.high,
        figure.unit,
        figure.date_start,
        figure.date_end,
    ]
    said = " ".join("-" if value is None else str(value) for value in values)
    return f"{paragraph.page}#{paragraph.index} {digest} {figure.start}-{figure.end} {figure.kind} {said}"


def load_samples(data: Path) -> dict[str, list[Sampled]]:
    """The paragraphs of each sample with their figures, as a store would have them: by the article's language and day."""
    from enrichers.figures.grammar import FigureFinder
    from enrichers.language import detect_language
    from schemas.article import Article, Paragraph

    lines = (data / "extraction" / "expected.jsonl").read_text(encoding="utf-8").splitlines()
    pages = []
    for record in map(json.loads, lines):
        texts = record.get("paragraphs") or record["text"].split("\n\n")
        day = datetime.fromisoformat(record["date"][:10]) if record.get("date") else None
        article = Article(
            paragraphs=tuple(Paragraph(index=n, kind="text", text=text) for n, text in enumerate(texts)),
            published_at=day.replace(tzinfo=UTC) if day else None,
            language=detect_language(record["text"]),
        )  # fmt: skip
        pages.append((record["id"], article))
    pool = [(i, p) for i, (_, a) in enumerate(pages) for p in a.paragraphs if p.text.strip()]
    found = FigureFinder().enrich([article for _, article in pages])
    return {
        name: [
            Sampled(pages[i][0], p.index, p.text, [f for f in found[i] if f.paragraph == p.index])
            for i, p in (pool[n] for n in chosen(seed, len(pool)))
        ]
        for name, seed in SEEDS.items()
    }


def chosen(seed: int, count: int) -> list[int]:
    """The places of a sample, always the same."""
    chance = random.Random(seed)  # noqa: S311  a fixed choice, no secret
    return sorted(chance.sample(range(count), SIZE))


def load_verdicts() -> dict[str, str]:
    """The verdicts by what they are about."""
    records = map(json.loads, JUDGED.read_text(encoding="utf-8").splitlines())
    return {record["figure"]: record["verdict"] for record in records}


def count(sample: list[Sampled], verdicts: Mapping[str, str]) -> Counter[str]:
    """How many figures have each verdict, "unjudged" among them, and how many "words" there are."""
    counts = Counter(
        verdicts.get(key_of(paragraph, figure), "unjudged")
        for paragraph in sample
        for figure in paragraph.figures
    )
    counts["words"] = sum(len(paragraph.text.split()) for paragraph in sample)
    return counts


def unjudged(sample: list[Sampled], verdicts: Mapping[str, str]) -> Iterator[str]:
    """What is still to be judged, as lines to read: the key, what was found, and the text."""
    for paragraph in sample:
        for figure in paragraph.figures:
            key = key_of(paragraph, figure)
            if key not in verdicts:
                said = f"{figure.text!r} {figure.modifier} noun={figure.noun} {figure.rule}"
                yield f"{key}\n    {said}\n    {paragraph.text}"


def main() -> None:
    """Count and print a table for docs/quality.md."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, default=SHARED)
    parser.add_argument("--show", action="store_true")
    arguments = parser.parse_args()
    verdicts = load_verdicts()
    columns = ("words", "figures", *VERDICTS, "unjudged", "false per 1,000 words")
    lines = [f"| sample | {' | '.join(columns)} |", "|---" * (len(columns) + 1) + "|"]
    total: Counter[str] = Counter()
    for name, sample in load_samples(arguments.data).items():
        counts = count(sample, verdicts)
        numbers = [counts["words"], sum(counts.values()) - counts["words"]]
        numbers += [counts[verdict] for verdict in (*VERDICTS, "unjudged")]
        cells = " | ".join(f"{number:,}" for number in numbers)
        lines.append(f"| {name} | {cells} | {false_share(counts):.2f} |")
        if arguments.show:
            lines += unjudged(sample, verdicts)
        total += counts
    figures = {"all": {"false": round(false_share(total), 3), "unjudged": total["unjudged"]}}
    sys.stdout.write("\n".join([*lines, f"FIGURE {json.dumps(figures)}"]) + "\n")


def false_share(counts: Mapping[str, int]) -> float:
    """False figures in 1,000 words."""
    return 1000 * sum(counts.get(verdict, 0) for verdict in FALSE) / counts["words"]


if __name__ == "__main__":
    main()
