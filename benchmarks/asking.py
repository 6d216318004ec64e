"""How often the figure that a question asks for comes first: `figures` and `search` over the articles of the collections.

    python benchmarks/asking.py [--db PATH] [--show]

The questions stand in asking.toml, with the filters that a reader would type and the answers that a reader found. A
figure is right if it has the answer's value and unit and stands in its article. Four ways to ask:

- figures: `store.figures` with all filters of the question
- search: the question's words with the same filters; the figures of each hit that have the kind and unit, in their order
- search, plain: the question's words with kind and unit only
- search, no filters: the question's words alone, and any figure of the hits

Of search also the paragraph: the first hit (five hits) holds the answer. `--db` keeps the store and uses it again, with
the figures that were found when it was made; `--show` lists the questions that `figures` does not answer first.
"""

from __future__ import annotations

import argparse
import gzip
import hashlib
import json
import sys
import tempfile
import tomllib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from schemas.marks import Figure
    from storage.sqlite import Store

HERE = Path(__file__).parent
SHARED = HERE.parent.parent / "shared" / "data"
HASH_DIGITS = 16
WAYS = ("figures", "search", "search, plain", "search, no filters")
MOST = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """One question with the call it becomes and its answer; `pages` are ids in the collection."""

    ask: str
    pages: frozenset[str]
    filters: Mapping[str, str]
    unit: str | None
    value: Decimal | None
    days: tuple[date, date] | None

    def is_answered_by(self, page: str | None, figure: Figure) -> bool:
        """Whether this figure, in this article, is the answer."""
        if page not in self.pages or figure.unit != self.unit:
            return False
        if self.days:
            return (figure.date_start, figure.date_end) == self.days
        return figure.value is not None and figure.value == self.value


@dataclass(frozen=True, slots=True)
class Ranks:
    """Where the answer stood for one question in one way: the figure's place and the paragraph's, None if nowhere."""

    figure: int | None
    paragraph: int | None = None


def load_questions(path: Path, texts: Mapping[str, str]) -> list[Question]:
    """The questions whose articles are at hand. Stops where an article's text is not the one that was read."""
    questions = []
    for record in tomllib.loads(path.read_text(encoding="utf-8"), parse_float=Decimal)["question"]:
        for page in record["pages"]:
            digest = hashlib.sha256(texts[page["id"]].encode()).hexdigest()[:HASH_DIGITS]
            if digest != page["sha256"]:
                sys.exit(f"{page['id']} is not the text that {record['ask']!r} was asked of")
        days = [date.fromisoformat(day) for day in record.get("date", "").split("/") if day]
        questions.append(
            Question(
                ask=record["ask"],
                pages=frozenset(page["id"] for page in record["pages"]),
                filters=record["filters"],
                unit=record.get("unit"),
                value=Decimal(record["value"]) if "value" in record else None,
                days=(days[0], days[1]) if days else None,
            )
        )
    return questions


def load_texts(data: Path) -> dict[str, str]:
    """The expected text of each article by its id."""
    with (data / "extraction" / "expected.jsonl").open(encoding="utf-8") as lines:
        texts = {record["id"]: record["text"] for record in map(json.loads, lines)}
    for path in (data / "articles").glob("*.txt"):
        texts[f"articles/{path.stem}"] = path.read_text(encoding="utf-8")
    return texts


def unpack(data: Path, folder: Path) -> dict[str, str]:
    """The pages as files to bring in, and whose file is whose."""
    ids = {}
    with (data / "extraction" / "expected.jsonl").open(encoding="utf-8") as lines:
        for record in map(json.loads, lines):
            name = Path(record["file"]).name.removesuffix(".gz")
            page = gzip.decompress((data / "extraction" / "pages" / record["file"]).read_bytes())
            (folder / name).write_bytes(page)
            ids[name] = record["id"]
    for path in (data / "articles").glob("*.txt"):
        (folder / path.name).write_bytes(path.read_bytes())
        ids[path.name] = f"articles/{path.stem}"
    return ids


