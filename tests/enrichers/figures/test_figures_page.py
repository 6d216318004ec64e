"""docs/figures.md says what the code does."""

from __future__ import annotations

import doctest
import re
from dataclasses import fields
from pathlib import Path
from typing import get_args

from enrichers.figures.foreign_words import DATA
from schemas.marks import Figure, FigureKind, Modifier

ROOT = Path(__file__).parents[3]
PAGE = (ROOT / "docs" / "figures.md").read_text(encoding="utf-8")


def test_the_page_tells_of_every_field_kind_and_modifier() -> None:
    told = set(re.findall(r"`(\w+)`", PAGE))
    names = {*(field.name for field in fields(Figure)), *get_args(FigureKind), *get_args(Modifier)}
    assert names - told == set()


def test_the_page_tells_of_every_section_of_a_language_file() -> None:
    told = set(re.findall(r"`\[(\w+)\]`", PAGE))
    for path in DATA.glob("foreign.*.toml"):
        sections = set(re.findall(r"^\[(\w+)\]", path.read_text(encoding="utf-8"), re.MULTILINE))
        assert sections - told == set(), path.name


def test_the_example_of_the_page_runs() -> None:
    test = doctest.DocTestParser().get_doctest(PAGE, {}, "figures.md", "docs/figures.md", 0)
    assert test.examples
    assert doctest.DocTestRunner(verbose=False).run(test).failed == 0
