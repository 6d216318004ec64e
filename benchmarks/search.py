"""A first search as a new process, and a warm one, against a plain script with sentence-transformers and numpy.

    python benchmarks/search.py [--articles 10000] [--repeat 3] [--texts FOLDER]

Both hold the same paragraphs and vectors (benchmarks/widened.py); the script keeps its texts and vectors in two files.
"""

from __future__ import annotations

import argparse
import json
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
from widened import PER_ARTICLE, TEXTS, Widened

QUERIES = (
    "rising fuel imports",
    "vaccine trial results",
    "homes flooded after rain",
    "strike at the port",
)
SCRIPT = """
import json, sys, time
import numpy as np
from sentence_transformers import SentenceTransformer
model = SentenceTransformer({model!r})
texts = json.load(open({texts!r}))
matrix = np.load({matrix!r})
def search(query):
    scores = matrix @ model.encode([query])[0]
    return [texts[i] for i in np.argsort(-scores)[:10]]
search({query!r})
if len(sys.argv) > 1:
    times = []
    for query in {queries!r} * 5:
        began = time.perf_counter()
        search(query)
        times.append(time.perf_counter() - began)
    print(json.dumps(sorted(times)[len(times) // 2]))
"""


def cost(call: list[str], repeat: int) -> tuple[float, float]:
    """The best wall clock and the best CPU of `repeat` runs as a new process."""
    walls, used = [], []
    for _ in range(repeat):
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        began = time.perf_counter()
        subprocess.run(call, check=True, capture_output=True)
        walls.append(time.perf_counter() - began)
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        used.append(after.ru_utime - before.ru_utime + after.ru_stime - before.ru_stime)
    return min(walls), min(used)


def fill(work: Path, widened: Widened, articles: int) -> float:
    """The same paragraphs and vectors for both; the median of warm queries on ours, in seconds."""
    import copydesk

    with copydesk.open_store(work / "news.db") as store:
        store.set_site_memory(on=False)
        widened.fill(store, range(articles), store.encoder().provenance)
        store.search(QUERIES[0])
        times = []
        for query in QUERIES * 5:
            began = time.perf_counter()
            store.search(query)
            times.append(time.perf_counter() - began)
    texts: list[str] = []
    matrix = np.empty((articles * PER_ARTICLE, widened.dim), dtype=np.float32)
    for n in range(articles):
        texts += widened.texts(PER_ARTICLE, n)
        matrix[n * PER_ARTICLE : (n + 1) * PER_ARTICLE] = widened.vectors(PER_ARTICLE, n)
    np.save(work / "vectors.npy", matrix)
    (work / "texts.json").write_text(json.dumps(texts), encoding="utf-8")
    return statistics.median(times)


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--articles", type=int, default=10_000)
    parser.add_argument("--repeat", type=int, default=3)
    parser.add_argument("--texts", type=Path, default=TEXTS)
    arguments = parser.parse_args()
    from peers import model_folder

    with tempfile.TemporaryDirectory() as name:
        work = Path(name)
        ours_warm = fill(work, Widened(arguments.texts), arguments.articles)
        script = work / "plain.py"
        script.write_text(
            SCRIPT.format(
                model=str(model_folder()),
                texts=str(work / "texts.json"),
                matrix=str(work / "vectors.npy"),
                query=QUERIES[0],
                queries=QUERIES,
            ),
            encoding="utf-8",
        )
        database = str(work / "news.db")
        search = [sys.executable, "-m", "copydesk", "search", QUERIES[0], "--db", database]
        ours, ours_cpu = cost(search, arguments.repeat)
        plain, plain_cpu = cost([sys.executable, str(script)], arguments.repeat)
        printed = subprocess.run(
            [sys.executable, str(script), "warm"], check=True, capture_output=True, text=True
        )
    plain_warm = float(printed.stdout)
    sys.stdout.write(
        f"{arguments.articles:,} articles of {PER_ARTICLE}   copydesk   plain   times quicker\n"
        f"new process, wall        {ours:>6.2f} s {plain:>6.2f} s  {plain / ours:>6.1f}\n"
        f"new process, CPU         {ours_cpu:>6.2f} s {plain_cpu:>6.2f} s  {plain_cpu / ours_cpu:>6.1f}\n"
        f"warm query, wall        {ours_warm * 1e3:>5.1f} ms {plain_warm * 1e3:>5.1f} ms  {plain_warm / ours_warm:>6.1f}\n"
    )


if __name__ == "__main__":
    main()
