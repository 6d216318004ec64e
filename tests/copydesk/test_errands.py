"""Beside its schedules serving tells webhooks what waits, and somebody of runs that died."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from copydesk.errands import Errands
from copydesk.settings import Settings, load_settings
from flows.recording import recorded
from storage.sqlite import Store
from tests.noted_runs import noted_runs
from tests.webhook_server import Receiver, receive


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with receive() as found:
        yield found


def wait_for(seen: Callable[[], object]) -> None:
    deadline = time.monotonic() + 30
    while not seen() and time.monotonic() < deadline:
        time.sleep(0.02)
    assert seen()


def write(text: str) -> Settings:
    Path("copydesk.toml").write_text(text, encoding="utf-8")
    return load_settings()


def open_store() -> Store:
    return Store("copydesk.db", encoder=lambda: None, mode="w")  # type: ignore[arg-type, return-value]


def test_what_another_process_stored_is_told(story: Path, receiver: Receiver, cli: Any) -> None:
    settings = write(f'[[webhook]]\nname = "desk"\nurl = "{receiver.url}"\n')
    with Errands(lambda: settings, say=lambda _: None, every_s=0.05):
        cli("ingest", story, "--quiet")  # delivers by itself where it is quicker
        wait_for(lambda: receiver.told)
    assert receiver.told == [("stored", "Bridge over the Fjord opens")]


def test_settings_without_webhooks_end_the_watching(
    story: Path, receiver: Receiver, cli: Any
) -> None:
    write(f'[[webhook]]\nname = "desk"\nurl = "{receiver.url}"\n')
    cli("ingest", story)
    settings = write('[models]\nprecision = "f32"\n')
    with (
        open_store() as store,
        Errands(lambda: settings, say=lambda _: None, every_s=0.05),
    ):
        count = "SELECT count(*) FROM webhooks"
        wait_for(lambda: store.connection.execute(count).fetchone() == (0,))


def test_a_run_that_died_is_noted_and_told(story: Path, receiver: Receiver, cli: Any) -> None:
    cli("ingest", story)
    settings = write(f'[notify]\nwebhook = "{receiver.url}"\n')
    said: list[str] = []
    with open_store() as store:
        killed = recorded(store, "fetch", schedule="wires", flow_run_id="f1")
        killed.__enter__()
        with Errands(lambda: settings, say=said.append, every_s=0.05) as errands:
            errands.run_crashed("f1", "fetch wires")
            errands.run_crashed("f2", "ingest news")
            wait_for(lambda: len(receiver.bodies) == 2 and len(said) == 2)
        assert noted_runs(store)[0].state == "crashed"
    first, second = receiver.bodies
    assert (first["event"], first["flow"], first["schedule"]) == ("run_crashed", "fetch", "wires")
    assert (second["flow"], second["schedule"], second["run_id"]) == ("ingest", None, "f2")
    assert said[0].startswith("fetch crashed (schedule wires)")


def test_trouble_is_said_once_and_tried_again(story: Path, receiver: Receiver, cli: Any) -> None:
    settings = write(f'[[webhook]]\nname = "desk"\nurl = "{receiver.url}"\n')
    said: list[str] = []
    with Errands(lambda: settings, say=said.append, every_s=0.05):
        wait_for(lambda: said)
        time.sleep(0.3)
        assert len(said) == 1
        cli("ingest", story)
        wait_for(lambda: receiver.told)
    assert "there is no database" in said[0]


def test_a_run_that_died_while_the_database_cannot_be_written_is_told_later(
    story: Path, receiver: Receiver, cli: Any
) -> None:
    cli("ingest", story)
    settings = write(f'[notify]\nlog = false\nwebhook = "{receiver.url}"\n')
    said: list[str] = []
    with open_store() as store:
        killed = recorded(store, "fetch", schedule="wires", flow_run_id="f1")
        killed.__enter__()
        store.connection.execute(
            "CREATE TRIGGER full BEFORE UPDATE ON runs BEGIN SELECT RAISE(ABORT, 'is full'); END"
        )
        with Errands(lambda: settings, say=said.append, every_s=0.05) as errands:
            errands.run_crashed("f1", "fetch wires")
            wait_for(lambda: said)
            assert not receiver.bodies
            store.connection.execute("DROP TRIGGER full")
            wait_for(lambda: receiver.bodies)
        assert noted_runs(store)[0].state == "crashed"
    assert [body["run_id"] for body in receiver.bodies] == ["f1"]


def test_a_webhook_that_hangs_does_not_hold_up_the_end(
    story: Path, receiver: Receiver, cli: Any
) -> None:
    write(f'[[webhook]]\nname = "desk"\nurl = "{receiver.url}"\n')
    cli("ingest", story, "--quiet")
    receiver.bodies.clear()
    receiver.hang_s = 60.0
    story.write_text("Another story\n\nThe port of Oslo closed on Monday.\n", encoding="utf-8")
    settings = load_settings()
    Path("copydesk.toml").unlink()
    cli("ingest", story)
    with Errands(lambda: settings, say=lambda _: None, every_s=0.05) as errands:
        wait_for(lambda: receiver.bodies)
    assert errands._thread.is_alive()  # it was not waited for
