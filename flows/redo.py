"""Doing again what is out of date: a stage whose maker has changed, or that never ran. Old rows serve until then."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from flows.changing import change_model
from flows.engines import Engines
from flows.enriching import add_enrichments
from flows.prepare import Prepared, Refused, add_vectors, each_alone, encode_rows
from flows.stages import STAGES, Stage, chosen_stages, maker_of
from flows.workers import kept_workers, prepare_batch, prepared_batches
from schemas.article import Article
from schemas.document import RawDocument
from schemas.enrichments import Enrichment
from schemas.filters import Filters
from schemas.marks import Figure, Mention
from schemas.models import ModelChange
from schemas.protocols import Matrix
from schemas.provenance import Provenance
from schemas.quotations import Quotation
from schemas.stored import Problem
from storage.browse import current_renderings, pending_makers, pending_renderings
from storage.connection import snapshot
from storage.derived import mark_done
from storage.enrichments import replace_enrichments
from storage.quotations import replace_quotations
from storage.salience import MAKER as SALIENCE
from storage.salience import score_rendering
from storage.sqlite import Store

BATCH_ARTICLES = 32

Told = Callable[[Stage, int], None]
Stored = tuple[int, int, int, RawDocument]
"""An article's id, the ids of its rendering and of its version, and that version's document."""
Mark = Mention | Figure | Quotation | Enrichment
Made = Sequence[Mark] | dict[str, Matrix] | Problem
_ALL = Filters()
_NAMING = ("clean", "entities")
"""After these, names of other articles may be somebody else's."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Redone:
    """What `redo` did: articles a stage, and what could not be done, by article id (it stays as it was).

    `change` is there where other vectors serve than before, or old ones were removed.
    """

    done: dict[Stage, int]
    failed: dict[int, Problem]
    change: ModelChange | None = None


def out_of_date(
    store: Store, engines: Engines, stages: Sequence[str], *, filters: Filters = _ALL
) -> dict[Stage, int]:
    """How many articles each stage has to do again, of those under the filters. Raises as `chosen_stages` does."""
    return {
        stage: len(_pending(store, engines, stage, filters))
        for stage in chosen_stages(engines, stages)
    }


@dataclass(frozen=True, slots=True, kw_only=True)
class ToDo:
    """What a stage has to do: for how many articles, made by whom (None: never), and by whom from now on."""

    stage: Stage
    articles: int
    made_by: Sequence[tuple[Provenance | None, int]]
    maker: Provenance


def list_out_of_date(
    store: Store, engines: Engines, stages: Sequence[str], *, filters: Filters = _ALL
) -> list[ToDo]:
    """As `out_of_date`, with who made what is there. Raises as `chosen_stages` does."""
    found = []
    for stage in chosen_stages(engines, stages):
        maker = maker_of(engines, stage)
        made_by = pending_makers(store.connection, maker, filters)
        number = sum(number for _, number in made_by)
        found.append(ToDo(stage=stage, articles=number, made_by=made_by, maker=maker))
    return found


def redo(
    store: Store,
    engines: Engines,
    stages: Sequence[str],
    *,
    filters: Filters = _ALL,
    tell: Told = lambda _stage, _number: None,
) -> Redone:
    """Do what is out of date in `stages`, a transaction a batch, so that a run that is cut off goes on where it stopped.

    Raises UsageError for an unknown stage, ModelUnavailableError where a model is not there, CopydeskError for the named
    stage of a plug-in that cannot be used; where none is named, those are left out.
    """
    done: dict[Stage, int] = {}
    failed: dict[int, Problem] = {}
    change: ModelChange | None = None

    def make_up(work: list[tuple[int, int]]) -> bool:
        return not any(_redo_stage(store, engines, "vectors", batch) for batch in _batches(work))

    with kept_workers(engines):
        for stage in chosen_stages(engines, stages):
            done[stage] = 0
            work = _pending(store, engines, stage, filters)
            if work and stage in _NAMING:
                store.put_off_joins(len(work))
            for number, problems in _redone(store, engines, stage, work):
                failed.update(problems)
                done[stage] += number - len(problems)
                tell(stage, number)
            if stage == "vectors":
                change = change_model(store, engines, make_up if filters == _ALL else None)
    naming = [number for stage, number in done.items() if stage in _NAMING]
    if any(naming) or (naming and store.are_joins_due()):
        store.tidy()
    return Redone(done=done, failed=failed, change=change)


def redo_articles(store: Store, engines: Engines, article_ids: Sequence[int]) -> dict[int, Problem]:
    """Clean stored versions again and make everything after it; returns what kept any from being done, by article."""
    work = _stored(store, article_ids)
    # What is stored stays, marked as what this cleaner says it is.
    found = prepare_batch([document for *_, document in work], engines, keep_all=True)
    return _put_again(store, engines, work, found)


