"""How a prepared article becomes rows, in the caller's transaction; its words are left to `storage.word_rows`."""

from __future__ import annotations

import sqlite3

import zstandard

from schemas.article import Article
from schemas.document import RawDocument
from schemas.stored import Outcome, PreparedArticle, Problem, Status
from storage import site_memory
from storage.delete import drop_unused_raw
from storage.derived import (
    RowIds,
    add_figures,
    add_mentions,
    add_vectors,
    mark_done,
    next_id,
    stage_id,
)
from storage.enrichments import add_enrichments
from storage.entity_joins import remove_names
from storage.identity import (
    Identity,
    Place,
    find_place,
    find_same_content,
    find_tombstone,
    hints_text,
    identify,
    note_addresses,
)
from storage.near_copies import forget_copies, note_copies
from storage.quotations import add_quotations
from storage.salience import MAKER as SALIENCE
from storage.salience import score_rendering
from storage.values import content_sha256, dump, sha256, to_text


def put(connection: sqlite3.Connection, prepared: PreparedArticle, *, force: bool) -> Outcome:
    """Store one article, whole, and say what was made of it. The same input twice writes nothing.

    With `force`, what is stored is written anew even where nothing changed, and a tombstone is the only thing that
    still keeps an article out.
    """
    identity = identify(prepared.document, prepared.article)
    expected, place = foresee(connection, prepared, identity, force=force)
    made = _store_new(connection, prepared, identity) if expected.status == "stored" else expected
    if expected.status == "updated" and place:
        _store_again(connection, prepared, identity, place)
    if made.id is not None and identity.address:
        note_addresses(connection, identity, made.id)
    return made


def foresee(
    connection: sqlite3.Connection, prepared: PreparedArticle, identity: Identity, *, force: bool
) -> tuple[Outcome, Place | None]:
    """What `put` would say, and the stored article it is about; writes nothing."""
    document = prepared.document
    if key := find_tombstone(connection, identity):
        return tombstone_outcome(document, key), None
    place = find_place(connection, identity)
    if (
        place
        and place.found_by == "other_address"
        and not _is_same_story(connection, prepared, place)
    ):
        place = None
    if place is None and identity.address is None:
        twin = find_same_content(connection, str(identity.content_sha256))
        if twin:
            return outcome("unchanged", prepared, twin.article_id, twin.key), twin
    if place is None:
        return outcome("stored", prepared, None, identity.key), None
    changed = force or _is_changed(identity, document, place)
    status: Status = "updated" if changed else "unchanged"
    return outcome(status, prepared, place.article_id, place.key), place


def _is_same_story(connection: sqlite3.Connection, prepared: PreparedArticle, place: Place) -> bool:
    """Whether at least half of the paragraphs of either are in the other.

    Some sites give every page the canonical link of one: their stories must not be taken for one another.
    """
    rows = connection.execute(
        "SELECT text_sha256 FROM paragraphs WHERE rendering_id = ? AND n >= 0",
        (place.rendering_id,),
    )
    stored = {row[0] for row in rows}
    new = {sha256(paragraph.text) for paragraph in prepared.article.paragraphs}
    return 2 * len(stored & new) >= min(len(stored), len(new))


def _is_changed(identity: Identity, document: RawDocument, place: Place) -> bool:
    """Whether there is something to write: another text, or something else said about the very same file."""
    if place.found_by in ("key", "other_address"):
        return False
    if place.content_sha256 != identity.content_sha256 or identity.address != (
        place.address if identity.address else None
    ):
        return True
    same_file = (document.origin_id, identity.raw_sha256) == (place.origin_id, place.raw_sha256)
    return bool(document.origin_id) and same_file and hints_text(document.hints) != place.hints


def tombstone_outcome(document: RawDocument, key: str) -> Outcome:
    """The outcome of a document that was deleted once and must not come back."""
    problem = Problem(
        code="tombstone",
        message=f"deleted before as {key}",
        remedy=f"let it in again with: copydesk db delete {key} --forget",
    )
    return Outcome(
        status="skipped", origin=document.origin, key=key, url=document.url, error=problem
    )


