"""The vector file alone: CPU a query, recall, the first query of a process and its memory, beside sqlite-vec and a plain scan.

    python benchmarks/vectors.py [--lines 100000 1000000] [--queries 100] [--texts FOLDER]

The vectors are those of real paragraphs, widened (benchmarks/widened.py); the queries are real paragraphs that stand in no
line. Every query is put to each in turn: to the file, to sqlite-vec's vec0 with float32 where it is installed (up to 200,000
lines), and to a float32 matrix in memory (up to a million). CPU is that of one thread up to two million lines; beyond, the file is looked
through by several, and the wall clock counts.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import Any

for name in ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ[name] = "1"

import numpy as np  # noqa: E402  after the number of threads is said

sys.path.insert(0, str(Path(__file__).parents[1]))

from widened import PER_ARTICLE, TEXTS, Widened  # noqa: E402

from schemas.protocols import Matrix  # noqa: E402
from schemas.provenance import Provenance  # noqa: E402
from storage.candidates import compare  # noqa: E402
from storage.line_table import mapped_table  # noqa: E402
from storage.scan import Ids, Mask  # noqa: E402
from storage.vector_file import VectorFile  # noqa: E402
from storage.vector_index import EXACT, RowVectors  # noqa: E402
from storage.vector_lines import Change, Lines  # noqa: E402

MAKER = Provenance(stage="vectors", name="widened", version="1", sha256="0")
AT_ONCE = 20_000
K = 10
MOST_OF = {"sqlite-vec": 200_000, "plain float32": 1_000_000}
Ask = Callable[[Matrix], Ids]


def parts(widened: Widened, lines: int) -> Iterator[Lines]:
    """The lines, some at a time."""
    for first in range(0, lines, AT_ONCE):
        n = min(AT_ONCE, lines - first)
        halves = widened.vectors(n, 1000 + first).astype(np.float16)
        ids = np.arange(first, first + n, dtype=np.int64)
        norms = 1 / np.linalg.norm(halves.astype(np.float32), axis=1)
        none = np.zeros(n, dtype=np.uint8)
        yield Lines(ids // PER_ARTICLE + 1, ids + 1, ids, none, norms.astype(np.float32), halves)


def units(part: Lines) -> Matrix:
    """The vectors of a part, of unit length."""
    found: Matrix = part.vectors.astype(np.float32) * part.norms[:, None]
    return found


def memory_mb(which: str) -> float:
    """Memory of this process, mapped files included: VmRSS now, VmHWM at the highest."""
    for line in Path("/proc/self/status").read_text(encoding="utf-8").splitlines():
        if line.startswith(which):
            return int(line.split()[1]) / 1024
    return float("nan")


def file_of_ours(rows: RowVectors, keep: Mask | None = None) -> Ask:
    """A query put to the vector file."""

    def ask(query: Matrix) -> Ids:
        chosen, cosines = compare(rows, query, keep, k=K)
        best: Ids = chosen[np.argsort(-cosines)[:K]]
        return best

    return ask


def plain(widened: Widened, lines: int) -> Ask:
    """A query put to a matrix in memory."""
    matrix = np.empty((lines, widened.dim), dtype=np.float32)
    for part in parts(widened, lines):
        matrix[part.texts[0] : part.texts[-1] + 1] = units(part)

    def ask(query: Matrix) -> Ids:
        best: Ids = np.argpartition(-(matrix @ query), K)[:K]
        return best

    return ask


def sqlite_vec(widened: Widened, lines: int, folder: Path) -> Ask:
    """A query put to vec0 in a database file, through apsw: this Python's own sqlite3 may load no extension."""
    apsw, vec = import_module("apsw"), import_module("sqlite_vec")
    connection: Any = apsw.Connection(str(folder / "vec.db"))
    connection.enable_load_extension(True)  # noqa: FBT003  theirs
    connection.load_extension(vec.loadable_path())
    connection.execute(f"CREATE VIRTUAL TABLE v USING vec0(vector float[{widened.dim}])")
    with connection:
        for part in parts(widened, lines):
            rows = zip(part.texts.tolist(), (one.tobytes() for one in units(part)), strict=True)
            connection.executemany("INSERT INTO v(rowid, vector) VALUES (?, ?)", rows)

    def ask(query: Matrix) -> Ids:
        sql = "SELECT rowid FROM v WHERE vector MATCH ? AND k = ? ORDER BY distance"
        found = [row[0] for row in connection.execute(sql, (query.tobytes(), K))]
        return np.array(found, dtype=np.int64)

    return ask


def nearest(widened: Widened, lines: int, asked: Matrix) -> list[set[int]]:
    """The true nearest lines of each query."""
    scores = np.full((len(asked), K), -2, dtype=np.float32)
    ids = np.zeros((len(asked), K), dtype=np.int64)
    for part in parts(widened, lines):
        all_scores = np.concatenate([scores, asked @ units(part).T], axis=1)
        all_ids = np.concatenate(
            [ids, np.broadcast_to(part.texts, (len(asked), len(part)))], axis=1
        )
        best = np.argpartition(-all_scores, K, axis=1)[:, :K]
        scores, ids = (np.take_along_axis(each, best, axis=1) for each in (all_scores, all_ids))
    return [set(row) for row in ids.tolist()]


