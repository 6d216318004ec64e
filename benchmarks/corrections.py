"""What each correction of the tagger's answers gains and costs, by taking it away alone.

    python benchmarks/corrections.py [--eval FILE] [--data FOLDER] [--repeat 3] [--only WORDS]

The recogniser reads every text once; the corrections then run on what it found, all of them, all but one, none. Scores are
ner.py's core F1: exact span and class of people, organisations and places. Read are the collections of the folder, which the
corrections were written beside, and the marked articles of entities_*.toml, which no correction of these was written for.
Prints the table of docs/quality.md: what is lost without the correction, × 1,000, and its part of the
CPU of them all.
"""

from __future__ import annotations

import argparse
import json
import re
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from importlib import import_module
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from typing import Any
from unittest.mock import patch

from entities import FILES, read_cases

from enrichers.entities import boundaries
from enrichers.entities.places import Gazetteer
from enrichers.entities.spans import Phrases, Span
from enrichers.entities.tagger import EntityTagger

HERE = Path(__file__).parent
SHARED = HERE.parent.parent / "shared"
ROOM = "enrichers.entities"
OWN = "marked articles of our own"
_LINE = re.compile(r"[^\n]+")
_NEVER = re.compile(r"(?!)")
Swap = Callable[[Any], Any]


@dataclass(frozen=True, slots=True)
class Correction:
    """A correction under its name; `off` maps "module:name" to what takes the name's place without it."""

    name: str
    off: Mapping[str, Swap]


@dataclass(frozen=True, slots=True)
class Text:
    """One article: its text, its lines with where they begin, the gold spans, and what the recogniser found in each line."""

    text: str
    gold: list[tuple[int, int, str]]
    lines: list[tuple[int, str]]
    found: list[list[Span]]


def saying(value: object) -> Swap:
    """In the place of a function: one that always says `value`; of a constant or a class: another."""
    return lambda _: lambda *_args, **_named: value


def being(value: object) -> Swap:
    """In the place of a constant: another."""
    return lambda _: value


def doing(instead: Callable[..., object]) -> Swap:
    """In the place of a function: another."""
    return lambda _: instead


def _merged_without(place: int, empty: object) -> Swap:
    """In the place of `_merged`: the same with one of its arguments empty."""
    return lambda original: lambda *args: original(*args[:place], empty, *args[place + 1 :])


CORRECTIONS = (
    Correction("boundaries: two names in one span", {"names:pieces": doing(boundaries._trimmed)}),
    Correction("boundaries: articles, quotes, possessives", {"boundaries:_strip": doing(lambda _, start, end: (start, end))}),
    Correction("boundaries: titles", {"boundaries:_strip_titles": doing(lambda _, *span: span)}),
    Correction("boundaries: owner and headline's verb at a person", {"boundaries:_strip_person": doing(lambda _, start, end: (start, end))}),
    Correction("boundaries: over behind an owner's 's", {"boundaries:_OWNED": being(_NEVER)}),
    Correction("boundaries: what cannot be a name", {"boundaries:_can_be_name": saying(value=True)}),
    Correction("boundaries: words that name nobody", {"boundaries:_GENERIC": being(frozenset())}),
    Correction("whole names: lists of subjects", {"joins:_LIST_NAME": being(_NEVER)}),
    Correction("whole names: acronym in brackets", {"joins:_bracketed": saying(())}),
    Correction("whole names: two neighbours", {"joins:_is_one_name": saying(value=False)}),
    Correction("whole names: person cut short", {"joins:_whole_person": doing(lambda _, span, *__: span[:2])}),
    Correction("label: words around", {"evidence:_cues": saying(())}),
    Correction("label: an acronym's of its full form", {"evidence:_vote_on_acronyms": saying(None)}),
    Correction("label: parts of a person's name", {"evidence:person_parts": saying(frozenset())}),
    Correction("label: words of the name", {"evidence:shape_label": saying(None), "names:shape_label": saying(None)}),
    Correction("label: given names", {"evidence:_begins_with_given_name": saying(value=False)}),
    Correction("label: listed places and peoples", {"evidence:gazetteer": saying(Gazetteer({}))}),
    Correction("label: one a name", {"tagger:agree_labels": doing(lambda spans, _: spans)}),
    Correction("missed: repeats of a name", {"names:_merged": _merged_without(1, Phrases([]))}),
    Correction("missed: not what may be a plain word", {"names:_merged": _merged_without(3, frozenset())}),
    Correction("missed: datelines", {"names:_dateline": saying(())}),
    Correction("missed: listed places and peoples", {"names:gazetteer": saying(Gazetteer({}))}),
    Correction("headlines by what the body says", {"names:_is_headline": saying(value=False)}),
    Correction("no country in a sum", {"names:_is_currency": saying(value=False)}),
)  # fmt: skip


@contextmanager
def without(correction: Correction) -> Iterator[None]:
    """The tagger's corrections less one."""
    with ExitStack() as stack:
        for place, swap in correction.off.items():
            module, _, name = place.partition(":")
            holder = import_module(f"{ROOM}.{module}")
            stack.enter_context(patch.object(holder, name, swap(getattr(holder, name))))
        yield


