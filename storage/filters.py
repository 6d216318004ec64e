"""The shared filters as SQL conditions over articles a, renderings r (current) and paragraphs p."""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass, field

from schemas.filters import Filters
from schemas.salience import ABOUT
from storage.values import name_key, to_text

SEARCHED_KINDS = ("article", "live", "gallery", "video")

ROWS = """paragraphs p
    JOIN renderings r ON r.id = p.rendering_id AND r.current = 1
    JOIN articles a ON a.id = r.article_id"""


# A mention m that is the speaker of a quotation q: but for an article, a title or an initial they are the same span.
SAME_SPEAKER = """m.paragraph_id = q.speaker_paragraph_id AND m.start BETWEEN q.speaker_start - 40 AND q.speaker_start + 4
    AND m."end" BETWEEN q.speaker_end - 4 AND q.speaker_end + 4 AND m."end" > q.speaker_start"""


@dataclass(slots=True)
class Conditions:
    """Conditions to join with AND, and the values bound to their marks, in order."""

    clauses: list[str] = field(default_factory=list)
    values: list[object] = field(default_factory=list)

    def add(self, clause: str, *values: object) -> None:
        """One more condition."""
        self.clauses.append(clause)
        self.values.extend(values)

    @property
    def sql(self) -> str:
        """The conditions as one expression."""
        return " AND ".join(self.clauses) or "1"


def row_conditions(filters: Filters, connection: sqlite3.Connection | None = None) -> Conditions:
    """What a row must meet to be searched under `filters`; those of a figure need the connection."""
    found = article_conditions(filters)
    found.add("p.masked = 0")
    kinds = (*SEARCHED_KINDS, *filters.include)
    found.add(f"r.page_kind IN ({', '.join('?' * len(kinds))})", *kinds)
    if mentions := mention_conditions(filters):
        found.add(
            f"p.id IN (SELECT m.paragraph_id FROM mentions m WHERE {mentions.sql})",
            *mentions.values,
        )
    if said := spoken_rows(filters):
        found.add(f"p.id IN ({said.sql})", *said.values)
    if figures := figured_rows(filters, connection):
        found.add(f"p.id IN ({figures.sql})", *figures.values)
    return found


def figured_rows(filters: Filters, connection: sqlite3.Connection | None) -> Conditions | None:
    """A SELECT of the ids of all rows that have such a figure as is asked for; None where any row will do."""
    if filters.figure is None:
        return None
    if connection is None:
        raise TypeError("filters that ask for a figure need the connection")
    from storage.figures import figure_conditions  # which lists figures by the conditions of rows

    asked = figure_conditions(connection, filters.figure, lang=filters.lang)
    sql = f"SELECT f.paragraph_id FROM figures f WHERE {asked.sql}"
    return Conditions([sql], asked.values)


def spoken_rows(filters: Filters) -> Conditions | None:
    """A SELECT of the ids of all rows in which the speaker speaks; None where any row will do."""
    if not filters.speaker:
        return None
    said = spoken_by(filters.speaker)
    return Conditions([f"SELECT q.paragraph_id FROM quotations q WHERE {said.sql}"], said.values)


def spoken_by(name: str) -> Conditions:
    """What a row q of quotations must meet: its speaker goes by that name, or is called so in so many words."""
    key = name_key(name)
    sql = f"""q.id IN (SELECT q.id FROM mentions m JOIN quotations q ON q.speaker_paragraph_id = m.paragraph_id
            WHERE m.entity_id IN (SELECT entity_id FROM aliases WHERE alias_key = ?) AND {SAME_SPEAKER}
        UNION ALL SELECT q.id FROM quotations q WHERE q.speaker_key = ?)"""
    return Conditions([sql], [key, key])


def article_conditions(filters: Filters) -> Conditions:
    """What an article must meet: date, source, language, what it is about."""
    found = Conditions()
    if filters.since:
        found.add("r.published_at >= ?", to_text(filters.since))
    if filters.before:
        found.add("r.published_at < ?", to_text(filters.before))
    if filters.lang:
        found.add("r.language = ?", filters.lang)
    if filters.after_article is not None:
        found.add("a.id > ?", filters.after_article)
    if filters.about:
        found.add(
            """r.id IN (SELECT n.rendering_id FROM appearances n
                JOIN salience s ON s.rendering_id = n.rendering_id AND s.entity_id = n.name_id
                WHERE n.entity_id IN (SELECT entity_id FROM aliases WHERE alias_key = ?) AND s.score >= ?)""",
            *(name_key(filters.about), ABOUT),
        )
    if filters.source:
        host = filters.source.lower().removeprefix("www.")
        found.add(
            """(a.source IN (SELECT source FROM articles GROUP BY source HAVING fold(source) = ?)
                OR a.address_key = ? OR substr(a.address_key, 1, ?) = ?)""",
            filters.source.casefold(),
            host,
            len(host) + 1,
            f"{host}/",
        )
    return found


def mention_conditions(filters: Filters) -> Conditions | None:
    """What a mention must meet: the entity under any of its names, its label; None where any row will do."""
    if not (filters.entity or filters.label):
        return None
    found = Conditions()
    if filters.entity:
        found.add(
            "m.entity_id IN (SELECT entity_id FROM aliases WHERE alias_key = ?)",
            name_key(filters.entity),
        )
    if filters.label:
        found.add("m.label = ?", filters.label)
    return found