def measure(folder: Path, lines: int, queries: int, texts: Path) -> dict[str, Any]:
    """As a new process that has imported nothing but numpy and the storage room's files."""
    widened = Widened(texts)
    asked = widened.queries[:queries]
    before = memory_mb("VmRSS")
    began, wall = time.process_time(), time.perf_counter()
    mapped = VectorFile(folder, MAKER, widened.dim).open()
    assert mapped is not None  # noqa: S101  for the type checker
    rows = RowVectors(mapped_table(mapped, widened.dim), (), EXACT)
    ours = file_of_ours(rows)
    ours(asked[0])
    first, first_wall = time.process_time() - began, time.perf_counter() - wall
    for query in asked[:20]:
        ours(query)
    keep = np.random.default_rng(3).random(lines) < 0.01
    filtered = timed({"filtered": file_of_ours(rows, keep)}, asked[:20])["filtered"]
    found: dict[str, Any] = {
        **{"first": first * 1e3, "first wall": first_wall * 1e3, "before": before},
        **{"highest": memory_mb("VmHWM"), "filtered": filtered[0], "filtered wall": filtered[1]},
    }
    asks = {"copydesk": ours}
    if lines <= MOST_OF["sqlite-vec"] and find_spec("sqlite_vec") and find_spec("apsw"):
        asks["sqlite-vec"] = sqlite_vec(widened, lines, folder)
    if lines <= MOST_OF["plain float32"]:
        asks["plain float32"] = plain(widened, lines)
    true = nearest(widened, lines, asked)
    found["rows"] = []
    for who, (cpu, clock, answers) in timed(asks, asked).items():
        recalls = sorted(len(a & b) / K for a, b in zip(answers, true, strict=True))
        worst = recalls[: max(len(recalls) // 10, 1)]
        found["rows"].append((who, cpu, clock, float(np.mean(recalls)), float(np.mean(worst))))
    return found


def timed(asks: dict[str, Ask], asked: Matrix) -> dict[str, tuple[float, float, list[set[int]]]]:
    """Medians of CPU and wall in milliseconds, and the answers; each query to all in turn."""
    cpu: dict[str, list[float]] = {who: [] for who in asks}
    clock: dict[str, list[float]] = {who: [] for who in asks}
    answers: dict[str, list[set[int]]] = {who: [] for who in asks}
    for ask in asks.values():
        ask(asked[0])
        ask(asked[-1])
    for query in asked:
        for who, ask in asks.items():
            began, wall = time.process_time(), time.perf_counter()
            found = ask(query)
            cpu[who].append((time.process_time() - began) * 1e3)
            clock[who].append((time.perf_counter() - wall) * 1e3)
            answers[who].append(set(found.tolist()))
    return {
        who: (float(np.median(cpu[who])), float(np.median(clock[who])), answers[who])
        for who in asks
    }


def show(lines: int, built: float, found: dict[str, Any]) -> None:
    """Print what was measured at one size."""
    sys.stdout.write(
        f"{lines:,} lines, built in {built:.1f} s (with making them up)\n"
        "                    ms CPU   ms wall   times ours   recall@10   worst tenth\n"
    )
    ours = found["rows"][0][1]
    for who, cpu, wall, recall, worst in found["rows"]:
        sys.stdout.write(
            f"  {who:<16}{cpu:>8.1f}{wall:>10.1f}{cpu / ours:>13.1f}{recall:>12.4f}{worst:>14.4f}\n"
        )
    sys.stdout.write(
        f"  ours filtered to 1 %: {found['filtered']:.1f} ms CPU, {found['filtered wall']:.1f} ms wall;"
        f" first of a process: {found['first']:.0f} ms CPU, {found['first wall']:.0f} ms wall\n"
        f"  memory at the highest {found['highest']:.0f} MB, {found['before']:.0f} MB before the file was opened\n"
    )
    sys.stdout.flush()


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--lines", type=int, nargs="+", default=[100_000, 1_000_000])
    parser.add_argument("--queries", type=int, default=100)
    parser.add_argument("--texts", type=Path, default=TEXTS)
    parser.add_argument("--folder", type=Path, help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.folder:
        lines, queries = arguments.lines[0], arguments.queries
        sys.stdout.write(json.dumps(measure(arguments.folder, lines, queries, arguments.texts)))
        return
    widened = Widened(arguments.texts)
    sys.stdout.write(f"{widened.about}\n")
    for lines in arguments.lines:
        with tempfile.TemporaryDirectory() as name:
            file = VectorFile(Path(name), MAKER, widened.dim)
            began = time.perf_counter()
            with file.locked(wait_s=0):
                file.build(parts(widened, lines), Change(1, 1))
            built = time.perf_counter() - began
            call = [sys.executable, __file__, "--folder", name, "--lines", str(lines)]
            call += ["--queries", str(arguments.queries), "--texts", str(arguments.texts)]
            done = subprocess.run(call, check=True, stdout=subprocess.PIPE, text=True)
        show(lines, built, json.loads(done.stdout))


if __name__ == "__main__":
    main()
