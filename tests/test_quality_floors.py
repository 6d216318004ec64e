"""Quality may only rise: the scoring programs on copydesk against benchmarks/floors.toml."""

from __future__ import annotations

import json
import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
EVAL = ROOT.parent / "shared" / "eval"
FLOORS = tomllib.loads((ROOT / "benchmarks" / "floors.toml").read_text(encoding="utf-8"))

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not EVAL.is_dir(), reason="the scoring programs are not beside the project"),
]


def printed(*call: str) -> str:
    program, *rest = call
    done = subprocess.run(
        [sys.executable, str(ROOT / "benchmarks" / program), *rest],
        capture_output=True,
        text=True,
        timeout=600,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.mark.parametrize("name", ["extract", "figures"])
def test_no_figure_is_under_its_floor_or_over_its_ceiling(name: str) -> None:
    reached = json.loads(printed("quality.py", "--only", name).rpartition("FIGURE ")[2])
    for path, floor in FLOORS[name].items():
        assert _figure(reached, path) >= floor, path
    for path, ceiling in FLOORS["at-most"].get(name, {}).items():
        assert _figure(reached, path) <= ceiling, path


def test_no_more_figures_are_false_than_the_ceiling_says() -> None:
    reached = json.loads(printed("false_figures.py").rpartition("FIGURE ")[2])
    for path, ceiling in FLOORS["at-most"]["false_figures"].items():
        assert _figure(reached, path) <= ceiling, path


def test_counts_have_the_noun_they_count_as_often_as_the_floor_says() -> None:
    reached = json.loads(printed("counted_nouns.py").rpartition("FIGURE ")[2])
    assert all(reached[sample] >= floor for sample, floor in FLOORS["counted_nouns"].items())


def _figure(reached: dict[str, dict[str, float]], path: str) -> float:
    group, _, figure = path.partition(".")
    return reached[group][figure]


def test_entities_are_not_under_their_floor() -> None:
    found = re.search(r"ner_core_f1 ([\d.]+)", printed("quality.py", "--only", "ner"))
    assert found is not None
    assert float(found[1]) >= FLOORS["ner"]["core"]
