"""How often a count in a news page is given the noun it counts, against what a reader says.

    python benchmarks/counted_nouns.py [--show]

Two samples of the counts that are found in the English pages of the collection. What was wrong in the first was worked on; the
second was judged after that work. The judgments stand in counted_nouns.jsonl by page, hash of the paragraph and offsets,
without the text: where the head noun stands that is counted, null where the sentence has none ("the two were charged"), or
the verdict no_count for what is no count at all (a name, a version, the number of an item in a list). A count is right if the
noun given to it is that one, in singular or plural, or none is given where there is none.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import sys
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from schemas.marks import Figure

HERE = Path(__file__).parent
SHARED = HERE.parent.parent / "shared" / "data"
JUDGED = HERE / "counted_nouns.jsonl"
SAMPLES = ("first", "second, unseen")
OUTCOMES = ("right", "wrong_noun", "no_noun", "not_found")
HASH_DIGITS = 16


@dataclass(frozen=True, slots=True)
class Judged:
    """One judged count: where it stands, and where what it counts does."""

    place: str
    start: int
    end: int
    sample: str
    noun: tuple[int, int] | None
    is_count: bool


@dataclass(frozen=True, slots=True)
class Passage:
    """A paragraph with the figures found in it."""

    text: str
    figures: list[Figure]


def load_judged() -> list[Judged]:
    """What the reader said."""
    judged = []
    for record in map(json.loads, JUDGED.read_text(encoding="utf-8").splitlines()):
        place, _, offsets = record["count"].rpartition(" ")
        start, end = map(int, offsets.split("-"))
        noun = tuple(record["noun"]) if record.get("noun") else None
        is_count = record.get("verdict") != "no_count"
        judged.append(Judged(place, start, end, record["sample"], noun, is_count))
    return judged


def load_passages(data: Path) -> dict[str, Passage]:
    """The paragraphs of the English pages by page, index and hash, with their figures as a store would have them."""
    from enrichers.figures.grammar import FigureFinder
    from enrichers.language import detect_language
    from schemas.article import Article, Paragraph

    lines = (data / "extraction" / "expected.jsonl").read_text(encoding="utf-8").splitlines()
    passages = {}
    for record in map(json.loads, lines):
        if (detect_language(record["text"]) or "en")[:2] != "en":
            continue
        texts = record.get("paragraphs") or record["text"].split("\n\n")
        day = datetime.fromisoformat(record["date"][:10]) if record.get("date") else None
        article = Article(
            paragraphs=tuple(Paragraph(index=n, kind="text", text=text) for n, text in enumerate(texts)),
            published_at=day.replace(tzinfo=UTC) if day else None,
            language="en",
        )  # fmt: skip
        found = FigureFinder().enrich([article])[0]
        for n, text in enumerate(texts):
            digest = hashlib.sha256(text.encode()).hexdigest()[:HASH_DIGITS]
            figures = [figure for figure in found if figure.paragraph == n]
            passages[f"{record['id']}#{n} {digest}"] = Passage(text, figures)
    return passages


def outcome(judged: Judged, passage: Passage) -> str:
    """One of the outcomes; for what is no count "false" where a count is still found there, else "passed_over"."""
    from schemas.nouns import noun_key

    counts = (figure for figure in passage.figures if figure.kind == "count")
    found = [f for f in counts if f.start < judged.end and judged.start < f.end]
    if not judged.is_count:
        return "false" if found else "passed_over"
    if not found:
        return "not_found"
    given = found[0].noun
    if judged.noun is None:
        return "wrong_noun" if given else "right"
    if given is None:
        return "no_noun"
    meant = passage.text[slice(*judged.noun)]
    return "right" if noun_key(given)[-1:] == noun_key(meant)[-1:] else "wrong_noun"


def unmet(judged: Judged, passage: Passage, said: str) -> str:
    """A count that is not right, as a line to read."""
    text, meant = passage.text, judged.noun
    head = text[slice(*meant)] if meant else None
    around = text[max(0, judged.start - 60) : judged.end + 60]
    return f"{judged.place} {judged.start}-{judged.end} {said}, meant {head}\n    {around}"


def tables(judged: list[Judged], passages: dict[str, Passage], *, show: bool) -> Iterator[str]:
    """The lines of the table, and under it what is not right."""
    columns = ("judged", "counts", *OUTCOMES, "no count, yet found", "right, %")
    yield f"| sample | {' | '.join(columns)} |"
    yield "|---" * (len(columns) + 1) + "|"
    shares = {}
    wrong = []
    for sample in SAMPLES:
        inside = [one for one in judged if one.sample == sample]
        outcomes: Counter[str] = Counter()
        for one in inside:
            said = outcome(one, passages[one.place])
            outcomes[said] += 1
            if said not in ("right", "passed_over"):
                wrong.append(unmet(one, passages[one.place], said))
        counts = sum(one.is_count for one in inside)
        shares[sample] = round(100 * outcomes["right"] / counts, 1) if counts else 0.0
        numbers = [len(inside), counts, *(outcomes[name] for name in OUTCOMES), outcomes["false"]]
        yield f"| {sample} | {' | '.join(map(str, numbers))} | {shares[sample]} |"
    yield from wrong if show else ()
    yield f"FIGURE {json.dumps(shares)}"


def main() -> None:
    """Count and print a table for docs/quality.md."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, default=SHARED)
    parser.add_argument("--show", action="store_true", help="print what is not right, too")
    arguments = parser.parse_args()
    passages = load_passages(arguments.data)
    lines = tables(load_judged(), passages, show=arguments.show)
    sys.stdout.write("\n".join(lines) + "\n")


if __name__ == "__main__":
    main()
