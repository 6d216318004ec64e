"""Lines that a site repeats under different titles: learned from what is stored, and masked wherever they stand on it.

A site is the host of an article's address without "www.", else the name that the article gives its site; an article
without either belongs to none. A line is a paragraph of the body under LONGEST characters that is not among the first
three of its article. It is template while it stands under at least ENOUGH titles, and under at least one in SHARE of the
articles, among the site's newest WINDOW articles (by id, of the kinds of page that are searched). Then it is masked in
the current renderings of all articles of the site; when the evidence goes, the mask goes.

What an article costs is a row for each of its lines, in the transaction that stores it. A learned line is not counted
again before enough has happened on its site for it to have lost its evidence (`due`). Only where an article leaves its
site, or the search, are all lines of the site counted. Whoever writes holds the file (BEGIN IMMEDIATE).
"""

from __future__ import annotations

import re
import sqlite3
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

from storage.connection import transaction
from storage.filters import SEARCHED_KINDS
from storage.values import dump, sha256, to_text

WINDOW: Final = 200
ENOUGH: Final = 5
SHARE: Final = 5
LONGEST: Final = 200
_FIRST: Final = 3
_MASK: Final = 2  # what a cleaner masks is 1, and is not ours to lift
_KEY: Final = 16  # of the 64 digits of a text's sha256: two lines of one site that share them are counted as one
_END_OF_HOST = re.compile("[/?#]")

_LINES = f"p.n >= {_FIRST} AND length(p.text) < {LONGEST}"
_LINE = f"substr(p.text_sha256, 1, {_KEY})"
_HOLDERS = """SELECT r.id FROM site_lines l JOIN renderings r ON r.article_id = l.article_id AND r.current = 1
    WHERE l.site_id = ? AND l.line = ?"""


