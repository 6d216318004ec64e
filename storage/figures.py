"""Figures asked for over the whole store: by kind, value, unit, noun, subject and period, each with its sentence."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterable, Sequence
from typing import Any

from schemas.errors import UsageError
from schemas.filters import Filters
from schemas.marks import Figure, FigureOrder, FigureQuery
from schemas.nouns import names_noun
from schemas.stored import FoundFigure
from schemas.units import Scale, nearest_unit, scale_of, stored_units
from storage.browse import row_limit
from storage.figure_matches import MOST_RANKED, Match, best_first
from storage.filters import ROWS, Conditions, row_conditions
from storage.read import FIGURE_COLUMNS, figure_of, select_by_ids
from storage.values import dump, load, name_key, to_instant
from storage.words import match_expression, query_words

# The first side of a score is its low, as "from $5 to $3" may be written with the higher end first.
UPPER = "coalesce(f.value, max(f.low, f.high), f.high, f.low)"
LOWER = "coalesce(f.value, min(f.low, f.high), f.low, f.high)"
AskedScales = dict[str, tuple[str, Scale]]
"""Stored units that are compared with an asked one: each with the asked unit, and the scale from it to that."""
# What is computed in another unit differs in the last digits from what was written in this one.
_ROUNDING = 1e-9
# Characters behind a figure in which what it counts is named.
_NOUN_PHRASE = 80


SOURCE = (
    f"figures f JOIN {ROWS.replace('paragraphs p', 'paragraphs p ON p.id = f.paragraph_id', 1)}"
)


def read_found_figures(
    connection: sqlite3.Connection,
    query: FigureQuery,
    filters: Filters,
    *,
    limit: int | None,
    order: FigureOrder | None = None,
) -> tuple[int, list[FoundFigure]]:
    """How many figures match, and the first `limit` of them in `order`; figures of one article as they are written.

    Without an order, those first that the words asked for mean most, or the newest where no words are.
    """
    conditions = listed_conditions(connection, query, filters)
    asked = asked_scales(connection, query)
    by = _order_by(connection, query, order or "newest", asked)
    total = connection.execute(
        f"SELECT count(*) FROM {SOURCE} WHERE {conditions.sql}", conditions.values
    ).fetchone()[0]
    words = query.words if order is None else None
    most = row_limit(limit)
    rows = connection.execute(
        f"SELECT f.id FROM {SOURCE} WHERE {conditions.sql} ORDER BY {by.sql} LIMIT ?",
        (*conditions.values, *by.values, max(most, MOST_RANKED) if words and most > 0 else most),
    )
    matches = _matches(connection, [int(row[0]) for row in rows], asked)
    if not words:
        return int(total), [match.found for match in matches]
    ranked = best_first(matches, query_words(words, _languages(connection, filters.lang)))
    return int(total), ranked if most < 0 else ranked[:most]


def figures_of(connection: sqlite3.Connection, ids: Sequence[int]) -> list[FoundFigure]:
    """The figures of these ids with their articles, in their order."""
    return [match.found for match in _matches(connection, list(ids), {})]


def _matches(connection: sqlite3.Connection, ids: list[int], asked: AskedScales) -> list[Match]:
    """The figures of these ids, in their order."""
    select = f"""SELECT f.id, {FIGURE_COLUMNS}, p.n, p.text, a.id, a.key, r.title, a.url, a.source, r.published_at,
        r.language FROM {SOURCE}"""
    rows = {row[0]: row[1:] for row in select_by_ids(connection, select, "f.id", ids)}
    return [Match(_found(rows[i], asked), rows[i][-1]) for i in ids]


def _found(row: tuple[Any, ...], asked: AskedScales) -> FoundFigure:
    width = FIGURE_COLUMNS.count(",") + 1
    figure = figure_of(row[:width], row[width])
    text, article_id, key, title, url, site, published = row[width + 1 : -1]
    return FoundFigure(
        figure=figure,
        article_id=article_id,
        key=key,
        title=title,
        url=url,
        source=site,
        published_at=to_instant(published),
        sentence=text[figure.sentence_start : figure.sentence_end] or text,
        **_in_asked_unit(figure, asked),
    )


def listed_conditions(
    connection: sqlite3.Connection, query: FigureQuery, filters: Filters
) -> Conditions:
    """What a row of SOURCE must meet to be listed."""
    found = row_conditions(filters)
    asked = figure_conditions(connection, query, lang=filters.lang)
    found.add(asked.sql, *asked.values)
    return found


def value_in(asked: AskedScales, value: str) -> Conditions:
    """An SQL expression over f: `value` (of UPPER, LOWER ...) in the asked unit, or as it stands where none was."""
    terms = Conditions()
    for unit, (_, scale) in asked.items():
        terms.add(f"WHEN ? THEN {value} * ? + ?", unit, float(scale.factor), float(scale.offset))
    if not asked:
        return Conditions([value])
    return Conditions([f"CASE f.unit {' '.join(terms.clauses)} END"], terms.values)


def _order_by(
    connection: sqlite3.Connection, query: FigureQuery, order: FigureOrder, asked: AskedScales
) -> Conditions:
    if order == "article":
        return Conditions(["a.id, p.n, f.start"])
    if order != "value":
        return Conditions(["r.published_at DESC NULLS LAST, a.id DESC, p.n, f.start"])
    if query.kind == "duration" and not asked:  # the one kind whose units are all of one dimension
        asked = asked_scales(connection, FigureQuery(unit="second"))
    value = value_in(asked, UPPER)
    if query.kind == "date":
        value = Conditions(["coalesce(f.date_end, f.date_start)"])
    return Conditions([f"{value.sql} DESC NULLS LAST, a.id, p.n, f.start"], value.values)


def _in_asked_unit(figure: Figure, asked: AskedScales) -> dict[str, Any]:
    unit, scale = asked.get(figure.unit or "", (figure.unit, None))
    if scale is None or unit == figure.unit:
        return {}
    values = {"value": figure.value, "low": figure.low, "high": figure.high}
    return {
        "asked_unit": unit,
        **{f"asked_{name}": scale.of(value) for name, value in values.items() if value is not None},
    }


def figure_conditions(
    connection: sqlite3.Connection, query: FigureQuery, *, lang: str | None = None
) -> Conditions:
    """What a row f of figures must meet: for a list of figures, or for paragraphs that have one such figure.

    `p.id IN (SELECT f.paragraph_id FROM figures f WHERE {sql})` is a paragraph with one; no other row is named in it.
    `lang` is the language that `query.words` are in, where that is known.

    Raises UsageError for a unit that is neither known nor stored.
    """
    found = Conditions()
    _add_values(connection, query, found)
    if query.noun:
        _add_noun(connection, query.noun, found)
    if query.subject:
        _add_names(connection, found, "subjects", _has_subject(connection, query.subject))
    if query.about:
        first, last = (str(day) for day in query.about)
        found.add(
            """((f.about_start <= ? OR f.about_start IS NULL) AND f.about_end >= ?
                OR f.about_start <= ? AND f.about_end IS NULL
                OR f.date_start <= ? AND f.date_end >= ?)""",
            *(last, first, last, last, first),
        )
    if query.words:
        found.add(
            "f.paragraph_id IN (SELECT rowid FROM paragraphs_fts WHERE paragraphs_fts MATCH ?)",
            _all_words(connection, query.words, lang),
        )
    return found


def asked_scales(connection: sqlite3.Connection, query: FigureQuery) -> AskedScales:
    """The stored units that the asked unit finds; none where none is asked for.

    Raises UsageError for a unit that is neither known nor stored.
    """
    if query.unit is None:
        return {}
    stored = _distinct(connection, "unit")
    same = [unit for unit in stored if unit.lower() == query.unit.lower()]
    names = list(dict.fromkeys((*stored_units(query.unit), *same)))
    if not names:
        raise _unknown_unit(query.unit)
    found: AskedScales = {}
    for name in names:
        to = scale_of(name, query.rates)
        for unit in stored:
            scale = scale_of(unit, query.rates)
            if scale.dimension == to.dimension:
                found.setdefault(unit, (name, scale.to(to)))
    return found


def _add_values(connection: sqlite3.Connection, query: FigureQuery, found: Conditions) -> None:
    """A figure that is a span (a range, "at least 20") counts where any of it may lie within what is asked for."""
    scales: dict[str | None, Scale] = {None: Scale(dimension="")}
    if query.unit is not None:
        scales = {unit: scale for unit, (_, scale) in asked_scales(connection, query).items()}
    if query.kind:
        found.add("+f.kind = ?", query.kind)
    each = [_span(query, unit, scale) for unit, scale in scales.items()]
    if all(one.clauses for one in each):
        spans = " OR ".join(f"({one.sql})" for one in each)
        found.add(f"({spans or '0'})", *(value for one in each for value in one.values))
    # What is said in words picks fewer rows than a kind or a unit.
    if not (query.words or query.noun or query.subject):
        _add_ids(query, scales, found)


def _span(query: FigureQuery, unit: str | None, scale: Scale) -> Conditions:
    """What the values in one unit must meet, for rows that were picked by something else."""
    found = Conditions()
    if unit is not None:
        found.add("+f.unit = ?", unit)
    if query.minimum is not None:
        found.add(f"+{UPPER} >= ?", _bound(query.minimum, scale, -1))
    if query.maximum is not None:
        found.add(f"+{LOWER} <= ?", _bound(query.maximum, scale, 1))
    return found


def _add_ids(query: FigureQuery, scales: dict[str | None, Scale], found: Conditions) -> None:
    """Rows picked by the index of units or of kinds: by id, so that they are read in the order of the file.

    That is several times quicker than in the order of the index, where many match.
    """
    selects, values = [], list[object]()
    for unit, scale in scales.items():
        column, name = ("kind", query.kind) if unit is None else ("unit", unit)
        if name is None:
            return
        least = "" if query.minimum is None else f" AND {UPPER.replace('f.', '')} >= ?"
        selects.append(f"SELECT id FROM figures WHERE {column} = ?{least}")
        values += [name] if query.minimum is None else [name, _bound(query.minimum, scale, -1)]
    if selects:
        found.add(f"f.id IN ({' UNION ALL '.join(selects)})", *values)


def _bound(value: float, scale: Scale, sign: int) -> float:
    """An asked bound in the unit that `scale` leads from, a little further off."""
    factor, offset = float(scale.factor), float(scale.offset)
    slack = _ROUNDING * (abs(value) + abs(offset)) if abs(value) < float("inf") else 0.0
    return (value - offset + sign * slack) / factor


def _unknown_unit(unit: str) -> UsageError:
    near = nearest_unit(unit)
    return UsageError(
        f"unknown unit {unit!r}",
        remedy=(f"did you mean {near}? " if near else "")
        + "Write a currency (USD, dollars, $), % or a unit of measure (km, tonnes, barrels a day); what is counted or "
        "measured (soldiers, wheat) is a noun",
    )


def _add_names(
    connection: sqlite3.Connection, found: Conditions, column: str, wanted: Callable[[str], bool]
) -> None:
    """The values of a column that are wanted, of those there are: few against the rows, and the column has an index."""
    values = [value for value in _distinct(connection, column) if wanted(value)]
    found.add(f"f.{column} IN (SELECT value FROM json_each(?))", dump(values))


def _add_noun(connection: sqlite3.Connection, asked: str, found: Conditions) -> None:
    """The noun as it is stored; of "school districts" the last word is, so that the rest must stand before it in the text."""
    names = Conditions()
    _add_names(connection, names, "noun", _is_noun(asked))
    rest, _, head = asked.strip().rpartition(" ")
    if rest:
        phrase = Conditions()
        _add_names(connection, phrase, "noun", _is_noun(head))
        phrase.add(
            """instr(lower((SELECT substr(w.text, f."end" + 1, ?) FROM paragraphs w WHERE w.id = f.paragraph_id)),
                  lower(? || ' ' || f.noun)) > 0""",
            _NOUN_PHRASE,
            rest,
        )
        names.add(phrase.sql, *phrase.values)
    found.add(f"({' OR '.join(names.clauses)})", *names.values)


def _distinct(connection: sqlite3.Connection, column: str) -> Iterable[str]:
    """Each value of an indexed column once. A jump from one to the next reads as many rows as there are values."""
    some = {"noun": "noun IS NOT NULL", "subjects": "subjects <> '[]'"}.get(column, "1")
    rows = connection.execute(
        f"""WITH RECURSIVE each(v) AS (
                SELECT min({column}) FROM figures WHERE {some}
                UNION ALL
                SELECT (SELECT min({column}) FROM figures WHERE {some} AND {column} > each.v) FROM each
                WHERE each.v IS NOT NULL)
            SELECT v FROM each WHERE v IS NOT NULL"""
    )
    return [str(row[0]) for row in rows]


def _is_noun(asked: str) -> Callable[[str], bool]:
    return lambda noun: names_noun(asked, noun)


def _has_subject(connection: sqlite3.Connection, asked: str) -> Callable[[str], bool]:
    """Whether one of a figure's subjects (JSON) is `asked` or another name of the entity that goes by it."""
    rows = connection.execute(
        """SELECT DISTINCT alias_key FROM aliases
           WHERE entity_id IN (SELECT entity_id FROM aliases WHERE alias_key IN (?, ?))""",
        (name_key(asked), _bare(asked)),
    )
    keys = {_bare(asked), *(_bare(str(row[0])) for row in rows)}
    return lambda subjects: any(_bare(str(name)) in keys for name in load(subjects))


def _bare(name: str) -> str:
    return name_key(name).removeprefix("the ")


def _all_words(connection: sqlite3.Connection, words: str, lang: str | None) -> str:
    """An FTS5 query: each of the words, in any language that is stored."""
    each = query_words(words, _languages(connection, lang))
    return " AND ".join(f"({match_expression([stems])})" for stems in each) or '""'


def _languages(connection: sqlite3.Connection, lang: str | None) -> list[str | None]:
    """The languages that words are looked for in, the most common first."""
    rows = connection.execute(
        """SELECT language FROM renderings WHERE current = 1 GROUP BY language
           ORDER BY count(*) DESC, language"""
    )
    return [lang] if lang else [row[0] for row in rows]
