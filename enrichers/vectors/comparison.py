"""A model as we run it against sentence-transformers: how near the vectors are, whether the order holds, how quick it is.

The texts are our own: plain sentences of news in several lengths, so that figures of two machines can be compared.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import numpy as np

from enrichers.vectors.backends import Precision, load_reference, processor_precisions
from enrichers.vectors.converted import LEAST_AGREEMENT
from enrichers.vectors.encoder import Notify, open_encoder
from enrichers.vectors.export import TEXTS
from enrichers.vectors.model_folder import ModelFolder, find_model
from enrichers.vectors.tokens import WindowTokenizer, load_tokenizer
from schemas.models import ModelChoice
from schemas.protocols import Matrix

LEAST_SAME: dict[Precision, float] = {"f32": 0.999, "bf16": 0.99}
"""The least share of each text's ten nearest that is the same by both."""
_NEAREST = 10
_SENTENCES = (
    "The harbour authority raised its fees by four percent on Monday.",
    "Oil fell for a third day.",
    "The mayor said that the old tannery would be pulled down before the winter, whatever the owner of it had been told.",
    "Rain is forecast for the coast, and snow above a thousand metres.",
    "Workers at the cable factory went back to their machines after eleven weeks without pay.",
    "A court in the capital acquitted the former minister.",
    "Exports of wheat rose to 1.2 million tonnes, from 900,000 in the same months of the year before.",
    "Doctors warned that the vaccine was running out in the north.",
    "The champions lost at home, 2-0, to a side that had not won away since March.",
    "Two ferries collided in fog; nobody was hurt.",
    "Parliament voted to put off the census until the autumn, since too few of its counters had been hired in time.",
    "Shares in the airline fell by a tenth within an hour of its warning.",
    "The museum bought the letters of the poet for an undisclosed sum.",
    "Farmers blocked the road to the border with their tractors for a second night.",
    "The central bank left its rate at 4 percent and said it would watch what rents did.",
    "A new species of frog was found in the hills behind the reservoir, by a teacher on her day off.",
    "The bridge stays closed until engineers have looked at every one of its bolts.",
    "Schools will open an hour later from September.",
    "The two governments agreed to share the water of the river by the month and not by the year.",
    "Its film festival opened without a film, because the only copy was still at the customs office.",
    "The prime minister flew home early.",
    "Police asked for witnesses of the robbery at the jeweller's in the station.",
    "The spacecraft sent its first picture from beyond the moon.",
    "Fishermen said the quota, cut by a third, would leave half of their boats on land.",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Agreement:
    """One precision beside the reference: least and mean cosine of a text, share of the same ten nearest, texts a second.

    `times_quicker` is by the clock, `times_less_cpu` by the time of all threads, which means more on a busy machine.
    """

    precision: Precision
    worst_cosine: float
    mean_cosine: float
    same_nearest: float
    texts_per_s: float
    times_quicker: float
    times_less_cpu: float

    @property
    def holds(self) -> bool:
        """Whether cosines and order are near enough to stand for the reference."""
        enough = self.worst_cosine >= LEAST_AGREEMENT[self.precision]
        return enough and self.same_nearest >= LEAST_SAME[self.precision]


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """A model against its reference; no agreement is there where sentence-transformers runs it itself, and `problem` says why."""

    name: str
    backend: str
    texts: int
    reference_texts_per_s: float
    agreements: tuple[Agreement, ...]
    problem: str | None = None

    @property
    def holds(self) -> bool:
        """Whether every precision does."""
        return all(agreement.holds for agreement in self.agreements)


def own_texts() -> list[str]:
    """Texts of one to seven sentences, each another one, and those that a conversion is checked on.

    >>> len(own_texts()), len(set(own_texts()))
    (104, 104)
    """
    found = [text for text in TEXTS if text]
    number = len(_SENTENCES)
    for first in range(97):
        length, step = 1 + first % 7, 1 + first // number * 2
        found.append(" ".join(_SENTENCES[(first + i * step) % number] for i in range(length)))
    return list(dict.fromkeys(found))


def compare_with_reference(
    choice: ModelChoice,
    *,
    cache: Path | None = None,
    threads: int | None = None,
    texts: Sequence[str] | None = None,
    rounds: int = 2,
    notify: Notify | None = None,
) -> Comparison:
    """How a model as we run it compares with `SentenceTransformer.encode`, on texts that fit into its window.

    Times are the best of `rounds`, in turn. Converts the model where that was not done. Raises ModelUnavailableError.
    """
    spec = find_model(choice.model)
    backend, problem = _prepare(choice, cache, notify)
    if backend != "openvino":
        return Comparison(
            name=spec.name,
            backend=backend,
            texts=0,
            reference_texts_per_s=0.0,
            agreements=(),
            problem=problem,
        )
    chosen = _of_one_window(own_texts() if texts is None else texts, spec)
    best = _run_ways(choice, spec, chosen, cache=cache, threads=threads, rounds=rounds)
    reference = best.pop("reference")
    return Comparison(
        name=spec.name,
        backend=backend,
        texts=len(chosen),
        reference_texts_per_s=len(chosen) / reference.wall_s,
        agreements=tuple(
            _agreement("bf16" if name == "bf16" else "f32", timed, reference)
            for name, timed in best.items()
        ),
    )


def _run_ways(
    choice: ModelChoice,
    spec: ModelFolder,
    chosen: list[str],
    *,
    cache: Path | None,
    threads: int | None,
    rounds: int,
) -> dict[str, _Timed]:
    """The reference's and each precision's best times and vectors, in turn."""
    reference = load_reference(spec, threads=threads)
    encoders = {
        precision: open_encoder(
            choice.model,
            precision=precision,
            cache=cache,
            threads=threads,
            query_prefix="",
            passage_prefix="",
        )
        for precision in sorted(processor_precisions(), reverse=True)
    }

    def plainly() -> Matrix:
        found = reference.encode(
            chosen, prompt="", normalize_embeddings=True, show_progress_bar=False
        )
        return np.asarray(found, dtype=np.float32)

    ways: dict[str, Callable[[], Matrix]] = {"reference": plainly}
    ways |= {p: partial(encoder.encode, chosen) for p, encoder in encoders.items()}
    runs: dict[str, list[_Timed]] = {name: [] for name in ways}
    for _ in range(rounds):
        for name, work in ways.items():
            runs[name].append(_timed(work))
    return {name: _best(timed) for name, timed in runs.items()}


def _prepare(choice: ModelChoice, cache: Path | None, notify: Notify | None) -> tuple[str, str]:
    """The backend that runs the model, converted where it can be, and what was said last on the way."""
    notes = [""]

    def told(note: str) -> None:
        notes.append(note)
        if notify is not None:
            notify(note)

    encoder = open_encoder(choice.model, precision="f32", cache=cache, notify=told)
    return str(encoder.provenance.backend), notes[-1]


def _of_one_window(texts: Sequence[str], spec: ModelFolder) -> list[str]:
    """The texts that the reference does not cut."""
    tokenizer = WindowTokenizer(
        load_tokenizer(spec.tokenizer_file), max_tokens=spec.max_tokens, lowercase=spec.lowercase
    )
    listed = list(texts)
    return [t for t, cut in zip(listed, tokenizer.windows(listed), strict=True) if len(cut) == 1]


def same_nearest(expected: Matrix, found: Matrix, nearest: int = _NEAREST) -> float:
    """The share of each row's `nearest` others that are the same by both matrices.

    >>> rows = np.eye(4, dtype=np.float32) + np.arange(4, dtype=np.float32) / 10
    >>> same_nearest(rows, rows, 2)
    1.0
    """
    number = min(nearest, len(expected) - 1)
    if number < 1:
        return 1.0
    tops = []
    for matrix in (expected, found):
        cosines = matrix @ matrix.T
        np.fill_diagonal(cosines, -np.inf)
        tops.append(np.argsort(-cosines, axis=1, kind="stable")[:, :number])
    shared = [len(set(a.tolist()) & set(b.tolist())) for a, b in zip(*tops, strict=True)]
    return float(np.mean(shared)) / number


@dataclass(frozen=True, slots=True)
class _Timed:
    """What a way took by the clock and of the processor, and its vectors."""

    wall_s: float
    cpu_s: float
    found: Matrix


def _agreement(precision: Precision, ours: _Timed, reference: _Timed) -> Agreement:
    cosines = np.sum(ours.found * reference.found, axis=1)
    return Agreement(
        precision=precision,
        worst_cosine=float(cosines.min()),
        mean_cosine=float(cosines.mean()),
        same_nearest=same_nearest(reference.found, ours.found),
        texts_per_s=len(ours.found) / ours.wall_s,
        times_quicker=reference.wall_s / ours.wall_s,
        times_less_cpu=reference.cpu_s / ours.cpu_s,
    )


def _timed(work: Callable[[], Matrix]) -> _Timed:
    wall, cpu = time.perf_counter(), time.process_time()
    found = work()
    spent = time.process_time() - cpu
    return _Timed(max(time.perf_counter() - wall, 1e-9), max(spent, 1e-9), found)


def _best(runs: Sequence[_Timed]) -> _Timed:
    """The least of each time."""
    least = min(run.wall_s for run in runs), min(run.cpu_s for run in runs)
    return _Timed(*least, runs[0].found)
