"""The readable tables in `cases/`, one sentence a line; docs/figures.md says how a line is written."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from enrichers.figures.grammar import FigureFinder
from schemas.article import Article, Paragraph
from schemas.marks import Figure

TABLES = sorted((Path(__file__).parent / "cases").glob("*.toml"))
WRITTEN = datetime(2024, 7, 10, 9, tzinfo=UTC)  # a Wednesday
LEAST_CASES = 400


def cases() -> Iterator[tuple[str, str, str, str]]:
    for path in TABLES:
        table = tomllib.loads(path.read_text(encoding="utf-8"))
        for text, expected in table["cases"].items():
            yield path.stem, table.get("language", "en"), text, expected


ALL = list(cases())


def shown(figure: Figure) -> str:
    """A figure in a word or two: its text, then what it says."""
    value = f"{figure.value}" if figure.value is not None else bounds(figure)
    parts = [figure.modifier if figure.modifier not in ("exact", "range") else "", value]
    parts += [figure.unit or "", f"({figure.noun})" if figure.noun else ""]
    parts += [days(figure), figure.time or "", figure.role or "", figure.change or ""]
    parts += [f"<{', '.join(figure.subjects)}>" if figure.subjects else ""]
    return f"{figure.text}: " + " ".join(part for part in parts if part)


def bounds(figure: Figure) -> str:
    if figure.low is None and figure.high is None:
        return ""
    return (
        f"{'' if figure.low is None else figure.low}..{'' if figure.high is None else figure.high}"
    )


def days(figure: Figure) -> str:
    if figure.date_start is None:
        return "unknown" if figure.kind == "date" and not figure.time else ""
    same = figure.date_start == figure.date_end
    return f"{figure.date_start}" if same else f"{figure.date_start}..{figure.date_end}"


def test_there_are_many_cases_and_none_stands_twice() -> None:
    texts = [(language, text) for _, language, text, _ in ALL]
    assert len(texts) >= LEAST_CASES
    assert len(set(texts)) == len(texts)


@pytest.mark.parametrize(
    ("language", "text", "expected"),
    [case[1:] for case in ALL],
    ids=[f"{case[0]}: {case[2]}" for case in ALL],
)
def test_a_sentence_of_the_tables_is_read_as_it_says(
    language: str, text: str, expected: str
) -> None:
    article = Article(
        title=None,
        language=language,
        published_at=WRITTEN,
        paragraphs=(Paragraph(index=0, kind="text", text=text),),
    )
    found = FigureFinder().enrich([article])[0]
    assert " | ".join(shown(figure) for figure in found) == expected
