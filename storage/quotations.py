"""Who said what: quotations as rows, and asked for by speaker and by words.

A speaker is tied to an entity by the mention that stands where the speaker does. That is looked for when it is asked, so that
it holds whatever was tagged, joined or merged since; a mention that is but a part of the speaker ("the wife of ...") ties
nothing.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

from schemas.filters import Filters
from schemas.quotations import FoundQuotation, Quotation
from storage.filters import ROWS, SAME_SPEAKER, row_conditions, spoken_by
from storage.values import name_key, to_instant
from storage.words import Wanted, find_matches, match_expression, query_words

_COLUMNS = """q.start, q."end", q.kind, q.speaker, sp.n, q.speaker_start, q.speaker_end, e.name, e.id, q.cue,
    q.continues, q.rule, p.n, p.text"""
_WIDTH = 14
_SAID = (
    f"quotations q JOIN {ROWS.replace('paragraphs p', 'paragraphs p ON p.id = q.paragraph_id', 1)}"
)
_SOURCE = f"""{_SAID}
    LEFT JOIN paragraphs sp ON sp.id = q.speaker_paragraph_id
    LEFT JOIN mentions t ON t.id = (SELECT m.id FROM mentions m WHERE {SAME_SPEAKER} ORDER BY m.start LIMIT 1)
    LEFT JOIN entities e ON e.id = t.entity_id"""


def add_quotations(
    connection: sqlite3.Connection, quotations: Iterable[Quotation], row_ids: Mapping[int, int]
) -> None:
    """Store quotations; `row_ids` gives each row of the article its paragraph id."""
    connection.executemany(
        """INSERT INTO quotations (paragraph_id, start, "end", kind, speaker, speaker_key, speaker_paragraph_id,
           speaker_start, speaker_end, cue, continues, rule) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)""",
        [
            (
                *(row_ids[q.paragraph], q.start, q.end, q.kind, q.speaker),
                None if q.speaker is None else name_key(q.speaker),
                None if q.speaker_paragraph is None else row_ids[q.speaker_paragraph],
                *(q.speaker_start, q.speaker_end, q.cue, q.continues, q.rule),
            )
            for q in quotations
        ],
    )


def replace_quotations(
    connection: sqlite3.Connection, rendering_id: int, quotations: Iterable[Quotation]
) -> None:
    """The quotations of a rendering in the place of those it had: they serve until this transaction commits."""
    rows = connection.execute(
        "SELECT n, id FROM paragraphs WHERE rendering_id = ?", (rendering_id,)
    ).fetchall()
    connection.execute(
        "DELETE FROM quotations WHERE paragraph_id IN (SELECT id FROM paragraphs WHERE rendering_id = ?)",
        (rendering_id,),
    )
    add_quotations(connection, quotations, {int(n): int(row_id) for n, row_id in rows})


def read_quotations(connection: sqlite3.Connection, rendering_id: int) -> list[Quotation]:
    """The quotations of a current rendering, in reading order."""
    rows = connection.execute(
        f"SELECT {_COLUMNS} FROM {_SOURCE} WHERE r.id = ? ORDER BY p.n, q.start", (rendering_id,)
    )
    return [_of_row(row) for row in rows]


def list_quotations(
    connection: sqlite3.Connection,
    words: str | None,
    filters: Filters,
    *,
    limit: int,
) -> tuple[int, list[FoundQuotation]]:
    """How many quotations match, and the newest of them; a limit below 0 is none.

    All of the `words` stand in what was said, by the speaker of `filters`.
    """
    conditions = row_conditions(replace(filters, speaker=None), connection)
    if filters.speaker:
        asked = spoken_by(filters.speaker)
        conditions.add(asked.sql, *asked.values)
    wanted = query_words(words, _languages(connection, filters)) if words else []
    if words:
        every = " AND ".join(f"({match_expression([stems])})" for stems in wanted)
        conditions.add(
            "p.id IN (SELECT rowid FROM paragraphs_fts WHERE paragraphs_fts MATCH ?)" if every else "0",
            *([every] if every else []),
        )  # fmt: skip
    # Words are looked for in what was said, not in its row: all rows that have them are read.
    rows = connection.execute(
        f"""SELECT {_COLUMNS}, a.id, a.key, r.title, a.url, a.source, r.published_at, r.language
            FROM {_SOURCE} WHERE {conditions.sql}
            ORDER BY r.published_at DESC NULLS LAST, a.id DESC, p.n, q.start LIMIT ?""",
        (*conditions.values, -1 if wanted else limit),
    )
    if not wanted:
        count = f"SELECT count(*) FROM {_SAID} WHERE {conditions.sql}"
        total = int(connection.execute(count, conditions.values).fetchone()[0])
        return total, [_found(row) for row in rows]
    total, found = 0, []
    for row in rows:
        said = row[_WIDTH - 1][row[0] : row[1]]
        if not all(find_matches(said, Wanted([stems]), row[-1]) for stems in wanted):
            continue
        total += 1
        if limit < 0 or total <= limit:
            found.append(_found(row))
    return total, found


def _languages(connection: sqlite3.Connection, filters: Filters) -> list[str | None]:
    if filters.lang:
        return [filters.lang]
    rows = connection.execute("SELECT DISTINCT language FROM renderings WHERE current = 1")
    return [row[0] for row in rows]


def _found(row: tuple[Any, ...]) -> FoundQuotation:
    quotation, text = _of_row(row[:_WIDTH]), row[_WIDTH - 1]
    article_id, key, title, url, source, published, _ = row[_WIDTH:]
    return FoundQuotation(
        quotation=quotation,
        article_id=article_id,
        key=key,
        title=title,
        url=url,
        source=source,
        published_at=to_instant(published),
        context=text,
    )


def _of_row(row: tuple[Any, ...]) -> Quotation:
    start, end = row[0], row[1]
    return Quotation(
        paragraph=row[12],
        start=start,
        end=end,
        text=row[13][start:end],
        kind=row[2],
        speaker=row[3],
        speaker_paragraph=row[4],
        speaker_start=row[5],
        speaker_end=row[6],
        name=row[7],
        entity_id=row[8],
        cue=row[9],
        continues=bool(row[10]),
        rule=row[11],
    )
