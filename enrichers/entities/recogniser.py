"""A spaCy recogniser found on disk, loaded and run at the least cost: what the model alone says of texts."""

from __future__ import annotations

import configparser
import importlib.util
import json
import re
import threading
from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any, NamedTuple, Protocol

from enrichers.entities.lean_import import lean_import
from enrichers.entities.spans import Span
from schemas.errors import ModelUnavailableError

_CHUNK = 20_000
_PIPE_DOCS = 64
_STEP_DOCS, _STEP_TOKENS = 64, 8_000
_LONG_WORD = re.compile(r"\S{200,}")
_RECOGNISERS = frozenset({"ner", "entity_ruler", "span_ruler"})
_running = threading.Lock()
"""One for all models: the number of BLAS threads is the whole process's."""


class _Entity(Protocol):
    start_char: int
    end_char: int
    label_: str


class _Doc(Protocol):
    @property
    def ents(self) -> Sequence[_Entity]: ...

    def __len__(self) -> int: ...


class _Pipeline(Protocol):
    @property
    def components(self) -> Sequence[tuple[str, Any]]: ...

    def make_doc(self, text: str) -> _Doc: ...

    def pipe(self, texts: Sequence[str], *, batch_size: int) -> Iterator[_Doc]: ...

    def memory_zone(self) -> AbstractContextManager[object]: ...


class ModelFolder(NamedTuple):
    """A recogniser on disk: its folder, and the parts of its pipeline that names do not need."""

    folder: Path
    unused: list[str]

    def weight_files(self) -> list[Path]:
        """The files that decide what the recogniser finds."""
        names = (
            "meta.json",
            "config.cfg",
            "tokenizer",
            "ner",
            "tok2vec",
            "transformer",
            "entity_ruler",
            "span_ruler",
        )
        files = (
            path
            for name in names
            if name not in self.unused
            for path in (self.folder / name, *(self.folder / name).rglob("*"))
        )
        return sorted({path for path in files if path.is_file()})


class Recogniser:
    """A loaded model. May be called from several threads: they wait for each other."""

    def __init__(self, pipeline: _Pipeline) -> None:
        self._pipeline = pipeline
        parts = [part for _, part in pipeline.components]
        self._greedy = parts[0] if len(parts) == 1 and _is_greedy(parts[0]) else None

    def spans(self, texts: Sequence[str]) -> list[list[Span]]:
        """What the model finds in each text, under the model's own labels, in order; offsets into the text."""
        chunks = [
            (number, start, end)
            for number, text in enumerate(texts)
            for start, end in _chunks(text)
        ]
        found: list[list[Span]] = [[] for _ in texts]
        if not chunks:
            return found
        pieces = [_readable(texts[number][start:end]) for number, start, end in chunks]
        with _running, _one_thread(), self._pipeline.memory_zone():
            # The zone frees what spaCy remembers of every new word, or a long run would grow without end.
            for (number, offset, _), doc in zip(chunks, self._docs(pieces), strict=True):
                found[number] += [
                    Span(entity.start_char + offset, entity.end_char + offset, entity.label_)
                    for entity in doc.ents
                ]
        return found

    def _docs(self, pieces: Sequence[str]) -> list[_Doc]:
        if self._greedy is None:
            return list(self._pipeline.pipe(pieces, batch_size=_PIPE_DOCS))
        docs = [self._pipeline.make_doc(piece) for piece in pieces]
        for batch in _alike_in_length(docs):
            _decode(self._greedy, batch)
        return docs


def find_model(language: str, name: str) -> ModelFolder:
    """The model's folder, found without importing spaCy or the package.

    Raises ModelUnavailableError if it is not on this machine.
    """
    for folder in _candidates(name):
        if (folder / "config.cfg").is_file() and (folder / "meta.json").is_file():
            return ModelFolder(folder, _unused_parts(folder))
    is_package = name.isidentifier()
    get = (
        f"install it (pip install {name.replace('_', '-')})"
        if is_package
        else "give the folder that has config.cfg"
    )
    raise ModelUnavailableError(
        f"no spaCy model {name!r} for language {language!r} on this machine",
        remedy=f'{get} or name another: [models.tagger] {language} = "..."',
    )


