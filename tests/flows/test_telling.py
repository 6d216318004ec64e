"""A run tells the webhooks that its parameters name, at its end, in bounded time, and without harm to itself."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from flows.engines import Engines
from flows.outbox import DeliveryOptions
from flows.pipeline import ingest_documents
from flows.telling import webhooks_told
from schemas.document import RawDocument
from schemas.webhooks import Webhook
from storage import outbox
from storage.sqlite import Store
from tests.webhook_server import receive

Story = Callable[[int], RawDocument]
QUICK = DeliveryOptions(budget_s=0.2, timeout_s=0.2)


@pytest.fixture
def store(desk: Engines, tmp_path: Path) -> Iterator[Store]:
    with Store(tmp_path / "news.db", encoder=desk.encoder, mode="a") as store:
        yield store


def waiting(store: Store) -> dict[str, int]:
    return {state.name: state.waiting for state in outbox.read_webhooks(store.connection)}


def test_what_a_run_stores_is_told_at_its_end(store: Store, desk: Engines, story: Story) -> None:
    said: list[str] = []
    with receive() as receiver:
        hook = Webhook(name="desk", url="env:HOOK", on=("stored",), headers=(("X-Key", "env:KEY"),))
        environment = {"HOOK": receiver.url, "KEY": "hush"}
        with webhooks_told(store, [hook], environment=environment, say=said.append):
            ingest_documents([story(1), story(2)], store, desk)
            assert receiver.bodies == []
    assert sorted(receiver.told) == [
        ("stored", "Port fee number 1 rises"),
        ("stored", "Port fee number 2 rises"),
    ]
    assert {head["x-key"] for head in receiver.sent} == {"hush"}
    assert (said, waiting(store)) == ([], {"desk": 0})


def test_what_was_stored_before_a_run_failed_is_told_too(
    store: Store, desk: Engines, story: Story
) -> None:
    def fail() -> None:
        ingest_documents([story(1)], store, desk)
        raise ArithmeticError

    with receive() as receiver:
        hooks = [Webhook(name="desk", url=receiver.url)]
        with (
            pytest.raises(ArithmeticError),
            webhooks_told(store, hooks, environment={}, say=pytest.fail),
        ):
            fail()
    assert len(receiver.told) == 1


@pytest.mark.parametrize("fault", ["down", "hangs", "unset", "unresolved"])
def test_a_webhook_that_is_not_told_harms_no_run_and_its_message_waits(
    store: Store, desk: Engines, story: Story, fault: str
) -> None:
    said: list[str] = []
    with receive() as receiver:
        receiver.status = 503
        receiver.hang_s = 2.0 if fault == "hangs" else 0.0
        urls = {"unset": "env:NOWHERE", "unresolved": "http://no-such-host.invalid/"}
        hooks = [Webhook(name="desk", url=urls.get(fault, receiver.url))]
        with webhooks_told(store, hooks, environment={}, say=said.append, options=QUICK):
            ingest_documents([story(1)], store, desk)
    assert waiting(store) == {"desk": 1}
    (sentence,) = said
    assert "webhook 'desk': 1 messages wait" in sentence or "not told in time" in sentence
    assert receiver.url not in sentence


def test_webhooks_of_settings_and_of_runs_leave_each_other_alone(store: Store) -> None:
    with store.transaction():
        outbox.watch(store.connection, {"own": ("updated",)})
    hooks = [Webhook(name="desk", url="env:NOWHERE", on=("stored",))]
    with webhooks_told(store, hooks, environment={}, say=pytest.fail):
        pass
    assert outbox.is_watched_so(store.connection, {"own": ("updated",)})
    with store.transaction():
        outbox.watch(store.connection, {})
    assert outbox.is_watched_so(store.connection, {})
    assert waiting(store) == {"desk": 0}


def test_a_run_tells_although_other_settings_open_the_database_meanwhile(
    store: Store, desk: Engines, story: Story
) -> None:
    with receive() as receiver:
        hooks = [Webhook(name="desk", url=receiver.url)]
        with webhooks_told(store, hooks, environment={}, say=pytest.fail):
            with store.transaction():
                outbox.watch(store.connection, {"own": ("updated",)})
            ingest_documents([story(1)], store, desk)
        assert len(receiver.bodies) == 1


def test_a_run_without_webhooks_writes_nothing(store: Store) -> None:
    before = store.connection.total_changes
    with webhooks_told(store, [], environment={}, say=pytest.fail):
        pass
    assert store.connection.total_changes == before
