"""Where the rooms meet: documents are cleaned, enriched and stored, batch by batch. Imports no Prefect."""

from __future__ import annotations

import time
from collections import Counter, deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from enrichers.cleaning.clean import provenance as cleaner
from flows.engines import Engines
from flows.enriching import enrich_prepared
from flows.prepare import (
    NOT_KEPT,
    Prepared,
    Refused,
    add_vectors,
    each_alone,
    problem_of,
    refuse_problems,
    without_vectors,
)
from flows.redo import redo_articles
from flows.workers import prepared_batches
from schemas.document import PLAIN_TEXT, RawDocument
from schemas.errors import ModelChangedError
from schemas.models import StoredModel
from schemas.provenance import Provenance
from schemas.stored import IngestReport, Outcome, PreparedArticle, Status
from sources.files import BadDocument
from storage.sqlite import Store
from storage.values import content_sha256, sha256

STATUSES: tuple[Status, ...] = (
    "stored",
    "updated",
    "unchanged",
    "skipped",
    "quarantined",
    "put_off",
)
BATCH_DOCUMENTS = 16
BATCH_BYTES = 2_000_000

Incoming = RawDocument | BadDocument
Told = Callable[[Outcome], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class IngestOptions:
    """How a run goes.

    `force` does again what is unchanged; `dry_run` writes nothing and says what would be; `keep_all` stores sections,
    error pages and consent walls too, marked; `workers` processes clean and tag (None: one a core where there is enough
    to do).
    """

    force: bool = False
    dry_run: bool = False
    keep_all: bool = False
    workers: int | None = 1


def ingest_documents(
    documents: Iterable[Incoming],
    store: Store | None,
    engines: Engines,
    *,
    options: IngestOptions | None = None,
    tell: Told = lambda _: None,
) -> IngestReport:
    """Bring documents in and say what was made of each, in order. Only a dry run may go without a store.

    One transaction a batch: whatever ends the run, what was told as stored is stored. `tell` hears of each document
    when it is done. Raises ModelUnavailableError before its batch is stored.
    """
    began = time.perf_counter()
    run = _Run(store, engines, options or IngestOptions(), tell)
    run.take(documents)
    if store is not None and not run.options.dry_run:
        store.extend_vector_file()
    took_s = round(time.perf_counter() - began, 3)
    by_status = Counter(outcome.status for outcome in run.outcomes)
    counts: dict[str, int] = {"found": len(run.outcomes)}
    counts.update({status: by_status[status] for status in STATUSES})
    return IngestReport(counts=counts, took_s=took_s, articles=tuple(run.outcomes))


def batches(
    documents: Iterable[Incoming], *, at_most: int = BATCH_DOCUMENTS
) -> Iterator[list[Incoming]]:
    """Documents in batches of `at_most` and about BATCH_BYTES, so that memory stays bounded."""
    batch: list[Incoming] = []
    size = 0
    for document in documents:
        batch.append(document)
        size += len(document.content) if isinstance(document, RawDocument) else 0
        if len(batch) >= at_most or size >= BATCH_BYTES:
            yield batch
            batch, size = [], 0
    if batch:
        yield batch


@dataclass(slots=True)
class _Sighted:
    """A batch as it came, with what could be said of each document at sight; None stands for work to do."""

    batch: list[Incoming]
    told: list[Outcome | None]

    @property
    def todo(self) -> list[RawDocument]:
        pairs = zip(self.batch, self.told, strict=True)
        return [d for d, told in pairs if told is None and isinstance(d, RawDocument)]


class _Embedding:
    """A prepared batch, its vectors in the making; `seen` is the model that served when they were begun."""

    def __init__(
        self,
        prepared: Sequence[Prepared],
        vectors: Future[list[Prepared]] | None = None,
        seen: StoredModel | None = None,
    ) -> None:
        self._prepared, self._vectors, self.seen = prepared, vectors, seen

    def result(self) -> list[Prepared]:
        """The batch, each article with its vectors, or refused where it could have none. Raises what making them raised."""
        found = iter(self._vectors.result()) if self._vectors else None
        return [
            next(found) if found and isinstance(made, PreparedArticle) else made
            for made in self._prepared
        ]


class _Run:
    """One run's state: what was sighted and waits for its results, and what has been told."""

    def __init__(
        self, store: Store | None, engines: Engines, options: IngestOptions, tell: Told
    ) -> None:
        self.store, self.engines, self.options = store, engines, options
        self.outcomes: list[Outcome] = []
        self._tell = tell
        self._waiting: deque[_Sighted] = deque()
        self._foreseen: set[str] = set()
        self._seen: StoredModel | None = None

    def take(self, documents: Iterable[Incoming]) -> None:
        work = self._sight(documents)
        thread = ThreadPoolExecutor(1, thread_name_prefix="copydesk-embed")
        embedding: deque[_Embedding] = deque()
        try:
            how = self.options
            for prepared in prepared_batches(
                work, self.engines, workers=how.workers, keep_all=how.keep_all
            ):
                # A batch is stored while the next one is embedded: neither waits for the other.
                embedding.append(self._embed(self._enriched(prepared), thread))
                if len(embedding) > 1:
                    self._finish_next(embedding.popleft())
            while embedding:
                self._finish_next(embedding.popleft())
        except KeyboardInterrupt:
            self.engines.give_up()
            raise
        finally:
            thread.shutdown(wait=False, cancel_futures=True)
        while self._waiting:
            self._finish(self._waiting.popleft(), [])

    def _finish_next(self, embedding: _Embedding) -> None:
        """Finish the oldest batch with work in it, and those before it that had none."""
        prepared = embedding.result()
        self._seen = embedding.seen
        while not self._waiting[0].todo:
            self._finish(self._waiting.popleft(), [])
        self._finish(self._waiting.popleft(), prepared)

    def _sight(self, documents: Iterable[Incoming]) -> Iterator[list[RawDocument]]:
        for batch in batches(documents):
            sighted = _Sighted(batch, [self._at_sight(document) for document in batch])
            todo = sighted.todo
            if todo or self._waiting:
                self._waiting.append(sighted)
            else:
                self._finish(sighted, [])
            if todo:
                if self.store is not None and not self.options.dry_run:
                    self.engines.preload(self.store.serving_model())
                yield todo

    def _at_sight(self, document: Incoming) -> Outcome | None:
        if isinstance(document, BadDocument):
            return Outcome(
                status="quarantined", origin=document.origin, error=problem_of(document.error)
            )
        if self.store is None or self.options.force:
            return None
        return self.store.known(document)

    def _finish(self, sighted: _Sighted, prepared: Sequence[Prepared]) -> None:
        """Store a batch's articles in one transaction, keep what was refused, and tell."""
        for document, told in zip(sighted.batch, sighted.told, strict=True):
            if told:
                self._keep_or_release(document, told)
        results = iter(self._settle(prepared, self._store))
        for told in sighted.told:
            outcome = told or next(results)
            self.outcomes.append(outcome)
            self._tell(outcome)

    def _keep_or_release(self, document: Incoming, told: Outcome) -> None:
        if self.store is None or self.options.dry_run:
            return
        if isinstance(document, RawDocument):
            self.store.release(document)
        elif told.error:
            self.store.quarantine(_as_document(document), "read", told.error)

    def _settle(
        self,
        found: Sequence[Prepared],
        work: Callable[[list[PreparedArticle]], list[Outcome]],
    ) -> list[Outcome]:
        """The outcomes of what was refused, and of what `work` does with the rest; same order."""
        done = iter(work([made for made in found if isinstance(made, PreparedArticle)]))
        return [self._refused(made) if isinstance(made, Refused) else next(done) for made in found]

    def _store(self, articles: list[PreparedArticle]) -> list[Outcome]:
        if not articles:
            return []
        if self.store is None or self.options.dry_run:
            return [self._would_be(prepared) for prepared in articles]
        return self._put(articles)

    def _enriched(self, prepared: list[Prepared]) -> list[Prepared]:
        is_kept = self.store is not None and not self.options.dry_run
        return enrich_prepared(prepared, self.engines) if is_kept else prepared

    def _embed(self, prepared: list[Prepared], thread: ThreadPoolExecutor) -> _Embedding:
        """Begin to make the vectors of a batch; the database is asked here, because a connection serves one thread."""
        articles = [made for made in prepared if isinstance(made, PreparedArticle)]
        store = self.store
        if store is None or self.options.dry_run or not articles:
            return _Embedding(prepared)
        for article in articles:
            self._bring_up_to_date(store, article)
        seen = store.serving_model()
        encoder = self.engines.encoder_of(seen)
        digests = {sha256(row.text) for found in articles for row in found.article.rows}
        wanted = set(store.missing_vectors(encoder.provenance, encoder.dim, sorted(digests)))

        def missing(_maker: Provenance, _dim: int, digests: list[str]) -> list[str]:
            return [digest for digest in digests if digest in wanted]

        return _Embedding(prepared, thread.submit(add_vectors, articles, encoder, missing), seen)

    def _put(self, articles: list[PreparedArticle]) -> list[Outcome]:
        store, force = self.store, self.options.force
        if store is None:
            return []
        try:
            seen = self._seen
            put = each_alone(articles, lambda batch: store.put(batch, force=force, seen=seen))
        except ModelChangedError:
            return self._settle(self._embedded_again(store, articles), self._put)
        store.note_choices(self.engines.model_choices)
        return [
            self._refused(made) if isinstance(made, Refused) else self._noted(made, prepared)
            for prepared, made in zip(
                articles, refuse_problems(articles, put, "store"), strict=True
            )
        ]

    def _embedded_again(self, store: Store, articles: Sequence[PreparedArticle]) -> list[Prepared]:
        """The articles with vectors by what serves now: another process changed the model meanwhile."""
        self._seen = store.serving_model()
        bare = [without_vectors(article) for article in articles]
        return add_vectors(bare, self.engines.encoder_of(self._seen), store.missing_vectors)

    def _bring_up_to_date(self, store: Store, prepared: PreparedArticle) -> None:
        """Have the stored version cleaned by the same cleaner as the new one, or its progress would pass for an edit."""
        place = store.place(prepared.document, prepared.article)
        if place is not None and place.cleaner != cleaner():
            redo_articles(store, self.engines, [place.article_id])

    def _would_be(self, prepared: PreparedArticle) -> Outcome:
        article, document = prepared.article, prepared.document
        if self.store is not None:
            foreseen = self.store.foresee(prepared, force=self.options.force)
            if foreseen.status != "stored":
                return self._noted(foreseen, prepared)
        outcome = Outcome(
            status="stored",
            origin=document.origin,
            url=article.url or article.canonical_url,
            title=article.title,
            paragraphs=len(article.paragraphs),
            mentions=len(prepared.mentions),
            figures=len(prepared.figures),
            dropped=len(article.dropped),
        )
        content = content_sha256(article)
        twin = content in self._foreseen and not (article.url or article.canonical_url)
        self._foreseen.add(content)
        return self._noted(replace(outcome, status="unchanged") if twin else outcome, prepared)

    def _noted(self, outcome: Outcome, prepared: PreparedArticle) -> Outcome:
        language, kind = prepared.article.language, prepared.article.page_kind
        if outcome.status not in ("stored", "updated"):
            return outcome
        said = [*prepared.notes]
        if kind in NOT_KEPT:
            said.insert(0, f"{NOT_KEPT[kind][0]}: searched only with --include {kind}")
        elif not self.engines.tagger.supports(language):
            said.insert(0, f"no tagger for language {language!r}: stored without entities")
        return replace(outcome, note="; ".join(said)) if said else outcome

    def _refused(self, refused: Refused) -> Outcome:
        if self.store is not None and not self.options.dry_run:
            if refused.status == "quarantined":
                self.store.quarantine(refused.document, refused.stage, refused.problem)
            else:
                self.store.release(refused.document)
        return Outcome(
            status=refused.status,
            origin=refused.document.origin,
            url=refused.document.url,
            error=refused.problem,
        )


def _as_document(bad: BadDocument) -> RawDocument:
    return RawDocument(
        content=bad.payload or b"",
        media_type=bad.media_type or PLAIN_TEXT,
        origin=bad.origin,
        origin_id=bad.origin_id,
        fetched_at=datetime.now(UTC),
    )
