"""The share of quotations and speakers that are right, over a random sample of the collection, each judged by a reader.

    python benchmarks/quotations.py [--show]

A sample of 100 quotations drawn from all that are found in pages of the languages there are. It was drawn and judged when the
rules were done that two samples before it had been read for; the faults in it were worked on afterwards.
Verdicts stand in quotations.jsonl by page, hash of the paragraph, offsets of the words and of the speaker, without the text:
right (also where the sentence names nobody, and nobody was named); missed (said, and whoever said it stands there and was not
read); speaker (said by another); span (said by that speaker, and the words begin or end in the wrong place); none (nobody says
that). What rules made since then find otherwise, and nobody judged, is counted apart, and printed with `--show`.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import random
import sys
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from schemas.article import Article
    from schemas.quotations import Quotation

HERE = Path(__file__).parent
SHARED = HERE.parent.parent / "shared" / "data"
JUDGED = HERE / "quotations.jsonl"
SEEDS = {"third": 14}
SIZE = 100
VERDICTS = ("right", "missed", "speaker", "span", "none")
HASH_DIGITS = 16


@dataclass(frozen=True, slots=True)
class Sampled:
    """A quotation of a sample: its page, and that page's paragraphs by index."""

    page: str
    texts: Mapping[int, str]
    quotation: Quotation

    @property
    def key(self) -> str:
        """What a verdict is about, without the text: another speaker of the same words is another finding."""
        one = self.quotation
        digest = hashlib.sha256(self.texts[one.paragraph].encode()).hexdigest()[:HASH_DIGITS]
        speaker = f"{one.speaker_paragraph}:{one.speaker_start}-{one.speaker_end}" if one.speaker else "-"  # fmt: skip
        return f"{self.page}#{one.paragraph} {digest} {one.start}-{one.end} {one.kind} {speaker}"


def load_pages(data: Path) -> Iterator[tuple[str, Article]]:
    """The pages of the collection, as their gold has them."""
    from enrichers.language import detect_language
    from schemas.article import Article, Paragraph

    lines = (data / "extraction" / "expected.jsonl").read_text(encoding="utf-8").splitlines()
    for record in map(json.loads, lines):
        texts = record.get("paragraphs") or record["text"].split("\n\n")
        yield record["id"], Article(
            paragraphs=tuple(Paragraph(index=n, kind="text", text=text) for n, text in enumerate(texts)),
            language=detect_language(record["text"]),
        )  # fmt: skip


def find_all(data: Path) -> list[Sampled]:
    """Every quotation of the collection."""
    from enrichers.quotations.finder import find_quotations

    return [
        Sampled(page, {p.index: p.text for p in article.paragraphs}, quotation)
        for page, article in load_pages(data)
        for quotation in find_quotations(article)
    ]


def draw(found: Sequence[Sampled], seed: int) -> list[Sampled]:
    """A sample, of which each quotation is chosen by its own key: rules that find others leave these in it."""

    def chance(one: Sampled) -> float:
        return random.Random(f"{seed} {one.page} {one.quotation.paragraph} {one.quotation.start}").random()  # noqa: S311  # fmt: skip

    return sorted(sorted(found, key=chance)[:SIZE], key=lambda one: one.key)


def load_verdicts() -> dict[str, str]:
    """The verdicts by what they are about."""
    records = map(json.loads, JUDGED.read_text(encoding="utf-8").splitlines())
    return {record["quotation"]: record["verdict"] for record in records}


def shown(number: int, one: Sampled) -> str:
    """A quotation as a reader judges it."""
    said = one.quotation
    text = one.texts[said.paragraph]
    words = f"{text[: said.start]}[[{said.text}]]{text[said.end :]}"
    return (
        f"{number}. {one.key}\n   <{said.speaker}> {said.kind} {said.rule} {said.cue}\n   {words}"
    )


def main() -> None:
    """Count and print a table for docs/quality.md."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, default=SHARED)
    parser.add_argument("--show", action="store_true")
    arguments = parser.parse_args()
    verdicts = load_verdicts() if JUDGED.exists() else {}
    found = find_all(arguments.data)
    lines = [f"{len(found)} quotations", "| sample | quotations | " + " | ".join((*VERDICTS, "unjudged")) + " | speakers right |", "|---" * 9 + "|"]  # fmt: skip
    for name, seed in SEEDS.items():
        sample = draw(found, seed)
        counts = Counter(verdicts.get(one.key, "unjudged") for one in sample)
        named = Counter(
            verdicts.get(one.key, "unjudged") for one in sample if one.quotation.speaker
        )
        share = (named["right"] + named["span"]) / max(1, named.total() - named["unjudged"])
        cells = " | ".join(str(counts[verdict]) for verdict in (*VERDICTS, "unjudged"))
        lines.append(f"| {name} | {len(sample)} | {cells} | {share:.2f} |")
        if arguments.show:
            left = [one for one in sample if one.key not in verdicts]
            lines += [shown(number, one) for number, one in enumerate(left)]
    sys.stdout.write("\n".join(lines) + "\n")


if __name__ == "__main__":
    main()
