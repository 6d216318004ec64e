"""A first search as a new process, and a warm one, against a plain script with sentence-transformers and numpy.

    python benchmarks/search.py [--paragraphs 2000] [--repeat 3]

Both hold the same paragraphs (made from the examples' sentences); the script keeps its texts and vectors in two files.
"""

from __future__ import annotations

import argparse
import json
import random
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np

HERE = Path(__file__).parent
EXAMPLES = HERE.parent / "examples" / "articles"
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


def sentences() -> list[str]:
    """The sentences of the examples."""
    import copydesk

    found = []
    for path in sorted(EXAMPLES.glob("*.txt")) + sorted(EXAMPLES.glob("*.html")):
        article = copydesk.clean(path.read_bytes())
        if article:
            found += [s for p in article.paragraphs for s in p.text.split(". ") if len(s) > 40]
    return found


def collection(size: int) -> list[str]:
    """`size` different paragraphs of three sentences each."""
    chance = random.Random(7)  # noqa: S311  a fixed choice, no secret
    pool = sentences()
    return [". ".join(chance.sample(pool, 3)) + f" ({n})." for n in range(size)]


def seconds(call: list[str], repeat: int) -> float:
    """The best of `repeat` runs as a new process."""
    times = []
    for _ in range(repeat):
        began = time.perf_counter()
        subprocess.run(call, check=True, capture_output=True)
        times.append(time.perf_counter() - began)
    return min(times)


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--paragraphs", type=int, default=2000)
    parser.add_argument("--repeat", type=int, default=3)
    arguments = parser.parse_args()
    from peers import model_folder

    import copydesk

    texts = collection(arguments.paragraphs)
    with tempfile.TemporaryDirectory() as name:
        work = Path(name)
        records = [
            {"title": "", "text": "\n\n".join(texts[i : i + 20])} for i in range(0, len(texts), 20)
        ]
        lines = "\n".join(json.dumps(record) for record in records)
        (work / "all.jsonl").write_text(lines, encoding="utf-8")
        with copydesk.open_store(work / "news.db") as store:
            copydesk.ingest([work / "all.jsonl"], store)
            store.search(QUERIES[0])
            times = []
            for query in QUERIES * 5:
                began = time.perf_counter()
                store.search(query)
                times.append(time.perf_counter() - began)
            ours_warm = statistics.median(times)
        np.save(work / "vectors.npy", copydesk.embed(texts))
        (work / "texts.json").write_text(json.dumps(texts), encoding="utf-8")
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
        ours = seconds(
            [sys.executable, "-m", "copydesk", "search", QUERIES[0], "--db", database],
            arguments.repeat,
        )
        plain = seconds([sys.executable, str(script)], arguments.repeat)
        printed = subprocess.run(
            [sys.executable, str(script), "warm"], check=True, capture_output=True, text=True
        )
    plain_warm = float(printed.stdout)
    sys.stdout.write(
        f"{arguments.paragraphs} paragraphs     copydesk   plain   times quicker\n"
        f"first query, new process  {ours:>6.2f} s {plain:>6.2f} s  {plain / ours:>6.1f}\n"
        f"warm query                {ours_warm * 1e3:>5.1f} ms {plain_warm * 1e3:>5.1f} ms  {plain_warm / ours_warm:>6.1f}\n"
    )


if __name__ == "__main__":
    main()
