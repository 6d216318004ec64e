"""copydesk against the plain and the tuned way to write it with the same packages: warm, cold, and how well it cleans.

    python benchmarks/pipeline.py [--data ../shared/data] [--eval ../shared/eval] [--pages 400] [--english] [--repeat 2]
                                  [--speed-only]

Warm: each way reads the same news pages (with --english those in English only: elsewhere copydesk tags nothing, where it has
no tagger, and the others run the English one) in a process of its own, after one warm-up article; runs alternate and the
best of each counts. Cold: one short text file as a new process. Without --data the examples are read alone. Cleaning is scored
on what these very runs stored; figures, entities and retrieval, whose gold is on other texts, by benchmarks/quality.py right
after them, unless --speed-only.
"""

from __future__ import annotations

import argparse
import gzip
import importlib.util
import json
import os
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

HERE = Path(__file__).parent
EXAMPLES = HERE.parent / "examples" / "articles"
WAYS = ("plain", "tuned", "copydesk")
Page = dict[str, Any]


def news_pages(data: Path, limit: int, *, english: bool) -> list[Page]:
    """The first `limit` pages with their HTML; with `english` those whose expected text is."""
    from enrichers.language import detect_language

    found: list[Page] = []
    expected = (data / "extraction" / "expected.jsonl").read_text(encoding="utf-8")
    for line in expected.splitlines():
        page = json.loads(line)
        if english and detect_language(page["text"]) != "en":
            continue
        packed = (data / "extraction" / "pages" / page["file"]).read_bytes()
        found.append({**page, "html": gzip.decompress(packed), "name": f"{len(found):03}.html"})
        if len(found) == limit:
            break
    return found


def run(*arguments: object) -> tuple[float, str]:
    """Seconds that a new process takes, and what it printed. One thread pool for all: the machine's cores."""
    began = time.perf_counter()
    environment = {**os.environ, "TOKENIZERS_PARALLELISM": "false", "HF_HUB_OFFLINE": "1"}
    done = subprocess.run(
        [sys.executable, *(str(argument) for argument in arguments)],
        check=True,
        capture_output=True,
        text=True,
        env=environment,
    )
    return time.perf_counter() - began, done.stdout


def warm(folder: Path, work: Path, repeat: int) -> dict[str, dict[str, float]]:
    """The best of `repeat` runs of each way, in turn."""
    best: dict[str, dict[str, float]] = {}
    warm_up = next(EXAMPLES.glob("*.txt"))
    for n in range(repeat):
        for way in WAYS:
            database = work / f"{way}-{n}.db"
            _, printed = run(HERE / "peers.py", way, folder, database, "--warm-up", warm_up)
            figures = json.loads(printed.splitlines()[-1])
            sys.stderr.write(f"{way}: {figures['took_s']:.1f} s\n")
            if way not in best or figures["took_s"] < best[way]["took_s"]:
                best[way] = figures
    return best


def cold(work: Path, repeat: int) -> dict[str, float]:
    """Seconds for one short article as a new process; the best of `repeat`."""
    article = next(EXAMPLES.glob("*.txt"))
    folder = work / "one"
    folder.mkdir()
    (folder / article.name).write_bytes(article.read_bytes())
    best = dict.fromkeys(WAYS, float("inf"))
    for n in range(repeat):
        for way in WAYS:
            database = work / f"cold-{way}-{n}.db"
            call: tuple[object, ...] = (HERE / "peers.py", way, folder, database)
            if way == "copydesk":
                call = ("-m", "copydesk", "ingest", folder / article.name, "--db", database)
            best[way] = min(best[way], run(*call)[0])
    return best


