"""Documents read as `open_documents` gives them, for the tests of readers."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

from schemas.document import RawDocument
from sources.files import BadDocument, ReadOptions, open_documents

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)


def read(*paths: Path | str, **options: object) -> list[RawDocument | BadDocument]:
    settled = ReadOptions(now=NOW, **options)  # type: ignore[arg-type]
    return list(open_documents([str(path) for path in paths], options=settled))


def read_good(*paths: Path | str, **options: object) -> list[RawDocument]:
    outcomes = read(*paths, **options)
    assert [outcome for outcome in outcomes if isinstance(outcome, BadDocument)] == []
    return [outcome for outcome in outcomes if isinstance(outcome, RawDocument)]


def code(outcome: RawDocument | BadDocument) -> str:
    return outcome.error.code if isinstance(outcome, BadDocument) else "read"


def write(path: Path, content: str | bytes) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path
