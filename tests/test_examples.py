"""The example articles are what the README says of them, and the demo runs twice."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

import copydesk

ROOT = Path(__file__).parents[1]
ARTICLES = ROOT / "examples" / "articles"


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, list[str], list[bytes]]:
    """The demo run twice: its database, what it printed, and the database's bytes after each run."""
    place = tmp_path_factory.mktemp("demo")
    printed, after = [], []
    for _ in range(2):
        call = [sys.executable, str(ROOT / "examples" / "demo.py"), "--db", "demo.db"]
        done = subprocess.run(
            call, cwd=place, env={**os.environ, "PYTHONPATH": str(ROOT)}, capture_output=True, text=True, check=False, timeout=120
        )  # fmt: skip
        assert done.returncode == 0, done.stderr
        printed.append(done.stdout)
        after.append((place / "demo.db").read_bytes())
    return place / "demo.db", printed, after


def test_the_demo_runs_twice_and_the_second_run_changes_nothing(
    demo: tuple[Path, list[str], list[bytes]],
) -> None:
    _, printed, after = demo
    assert "stored" in printed[0]
    assert "unchanged" in printed[1]
    assert " stored" not in printed[1]
    assert after[0] == after[1]


def test_the_demo_searches_three_times_finds_something_and_says_what_is_next(
    demo: tuple[Path, list[str], list[bytes]],
) -> None:
    _, printed, _ = demo
    assert printed[0].count("$ copydesk search") == 3
    assert "Nothing found" not in printed[0]
    assert "Next" in printed[0]
    assert "copydesk show 1" in printed[0]


def test_every_call_that_the_demo_names_next_works(
    demo: tuple[Path, list[str], list[bytes]],
) -> None:
    database, printed, _ = demo
    named = [
        line.split("  ")[1]
        for line in printed[0].splitlines()
        if line.startswith("  copydesk") and "--db" in line
    ]
    assert len(named) >= 3
    for line in named:
        call = [sys.executable, "-m", *line.split(" --db")[0].split(), "--db", str(database)]
        assert (
            subprocess.run(call, cwd=ROOT, capture_output=True, check=False, timeout=60).returncode
            == 0
        ), line


def test_there_are_six_different_articles_of_news_length_in_four_formats(
    demo: tuple[Path, list[str], list[bytes]],
) -> None:
    database, _, _ = demo
    assert {path.suffix for path in ARTICLES.iterdir()} >= {".txt", ".html", ".md", ".jsonl"}
    with copydesk.open_store(database, mode="r") as store:
        articles = [store.article(number) for number in range(1, 10)]
    lengths = {a.title: sum(len(p.text.split()) for p in a.paragraphs) for a in articles}
    assert sum(300 <= words <= 900 for words in lengths.values()) >= 6, lengths
    assert len(set(lengths)) == len(articles)
    assert sum(any("scroll to top" in d.text.lower() for d in a.dropped) for a in articles) >= 1
    assert not any("scroll to top" in p.text.lower() for a in articles for p in a.paragraphs)
    assert all(a.figures or a.language != "en" for a in articles)


def test_one_article_is_a_near_copy_under_another_headline(
    demo: tuple[Path, list[str], list[bytes]],
) -> None:
    database, _, _ = demo
    with copydesk.open_store(database, mode="r") as store:
        texts = {n: {p.text for p in store.article(n).paragraphs} for n in range(1, 10)}
    shared = [(a, b) for a in texts for b in texts if a < b and len(texts[a] & texts[b]) >= 3]
    assert len(shared) == 1
