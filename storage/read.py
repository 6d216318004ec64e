"""What is stored, read back as records."""

from __future__ import annotations

import sqlite3
from collections import defaultdict
from collections.abc import Sequence
from typing import Any, cast

import zstandard

from schemas.addresses import address_key
from schemas.article import SUMMARY_ROW, TITLE_ROW, Article, DateCandidate, Dropped, Paragraph
from schemas.document import Hints, RawDocument
from schemas.errors import UsageError
from schemas.marks import Figure, Mention
from schemas.provenance import Provenance
from schemas.stored import StoredArticle
from storage.enrichments import read_enrichments
from storage.identity import provenance_of
from storage.quotations import read_quotations
from storage.salience import read_article_entities
from storage.values import damage_said, load, sha256, to_day, to_decimal, to_instant

FIGURE_COLUMNS = """f.start, f."end", f.text, f.kind, f.value, f.low, f.high, f.modifier, f.unit, f.base_value,
    f.base_unit, f.noun, f.change, f.role, f.date_start, f.date_end, f.time, f.about_start, f.about_end,
    f.subjects, f.sentence_start, f.sentence_end, f.rule"""
MENTION_COLUMNS = """m.start, m."end", m.text, m.label, m.name, m.entity_id, m.joined_by,
    (SELECT country FROM entities WHERE id = m.entity_id), (SELECT ref FROM entities WHERE id = m.entity_id)"""
SAID = (
    "canonical_url", "site", "title", "authors", "published_at", "published_precision", "published_from",
    "published_candidates", "modified_at", "modified_precision", "section", "language", "dateline", "summary",
    "image_url", "image_caption", "page_kind",
)  # fmt: skip
"""Columns of a rendering that hold what its document says of itself."""
# Rows of sqlite3 are untyped by nature: they become records here and nowhere else.
Row = tuple[Any, ...]
_BATCH = 500


def find_article_at(connection: sqlite3.Connection, url: str) -> int | None:
    """The id of the article at an address, in any of its spellings, or that came by it."""
    row = connection.execute(
        """SELECT id FROM articles WHERE address_key = ?1
           UNION ALL SELECT article_id FROM addresses WHERE address_key = ?1 LIMIT 1""",
        (address_key(url),),
    ).fetchone()
    return int(row[0]) if row else None


def find_article_id(connection: sqlite3.Connection, name: int | str) -> int | None:
    """The id behind an id or a key; None where there is no such article."""
    text = str(name).strip()
    row = connection.execute("SELECT id FROM articles WHERE key = ?", (text,)).fetchone()
    if row is None and text.isascii() and text.isdigit() and len(text) < 19:
        row = connection.execute("SELECT id FROM articles WHERE id = ?", (int(text),)).fetchone()
    return int(row[0]) if row else None


def require_article_id(connection: sqlite3.Connection, name: int | str) -> int:
    """As `find_article_id`, but raises UsageError where there is no such article."""
    found = find_article_id(connection, name)
    if found is None:
        raise _missing(name)
    return found


def _missing(name: int | str) -> UsageError:
    return UsageError(
        f"there is no article {name} in this database",
        remedy="ids and keys stand in what search and ingest print",
        code="article_missing",
    )


