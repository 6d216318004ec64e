"""How well names are joined, within articles and over them, on short articles of our own (entities_*.toml).

Run: python benchmarks/entities.py [FILE...]. Mentions and labels are given, so that the joining alone is measured; it runs as it
does when articles are stored, in one database. Scores are of pairs of names that are joined: precision, recall, F1. Within an
article a pair is two mentions; over articles it is two articles' names of an entity, each once.
"""

from __future__ import annotations

import re
import sys
import tempfile
import tomllib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import combinations
from pathlib import Path

from enrichers.entities.joining import join_names
from enrichers.entities.spans import Span
from schemas.article import Article, Paragraph
from schemas.document import PLAIN_TEXT, RawDocument
from schemas.marks import Mention
from schemas.protocols import Encoder
from schemas.provenance import Provenance
from schemas.stored import PreparedArticle
from storage.sqlite import Store

FOLDER = Path(__file__).parent
FILES = (FOLDER / "entities_first.toml", FOLDER / "entities_second.toml")
_MARK = re.compile(r"\{([^|}]+)\|([A-Z_]+)\|([^|}]+)\}")
_DAY = datetime(2024, 7, 8, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Case:
    """An article without its marks: its rows, the labelled spans of each, and the gold entity of each span."""

    id: str
    rows: list[str]
    spans: list[list[Span]]
    gold: list[list[str]]
    misleads: bool


@dataclass(frozen=True, slots=True)
class Name:
    """A mention with the entity that it is and the one that it was joined to."""

    article: str
    text: str
    gold: str
    found: int


@dataclass(frozen=True, slots=True)
class Score:
    """Pairs joined rightly, joined, and to be joined."""

    right: int
    joined: int
    wanted: int

    @property
    def precision(self) -> float:
        """The part of the joined pairs that are right."""
        return self.right / self.joined if self.joined else 1.0

    @property
    def recall(self) -> float:
        """The part of the wanted pairs that are joined."""
        return self.right / self.wanted if self.wanted else 1.0

    @property
    def f1(self) -> float:
        """Their harmonic mean."""
        return 2 * self.right / (self.joined + self.wanted) if self.joined + self.wanted else 1.0


def read_cases(path: Path) -> list[Case]:
    """The articles of a file."""
    listed = tomllib.loads(path.read_text(encoding="utf-8"))["article"]
    return [_case(one["id"], one["text"], misleads=one.get("misleads", False)) for one in listed]


def _case(case_id: str, text: str, *, misleads: bool) -> Case:
    rows, spans, gold = [], [], []
    for row in text.strip().split("\n\n"):
        plain, row_spans, row_gold, last = "", [], [], 0
        for mark in _MARK.finditer(row):
            plain += row[last : mark.start()]
            row_spans.append(Span(len(plain), len(plain) + len(mark[1]), mark[2]))
            row_gold.append(mark[3])
            plain += mark[1]
            last = mark.end()
        rows.append(plain + row[last:])
        spans.append(row_spans)
        gold.append(row_gold)
    return Case(case_id, rows, spans, gold, misleads)


def join(cases: Sequence[Case]) -> list[Name]:
    """Every mention of the cases with the entity that it is in one database of them all."""
    with tempfile.TemporaryDirectory() as folder:
        store = Store(Path(folder) / "news.db", encoder=_no_encoder, mode="a")
        with store:
            store.put([_prepared(case) for case in cases])
            rows = store.connection.execute(
                """SELECT v.origin, p.n, m.start, m.text, m.entity_id FROM mentions m
                   JOIN paragraphs p ON p.id = m.paragraph_id JOIN renderings r ON r.id = p.rendering_id
                   JOIN versions v ON v.id = r.version_id"""
            ).fetchall()
    gold = {
        (case.id, n, span.start): entity
        for case in cases
        for n, (spans, row) in enumerate(zip(case.spans, case.gold, strict=True))
        for span, entity in zip(spans, row, strict=True)
    }
    return [
        Name(origin, text, gold[origin, n, start], entity_id)
        for origin, n, start, text, entity_id in rows
    ]


def _no_encoder() -> Encoder:
    raise AssertionError("nothing is embedded here")


def _prepared(case: Case) -> PreparedArticle:
    joined = join_names(case.rows, case.spans)
    mentions = [
        Mention(
            paragraph=n,
            start=span.start,
            end=span.end,
            text=case.rows[n][span.start : span.end],
            label=span.label,
            name=name.name,
            joined_by=name.reason,
            country=name.country,
            ref=name.ref,
        )
        for n, (spans, names) in enumerate(zip(case.spans, joined, strict=True))
        for span, name in zip(spans, names, strict=True)
    ]
    paragraphs = tuple(Paragraph(index=n, kind="text", text=row) for n, row in enumerate(case.rows))
    text = "\n\n".join(case.rows)
    return PreparedArticle(
        document=RawDocument(
            content=text.encode(), media_type=PLAIN_TEXT, origin=case.id, origin_id=case.id, fetched_at=_DAY
        ),
        article=Article(paragraphs=paragraphs, language="en"),
        mentions=mentions,
        made_by=(Provenance(stage="clean", name="given", version="1"),),
    )  # fmt: skip


def score_within(names: Iterable[Name]) -> Score:
    """Pairs of mentions of one article."""
    by_article: dict[str, list[Name]] = {}
    for name in names:
        by_article.setdefault(name.article, []).append(name)
    return _score(pair for found in by_article.values() for pair in combinations(found, 2))


def score_over(names: Iterable[Name]) -> Score:
    """Pairs of different articles' names, each (entity, found) of an article once."""
    once = {(name.article, name.gold, name.found): name for name in names}
    return _score(
        (one, other)
        for one, other in combinations(once.values(), 2)
        if one.article != other.article
    )


def _score(pairs: Iterable[tuple[Name, Name]]) -> Score:
    right = joined = wanted = 0
    for one, other in pairs:
        same, together = one.gold == other.gold, one.found == other.found
        right += same and together
        joined += together
        wanted += same
    return Score(right, joined, wanted)


def faults(names: Sequence[Name]) -> Iterator[str]:
    """What was joined wrongly, and what was not joined, once each."""
    seen = set()
    for one, other in combinations(names, 2):
        same, together = one.gold == other.gold, one.found == other.found
        if same == together:
            continue
        said = f"{'apart' if same else 'JOINED'}: {one.text} ({one.article}) | {other.text} ({other.article})"
        if said not in seen:
            seen.add(said)
            yield said


def main(arguments: Sequence[str]) -> None:
    """Print the scores of each file, of all of them together, and the faults."""
    paths = [Path(name) for name in arguments] or [path for path in FILES if path.is_file()]
    whole = [case for path in paths for case in read_cases(path)]
    groups = {path.name: read_cases(path) for path in paths}
    if len(paths) > 1:
        groups["all in one database"] = whole
    for title, cases in groups.items():
        names = join(cases)
        mislead = sum(case.misleads for case in cases)
        sys.stdout.write(
            f"{title}: {len(cases)} articles ({mislead} mislead), {len(names)} mentions\n"
        )
        for part, score in (
            ("within articles", score_within(names)),
            ("over articles", score_over(names)),
        ):
            sys.stdout.write(
                f"  {part:16} P {score.precision:.3f} R {score.recall:.3f} F1 {score.f1:.3f} ({score.wanted} pairs)\n"
            )
        sys.stdout.writelines(f"    {fault}\n" for fault in faults(names))


if __name__ == "__main__":
    main(sys.argv[1:])
