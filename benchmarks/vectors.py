"""The vector file alone: CPU a query, recall, the first query of a process and its memory, beside a plain float32 scan.

    python benchmarks/vectors.py [--lines 100000 1000000] [--queries 100]

The vectors are random but clustered, 384 dimensions: a topic for 5,000 lines, each line its topic's middle and its own part. Queries are drawn likewise and stand in no line. CPU is that of one thread; the plain scan is a float32
matrix in memory times the query, and the ten best of it, in the same run.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

for name in ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ[name] = "1"

import numpy as np  # noqa: E402  after the number of threads is said

sys.path.insert(0, str(Path(__file__).parents[1]))

from schemas.protocols import Matrix  # noqa: E402
from schemas.provenance import Provenance  # noqa: E402
from storage.candidates import compare  # noqa: E402
from storage.line_table import mapped_table  # noqa: E402
from storage.vector_file import VectorFile  # noqa: E402
from storage.vector_index import EXACT, RowVectors  # noqa: E402
from storage.vector_lines import Change, Lines  # noqa: E402

DIM = 384
MAKER = Provenance(stage="vectors", name="random", version="1", sha256="0")
PER_ARTICLE = 20
AT_ONCE = 20_000
K = 10


def vectors(number: int, topics: Matrix, seed: int) -> Matrix:
    """Unit vectors about random topics."""
    chance = np.random.default_rng(seed)
    own = chance.standard_normal((number, DIM), dtype=np.float32)
    of = topics[chance.integers(0, len(topics), number)]
    found = of + own * chance.uniform(0.5, 1.1, (number, 1)).astype(np.float32) / np.sqrt(DIM)
    unit: Matrix = found / np.linalg.norm(found, axis=1, keepdims=True)
    return unit.astype(np.float32)


def all_topics(lines: int) -> Matrix:
    """The middles of the topics, spread as unevenly over the dimensions as those of a real model."""
    chance = np.random.default_rng(1)
    spread = np.linspace(1.6, 0.4, DIM, dtype=np.float32)
    found = chance.standard_normal((max(lines // 5000, 50), DIM), dtype=np.float32) * spread
    topics: Matrix = found / np.linalg.norm(found, axis=1, keepdims=True)
    return topics


def parts(lines: int) -> Iterator[Lines]:
    """The lines, some at a time."""
    topics = all_topics(lines)
    for first in range(0, lines, AT_ONCE):
        n = min(AT_ONCE, lines - first)
        halves = vectors(n, topics, 1000 + first).astype(np.float16)
        ids = np.arange(first, first + n, dtype=np.int64)
        norms = 1 / np.linalg.norm(halves.astype(np.float32), axis=1)
        none = np.zeros(n, dtype=np.uint8)
        yield Lines(ids // PER_ARTICLE + 1, ids + 1, ids, none, norms.astype(np.float32), halves)


def resident_mb() -> float:
    """Memory of this process that is in use, mapped files included."""
    for line in Path("/proc/self/status").read_text(encoding="utf-8").splitlines():
        if line.startswith("VmRSS"):
            return int(line.split()[1]) / 1024
    return float("nan")


def measure(folder: Path, lines: int, queries: int) -> dict[str, float]:
    """As a new process that has imported nothing but numpy and the storage room's files."""
    asked = vectors(queries, all_topics(lines), 7)
    before = resident_mb()
    began, wall = time.process_time(), time.perf_counter()
    mapped = VectorFile(folder, MAKER, DIM).open()
    assert mapped is not None  # noqa: S101  for the type checker
    rows = RowVectors(mapped_table(mapped, DIM), (), EXACT)
    compare(rows, asked[0], None, k=K)
    first, first_wall = time.process_time() - began, time.perf_counter() - wall
    found, times, peak = [], [], 0.0
    for query in asked:
        began = time.process_time()
        chosen, cosines = compare(rows, query, None, k=K)
        best = chosen[np.argsort(-cosines)[:K]]
        times.append(time.process_time() - began)
        found.append(set(best.tolist()))
        peak = max(peak, resident_mb())
    few = np.flatnonzero(np.random.default_rng(3).random(lines) < 0.01)
    keep = np.zeros(lines, dtype=np.bool_)
    keep[few] = True
    compare(rows, asked[0], keep, k=K)
    began = time.process_time()
    for query in asked[:10]:
        compare(rows, query, keep, k=K)
    filtered = (time.process_time() - began) / 10
    matrix = np.concatenate([part.vectors.astype(np.float32) for part in parts(lines)])
    matrix /= np.linalg.norm(matrix, axis=1, keepdims=True)
    plain, recalls = [], []
    for query, ours in zip(asked, found, strict=True):
        began = time.process_time()
        scores = matrix @ query
        best = np.argpartition(-scores, K)[:K]
        plain.append(time.process_time() - began)
        recalls.append(len(ours & set(best.tolist())) / K)
    worst = sorted(recalls)[: max(queries // 10, 1)]
    return {
        "first": first * 1e3,
        "first_wall": first_wall * 1e3,
        "warm": float(np.median(times)) * 1e3,
        "filtered": filtered * 1e3,
        "plain": float(np.median(plain)) * 1e3,
        "recall": float(np.mean(recalls)),
        "worst": float(np.mean(worst)),
        "before": before,
        "peak": peak,
    }


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--lines", type=int, nargs="+", default=[100_000, 1_000_000])
    parser.add_argument("--queries", type=int, default=100)
    parser.add_argument("--folder", type=Path, help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.folder:
        found = measure(arguments.folder, arguments.lines[0], arguments.queries)
        sys.stdout.write(json.dumps(found))
        return
    for lines in arguments.lines:
        with tempfile.TemporaryDirectory() as name:
            file = VectorFile(Path(name), MAKER, DIM)
            began = time.perf_counter()
            with file.locked(wait_s=0):
                file.build(parts(lines), Change(1, 1))
            built = time.perf_counter() - began
            call = [sys.executable, __file__, "--folder", name, "--lines", str(lines)]
            call += ["--queries", str(arguments.queries)]
            done = subprocess.run(call, check=True, stdout=subprocess.PIPE, text=True)
        found = json.loads(done.stdout)
        sys.stdout.write(
            f"{lines:,} lines, built in {built:.1f} s (with making them up)\n"
            f"  warm query           {found['warm']:8.1f} ms CPU   plain float32 {found['plain']:.1f} ms,"
            f" {found['plain'] / found['warm']:.1f} times quicker\n"
            f"  filtered to 1 %      {found['filtered']:8.1f} ms CPU\n"
            f"  first of a process   {found['first']:8.1f} ms CPU   {found['first_wall']:.1f} ms wall\n"
            f"  recall@{K}            {found['recall']:8.4f}          worst tenth {found['worst']:.4f}\n"
            f"  resident             {found['peak']:8.1f} MB       {found['before']:.1f} MB before\n"
        )


if __name__ == "__main__":
    main()
