"""What a search and a new article cost at ten thousand, a hundred thousand and a million paragraphs, as one chart.

    python benchmarks/growth.py [--sizes 10000 100000 1000000] [--chart docs/growth.svg] [--texts FOLDER]

One store grows from size to size. CPU of one thread: a search by words, by meaning and by both (a new query each, its vector
given), and the putting of an article of twenty paragraphs with its vectors, 50 at a time. The bound is what reading the
signs of all vectors takes at the speed that this machine reads memory, measured in the same run.
"""

from __future__ import annotations

import argparse
import math
import os
import sys
import tempfile
import time
from pathlib import Path

for name in ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ[name] = "1"

import numpy as np  # noqa: E402  after the number of threads is said

sys.path.insert(0, str(Path(__file__).parents[1]))

from widened import PER_ARTICLE, TEXTS, GivenVectors, Widened  # noqa: E402  numpy comes with it

from schemas.stored import Mode  # noqa: E402  after the path is said
from storage.scan import first_words, word_count  # noqa: E402  after the path is said
from storage.sqlite import Store  # noqa: E402  after the path is said

Row = dict[str, float]
MODES: tuple[Mode, ...] = ("words", "meaning", "hybrid")
COLORS = {
    "hybrid": "#7a3e9d",
    "meaning": "#1b6ca8",
    "words": "#2e7d32",
    "an article put": "#b5541c",
    "bound": "#777777",
}
WIDTH, HEIGHT, LEFT, TOP, RIGHT, BOTTOM = 760, 460, 70, 50, 190, 50


def bytes_a_second() -> float:
    """How quickly one thread reads memory that is in no cache."""
    block = np.ones(64_000_000, dtype=np.uint64)
    best = math.inf
    for _ in range(3):
        began = time.process_time()
        np.bitwise_or.reduce(block)
        best = min(best, time.process_time() - began)
    return block.nbytes / best


def measure(store: Store, widened: Widened, encoder: GivenVectors, size: int, queries: int) -> Row:
    """The store grown to `size` paragraphs, and what it costs there: milliseconds of CPU."""
    there = int(store.connection.execute("SELECT count(*) FROM articles").fetchone()[0])
    end = size // PER_ARTICLE
    last = range(max(end - 200, there), end)
    widened.fill(store, range(there, last.start), encoder.provenance)
    batches = [
        [widened.article(n, encoder.provenance) for n in last[first : first + 50]]
        for first in range(0, len(last), 50)
    ]
    puts = []
    for batch in batches:
        began = time.process_time()
        store.put(batch)
        puts.append((time.process_time() - began) / len(batch))
    found = {"an article put": float(np.median(puts)) * 1e3}
    store.search(widened.query_texts[0])  # brings the file of vectors to where the database is
    for mode in MODES:
        times = []
        for query in widened.query_texts[:queries]:
            began = time.process_time()
            store.search(query, mode=mode, k=10)
            times.append(time.process_time() - began)
        found[mode] = float(np.median(times)) * 1e3
    return found


def chart(rows: dict[int, Row], about: str) -> str:
    """The figures as a picture, both axes logarithmic."""
    sizes = list(rows)
    values = [v for row in rows.values() for v in row.values()]
    low, high = 10 ** math.floor(math.log10(min(values))), 10 ** math.ceil(math.log10(max(values)))
    wide, tall = WIDTH - LEFT - RIGHT, HEIGHT - TOP - BOTTOM

    def x(size: int) -> float:
        span = math.log10(sizes[-1] / sizes[0]) or 1
        return LEFT + wide * math.log10(size / sizes[0]) / span

    def y(value: float) -> float:
        return TOP + tall * (1 - math.log10(value / low) / math.log10(high / low))

    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" role="img"'
        ' font-family="sans-serif" font-size="13">',
        "<title>CPU of a search and of a new article by the number of paragraphs</title>",
        f'<rect width="{WIDTH}" height="{HEIGHT}" fill="#ffffff"/>',
        f'<text x="{LEFT}" y="20" font-weight="bold" fill="#222222">Milliseconds of CPU, by paragraphs stored</text>',
        f'<text x="{LEFT}" y="38" fill="#555555">{about}</text>',
    ]
    value = low
    while value <= high * 1.001:
        parts.append(
            f'<path d="M{LEFT} {y(value):.1f}H{LEFT + wide}" stroke="#dddddd"/>'
            f'<text x="{LEFT - 8}" y="{y(value) + 4:.1f}" text-anchor="end" fill="#333333">{value:g}</text>'
        )
        value *= 10
    parts += [
        f'<text x="{x(size):.1f}" y="{TOP + tall + 22}" text-anchor="middle" fill="#333333">{size:,}</text>'
        for size in sizes
    ]
    ends = _apart({name: y(rows[sizes[-1]][name]) for name in COLORS})
    for name, color in COLORS.items():
        line = " ".join(f"{x(size):.1f},{y(rows[size][name]):.1f}" for size in sizes)
        dashed = ' stroke-dasharray="6 4"' if name == "bound" else ""
        label = "bound by memory" if name == "bound" else name
        parts.append(
            f'<polyline points="{line}" fill="none" stroke="{color}" stroke-width="2"{dashed}/>'
            f'<text x="{LEFT + wide + 8}" y="{ends[name] + 4:.1f}" fill="{color}">'
            f"{label} {rows[sizes[-1]][name]:.3g}</text>"
        )
    return "\n".join([*parts, "</svg>"]) + "\n"


def _apart(places: dict[str, float]) -> dict[str, float]:
    """Labels moved down until none lies on another."""
    found: dict[str, float] = {}
    for name, place in sorted(places.items(), key=lambda pair: pair[1]):
        found[name] = max([place, *(other + 16 for other in found.values())])
    return found


def main() -> None:
    """Measure, print and draw."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sizes", type=int, nargs="+", default=[10_000, 100_000, 1_000_000])
    parser.add_argument("--queries", type=int, default=25)
    parser.add_argument("--chart", type=Path)
    parser.add_argument("--texts", type=Path, default=TEXTS)
    parser.add_argument("--folder", type=Path, help="keep the store here")
    arguments = parser.parse_args()
    widened = Widened(arguments.texts)
    encoder = GivenVectors(widened)
    speed = bytes_a_second()
    a_line = 8 * first_words(word_count(widened.dim))
    rows: dict[int, Row] = {}
    sys.stdout.write(f"{widened.about}; memory is read at {speed / 1e9:.1f} GB/s\n")
    sys.stdout.write(
        "paragraphs    words  meaning   hybrid    bound  an article put   (ms of CPU)\n"
    )
    with tempfile.TemporaryDirectory() as name:
        place = (arguments.folder or Path(name)) / "news.db"
        with Store(place, encoder=lambda: encoder, mode="a") as store:
            store.set_site_memory(on=False)
            for size in arguments.sizes:
                row = measure(store, widened, encoder, size, arguments.queries)
                row["bound"] = size * a_line / speed * 1e3
                rows[size] = row
                costs = "".join(f"{row[key]:9.2f}" for key in (*MODES, "bound"))
                sys.stdout.write(f"{size:>10,}{costs}{row['an article put']:>16.2f}\n")
                sys.stdout.flush()
    if arguments.chart:
        arguments.chart.write_text(chart(rows, widened.about), encoding="utf-8")


if __name__ == "__main__":
    main()