class _Recalled(EntityTagger):
    """The corrections on what the recogniser found before."""

    def __init__(self, texts: Sequence[Text]) -> None:
        super().__init__()
        self._found = [found for text in texts for found in text.found]

    def _recognise(self, _language: str, _rows: Sequence[str]) -> list[list[Span]]:
        return [list(found) for found in self._found]


def read_collections(folder: Path) -> dict[str, list[Text]]:
    """Every collection by its name, read by the recogniser."""
    plain: dict[str, list[tuple[str, list[tuple[int, int, str]]]]] = {}
    for path in sorted((folder / "ner").glob("*.jsonl")):
        records = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
        plain[path.stem] = [(one["text"], [tuple(span) for span in one["spans"]]) for one in records]  # fmt: skip
    plain[OWN] = [_marked(case.rows, case.spans) for path in FILES for case in read_cases(path)]
    tagger = EntityTagger()
    return {name: [_read(tagger, *one) for one in texts] for name, texts in plain.items()}


def _marked(
    rows: Sequence[str], spans: Sequence[Sequence[Span]]
) -> tuple[str, list[tuple[int, int, str]]]:
    gold, start = [], 0
    for row, found in zip(rows, spans, strict=True):
        gold += [(start + span.start, start + span.end, span.label) for span in found]
        start += len(row) + 1
    return "\n".join(rows), gold


def _read(tagger: EntityTagger, text: str, gold: list[tuple[int, int, str]]) -> Text:
    lines = [(line.start(), line.group()) for line in _LINE.finditer(text)]
    return Text(text, gold, lines, tagger._recognise("en", [line for _, line in lines]))


def corrected(texts: Sequence[Text]) -> tuple[list[list[tuple[int, int, str]]], float]:
    """What the corrections, as they are now, make of the texts, and the CPU seconds of that."""
    tagger = _Recalled(texts)
    begun = time.process_time()
    tagged = tagger.tag([[line for _, line in one.lines] for one in texts], [None] * len(texts))
    took = time.process_time() - begun
    found = [
        [
            (start + span.start, start + span.end, span.label)
            for (start, _), row in zip(one.lines, rows, strict=True)
            for span, _ in row
        ]
        for one, rows in zip(texts, tagged, strict=True)
    ]
    return found, took


def cost(texts: Sequence[Text], correction: Correction, repeat: int) -> float:
    """The correction's part of the CPU of them all: with and without it by turns, the least of each."""
    whole, less = [], []
    for _ in range(repeat):
        whole.append(corrected(texts)[1])
        with without(correction):
            less.append(corrected(texts)[1])
    return 1 - min(less) / min(whole)


def core_f1(scoring: Any, texts: Sequence[Text], found: Sequence[Sequence[object]]) -> float:
    """ner.py's score of people, organisations and places."""
    right = wrong = missed = 0
    for one, spans in zip(texts, found, strict=True):
        gold, said = (
            {span for span in scoring.norm(one.text, of) if span[2] != "MISC"} for of in (one.gold, spans)
        )  # fmt: skip
        right += len(gold & said)
        wrong += len(said - gold)
        missed += len(gold - said)
    return float(scoring.prf(right, wrong, missed)[2])


def _as_found(texts: Sequence[Text]) -> list[list[tuple[int, int, str]]]:
    return [
        [
            (start + span.start, start + span.end, span.label)
            for (start, _), row in zip(one.lines, one.found, strict=True)
            for span in row
        ]
        for one in texts
    ]


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--eval", type=Path, default=SHARED / "eval" / "ner.py")
    parser.add_argument("--data", type=Path, default=SHARED / "data")
    parser.add_argument("--repeat", type=int, default=3)
    parser.add_argument("--only", default="")
    arguments = parser.parse_args()
    spec = spec_from_file_location("ner", arguments.eval)
    if spec is None or spec.loader is None:
        parser.error(f"{arguments.eval} is no Python file")
    scoring = module_from_spec(spec)
    spec.loader.exec_module(scoring)
    collections = read_collections(arguments.data)
    sys.stdout.write(f"| | {' | '.join(f'{name}: core F1' for name in collections)} | CPU |\n")
    sys.stdout.write(f"|---{'|---' * (1 + len(collections))}|\n")
    whole = {
        name: core_f1(scoring, texts, corrected(texts)[0]) for name, texts in collections.items()
    }
    all_texts = [text for texts in collections.values() for text in texts]
    seconds = min(corrected(all_texts)[1] for _ in range(arguments.repeat))
    _row("all of them", [*(f"{f1:.4f}" for f1 in whole.values()), f"{seconds:.2f} s"])
    alone = [core_f1(scoring, texts, _as_found(texts)) for texts in collections.values()]
    _row("none: the model alone", [*(f"{f1:.4f}" for f1 in alone), ""])
    for correction in CORRECTIONS:
        if arguments.only not in correction.name:
            continue
        with without(correction):
            gains = [
                1000 * (whole[name] - core_f1(scoring, texts, corrected(texts)[0]))
                for name, texts in collections.items()
            ]
        part = cost(all_texts, correction, arguments.repeat)
        _row(correction.name, [*(f"{gain:+.1f}" for gain in gains), f"{100 * part:+.0f} %"])


def _row(title: str, cells: Sequence[str]) -> None:
    sys.stdout.write(f"| {title} | {' | '.join(cells)} |\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