def scorer(folder: Path) -> ModuleType:
    """The program that scores cleaning."""
    spec = importlib.util.spec_from_file_location("extract", folder / "extract.py")
    if spec is None or spec.loader is None:
        raise FileNotFoundError(folder / "extract.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def outputs(way: str, database: Path) -> Iterator[tuple[str, dict[str, Any]]]:
    """What a run stored, by page."""
    with sqlite3.connect(database) as connection:
        if way == "copydesk":
            rows = connection.execute(
                """SELECT a.origin, r.title, r.published_at, r.summary, r.id FROM articles a
                   JOIN renderings r ON r.article_id = a.id AND r.current = 1"""
            ).fetchall()
            for origin, title, date, summary, rendering in rows:
                texts = connection.execute(
                    "SELECT text FROM paragraphs WHERE rendering_id = ? AND n >= 0 ORDER BY n",
                    (rendering,),
                )
                paragraphs = [text for (text,) in texts]
                yield (
                    Path(origin).name,
                    {"title": title, "date": date, "summary": summary, "paragraphs": paragraphs},
                )
            return
        for path, title, date in connection.execute(
            "SELECT path, title, date FROM articles"
        ).fetchall():
            texts = connection.execute(
                "SELECT text FROM paragraphs WHERE article = ? ORDER BY rowid", (path,)
            )
            yield path, {"title": title, "date": date, "paragraphs": [text for (text,) in texts]}


def quality(way: str, database: Path, pages: list[Page], extract: ModuleType) -> dict[str, float]:
    """How well the same run's stored text matches what is expected of its pages."""
    stored = dict(outputs(way, database))
    rows = []
    for page in pages:
        row = extract.score(page, stored.get(page["name"], {}))
        rows.append({**row, "s": 0.0, "err": None})
    found: dict[str, float] = extract.summary([row for row in rows if "snip" not in row])
    return {
        name: round(found[name], 4) for name in ("P", "R", "F1", "title", "day") if name in found
    }


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    shared = HERE.parent.parent / "shared"
    parser.add_argument("--data", type=Path, default=shared / "data")
    parser.add_argument("--eval", type=Path, default=shared / "eval")
    parser.add_argument("--pages", type=int, default=400)
    parser.add_argument("--english", action="store_true")
    parser.add_argument("--repeat", type=int, default=2)
    parser.add_argument("--speed-only", action="store_true")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        work = Path(name)
        folder = work / "pages"
        folder.mkdir()
        pages: list[Page] = []
        if arguments.data.is_dir():
            pages = news_pages(arguments.data, arguments.pages, english=arguments.english)
        for page in pages:
            (folder / page["name"]).write_bytes(page["html"])
        for example in EXAMPLES.iterdir():
            if example.suffix in (".html", ".txt"):
                (folder / example.name).write_bytes(example.read_bytes())
        found = warm(folder, work, arguments.repeat)
        cleaned = {}
        if pages and arguments.eval.is_dir():
            extract = scorer(arguments.eval)
            cleaned = {way: quality(way, work / f"{way}-0.db", pages, extract) for way in WAYS}
        seconds = cold(work, arguments.repeat)
    if arguments.eval.is_dir() and not arguments.speed_only:
        score = [sys.executable, str(HERE / "quality.py"), "--eval", str(arguments.eval)]
        subprocess.run([*score, "--only", "figures,ner,retrieval"], check=True)
    report(found, cleaned, seconds)


def report(
    found: dict[str, dict[str, float]],
    cleaned: dict[str, dict[str, float]],
    cold_s: dict[str, float],
) -> None:
    """A table, and the same as JSON on the last line."""
    sys.stdout.write("way       articles/s  CPU s/article  peak MB  cold s  cleaning\n")
    for way in WAYS:
        row = found[way]
        sys.stdout.write(
            f"{way:<9} {row['articles'] / row['took_s']:>10.2f}  {row['cpu_s'] / row['articles']:>13.3f}"
            f"  {row['peak_mb']:>7.0f}  {cold_s[way]:>6.2f}  {cleaned.get(way, {})}\n"
        )
    ratios = {
        f"{kind} vs {way}": round(figures[way] / figures["copydesk"], 2)
        for kind, figures in (("warm", {w: found[w]["took_s"] for w in WAYS}), ("cold", cold_s))
        for way in ("plain", "tuned")
    }
    sys.stdout.write(f"times quicker: {ratios}\n")
    sys.stdout.write(
        json.dumps({"warm": found, "cold_s": cold_s, "ratios": ratios, "cleaning": cleaned}) + "\n"
    )


if __name__ == "__main__":
    main()