def load_recogniser(language: str, name: str) -> Recogniser:
    """The model, loaded. Raises ModelUnavailableError if it is not on this machine or cannot be loaded."""
    model = find_model(language, name)
    with lean_import():
        import spacy
    try:
        pipeline: _Pipeline = spacy.load(model.folder, exclude=model.unused)
    except (OSError, ValueError, ImportError) as error:
        raise ModelUnavailableError(
            f"the spaCy model {name!r} cannot be loaded: {error}",
            remedy=f'install it again or name another: [models.tagger] {language} = "..."',
        ) from error
    _multiply_with_numpy(pipeline)
    return Recogniser(pipeline)


def _candidates(name: str) -> Iterator[Path]:
    yield Path(name)
    if not name.isidentifier():
        yield from sorted(Path(name).glob("*-*"))
    try:
        package = importlib.util.find_spec(name) if name.isidentifier() else None
    except (ImportError, ValueError):
        return
    for root in package.submodule_search_locations or () if package else ():
        yield from sorted(Path(root).glob("*-*"))


def _unused_parts(folder: Path) -> list[str]:
    """All of the pipeline but what finds names.

    The recogniser of the small English model has token vectors of its own, so its tok2vec goes too: same entities,
    half as fast again. A recogniser that listens to a shared tok2vec or transformer keeps it.
    """
    config = configparser.ConfigParser(interpolation=None)
    config.read_string((folder / "config.cfg").read_text(encoding="utf-8"))
    parts: list[str] = json.loads(config.get("nlp", "pipeline", fallback="[]"))
    vectors = config.get("components.ner.model.tok2vec", "@architectures", fallback="")
    shared = {"tok2vec", "transformer"} if "Listener" in vectors else set()
    return [part for part in parts if part not in _RECOGNISERS | shared]


def _multiply_with_numpy(pipeline: _Pipeline) -> None:
    """Have thinc multiply its matrices by numpy's BLAS.

    thinc's own takes its slowest kernels on processors it does not know by name: 24 GFLOP/s where numpy's does 78,
    and tagging took half as long again. The entities are the same.
    """
    from thinc.api import NumpyOps

    operations = NumpyOps(use_blis=False)
    for _, part in pipeline.components:
        model = getattr(part, "model", None)
        for layer in model.walk() if model is not None else ():
            if type(layer.ops) is NumpyOps:
                layer.ops = operations


def _one_thread() -> AbstractContextManager[object]:
    """Numpy's BLAS on one thread: over matrices this small a second one only waits, and burns its core while it does."""
    from threadpoolctl import threadpool_limits

    limits: AbstractContextManager[object] = threadpool_limits(1, user_api="blas")
    return limits


def _is_greedy(part: Any) -> bool:
    from spacy.pipeline import EntityRecognizer

    return type(part) is EntityRecognizer and part.cfg.get("beam_width") == 1


def _decode(recogniser: Any, docs: Sequence[_Doc]) -> None:
    """What the recogniser's own `pipe` does, a step of all texts at a time, through its public steps.

    spaCy 3.8 runs these steps without the interpreter's lock, but takes it again several times for every word: more
    than half of all tagging. Called from Python they hold it throughout. Same transitions, same entities.
    """
    states = recogniser.moves.init_batch(docs)
    model = recogniser.model.predict(docs)
    unfinished = [state for state in states if not state.is_final()]
    while unfinished:
        unfinished = recogniser.transition_states(unfinished, model.predict(unfinished))
    model.clear_memory()
    recogniser.set_annotations(docs, states)


def _alike_in_length(docs: Sequence[_Doc]) -> Iterator[list[_Doc]]:
    """Docs that have words, in batches that end together."""
    batch: list[_Doc] = []
    words = 0
    for doc in sorted((doc for doc in docs if len(doc)), key=len):
        if batch and (len(batch) == _STEP_DOCS or words + len(doc) > _STEP_TOKENS):
            yield batch
            batch, words = [], 0
        batch.append(doc)
        words += len(doc)
    if batch:
        yield batch


def _chunks(row: str) -> Iterator[tuple[int, int]]:
    """The row in pieces a model can take, cut at a blank where there is one."""
    start = 0
    while len(row) - start > _CHUNK:
        blank = row.rfind(" ", start, start + _CHUNK)
        end = blank + 1 if blank > start else start + _CHUNK
        yield start, end
        start = end
    if start < len(row):
        yield start, len(row)


def _readable(text: str) -> str:
    """The text as spaCy can take it, same length: what it cannot encode or would chew on for minutes is blank.

    Its tokeniser takes a time that grows with the square of a word's length: 120,000 letters without a blank, 98 s.
    """
    text = _LONG_WORD.sub(lambda word: " " * len(word.group()), text)
    return text.encode("utf-8", "replace").decode()  # a lone surrogate becomes one question mark