def fill(store: Store, data: Path) -> dict[int, str]:
    """Bring every page into a new store; the collection's id of each article in it."""
    import copydesk

    with tempfile.TemporaryDirectory() as name:
        ids = unpack(data, Path(name))
        if not store.figures(limit=1):
            copydesk.ingest([name], store)
    stored = {item.article_id for item in store.figures()}
    return {number: ids[Path(store.article(number).origin).name] for number in stored}


def rank(question: Question, found: Iterable[tuple[str | None, Figure]]) -> int | None:
    """The place of the first right figure, from 1."""
    for place, (page, figure) in enumerate(found, start=1):
        if question.is_answered_by(page, figure):
            return place
    return None


def ask_figures(store: Store, question: Question, pages: Mapping[int, str]) -> Ranks:
    """The question as a call of `figures`."""
    asked: dict[str, Any] = dict(question.filters)
    found = store.figures(**asked, limit=MOST)
    return Ranks(rank(question, ((pages.get(item.article_id), item.figure) for item in found)))


def ask_search(
    store: Store, question: Question, pages: Mapping[int, str], names: Sequence[str]
) -> Ranks:
    """The question as a search with those of its filters that are named."""
    asked: dict[str, Any] = {key: question.filters[key] for key in names if key in question.filters}
    hits = store.search(question.ask, k=MOST, **asked)
    units = {item.figure.unit for item in store.figures(unit=asked["unit"])} if "unit" in asked else None  # fmt: skip
    figures = [
        (pages.get(hit.article_id), figure)
        for hit in hits
        for figure in hit.figures
        if asked.get("kind") in (None, figure.kind) and (units is None or figure.unit in units)
    ]
    holding = (
        place
        for place, hit in enumerate(hits, start=1)
        if any(question.is_answered_by(pages.get(hit.article_id), f) for f in hit.figures)
    )
    return Ranks(rank(question, figures), next(holding, None))


def measure(
    store: Store, questions: Sequence[Question], pages: Mapping[int, str]
) -> dict[str, list[Ranks]]:
    """Where the answer of each question stood, by way."""
    filters = ("kind", "unit", "noun", "subject", "about", "entity")
    return {
        "figures": [ask_figures(store, one, pages) for one in questions],
        "search": [ask_search(store, one, pages, filters) for one in questions],
        "search, plain": [ask_search(store, one, pages, ("kind", "unit")) for one in questions],
        "search, no filters": [ask_search(store, one, pages, ()) for one in questions],
    }


def share(places: Sequence[int | None], most: int) -> float:
    """The share of answers among the first `most`."""
    return sum(place is not None and place <= most for place in places) / len(places)


def main() -> None:
    """Measure and print a table for docs/quality.md."""
    import copydesk

    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, default=SHARED)
    parser.add_argument("--db", type=Path)
    parser.add_argument("--show", action="store_true")
    arguments = parser.parse_args()
    questions = load_questions(HERE / "asking.toml", load_texts(arguments.data))
    with (
        tempfile.TemporaryDirectory() as name,
        copydesk.open_store(arguments.db or Path(name) / "asking.db") as store,
    ):
        pages = fill(store, arguments.data)
        ranks = measure(store, questions, pages)
    say(f"{len(questions)} questions over the {len(pages)} articles that have figures")
    say("| asked as | top-1 | top-5 | paragraph top-1 | paragraph top-5 |\n|---|---|---|---|---|")
    for way in WAYS:
        figures = [one.figure for one in ranks[way]]
        cells = [f"{share(figures, most):.3f}" for most in (1, MOST)]
        paragraphs = [one.paragraph for one in ranks[way]]
        cells += [f"{share(paragraphs, most):.3f}" for most in (1, MOST)] if way != "figures" else ["", ""]  # fmt: skip
        say(f"| {way} | {' | '.join(cells)} |")
    if arguments.show:
        for question, one in zip(questions, ranks["figures"], strict=True):
            if one.figure != 1:
                say(f"{one.figure or '-'}  {question.ask}  {dict(question.filters)}")


def say(line: str) -> None:
    """A line on stdout."""
    sys.stdout.write(line + "\n")


if __name__ == "__main__":
    main()