def read_article(connection: sqlite3.Connection, article_id: int) -> StoredArticle:
    """One article with its marks, as its current rendering has it."""
    row = connection.execute(
        f"""SELECT a.id, a.key, a.url, a.first_seen, v.n, v.origin, r.id, {", ".join(f"r.{name}" for name in SAID)}
           FROM articles a JOIN renderings r ON r.article_id = a.id AND r.current = 1
           JOIN versions v ON v.id = r.version_id WHERE a.id = ?""",
        (article_id,),
    ).fetchone()
    if row is None:
        raise _missing(article_id)
    rendering_id = int(row[6])
    rows = read_rows(connection, rendering_id)
    places = {row_id: paragraph.index for row_id, paragraph in rows}
    mentions = _flat(read_mentions(connection, places))
    figures = _flat(read_figures(connection, places))
    return StoredArticle(
        id=row[0],
        key=row[1],
        url=row[2],
        first_seen=cast("Any", to_instant(row[3])),
        version=row[4],
        origin=row[5],
        **_said(row[7:]),
        paragraphs=tuple(paragraph for _, paragraph in rows if paragraph.index >= 0),
        dropped=tuple(_read_dropped(connection, rendering_id)),
        mentions=tuple(m for m in mentions if m.paragraph >= 0),
        figures=tuple(f for f in figures if f.paragraph >= 0),
        title_mentions=tuple(m for m in mentions if m.paragraph == TITLE_ROW),
        title_figures=tuple(f for f in figures if f.paragraph == TITLE_ROW),
        summary_mentions=tuple(m for m in mentions if m.paragraph == SUMMARY_ROW),
        summary_figures=tuple(f for f in figures if f.paragraph == SUMMARY_ROW),
        made_by=tuple(read_makers(connection, rendering_id)),
        entities=tuple(read_article_entities(connection, rendering_id)),
        quotations=tuple(read_quotations(connection, rendering_id)),
        enrichments=tuple(read_enrichments(connection, rendering_id)),
    )


def _said(row: Row) -> dict[str, Any]:
    """What a rendering says of its article, from its columns (SAID), as StoredArticle takes it."""
    said: dict[str, Any] = dict(zip(SAID, row, strict=True))
    said["authors"] = tuple(load(said["authors"]))
    said["published_at"] = to_instant(said["published_at"])
    said["modified_at"] = to_instant(said["modified_at"])
    candidates = load(said["published_candidates"])
    with damage_said():
        said["published_candidates"] = tuple(
            DateCandidate(value=value, source=source, refused=refused)
            for value, source, refused in candidates
        )
    return said


def _flat(marks_by_row: dict[int, list[Any]]) -> list[Any]:
    marks = [mark for found in marks_by_row.values() for mark in found]
    return sorted(marks, key=lambda mark: (mark.paragraph, mark.start))


def read_rows(connection: sqlite3.Connection, rendering_id: int) -> list[tuple[int, Paragraph]]:
    """The rows of a rendering with their ids, title and summary first."""
    rows = connection.execute(
        "SELECT id, n, kind, text, masked, page FROM paragraphs WHERE rendering_id = ? ORDER BY n",
        (rendering_id,),
    )
    return [
        (row_id, Paragraph(index=n, kind=kind, text=text, masked=bool(masked), page=page))
        for row_id, n, kind, text, masked, page in rows
    ]


def _read_dropped(connection: sqlite3.Connection, rendering_id: int) -> list[Dropped]:
    rows = connection.execute(
        "SELECT text, reason, place FROM dropped WHERE rendering_id = ? ORDER BY rowid",
        (rendering_id,),
    )
    return [Dropped(text=text, reason=reason, where=place) for text, reason, place in rows]


def read_makers(connection: sqlite3.Connection, rendering_id: int) -> list[Provenance]:
    """Who made what of a rendering."""
    rows = connection.execute(
        """SELECT s.stage, s.name, s.version, s.sha256, s.precision, s.backend
           FROM stage_done d JOIN stages s ON s.id = d.stage_id WHERE d.rendering_id = ? ORDER BY s.stage""",
        (rendering_id,),
    )
    return [provenance_of(row) for row in rows]


def read_mentions(
    connection: sqlite3.Connection, places: dict[int, int]
) -> dict[int, list[Mention]]:
    """Mentions by paragraph id, in order; `places` gives each paragraph id its row index."""
    found: dict[int, list[Mention]] = defaultdict(list)
    select = f"SELECT m.paragraph_id, {MENTION_COLUMNS} FROM mentions m"
    for row in select_by_ids(
        connection, select, "m.paragraph_id", list(places), "ORDER BY m.start"
    ):
        row_id, start, end, text, label, name, entity_id, joined_by, country, ref = row
        found[row_id].append(
            Mention(
                paragraph=places[row_id],
                start=start,
                end=end,
                text=text,
                label=label,
                name=name,
                entity_id=entity_id,
                joined_by=joined_by,
                country=country,
                ref=ref,
            )
        )
    return found


