"""The store: one SQLite file, and everything that can be asked of it or put into it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Self

from schemas.article import Article
from schemas.document import RawDocument
from schemas.filters import Filters
from schemas.marks import Figure, Mention
from schemas.models import StoredModel
from schemas.protocols import Encoder
from schemas.provenance import Provenance
from schemas.stored import (
    LearnedLine,
    Outcome,
    PreparedArticle,
    Problem,
    QuarantinedDocument,
    StoredArticle,
)
from schemas.web import SourceSpec
from storage import (
    browse,
    delete,
    derived,
    entity_joins,
    entity_rows,
    fetches,
    identity,
    joining_rules,
    learned,
    outbox,
    quarantine,
    read,
    sight,
    site_memory,
    sources,
    write,
)
from storage.connection import Access, open_database, snapshot, transaction
from storage.entity_editing import EntityEditing
from storage.faults import Connection
from storage.finding import Finding
from storage.lists import Lists
from storage.search import Searcher
from storage.stored_vectors import EncoderOf, ServingEncoder, StoredVectors, check_serving
from storage.vector_file import vector_folder
from storage.vector_index import VectorIndex
from storage.word_rows import words_added


class Store(EntityEditing, Finding, Lists, StoredVectors):
    """One open database. Close it, or use it in a `with`.

    `encoder` is called at the first search that needs a query's vector: opening a store loads no model. With `encoder_of`,
    it is the encoder of the vectors that serve, also where the settings name another model by now. Not for use by
    several threads at once; several processes may read and write one file.

    Raises DatabaseError where the file is missing, is not ours, is newer, or cannot be written.
    """

    def __init__(
        self,
        path: str | Path,
        *,
        encoder: Callable[[], Encoder],
        mode: Access,
        encoder_of: EncoderOf | None = None,
    ) -> None:
        self.path = Path(path)
        self._connection = open_database(self.path, mode)
        self.encoder = ServingEncoder(self._connection, encoder, encoder_of)
        self._searcher = Searcher(
            connection=self._connection,
            index=VectorIndex(self._connection, vector_folder(self.path)),
            encoder=self.encoder,
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Close the file; a closed store can be closed again."""
        self._connection.close()

    @property
    def connection(self) -> Connection:
        """The open connection, for what the storage package keeps beside the articles (`storage.schedules` ...)."""
        return self._connection

    @property
    def searcher(self) -> Searcher:
        """What searches."""
        return self._searcher

    @property
    def index(self) -> VectorIndex:
        """The vectors as they are searched."""
        return self._searcher.index

    # -- reading ---------------------------------------------------------------------------------------------------

    def article_id(self, name: int | str | None = None, *, url: str | None = None) -> int | None:
        """The id behind an id, a key, or an address in any of its spellings; None where there is none."""
        if url is not None:
            return read.find_article_at(self._connection, url)
        return None if name is None else read.find_article_id(self._connection, name)

    def article(self, name: int | str) -> StoredArticle:
        """One article with its marks, by id or key. Raises UsageError where there is none."""
        with snapshot(self._connection):
            article_id = read.require_article_id(self._connection, name)
            return read.read_article(self._connection, article_id)

    def status(self) -> dict[str, object]:
        """Counts of everything there is."""
        with snapshot(self._connection):
            counts = browse.count_everything(self._connection)
            return {**counts, "fetch_errors": fetches.blocked_by_source(self._connection)}

    def raw_document(self, article_id: int) -> tuple[int, RawDocument]:
        """The newest version's id and its raw document."""
        return read.read_document(self._connection, article_id)

    def clean_article(self, article_id: int) -> Article:
        """The current rendering as the enrichers take it."""
        return read.to_article(self.article(article_id))

    # -- writing ---------------------------------------------------------------------------------------------------

    def transaction(self) -> AbstractContextManager[None]:
        """One write transaction: all of it or nothing."""
        return transaction(self._connection)

    def put(
        self,
        batch: Iterable[PreparedArticle],
        *,
        force: bool = False,
        seen: StoredModel | None = None,
    ) -> list[Outcome]:
        """Store a batch in one transaction; says what was made of each, in order.

        `seen` is what served when their vectors were made. Raises ModelChangedError where other vectors serve now.
        """
        outcomes = []
        with self.transaction(), words_added(self._connection):
            for prepared in batch:
                makers = [maker for maker in prepared.made_by if maker.stage == "vectors"]
                if seen is not None:
                    check_serving(self._connection, seen, makers)
                found = write.put(self._connection, prepared, force=force)
                if found.status != "skipped":
                    quarantine.release(self._connection, prepared.document)
                outbox.enqueue(self._connection, found, prepared.document, force=force)
                outcomes.append(found)
        return outcomes

    def put_rendering(self, prepared: PreparedArticle, article_id: int, version_id: int) -> None:
        """Store a better cleaner's rendering of a stored version, inside the caller's transaction."""
        with words_added(self._connection):
            write.put_rendering(self._connection, prepared, article_id, version_id)

    def put_marks(
        self,
        rendering_id: int,
        maker: Provenance,
        marks: Sequence[Mention] | Sequence[Figure],
    ) -> None:
        """Replace a rendering's mentions or figures, inside the caller's transaction."""
        derived.replace_marks(self._connection, rendering_id, maker, marks)

    def foresee(self, prepared: PreparedArticle, *, force: bool = False) -> Outcome:
        """What `put` would say of an article; writes nothing."""
        names = identity.identify(prepared.document, prepared.article)
        return write.foresee(self._connection, prepared, names, force=force)[0]

    def known(self, document: RawDocument) -> Outcome | None:
        """What is to be said of a document at sight, before it is cleaned: unchanged, or deleted once; else None."""
        return sight.find_known(self._connection, document)

    def place(self, document: RawDocument, article: Article) -> identity.Place | None:
        """The stored article that a cleaned document is, or None."""
        return identity.find_place(self._connection, identity.identify(document, article))

    def pending(self, maker: Provenance) -> list[tuple[int, int]]:
        """(article id, rendering id) of what `maker` has still to do."""
        return browse.pending_renderings(self._connection, maker)

    def put_off_joins(self, number: int) -> None:
        """Have `tidy` join all names anew where so many articles are to be done again that one by one would take longer."""
        with self.transaction():
            joining_rules.put_off_where_many(self._connection, number)

    def are_joins_due(self) -> bool:
        """Whether `tidy` has all names to join anew: other rules joined them, or that was put off."""
        return joining_rules.is_due(self._connection)

    def tidy(self) -> None:
        """Forget names and entities that no mention has any more, after a stage was done again; join all where that is due."""
        with self.transaction():
            if joining_rules.is_due(self._connection):
                entity_joins.join_all(self._connection)
            else:
                entity_rows.tidy_all_entities(self._connection)

    def learned_lines(self) -> list[LearnedLine]:
        """The lines that sites repeat, by site: masked there as template."""
        with snapshot(self._connection):
            return learned.read_learned(self._connection)

    def set_site_memory(self, *, on: bool) -> None:
        """Have all writers of this file learn what sites repeat, or none and no mask left; writes only where that is news."""
        site_memory.switch(self._connection, on=on)

    # -- where news comes from ---------------------------------------------------------------------------------------

    def sources(self) -> list[SourceSpec]:
        """The sources kept here, in the order they were added."""
        return sources.read_sources(self._connection)

    def add_source(self, spec: SourceSpec) -> None:
        """Keep a source. Raises UsageError where it cannot be meant, holds a secret, or its name is taken."""
        with self.transaction():
            sources.add_source(self._connection, spec)

    def remove_source(self, name: str) -> bool:
        """Forget a source, not its articles; whether there was one."""
        with self.transaction():
            return sources.remove_source(self._connection, name)

    def set_source_enabled(self, name: str, *, enabled: bool) -> bool:
        """Switch a source on or off; whether there is one."""
        with self.transaction():
            return sources.set_source_enabled(self._connection, name, enabled=enabled)

    def fetch_state(self, url: str) -> fetches.FetchState | None:
        """How the last request for an address ended, in any of its spellings; None where none was made."""
        return fetches.read_fetch_state(self._connection, url)

    def note_fetches(self, states: Iterable[fetches.FetchState]) -> int:
        """Keep how requests ended; writes, and locks the file, only where that is news. Returns the rows written."""
        listed = list(states)
        if not fetches.changes_anything(self._connection, listed):
            return 0
        with self.transaction():
            return fetches.note_fetches(self._connection, listed)

    def cursor(self, source: str) -> object:
        """How far a source was read, as `set_cursor` left it; None at first."""
        return fetches.read_cursor(self._connection, source)

    def set_cursor(self, source: str, value: object) -> None:
        """Keep how far a source was read: anything JSON knows, None to forget. Writes only where it moved."""
        if fetches.cursor_moved(self._connection, source, value):
            with self.transaction():
                fetches.set_cursor(self._connection, source, value)

    # -- what could not be used, and what must go --------------------------------------------------------------------

    def quarantine(self, document: RawDocument, stage: str, problem: Problem) -> None:
        """Keep a document that could not be used."""
        with self.transaction():
            quarantine.quarantine(self._connection, document, stage, problem)

    def release(self, document: RawDocument) -> None:
        """Forget what was quarantined of a document that needs no second try; writes only where there is something."""
        if quarantine.is_quarantined(self._connection, document):
            with self.transaction():
                quarantine.release(self._connection, document)

    def quarantined(self, row_id: int | None = None) -> list[QuarantinedDocument]:
        """What is in quarantine. Raises UsageError where `row_id` is not."""
        return quarantine.read_quarantine(self._connection, row_id)

    def quarantined_document(self, row_id: int) -> RawDocument:
        """A quarantined document as it came; empty content where its bytes were not kept."""
        return quarantine.read_payload(self._connection, row_id)

    def drop_quarantined(self, row_id: int) -> None:
        """Forget one quarantined document."""
        with self.transaction():
            quarantine.drop(self._connection, row_id)

    def select(self, filters: Filters) -> list[int]:
        """Ids of the articles under the filters, in order."""
        return delete.select_articles(self._connection, filters)

    def delete(self, article_ids: Iterable[int], *, tombstone: bool = True) -> None:
        """Remove articles whole; with `tombstone` nothing brings them back until `forget`."""
        delete.delete_articles(self._connection, article_ids, tombstone=tombstone)
        self._searcher.index.refresh_all()

    def forget(self, name: int | str) -> int:
        """Lift the tombstones of a deleted article, by id or key; returns how many names were lifted."""
        return delete.lift_tombstones(self._connection, str(name))
