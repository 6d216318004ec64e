"""A batch as a task runs it: done twice it stores once, and only what can pass is tried again."""

from __future__ import annotations

from pathlib import Path

import pytest

from flows.batch import can_pass, run_name, totals
from flows.engines import Engines
from flows.pipeline import IngestOptions
from flows.work import IngestWork
from schemas.document import RawDocument
from schemas.errors import DatabaseError
from sources.files import ReadOptions, open_documents

BODY = "Fees rise\n\nThe harbour of Gdansk charges $4 million more, Angela Merkel said.\n\nShare it"


def test_a_batch_run_twice_stores_nothing_twice(desk: Engines, tmp_path: Path) -> None:
    folder = tmp_path / "in"
    folder.mkdir()
    for number in range(3):
        (folder / f"{number}.txt").write_text(BODY.replace("4", str(number + 2)))
    found = open_documents([str(folder)], options=ReadOptions())
    work = IngestWork(
        documents=[document for document in found if isinstance(document, RawDocument)],
        db=str(tmp_path / "news.db"),
        engines=desk,
        options=IngestOptions(),
    )
    reports = [work.run(), work.run()]
    both = totals(reports)
    assert (both.counts["found"], both.counts["stored"], both.counts["unchanged"]) == (6, 3, 3)
    assert len(both.articles) == 6


def test_only_a_busy_database_is_worth_another_try() -> None:
    assert can_pass(DatabaseError("busy", code="database_busy"))
    assert not can_pass(DatabaseError("gone", code="database_missing"))
    assert not can_pass(ValueError("busy"))


@pytest.mark.parametrize(
    ("paths", "name"),
    [
        ([], "ingest nothing"),
        (["-"], "ingest -"),
        (["a/b.txt"], "ingest b.txt"),
        (["/"], "ingest /"),
    ],
)
def test_a_run_is_named_after_what_it_reads(paths: list[str], name: str) -> None:
    assert run_name("ingest", paths) == name