def _redone(
    store: Store, engines: Engines, stage: Stage, work: Sequence[tuple[int, int]]
) -> Iterator[tuple[int, dict[int, Problem]]]:
    """Batch by batch how many articles it had, and what kept any from being done."""
    batches = _batches(work)
    if stage == "salience":
        for batch in batches:
            _score(store, batch)
            yield len(batch), {}
        return
    if stage != "clean":
        for batch in batches:
            yield len(batch), _redo_stage(store, engines, stage, batch)
        return
    waiting: deque[list[Stored]] = deque()

    def documents() -> Iterator[list[RawDocument]]:
        for batch in batches:
            waiting.append(_stored(store, [article_id for article_id, _ in batch]))
            yield [document for *_, document in waiting[-1]]

    for found in prepared_batches(documents(), engines, workers=None, keep_all=True):
        stored = waiting.popleft()
        yield len(stored), _put_again(store, engines, stored, found)


def _stored(store: Store, article_ids: Sequence[int]) -> list[Stored]:
    """Those of the articles that nobody has deleted meanwhile."""
    with snapshot(store.connection):
        rendering_by_article = current_renderings(store.connection, article_ids)
        return [
            (article_id, rendering_id, *store.raw_document(article_id))
            for article_id, rendering_id in rendering_by_article.items()
        ]


def _put_again(
    store: Store, engines: Engines, work: Sequence[Stored], found: Sequence[Prepared]
) -> dict[int, Problem]:
    articles = [made for made in found if not isinstance(made, Refused)]
    articles = add_enrichments(articles, engines)
    seen = store.serving_model()
    ready = iter(add_vectors(articles, engines.encoder_of(seen), store.missing_vectors))
    results = [made if isinstance(made, Refused) else next(ready) for made in found]
    problems: dict[int, Problem] = {}
    with store.transaction():
        now = current_renderings(store.connection, [article_id for article_id, *_ in work])
        for (article_id, rendering_id, version_id, _), made in zip(work, results, strict=True):
            if now.get(article_id) != rendering_id:
                continue  # another process has a newer version, or deleted it
            if isinstance(made, Refused):
                problems[article_id] = made.problem
            else:
                store.put_rendering(made, article_id, version_id)
    return problems


def _score(store: Store, batch: Sequence[tuple[int, int]]) -> None:
    """Salience comes of what is stored alone."""
    with store.transaction():
        now = current_renderings(store.connection, [article_id for article_id, _ in batch])
        for rendering_id in now.values():
            score_rendering(store.connection, rendering_id)
            mark_done(store.connection, rendering_id, SALIENCE)


def _redo_stage(
    store: Store, engines: Engines, stage: Stage, batch: Sequence[tuple[int, int]]
) -> dict[int, Problem]:
    # The list of what is to be done may be hours old: what others stored or deleted since stays as they left it.
    with snapshot(store.connection):
        now = current_renderings(store.connection, [article_id for article_id, _ in batch])
        batch = [one for one in batch if one in now.items()]
        articles = [store.clean_article(article_id) for article_id, _ in batch]
    found = each_alone(articles, _work_of(store, engines, stage))
    maker = maker_of(engines, stage)
    problems: dict[int, Problem] = {}
    with store.transaction():
        now = current_renderings(store.connection, [article_id for article_id, _ in batch])
        for (article_id, rendering_id), made in zip(batch, found, strict=True):
            if now.get(article_id) != rendering_id:
                continue
            if isinstance(made, Problem):
                problems[article_id] = made
            elif isinstance(made, dict):
                store.put_vectors([rendering_id], maker, made)
            else:
                _put(store, rendering_id, maker, made)
    return problems


def _put(store: Store, rendering_id: int, maker: Provenance, made: Sequence[Mark]) -> None:
    """The rows of a stage in the place of those that were there, inside the caller's transaction."""
    connection = store.connection
    if maker.stage == "entities":
        store.put_marks(rendering_id, maker, [m for m in made if isinstance(m, Mention)])
    elif maker.stage == "figures":
        store.put_marks(rendering_id, maker, [m for m in made if isinstance(m, Figure)])
    elif maker.stage == "quotations":
        replace_quotations(connection, rendering_id, [m for m in made if isinstance(m, Quotation)])
        mark_done(connection, rendering_id, maker)
    else:
        rows = [row for row in made if isinstance(row, Enrichment)]
        replace_enrichments(connection, rendering_id, maker.stage, rows)
        mark_done(connection, rendering_id, maker)


def _work_of(
    store: Store, engines: Engines, stage: Stage
) -> Callable[[Sequence[Article]], Sequence[Made]]:
    if stage == "entities":
        return engines.tagger.enrich
    if stage == "figures":
        return engines.figures.enrich
    if stage == "quotations":
        return engines.quotations.enrich
    if stage not in STAGES:
        return lambda articles: engines.plugins.enrich(stage, articles)
    return lambda articles: encode_rows(articles, engines.encoder(), store.missing_vectors)


def _pending(
    store: Store, engines: Engines, stage: Stage, filters: Filters
) -> list[tuple[int, int]]:
    return pending_renderings(store.connection, maker_of(engines, stage), filters)


def _batches(work: Sequence[tuple[int, int]]) -> Iterator[Sequence[tuple[int, int]]]:
    for first in range(0, len(work), BATCH_ARTICLES):
        yield work[first : first + BATCH_ARTICLES]