def outcome(status: Status, prepared: PreparedArticle, article_id: int | None, key: str) -> Outcome:
    """The report line for one stored article."""
    article = prepared.article
    return Outcome(
        status=status,
        origin=prepared.document.origin,
        id=article_id,
        key=key,
        url=article.url or article.canonical_url,
        title=article.title,
        paragraphs=len(article.paragraphs),
        mentions=len(prepared.mentions),
        figures=len(prepared.figures),
        dropped=len(article.dropped),
    )


def _store_new(
    connection: sqlite3.Connection, prepared: PreparedArticle, identity: Identity
) -> Outcome:
    document, article = prepared.document, prepared.article
    cursor = connection.execute(
        """INSERT INTO articles (key, url, address_key, source, origin, origin_id, first_seen)
           VALUES (?, ?, ?, ?, ?, ?, ?)""",
        (
            identity.key,
            article.url or article.canonical_url,
            identity.address,
            article.site,
            document.origin,
            document.origin_id,
            to_text(document.fetched_at),
        ),
    )
    article_id = int(cursor.lastrowid or 0)
    version_id = _add_version(connection, document, identity, article_id, n=1)
    rendering_id = _add_rendering(connection, prepared, article_id, version_id)
    site_memory.note_rendering(connection, article_id, rendering_id, retired=None)
    return outcome("stored", prepared, article_id, identity.key)


def _store_again(
    connection: sqlite3.Connection, prepared: PreparedArticle, identity: Identity, place: Place
) -> None:
    document = prepared.document
    if identity.raw_sha256 == place.raw_sha256 or identity.content_sha256 == place.content_sha256:
        version_id = place.version_id
        _renew_version(connection, document, identity, place)
    else:
        version_id = _add_version(
            connection, document, identity, place.article_id, n=place.version + 1
        )
    connection.execute(
        "UPDATE articles SET address_key = coalesce(?, address_key) WHERE id = ?",
        (identity.address, place.article_id),
    )
    put_rendering(connection, prepared, place.article_id, version_id)


def _renew_version(
    connection: sqlite3.Connection, document: RawDocument, identity: Identity, place: Place
) -> None:
    """The same version as it came now, with what was said of it now: what it is cleaned from the next time."""
    add_raw(connection, document.content, document.media_type)
    connection.execute(
        """UPDATE versions SET raw_sha256 = ?, media_type = ?, url = ?, origin = ?, hints = ?, fetched_at = ?
           WHERE id = ?""",
        (
            identity.raw_sha256,
            document.media_type,
            document.url,
            document.origin,
            hints_text(document.hints),
            to_text(document.fetched_at),
            place.version_id,
        ),
    )
    drop_unused_raw(connection, [place.raw_sha256])


def put_rendering(
    connection: sqlite3.Connection, prepared: PreparedArticle, article_id: int, version_id: int
) -> int:
    """Another rendering of a stored version: becomes current, and is by itself nobody's edit. Returns its id."""
    article = prepared.article
    connection.execute(
        "UPDATE articles SET url = coalesce(?, url), source = coalesce(?, source) WHERE id = ?",
        (article.url or article.canonical_url, article.site, article_id),
    )
    row = connection.execute(
        "SELECT id FROM renderings WHERE article_id = ? AND current = 1", (article_id,)
    ).fetchone()
    retired = int(row[0]) if row else None
    if retired is not None:
        retire_rendering(connection, retired)
    rendering_id = _add_rendering(connection, prepared, article_id, version_id)
    site_memory.note_rendering(connection, article_id, rendering_id, retired=retired)
    return rendering_id


def add_raw(connection: sqlite3.Connection, content: bytes, media_type: str) -> str:
    """Keep the bytes, compressed, once; returns their sha256."""
    digest = sha256(content)
    connection.execute(
        "INSERT OR IGNORE INTO raw_documents (sha256, media_type, size, content) VALUES (?, ?, ?, ?)",
        (digest, media_type, len(content), zstandard.compress(content, 3)),
    )
    return digest


