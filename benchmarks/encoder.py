"""Embedding against plain SentenceTransformer.encode: same weights, same texts, same threads, in turn in one run.

    nice python benchmarks/encoder.py [--data ../shared/data] [--texts 400] [--threads 2] [--rounds 3] [--floors]

Texts are paragraphs of news pages under --data where there are any, else copydesk's own. Of both ways the whole of `encode` is
timed, tokens and pooling too; the models are loaded before. What is longer than the model's window is left out: the plain way
cuts it, ours does not. "CPU" is the time of all threads, "wall" what the clock says, of each the best round: on a busy machine
the first means more. With --floors the exit code is 1 where a precision is under its floor.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
from dataclasses import asdict
from pathlib import Path

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE.parent))
FLOORS = {"bf16": (3.0, 0.99), "f32": (1.8, 0.999)}
"""Times quicker (the better of CPU and wall), and the share of the same ten nearest."""


def paragraphs(data: Path, number: int) -> list[str]:
    """Paragraphs of news pages, spread over them; none where there are no pages."""
    expected = data / "extraction" / "expected.jsonl"
    if not expected.is_file():
        return []
    found: list[str] = []
    for line in expected.read_text(encoding="utf-8").splitlines():
        rows = [row.strip() for row in json.loads(line)["text"].split("\n")]
        found += [row for row in rows if len(row) > 40][:4]
    distinct = list(dict.fromkeys(found))
    return distinct[:: max(len(distinct) // number, 1)][:number]


def main() -> int:
    """Measure and print; the last line is JSON."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, default=HERE.parent.parent / "shared" / "data")
    parser.add_argument("--texts", type=int, default=400)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--model", help="a name or folder; the packaged one without it")
    parser.add_argument("--floors", action="store_true", help="exit 1 under a floor")
    arguments = parser.parse_args()
    # torch takes its threads from here, before anything can be said to it.
    os.environ["OMP_NUM_THREADS"] = os.environ["MKL_NUM_THREADS"] = str(arguments.threads)
    from enrichers.vectors.comparison import compare_with_reference
    from schemas.models import ModelChoice

    texts = paragraphs(arguments.data, arguments.texts)
    found = compare_with_reference(
        ModelChoice(model=arguments.model),
        threads=arguments.threads,
        texts=texts or None,
        rounds=arguments.rounds,
    )
    sys.stdout.write(
        f"{found.name}, {found.texts} texts, {arguments.threads} threads; "
        f"SentenceTransformer.encode {found.reference_texts_per_s:.0f} texts/s by the clock\n"
    )
    holds = bool(found.agreements)
    for one in found.agreements:
        quicker, same = FLOORS[one.precision]
        holds &= max(one.times_quicker, one.times_less_cpu) >= quicker and one.same_nearest >= same
        sys.stdout.write(
            f"{one.precision:<5} {one.times_less_cpu:5.2f} times less CPU  {one.times_quicker:5.2f} times quicker (wall, "
            f"{one.texts_per_s:.0f} texts/s)  same top ten {one.same_nearest:.4f}  worst cosine {one.worst_cosine:.6f}  "
            f"floor {quicker} and {same}\n"
        )
    if "bf16" not in {one.precision for one in found.agreements}:
        sys.stdout.write("bf16  this processor does not compute it\n")
    sys.stdout.write(json.dumps(asdict(found)) + "\n")
    return 1 if arguments.floors and not holds else 0


if __name__ == "__main__":
    sys.exit(main())
