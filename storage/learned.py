"""What `storage.site_memory` has learned, as records."""

from __future__ import annotations

import sqlite3
from datetime import datetime
from typing import cast

from schemas.stored import LearnedLine
from storage.site_memory import count_titles, window_of
from storage.values import to_instant


def read_learned(connection: sqlite3.Connection) -> list[LearnedLine]:
    """What was learned, by site, what most articles have first."""
    rows = connection.execute(
        "SELECT s.id, s.name, l.line, l.text, l.since FROM learned_lines l JOIN sites s ON s.id = l.site_id"
    ).fetchall()
    windows = {site_id: window_of(connection, site_id) for site_id in {row[0] for row in rows}}
    found = []
    for site_id, name, line, text, since in rows:
        articles = count_titles(connection, site_id, line, windows[site_id])
        share = round(articles / max(windows[site_id].articles, 1), 4)
        moment = cast("datetime", to_instant(since))
        found.append(
            LearnedLine(site=name, text=text, articles=articles, share=share, since=moment)
        )
    return sorted(found, key=lambda line: (line.site, -line.articles, line.text))
