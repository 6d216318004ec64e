"""Texts a second that figures are found in, beside quantulum3 in the same run; and time over length on hostile texts.

    python -m venv .peers/quantulum3 && .peers/quantulum3/bin/pip install quantulum3
    python benchmarks/figures_speed.py [--peer .peers/quantulum3/bin/python] [--repeat 3]
    python benchmarks/figures_speed.py --lengths

The first hands the same texts to both in turn, batch by batch, each in a process of its own and in its own environment; what
counts is the best CPU time of the repeats a batch. The second prints seconds for each pattern at 0.25, 0.5 and 1 MB: what is
linear doubles with the length.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import IO

HERE = Path(__file__).parent
SHARED = HERE.parent.parent / "shared" / "data"
BATCH = 50
MOST_TEXTS = 500
SIZES = (250_000, 500_000, 1_000_000)
PEER = """
import json, sys, time
from quantulum3 import parser
for line in sys.stdin:
    texts = json.loads(line)
    began = time.process_time()
    for text in texts:
        parser.parse(text)
    print(json.dumps(time.process_time() - began), flush=True)
"""
PATTERNS = {
    "digits": "1234567890",
    "digits, blanks": "12 345 ",
    "commas": ",",
    "digits, commas": "1,234,",
    "points": "1.2.",
    "nested ranges": "5-10-",
    "between ... and": "between 5 and between ",
    "from ... to": "from 5 to 10 from ",
    "dollars": "$",
    "dollar amounts": "$5 million to $",
    "hyphens": "5-year-",
    "scale words": "million ",
    "spelled numbers": "twenty-one hundred ",
    "a and a": "five and ",
    "brackets": "(5 ",
    "closed brackets": "($5 million) (2019) ",
    "percent signs": "5% ",
    "capitals": "A B C ",
    "dates": "May 5, 2019 ",
    "slashes": "1/2/",
    "colons": "1:2:",
    "possessives": "the country's ",
    "nouns after a count": "5 " + "big " * 50,
    "adverbs": "more than about nearly ",
    "per per": "5 per day per ",
    "no sentence end": "there were 20 dead people and ",
    "short sentences": "It rose 5%. ",
    "hashtags": "#5 ",
    "quotes": "\u201c5\u201d ",
    "dashes": "5\u2013",
    "fractions": "1\u20442 \u00bd ",
    "currency codes": "USD EUR 5 ",
    "units": "km kg 5 km ",
    "fullwidth digits": "\uff11\uff12",
    "blank lines": "5\n",
    "roman numerals": "XIV ",
    "German": "zwischen 5 und 10 Milliarden Euro und ",
}


def load_texts(data: Path) -> dict[str, list[str]]:
    """Sentences with figures, and paragraphs of English articles as they come."""
    lines = (data / "figures" / "newsquant.jsonl").read_text(encoding="utf-8").splitlines()
    sentences = [json.loads(line)["text"] for line in lines]
    paragraphs = []
    for line in (data / "extraction" / "expected.jsonl").read_text(encoding="utf-8").splitlines():
        record = json.loads(line)
        if record["set"] == "sh":  # English pages
            paragraphs += [text for text in record["text"].split("\n\n") if text.strip()]
    return {
        "sentences with figures": sentences[:MOST_TEXTS],
        "paragraphs of articles": paragraphs[:: max(1, len(paragraphs) // MOST_TEXTS)][:MOST_TEXTS],
    }


def ours(texts: Sequence[str]) -> float:
    """CPU seconds of copydesk, a text at a time as the other one takes them."""
    from copydesk import find_figures

    began = time.process_time()
    for text in texts:
        find_figures([text])
    return time.process_time() - began


def theirs(process: subprocess.Popen[str]) -> Callable[[Sequence[str]], float]:
    """CPU seconds of the peer, as its own process tells them."""
    asked, told = _pipes(process)

    def take(texts: Sequence[str]) -> float:
        asked.write(json.dumps(texts) + "\n")
        asked.flush()
        return float(told.readline())

    return take


def _pipes(process: subprocess.Popen[str]) -> tuple[IO[str], IO[str]]:
    if process.stdin is None or process.stdout is None:
        raise RuntimeError("the peer has no pipes")
    return process.stdin, process.stdout


def compare(arguments: argparse.Namespace) -> None:
    """A table of texts a second and the ratio."""
    call = [str(arguments.peer), "-c", PEER]
    with subprocess.Popen(
        call, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        ways = (ours, theirs(process))
        for way in ways:
            way(["It rose 5% to $3.2 billion on Monday, 3 km from here."])
        say("| texts | copydesk, texts a CPU second | quantulum3 | times |\n|---|---|---|---|")
        for name, texts in load_texts(arguments.data).items():
            batches = [texts[first : first + BATCH] for first in range(0, len(texts), BATCH)]
            totals = [0.0, 0.0]
            for batch in batches:
                rounds = [[way(batch) for way in ways] for _ in range(arguments.repeat)]
                for number in range(len(ways)):
                    totals[number] += min(times[number] for times in rounds)
            we, they = (len(texts) / total for total in totals)
            say(f"| {name} ({len(texts)}) | {we:,.0f} | {they:,.0f} | {we / they:.1f} |")


def lengths() -> None:
    """A table of seconds by pattern and length; the most a text may take is 5 s a megabyte."""
    from copydesk import find_figures

    say(f"| pattern | {' | '.join(f'{size / 1e6:g} MB' for size in SIZES)} |\n|---|---|---|---|")
    for name, pattern in PATTERNS.items():
        times = []
        for size in SIZES:
            text = (pattern * (size // len(pattern) + 1))[:size]
            began = time.process_time()
            find_figures([text])
            times.append(time.process_time() - began)
        say(f"| {name} | {' | '.join(f'{took:.2f}' for took in times)} |")


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, default=SHARED)
    parser.add_argument(
        "--peer", type=Path, default=HERE.parent / ".peers" / "quantulum3" / "bin" / "python"
    )
    parser.add_argument("--repeat", type=int, default=3)
    parser.add_argument("--lengths", action="store_true")
    arguments = parser.parse_args()
    if arguments.lengths:
        lengths()
    else:
        compare(arguments)


def say(line: str) -> None:
    """A line on stdout, at once."""
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