def _add_version(
    connection: sqlite3.Connection,
    document: RawDocument,
    identity: Identity,
    article_id: int,
    *,
    n: int,
) -> int:
    add_raw(connection, document.content, document.media_type)
    cursor = connection.execute(
        """INSERT INTO versions (article_id, n, raw_sha256, media_type, url, origin, hints, fetched_at, first_seen)
           VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)""",
        (
            article_id,
            n,
            identity.raw_sha256,
            document.media_type,
            document.url,
            document.origin,
            hints_text(document.hints),
            to_text(document.fetched_at),
            to_text(document.fetched_at),
        ),
    )
    return int(cursor.lastrowid or 0)


def retire_rendering(connection: sqlite3.Connection, rendering_id: int) -> None:
    """Take a rendering out of search. It stays as the record of what was read before."""
    connection.execute(
        "DELETE FROM paragraphs_fts WHERE rowid IN (SELECT id FROM paragraphs WHERE rendering_id = ?)",
        (rendering_id,),
    )
    connection.execute("UPDATE renderings SET current = 0 WHERE id = ?", (rendering_id,))
    remove_names(connection, rendering_id)
    forget_copies(connection, rendering_id)


def _add_rendering(
    connection: sqlite3.Connection, prepared: PreparedArticle, article_id: int, version_id: int
) -> int:
    article = prepared.article
    makers = {maker.stage: maker for maker in prepared.made_by}
    cleaner_id = stage_id(connection, makers["clean"])
    cursor = connection.execute(
        """INSERT INTO renderings (version_id, article_id, cleaner_id, content_sha256, canonical_url, site, title,
           authors, published_at, published_precision, published_from, published_candidates, modified_at,
           modified_precision, section, language, dateline, summary, image_url, image_caption, page_kind, current)
           VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 1)""",
        (
            version_id,
            article_id,
            cleaner_id,
            content_sha256(article),
            article.canonical_url,
            article.site,
            article.title,
            dump(article.authors),
            to_text(article.published_at),
            article.published_precision,
            article.published_from,
            dump([[one.value, one.source, one.refused] for one in article.published_candidates]),
            to_text(article.modified_at),
            article.modified_precision,
            article.section,
            article.language,
            article.dateline,
            article.summary,
            article.image_url,
            article.image_caption,
            article.page_kind,
        ),
    )
    rendering_id = int(cursor.lastrowid or 0)
    row_ids = _add_rows(connection, article, rendering_id)
    note_copies(connection, rendering_id, (row.text for row in article.paragraphs))
    connection.executemany(
        "INSERT INTO dropped (rendering_id, place, text, reason) VALUES (?, ?, ?, ?)",
        [(rendering_id, d.where, d.text, d.reason) for d in article.dropped],
    )
    _add_what_was_made(connection, prepared, rendering_id, row_ids)
    return rendering_id


def _add_what_was_made(
    connection: sqlite3.Connection, prepared: PreparedArticle, rendering_id: int, row_ids: RowIds
) -> None:
    makers = {maker.stage: maker for maker in prepared.made_by}
    add_mentions(connection, rendering_id, prepared.mentions, row_ids)
    add_figures(connection, prepared.figures, row_ids)
    add_quotations(connection, prepared.quotations, row_ids)
    add_enrichments(connection, rendering_id, prepared.enrichments)
    if vectors := makers.get("vectors"):
        add_vectors(connection, vectors, prepared.vectors)
    for maker in prepared.made_by:
        mark_done(connection, rendering_id, maker)
    if "entities" in makers:
        score_rendering(connection, rendering_id)
        mark_done(connection, rendering_id, SALIENCE)


def _add_rows(connection: sqlite3.Connection, article: Article, rendering_id: int) -> RowIds:
    first = next_id(connection, "paragraphs")
    rows = article.rows
    connection.executemany(
        """INSERT INTO paragraphs (id, rendering_id, n, kind, text, text_sha256, masked, page)
           VALUES (?, ?, ?, ?, ?, ?, ?, ?)""",
        [
            (first + i, rendering_id, row.index, row.kind, row.text, digest, row.masked, row.page)
            for i, row in enumerate(rows)
            for digest in (sha256(row.text),)
        ],
    )
    return {row.index: first + i for i, row in enumerate(rows)}