@dataclass(frozen=True, slots=True)
class Window:
    """A site's newest articles: how many there are, and the first of them."""

    articles: int
    first_id: int

    @property
    def needed(self) -> int:
        """Under how many titles a template stands at least."""
        return max(ENOUGH, -(-self.articles // SHARE))


@dataclass(frozen=True, slots=True)
class _Joined:
    """An article that was counted on a site, and its lines: (index, key, text)."""

    site_id: int
    article_id: int
    rendering_id: int
    is_searched: bool
    rows: list[tuple[int, str, str]]


def is_on(connection: sqlite3.Connection) -> bool:
    """Whether this file has a site memory."""
    return bool(connection.execute("SELECT is_on FROM site_memory").fetchone()[0])


def learn_from_all(connection: sqlite3.Connection) -> None:
    """Count what is stored, once, in a file that an earlier copydesk wrote; in the caller's transaction."""
    if connection.execute("SELECT 1 FROM site_memory").fetchone() is None:
        _switch(connection, on=True)


def switch(connection: sqlite3.Connection, *, on: bool) -> None:
    """Learn from all that is stored, or forget it all and lift every mask; writes only where it was not so already."""
    if is_on(connection) != on:
        with transaction(connection):
            if is_on(connection) != on:  # else another process was first
                _switch(connection, on=on)


def _switch(connection: sqlite3.Connection, *, on: bool) -> None:
    for site_id, line, text in connection.execute(
        "SELECT site_id, line, text FROM learned_lines"
    ).fetchall():
        _unlearn(connection, site_id, line, text)
    for table in ("site_lines", "site_articles", "sites"):
        connection.execute(f"DELETE FROM {table}")
    connection.execute("INSERT OR REPLACE INTO site_memory (id, is_on) VALUES (1, ?)", (on,))
    if not on:
        return
    rows = connection.execute(
        "SELECT article_id, id FROM renderings WHERE current = 1 ORDER BY article_id"
    )
    for article_id, rendering_id in rows.fetchall():
        _add(connection, article_id, rendering_id)
    for (site_id,) in connection.execute("SELECT id FROM sites").fetchall():
        judge_site(connection, site_id)


def note_rendering(
    connection: sqlite3.Connection, article_id: int, rendering_id: int, *, retired: int | None
) -> None:
    """Count the lines of an article's new current rendering in place of the `retired` one's; mask what is template.

    An article without a retired rendering is new: its id is the highest of all.
    """
    if not is_on(connection):
        return
    left = _take_out(connection, article_id, retired) if retired is not None else None
    joined = _add(connection, article_id, rendering_id)
    stays = joined is not None and left == (joined.site_id, joined.is_searched)
    if left is not None and not stays:
        judge_site(connection, left[0])
    if joined is not None:
        _note_lines(connection, joined, is_new=retired is None)


def _note_lines(connection: sqlite3.Connection, joined: _Joined, *, is_new: bool) -> None:
    site_id = joined.site_id
    changes, window = _move_window(connection, joined, is_new=is_new)
    learned = {
        line: (text, due)
        for line, text, due in connection.execute(
            "SELECT line, text, due FROM learned_lines WHERE site_id = ?", (site_id,)
        ).fetchall()
    }
    template = [
        (_MASK, joined.rendering_id, n)
        for n, line, text in joined.rows
        if learned.get(line, ("",))[0] == text
    ]
    if template:
        connection.executemany(
            "UPDATE paragraphs SET masked = ? WHERE rendering_id = ? AND n = ? AND masked = 0",
            template,
        )
    for line in _new_template(
        connection, site_id, {row[1] for row in joined.rows} - set(learned), window
    ):
        _learn(connection, site_id, line, window)
    for line, (text, due) in learned.items():
        if due <= changes:
            _judge_line(connection, site_id, line, text, window)


def forget_article(connection: sqlite3.Connection, article_id: int) -> set[int]:
    """Take out an article that is about to be deleted; returns the site, if any, to `judge_site` when all are gone."""
    current = "SELECT id FROM renderings WHERE article_id = ? AND current = 1"
    row = connection.execute(current, (article_id,)).fetchone()
    left = _take_out(connection, article_id, row[0] if row else None)
    return {left[0]} if left else set()


def judge_site(connection: sqlite3.Connection, site_id: int) -> None:
    """Count all lines of a site; a site without articles is forgotten."""
    window = window_of(connection, site_id)
    connection.execute(
        "UPDATE sites SET articles = ?, first_id = ? WHERE id = ?",
        (window.articles, window.first_id, site_id),
    )
    found = connection.execute(
        """SELECT line, count(DISTINCT title) AS titles FROM site_lines
           WHERE site_id = ? AND article_id >= ? GROUP BY line HAVING titles >= ?""",
        (site_id, window.first_id, window.needed),
    )
    template = {line for line, _ in found.fetchall()}
    learned = connection.execute(
        "SELECT line, text FROM learned_lines WHERE site_id = ?", (site_id,)
    ).fetchall()
    for line, text in learned:
        _judge_line(connection, site_id, line, text, window)
    for line in sorted(template - {line for line, _ in learned}):
        _learn(connection, site_id, line, window)
    connection.execute(
        """DELETE FROM sites WHERE id = ?1
           AND NOT EXISTS (SELECT 1 FROM site_articles WHERE site_id = ?1)""",
        (site_id,),
    )


def _add(connection: sqlite3.Connection, article_id: int, rendering_id: int) -> _Joined | None:
    """Count an article's lines; None where it has no site."""
    address, source, title, page_kind = connection.execute(
        """SELECT a.address_key, a.source, r.title, r.page_kind FROM articles a JOIN renderings r ON r.id = ?
           WHERE a.id = ?""",
        (rendering_id, article_id),
    ).fetchone()
    name = _site_name(address, source)
    if not name:
        return None
    site_id = _site_id(connection, name)
    is_searched = page_kind in SEARCHED_KINDS
    connection.execute(
        "INSERT INTO site_articles (article_id, site_id, is_searched) VALUES (?, ?, ?)",
        (article_id, site_id, is_searched),
    )
    rows = connection.execute(
        f"SELECT p.n, {_LINE}, p.text FROM paragraphs p WHERE p.rendering_id = ? AND {_LINES}",
        (rendering_id,),
    ).fetchall()
    # Pages that are not searched are no evidence, but are masked: their lines stand without a title.
    under = _title_key(title) if is_searched else None
    connection.executemany(
        "INSERT OR IGNORE INTO site_lines (site_id, line, article_id, title) VALUES (?, ?, ?, ?)",
        [(site_id, line, article_id, under) for _, line, _ in rows],
    )
    return _Joined(site_id, article_id, rendering_id, is_searched, rows)


def _site_id(connection: sqlite3.Connection, name: str) -> int:
    row = connection.execute("SELECT id FROM sites WHERE name = ?", (name,)).fetchone()
    if row:
        return int(row[0])
    return int(connection.execute("INSERT INTO sites (name) VALUES (?)", (name,)).lastrowid or 0)


def _take_out(
    connection: sqlite3.Connection, article_id: int, rendering_id: int | None
) -> tuple[int, bool] | None:
    """Take back what `_add` counted; returns the site and whether the article was searched."""
    row = connection.execute(
        "DELETE FROM site_articles WHERE article_id = ? RETURNING site_id, is_searched",
        (article_id,),
    ).fetchone()
    if row is None:
        return None
    connection.execute(
        f"""DELETE FROM site_lines WHERE site_id = ? AND article_id = ?
            AND line IN (SELECT {_LINE} FROM paragraphs p WHERE p.rendering_id = ? AND {_LINES})""",
        (row[0], article_id, rendering_id),
    )
    return int(row[0]), bool(row[1])


def _site_name(address: str | None, source: str | None) -> str:
    return _END_OF_HOST.split(address)[0] if address else _folded(source).removeprefix("www.")


def _title_key(title: str | None) -> str:
    return sha256(_folded(title))[:_KEY]


def _folded(text: str | None) -> str:
    return " ".join((text or "").casefold().split())


def window_of(connection: sqlite3.Connection, site_id: int) -> Window:
    """The newest articles of a site."""
    number, first = connection.execute(
        """SELECT count(*), min(article_id) FROM (SELECT article_id FROM site_articles
           WHERE site_id = ? AND is_searched = 1 ORDER BY article_id DESC LIMIT ?)""",
        (site_id, WINDOW),
    ).fetchone()
    return Window(int(number), int(first or 0))


def _move_window(
    connection: sqlite3.Connection, joined: _Joined, *, is_new: bool
) -> tuple[int, Window]:
    """The site's changes and its window, with the article that joined; both are kept, for counting takes its time."""
    if is_new and joined.is_searched:
        row = connection.execute(
            """UPDATE sites SET changes = changes + 1, articles = min(articles + 1, ?1), first_id = CASE
                   WHEN articles = 0 THEN ?2 WHEN articles < ?1 THEN first_id
                   ELSE (SELECT min(s.article_id) FROM site_articles s WHERE s.site_id = sites.id
                         AND s.is_searched = 1 AND s.article_id > sites.first_id) END
               WHERE id = ?3 RETURNING changes, articles, first_id""",
            (WINDOW, joined.article_id, joined.site_id),
        ).fetchone()
        return int(row[0]), Window(int(row[1]), int(row[2]))
    window = window_of(connection, joined.site_id)
    row = connection.execute(
        "UPDATE sites SET changes = changes + 1, articles = ?, first_id = ? WHERE id = ? RETURNING changes",
        (window.articles, window.first_id, joined.site_id),
    ).fetchone()
    return int(row[0]), window


def count_titles(connection: sqlite3.Connection, site_id: int, line: str, window: Window) -> int:
    """Under how many titles a line stands in the window."""
    row = connection.execute(
        "SELECT count(DISTINCT title) FROM site_lines WHERE site_id = ? AND line = ? AND article_id >= ?",
        (site_id, line, window.first_id),
    ).fetchone()
    return int(row[0])


def _new_template(
    connection: sqlite3.Connection, site_id: int, lines: set[str], window: Window
) -> list[str]:
    """Those of `lines` that are template."""
    if window.articles < ENOUGH or not lines:
        return []
    rows = connection.execute(
        """SELECT line FROM site_lines WHERE site_id = ? AND line IN (SELECT value FROM json_each(?))
           AND article_id >= ? GROUP BY line HAVING count(title) >= ?""",
        (site_id, dump(sorted(lines)), window.first_id, window.needed),
    ).fetchall()
    # To count different titles takes a sort, which most lines do not come to.
    return [
        row[0] for row in rows if count_titles(connection, site_id, row[0], window) >= window.needed
    ]


def _learn(connection: sqlite3.Connection, site_id: int, line: str, window: Window) -> None:
    text = connection.execute(
        f"""SELECT p.text FROM paragraphs p WHERE {_LINES} AND {_LINE} = ?
            AND p.rendering_id IN ({_HOLDERS}) LIMIT 1""",
        (line, site_id, line),
    ).fetchone()[0]
    connection.execute(
        "INSERT INTO learned_lines (site_id, line, text, since, due) VALUES (?, ?, ?, ?, 0)",
        (site_id, line, text, to_text(datetime.now(UTC))),
    )
    _judge_line(connection, site_id, line, text, window)
    connection.execute(
        f"""UPDATE paragraphs SET masked = {_MASK} WHERE n >= {_FIRST} AND masked = 0 AND text = ?
            AND rendering_id IN ({_HOLDERS})""",
        (text, site_id, line),
    )


def _judge_line(
    connection: sqlite3.Connection, site_id: int, line: str, text: str, window: Window
) -> None:
    """Count a learned line: it is forgotten, or due when it may have lost what it has beyond its need.

    A change on the site (an article that came, or was rendered anew) takes away one title at most, or asks for one more.
    """
    beyond = count_titles(connection, site_id, line, window) - window.needed
    if beyond < 0:
        _unlearn(connection, site_id, line, text)
        return
    connection.execute(
        """UPDATE learned_lines SET due = (SELECT changes FROM sites WHERE id = ?1) + ?2
           WHERE site_id = ?1 AND line = ?3""",
        (site_id, beyond + 1, line),
    )


def _unlearn(connection: sqlite3.Connection, site_id: int, line: str, text: str) -> None:
    connection.execute(
        f"""UPDATE paragraphs SET masked = 0 WHERE n >= {_FIRST} AND masked = {_MASK} AND text = ?
            AND rendering_id IN ({_HOLDERS})""",
        (text, site_id, line),
    )
    connection.execute("DELETE FROM learned_lines WHERE site_id = ? AND line = ?", (site_id, line))
