"""Doing again what is out of date: a stage whose maker has changed, or that never ran. Old rows serve until then."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from enrichers.cleaning.clean import provenance as cleaner
from flows.engines import Engines
from flows.prepare import Prepared, Refused, add_vectors, each_alone, encode_rows
from flows.workers import prepare_batch, prepared_batches
from schemas.article import Article
from schemas.document import RawDocument
from schemas.errors import UsageError
from schemas.marks import Figure, Mention
from schemas.protocols import Matrix
from schemas.provenance import Provenance
from schemas.stored import Problem
from storage.sqlite import Store

Stage = Literal["clean", "entities", "figures", "vectors"]
STAGES: tuple[Stage, ...] = ("clean", "entities", "figures", "vectors")
BATCH_ARTICLES = 32

Told = Callable[[Stage, int], None]
Stored = tuple[int, int, RawDocument]
"""An article's id, the id of its current version, and that version's document."""
Made = Sequence[Mention] | Sequence[Figure] | dict[str, Matrix]


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
        for number, problems in _redone(store, engines, stage):
            failed.update(problems)
            done[stage] += number - len(problems)
            tell(stage, number)
    if done.get("clean") or done.get("entities"):
        store.tidy()
    return Redone(done=done, failed=failed)


def redo_articles(store: Store, engines: Engines, article_ids: Sequence[int]) -> dict[int, Problem]:
    """Clean stored versions again and make everything after it; returns what kept any from being done, by article."""
    work = _stored(store, article_ids)
    # What is stored stays, marked as what this cleaner says it is.
    found = prepare_batch([document for _, _, document in work], engines, keep_all=True)
    return _put_again(store, engines, work, found)


def _redone(
    store: Store, engines: Engines, stage: Stage
) -> Iterator[tuple[int, dict[int, Problem]]]:
    """Batch by batch how many articles it had, and what kept any from being done."""
    batches = _batches(store.pending(_maker(engines, stage)))
    if stage != "clean":
        for batch in batches:
            yield len(batch), _redo_stage(store, engines, stage, batch)
        return
    waiting: deque[list[Stored]] = deque()

    def documents() -> Iterator[list[RawDocument]]:
        for batch in batches:
            waiting.append(_stored(store, [article_id for article_id, _ in batch]))
            yield [document for _, _, document in waiting[-1]]

    for found in prepared_batches(documents(), engines, workers=None, keep_all=True):
        work = waiting.popleft()
        yield len(work), _put_again(store, engines, work, found)


def _stored(store: Store, article_ids: Sequence[int]) -> list[Stored]:
    return [(article_id, *store.raw_document(article_id)) for article_id in article_ids]


def _put_again(
    store: Store, engines: Engines, work: Sequence[Stored], found: Sequence[Prepared]
) -> dict[int, Problem]:
    articles = [made for made in found if not isinstance(made, Refused)]
    ready = iter(add_vectors(articles, engines.encoder(), store.missing_vectors))
    results = [made if isinstance(made, Refused) else next(ready) for made in found]
    problems: dict[int, Problem] = {}
    with store.transaction():
        for (article_id, version_id, _), made in zip(work, results, strict=True):
            if isinstance(made, Refused):
                problems[article_id] = made.problem
            else:
                store.put_rendering(made, article_id, version_id)
    return problems


def _redo_stage(
    store: Store, engines: Engines, stage: Stage, batch: Sequence[tuple[int, int]]
) -> dict[int, Problem]:
    articles = [store.clean_article(article_id) for article_id, _ in batch]
    found = each_alone(articles, _work_of(store, engines, stage))
    maker = _maker(engines, stage)
    problems: dict[int, Problem] = {}
    with store.transaction():
        for (article_id, rendering_id), made in zip(batch, found, strict=True):
            if isinstance(made, Problem):
                problems[article_id] = made
            elif isinstance(made, dict):
                store.put_vectors([rendering_id], maker, made)
            else:
                store.put_marks(rendering_id, maker, made)
    return problems


def _work_of(
    store: Store, engines: Engines, stage: Stage
) -> Callable[[Sequence[Article]], Sequence[Made]]:
    if stage == "entities":
        return engines.tagger.enrich
    if stage == "figures":
        return engines.figures.enrich
    return lambda articles: encode_rows(articles, engines.encoder(), store.missing_vectors)


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
