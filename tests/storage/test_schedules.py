from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from storage.schedules import paused_schedules, set_schedule_paused
from storage.sqlite import Store

OpenStore = Callable[..., Store]


def test_nothing_is_paused_at_first(open_store: OpenStore, tmp_path: Path) -> None:
    with open_store(tmp_path / "news.db") as store:
        assert paused_schedules(store.connection) == frozenset()


def test_a_pause_outlives_the_process_that_made_it(open_store: OpenStore, tmp_path: Path) -> None:
    with open_store(tmp_path / "news.db") as store:
        assert set_schedule_paused(store.connection, "wires", paused=True)
    with open_store(tmp_path / "news.db", mode="r") as store:
        assert paused_schedules(store.connection) == {"wires"}
    with open_store(tmp_path / "news.db") as store:
        assert set_schedule_paused(store.connection, "wires", paused=False)
        assert paused_schedules(store.connection) == frozenset()


def test_what_changes_nothing_writes_nothing(open_store: OpenStore, tmp_path: Path) -> None:
    with open_store(tmp_path / "news.db") as store:
        assert not set_schedule_paused(store.connection, "wires", paused=False)
        assert set_schedule_paused(store.connection, "wires", paused=True)
        before = store.connection.total_changes
        assert not set_schedule_paused(store.connection, "wires", paused=True)
        assert store.connection.total_changes == before
