"""Which hits tell the same: articles of one story, rows of one text.

A story is what copies make of one another: articles of the same text under several addresses, and near copies as
`storage.near_copies` marked them when they were stored.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np

from schemas.results import Duplicates
from storage.scored_rows import Ids, ScoredRows, distinct

if TYPE_CHECKING:
    from storage.ranking import Ranking


def stories_of(story_by_article: Mapping[int, int], article_ids: Ids) -> Ids:
    """The story of each article, of those that `read_stories` found: the lowest id of the articles that tell it."""
    if not story_by_article:
        return article_ids
    known = np.array(sorted(story_by_article), dtype=np.int64)
    stories = np.array([story_by_article[one] for one in known.tolist()], dtype=np.int64)
    places = np.minimum(np.searchsorted(known, article_ids), len(known) - 1)
    return np.where(known[places] == article_ids, stories[places], article_ids)


def read_stories(connection: sqlite3.Connection) -> dict[int, int]:
    """The story of each article that is not the only one to tell it."""
    pairs: list[tuple[int, int]] = []
    same = connection.execute(
        """SELECT content_sha256, article_id FROM renderings WHERE current = 1 AND content_sha256 IN (
               SELECT content_sha256 FROM renderings WHERE current = 1 GROUP BY 1 HAVING count(*) > 1)
           ORDER BY 1, 2"""
    ).fetchall()
    pairs += [(one[1], two[1]) for one, two in pairwise(same) if one[0] == two[0]]
    pairs += connection.execute(
        """SELECT r.article_id, o.article_id FROM near_copies c
           JOIN renderings r ON r.id = c.rendering_id AND r.current = 1
           JOIN renderings o ON o.id = c.other_id AND o.current = 1"""
    ).fetchall()
    return joined(pairs)


def joined(pairs: list[tuple[int, int]]) -> dict[int, int]:
    """Each number of `pairs` with the lowest that it is joined to, over however many pairs.

    >>> joined([(7, 3), (9, 7), (4, 5)])
    {7: 3, 3: 3, 9: 3, 4: 4, 5: 4}
    """
    root: dict[int, int] = {}

    def find(one: int) -> int:
        root.setdefault(one, one)
        while root[one] != one:
            root[one] = root[root[one]]
            one = root[one]
        return one

    for one, two in pairs:
        low, high = sorted((find(one), find(two)))
        root[high] = low
    return {one: find(one) for one in root}


def duplicates_of(ranking: Ranking, hits: ScoredRows) -> list[Duplicates]:
    """For each hit what is folded under it: of all that matches, wherever it would stand."""
    article_ids, row_ids = ranking.matching()
    is_row = ranking.options.per == "paragraph"
    if is_row:
        same = ranking.connection.execute(
            """SELECT p.id FROM paragraphs p WHERE p.text_sha256 IN (
                   SELECT text_sha256 FROM paragraphs WHERE id IN (SELECT value FROM json_each(?)))""",
            (json_ids(hits.row_ids),),
        )
        units = np.array([row[0] for row in same], dtype=np.int64)
        units = units[np.isin(units, row_ids)]
        order = np.argsort(row_ids, kind="stable")
        of_unit = article_ids[order[np.searchsorted(row_ids, units, sorter=order)]]
        of_hits, groups = texts_of(ranking.connection, hits.row_ids), texts_of(ranking.connection, units)  # fmt: skip
    else:
        units = of_unit = distinct(article_ids)
        of_hits, groups = (stories_of(ranking.stories, ids) for ids in (hits.article_ids, units))
    shown = hits.row_ids if is_row else hits.article_ids
    found = []
    for group, one in zip(of_hits, shown, strict=True):
        others = of_unit[(groups == group) & (units != one)]
        found.append(Duplicates(count=len(others), ids=tuple(np.unique(others).tolist())))
    return found


def texts_of(connection: sqlite3.Connection, row_ids: Ids) -> Ids:
    """A number for each row's text, the same for rows of the same text."""
    texts = dict(
        connection.execute(
            """SELECT id, text_sha256 FROM paragraphs
               WHERE id IN (SELECT value FROM json_each(?))""",
            (json_ids(row_ids),),
        ).fetchall()
    )
    numbers = [int(texts[one][:15], 16) for one in row_ids.tolist()]
    return np.array(numbers, dtype=np.int64)


def json_ids(ids: Ids) -> str:
    """Ids as SQLite's json_each takes them."""
    return f"[{','.join(map(str, ids.tolist()))}]"
