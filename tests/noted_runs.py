"""The rows that runs left in a database."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime

from schemas.stored import Problem
from storage.sqlite import Store


@dataclass(frozen=True)
class NotedRun:
    """What is told of a run."""

    verb: str
    started_at: datetime
    state: str
    schedule: str | None
    counts: dict[str, int]
    error: Problem | None


def noted_runs(store: Store) -> list[NotedRun]:
    """All runs, the newest first."""
    rows = store.connection.execute(
        "SELECT verb, started_at, state, schedule, counts, error FROM runs ORDER BY id DESC"
    )
    return [
        NotedRun(
            verb=verb,
            started_at=datetime.fromisoformat(started_at),
            state=state,
            schedule=schedule,
            counts=json.loads(counts),
            error=Problem(**json.loads(error)) if error else None,
        )
        for verb, started_at, state, schedule, counts, error in rows
    ]