def read_figures(connection: sqlite3.Connection, places: dict[int, int]) -> dict[int, list[Figure]]:
    """Figures by paragraph id, in order; `places` gives each paragraph id its row index."""
    found: dict[int, list[Figure]] = defaultdict(list)
    select = f"SELECT f.paragraph_id, {FIGURE_COLUMNS} FROM figures f"
    for row in select_by_ids(
        connection, select, "f.paragraph_id", list(places), "ORDER BY f.start"
    ):
        found[row[0]].append(figure_of(row[1:], places[row[0]]))
    return found


def figure_of(row: Row, paragraph: int) -> Figure:
    """A figure from its row (FIGURE_COLUMNS)."""
    return Figure(
        paragraph=paragraph,
        start=row[0],
        end=row[1],
        text=row[2],
        kind=row[3],
        value=to_decimal(row[4]),
        low=to_decimal(row[5]),
        high=to_decimal(row[6]),
        modifier=row[7],
        unit=row[8],
        base_value=to_decimal(row[9]),
        base_unit=row[10],
        noun=row[11],
        change=row[12],
        role=row[13],
        date_start=to_day(row[14]),
        date_end=to_day(row[15]),
        time=row[16],
        about_start=to_day(row[17]),
        about_end=to_day(row[18]),
        subjects=tuple(load(row[19])),
        sentence_start=row[20],
        sentence_end=row[21],
        rule=row[22],
    )


def select_by_ids(
    connection: sqlite3.Connection, select: str, column: str, ids: Sequence[int], tail: str = ""
) -> list[Row]:
    """Rows of `select` whose `column` is in `ids`, however many there are: SQLite binds some thousand values at most."""
    rows: list[Row] = []
    for first in range(0, len(ids), _BATCH):
        part = list(ids[first : first + _BATCH])
        marks = ", ".join("?" * len(part))
        rows += connection.execute(f"{select} WHERE {column} IN ({marks}) {tail}", part)
    return rows


def read_document(connection: sqlite3.Connection, article_id: int) -> tuple[int, RawDocument]:
    """The newest version's id, and its raw document as it came, so that it can be cleaned again."""
    row = connection.execute(
        """SELECT v.id, d.content, v.media_type, v.url, v.origin, v.hints, v.fetched_at, a.origin_id, d.sha256
           FROM versions v JOIN raw_documents d ON d.sha256 = v.raw_sha256
           JOIN articles a ON a.id = v.article_id
           WHERE v.article_id = ? ORDER BY v.n DESC LIMIT 1""",
        (article_id,),
    ).fetchone()
    if row is None:
        raise _missing(article_id)
    return int(row[0]), document_of(row[1:8], row[8])


def document_of(row: Row, digest: str | None = None) -> RawDocument:
    """A raw document from (content, media_type, url, origin, hints, fetched_at, origin_id), checked by its sha256."""
    with damage_said():
        content = zstandard.decompress(row[0])
        if digest is not None and sha256(content) != digest:
            raise ValueError("other bytes than were kept")
    return RawDocument(
        content=content,
        media_type=row[1],
        url=row[2],
        origin=row[3],
        hints=hints_of(row[4]),
        fetched_at=cast("Any", to_instant(row[5])),
        origin_id=row[6],
    )


def hints_of(text: str) -> Hints:
    """The hints that `hints_text` wrote."""
    with damage_said():
        hints: dict[str, Any] = {
            k: tuple(v) if isinstance(v, list) else v for k, v in load(text).items()
        }
        return Hints(**hints)


def to_article(stored: StoredArticle) -> Article:
    """The stored article as the enrichers take it."""
    fields: dict[str, Any] = {name: getattr(stored, name) for name in Article.__dataclass_fields__}
    return Article(**fields)
