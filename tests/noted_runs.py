"""The rows that runs left in a database."""

from __future__ import annotations

import json
from dataclasses import dataclass

from schemas.stored import Problem
from storage.sqlite import Store


@dataclass(frozen=True)
class NotedRun:
    """What is told of a run."""

    state: str
    schedule: str | None
    counts: dict[str, int]
    error: Problem | None


def noted_runs(store: Store) -> list[NotedRun]:
    """All runs, the newest first."""
    rows = store.connection.execute(
        "SELECT state, schedule, counts, error FROM runs ORDER BY id DESC"
    )
    return [
        NotedRun(
            state, schedule, json.loads(counts), Problem(**json.loads(error)) if error else None
        )
        for state, schedule, counts, error in rows
    ]
