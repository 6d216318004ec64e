"""Quarantined documents once more: from their file where it is still there, else from the bytes that were kept."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

from flows.engines import Engines
from flows.pipeline import Incoming, ingest_documents
from schemas.errors import DocumentError
from schemas.stored import IngestReport
from sources.files import BadDocument, ReadOptions, open_documents
from storage.sqlite import Store


def retry_quarantined(
    store: Store, engines: Engines, numbers: Sequence[int], *, max_bytes: int
) -> IngestReport:
    """Bring the numbered documents in again; what fails again stays, with one more attempt."""
    documents = [*_documents(store, numbers, max_bytes)]
    return ingest_documents(documents, store, engines)


def _documents(store: Store, numbers: Sequence[int], max_bytes: int) -> Iterator[Incoming]:
    for number in numbers:
        document = store.quarantined_document(number)
        path = Path(document.origin_id or document.origin)
        if _is_file(path):
            yield from open_documents([str(path)], options=ReadOptions(max_bytes=max_bytes))
        elif document.content:
            yield document
        else:
            yield BadDocument(
                origin=document.origin,
                origin_id=document.origin_id,
                error=DocumentError(
                    f"{document.origin}: not there any more, and its bytes were not kept",
                    remedy=f"bring the file back, or: copydesk quarantine drop {number}",
                    code="not_found",
                ),
            )


def _is_file(path: Path) -> bool:
    try:
        return path.is_file()
    except (OSError, ValueError):
        return False
