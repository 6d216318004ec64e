"""Articles in languages that the embedding model does not read: what their vectors say counts for nothing.

A model's languages are those that it names itself; one that names none, or all, is taken to read every language.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Sequence

import numpy as np

from schemas.protocols import Encoder
from schemas.stored import SearchHit
from storage.filters import SEARCHED_KINDS
from storage.scan import Ids
from storage.scored_rows import ScoredRows
from storage.values import dump

_LAST = 1e-3
_MANY = {"mul", "multilingual", "xx"}


def reads(encoder: Encoder) -> frozenset[str]:
    """The languages that the encoder's model reads; empty where it is not known to leave any out."""
    named = {code.strip().lower().partition("-")[0] for code in getattr(encoder, "languages", ())}
    return frozenset() if named & _MANY else frozenset(named)


def is_read(encoder: Encoder, language: str) -> bool:
    """Whether the encoder's model reads a language."""
    read = reads(encoder)
    return not read or language.lower().partition("-")[0] in read


def unread_articles(
    connection: sqlite3.Connection, encoder: Encoder, languages: Iterable[str | None]
) -> Ids:
    """The articles in those of `languages` that the encoder does not read, in order. No language is no such one."""
    others = [one for one in languages if one and not is_read(encoder, one)]
    if not others:
        return np.zeros(0, dtype=np.int64)
    found = connection.execute(
        """SELECT article_id FROM renderings
           WHERE current = 1 AND language IN (SELECT value FROM json_each(?)) ORDER BY 1""",
        (dump(others),),
    )
    return np.array([row[0] for row in found], dtype=np.int64)


def without_similarity(found: ScoredRows, unread: Ids) -> ScoredRows:
    """`found`, where what the model could not read has no similarity. Its cosine is left to tell equals apart."""
    if not len(unread):
        return found
    similarities = np.where(np.isin(found.article_ids, unread), np.nan, found.similarities)
    return ScoredRows(found.article_ids, found.row_ids, found.scores, similarities)


def behind_the_read(found: ScoredRows, by_words: ScoredRows) -> ScoredRows:
    """`found`, where rows without similarity stand by their words, behind all whose meaning is known."""
    unread = np.isnan(found.similarities)
    if not unread.any():
        return found
    lowest = float(found.scores[~unread].min(initial=3 * _LAST)) - 3 * _LAST
    scores = np.where(unread, lowest + _LAST * _LAST * found.scores, found.scores)
    order = np.argsort(found.row_ids)
    known = np.isin(by_words.row_ids, found.row_ids)
    places = order[np.searchsorted(found.row_ids[order], by_words.row_ids[known])]
    shares = by_words.scores[known] / max(float(by_words.scores.max(initial=0.0)), 1e-12)
    scores[places] += np.where(unread[places], _LAST * shares, 0.0)
    return ScoredRows(found.article_ids, found.row_ids, scores, found.similarities)


def note_of(encoder: Encoder, hits: Sequence[SearchHit]) -> tuple[str, ...]:
    """What is to be said of hits that stand by their words alone."""
    number = sum(hit.ranked_by == "words" for hit in hits)
    if not number:
        return ()
    verb = "is in a language" if number == 1 else "are in languages"
    return (
        f"{number} of {len(hits)} {verb} that {encoder.provenance.name} does not read: ranked by words only",
    )


def count_paragraphs(connection: sqlite3.Connection) -> dict[str | None, int]:
    """How many rows that search can see there are in each language, the most first."""
    kinds = ", ".join("?" * len(SEARCHED_KINDS))
    rows = connection.execute(
        f"""SELECT r.language, count(*) FROM paragraphs p JOIN renderings r ON r.id = p.rendering_id
            WHERE r.current = 1 AND p.masked = 0 AND r.page_kind IN ({kinds})
            GROUP BY 1 ORDER BY 2 DESC, 1""",
        SEARCHED_KINDS,
    )
    return dict(rows.fetchall())
