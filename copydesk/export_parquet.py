"""A table of stored articles as Parquet: typed columns for analysis, by pyarrow, which is an extra."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal
from itertools import islice
from pathlib import Path
from typing import Any

from copydesk.export_tables import Kind, Row, Table
from schemas.errors import UsageError
from schemas.stored import StoredArticle

_ROWS_AT_ONCE = 5_000


def write_parquet(articles: Iterable[StoredArticle], table: Table, target: Path) -> None:
    """`table` in `target`, compressed with zstd; instants are in UTC.

    Raises UsageError where pyarrow is not installed.
    """
    arrow, parquet = _pyarrow()
    schema = arrow.schema([(name, _type(arrow, kind)) for name, kind in table.columns.items()])
    rows = (_typed(row) for article in articles for row in table.rows(article))
    with parquet.ParquetWriter(target, schema, compression="zstd") as writer:
        while part := list(islice(rows, _ROWS_AT_ONCE)):
            writer.write_table(arrow.Table.from_pylist(part, schema=schema))


def _pyarrow() -> tuple[Any, Any]:
    try:
        import pyarrow
        import pyarrow.parquet
    except ImportError as error:
        raise UsageError(
            "Parquet needs pyarrow, which is not installed",
            remedy='install it with: pip install "copydesk[parquet]", or export as csv or jsonl',
        ) from error
    return pyarrow, pyarrow.parquet


def _type(arrow: Any, kind: Kind) -> Any:
    return {
        "text": arrow.string(),
        "integer": arrow.int64(),
        "real": arrow.float64(),
        "instant": arrow.timestamp("us", tz="UTC"),
        "day": arrow.date32(),
        "boolean": arrow.bool_(),
        "list": arrow.list_(arrow.string()),
    }[kind]


def _typed(row: Row) -> Row:
    return {
        name: float(value) if isinstance(value, Decimal) else list(value) if isinstance(value, tuple) else value
        for name, value in row.items()
    }  # fmt: skip
