"""Doing again what is out of date: a stage whose maker has changed, or that never ran. Old rows serve until then."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from enrichers.cleaning.clean import provenance as cleaner
from flows.engines import Engines
from flows.prepare import Refused, add_vectors, prepare
from schemas.errors import UsageError
from schemas.marks import Figure, Mention
from schemas.protocols import Matrix
from schemas.provenance import Provenance
from schemas.stored import Problem
from storage.sqlite import Store
from storage.values import sha256

Stage = Literal["clean", "entities", "figures", "vectors"]
STAGES: tuple[Stage, ...] = ("clean", "entities", "figures", "vectors")
BATCH_ARTICLES = 32

Told = Callable[[Stage, int], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Redone:
    """What `redo` did: articles a stage, and what could not be done, by article id (it stays as it was)."""

    done: dict[Stage, int]
    failed: dict[int, Problem]


def out_of_date(store: Store, engines: Engines, stages: Sequence[str]) -> dict[Stage, int]:
    """How many articles each stage has to do again."""
    return {stage: len(store.pending(_maker(engines, stage))) for stage in _checked(stages)}


def redo(
    store: Store,
    engines: Engines,
    stages: Sequence[str],
    *,
    tell: Told = lambda _stage, _number: None,
) -> Redone:
    """Do what is out of date in `stages`, a transaction a batch, so that a run that is cut off goes on where it stopped.

    Raises UsageError for an unknown stage, ModelUnavailableError where a model is not there.
    """
    done: dict[Stage, int] = {}
    failed: dict[int, Problem] = {}
    for stage in _checked(stages):
        done[stage] = 0
        for batch in _batches(store.pending(_maker(engines, stage))):
            if stage == "clean":
                for article_id, _ in batch:
                    if problem := redo_article(store, engines, article_id):
                        failed[article_id] = problem
            else:
                _redo_stage(store, engines, stage, batch)
            done[stage] += len(batch)
            tell(stage, len(batch))
    return Redone(done=done, failed=failed)


def redo_article(store: Store, engines: Engines, article_id: int) -> Problem | None:
    """Clean a stored version again and make everything after it; returns what kept it from being done, if anything."""
    version_id, document = store.raw_document(article_id)
    found = prepare([document], engines)[0]
    if isinstance(found, Refused):
        return found.problem
    ready = add_vectors([found], engines.encoder(), store.missing_vectors)[0]
    with store.transaction():
        store.put_rendering(ready, article_id, version_id)
    return None


def _redo_stage(
    store: Store, engines: Engines, stage: Stage, batch: Sequence[tuple[int, int]]
) -> None:
    articles = [store.clean_article(article_id) for article_id, _ in batch]
    if stage == "vectors":
        encoder = engines.encoder()
        texts = {sha256(row.text): row.text for article in articles for row in article.rows}
        wanted = store.missing_vectors(encoder.provenance, encoder.dim, list(texts))
        matrices = encoder.encode_windows([texts[digest] for digest in wanted])
        vectors: dict[str, Matrix] = dict(zip(wanted, matrices, strict=True))
        with store.transaction():
            store.put_vectors([rendering for _, rendering in batch], encoder.provenance, vectors)
        return
    found: Sequence[Sequence[Mention] | Sequence[Figure]]
    if stage == "entities":
        found = engines.tagger.enrich(articles)
    else:
        found = engines.figures.enrich(articles)
    maker = _maker(engines, stage)
    with store.transaction():
        for (_, rendering_id), marks in zip(batch, found, strict=True):
            store.put_marks(rendering_id, maker, marks)


def _batches(work: list[tuple[int, int]]) -> Iterator[list[tuple[int, int]]]:
    for first in range(0, len(work), BATCH_ARTICLES):
        yield work[first : first + BATCH_ARTICLES]


def _maker(engines: Engines, stage: Stage) -> Provenance:
    if stage == "clean":
        return cleaner()
    if stage == "vectors":
        return engines.encoder().provenance
    return engines.tagger.provenance if stage == "entities" else engines.figures.provenance


def _checked(stages: Sequence[str]) -> list[Stage]:
    unknown = [stage for stage in stages if stage not in STAGES]
    if unknown:
        raise UsageError(f"unknown stage {unknown[0]!r}", remedy=f"known: {', '.join(STAGES)}")
    return [stage for stage in STAGES if stage in stages or not stages]
