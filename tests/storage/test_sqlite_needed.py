"""No statement asks more of SQLite than the version that `copydesk doctor` is content with, 3.37."""

from __future__ import annotations

import re
from pathlib import Path

import storage

# What came with SQLite 3.38 to 3.50; see its release history.
_LATER = re.compile(
    r"\b(?:unixepoch|format|octet_length|string_agg|concat|concat_ws|unhex|timediff|jsonb\w*|if|unistr)\(|->>?\s*'"
    r"|\bIS (?:NOT )?DISTINCT FROM\b|\b(?:RIGHT|FULL) (?:OUTER )?JOIN\b",
)
_STATEMENT = re.compile(r'"""(.*?)"""|"([^"\n]*)"', re.DOTALL)
_SQL = re.compile(r"\b(?:SELECT|UPDATE|INSERT|DELETE|CREATE|WHERE|JOIN)\b")
FILES = sorted(Path(str(storage.__file__)).parent.glob("*.py"))


def test_statements_keep_to_an_older_sqlite() -> None:
    statements = [
        a or b
        for path in FILES
        for a, b in _STATEMENT.findall(path.read_text(encoding="utf-8"))
        if _SQL.search(a or b)
    ]
    assert len(statements) > 100
    assert [text for text in statements if _LATER.search(text)] == []


def test_a_later_function_would_be_found() -> None:
    assert _LATER.search("SELECT unixepoch(published_at) FROM renderings")
