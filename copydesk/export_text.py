"""Stored articles as JSON Lines and as CSV."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterable
from typing import IO

from copydesk.export_tables import Table
from copydesk.present import plain, record_of
from schemas.stored import StoredArticle

_FORMULA = ("=", "+", "-", "@", "＝", "＋", "－", "＠", "\t", "\r", "\n", "\0")


def article_json(article: StoredArticle) -> dict[str, object]:
    """The article as show --json has it: masked paragraphs say so and paged ones where, the others do not speak of it."""
    record = record_of(article)
    record["paragraphs"] = [
        {key: item for key, item in record_of(p).items() if key != "masked" or item}
        for p in article.paragraphs
    ]
    return record


def write_json_lines(articles: Iterable[StoredArticle], target: IO[str]) -> None:
    """One line an article, as `show --json` has it; `ingest` reads it again."""
    for article in articles:
        target.write(json.dumps(article_json(article), ensure_ascii=False) + "\n")


def write_csv(articles: Iterable[StoredArticle], table: Table, target: IO[str]) -> None:
    """One table under a header line.

    Text that a spreadsheet would take for a formula gets an apostrophe before it (OWASP, "CSV Injection").
    """
    writer = csv.DictWriter(target, list(table.columns), lineterminator="\n")
    writer.writeheader()
    for article in articles:
        for row in table.rows(article):
            writer.writerow({name: _cell(value) for name, value in row.items()})


def _cell(value: object) -> object:
    if isinstance(value, tuple):
        value = "; ".join(value)
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, str):
        text = value.replace("\0", "\ufffd")
        return f"'{text}" if text.startswith(_FORMULA) else text
    return plain(value)
