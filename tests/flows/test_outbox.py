"""Webhooks are told at least once, in order, and whatever is wrong with them costs a bounded time."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import subprocess
import sys
import textwrap
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flows.outbox import DeliveryOptions, DeliveryReport, deliver_outbox
from flows.posting import _refusal
from schemas.errors import DatabaseError
from schemas.stored import PreparedArticle
from schemas.webhooks import Webhook, WebhookState
from storage import outbox
from storage.sqlite import Store
from tests.webhook_server import Receiver, receive

Prepare = Callable[..., PreparedArticle]
OpenStore = Callable[..., Store]
SLOW = DeliveryOptions(timeout_s=2.0, backoff_s=100.0)
QUICK = DeliveryOptions(timeout_s=2.0, backoff_s=0.0)


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with receive() as found:
        yield found


@pytest.fixture
def desk(store: Store, prepare_article: Prepare) -> Store:
    """A store whose webhook `desk` is to be told of three articles."""
    with store.transaction():
        outbox.watch(store.connection, {"desk": ("stored", "updated")})
    store.put([prepare_article(f"Rain {n}.", title=f"{n}", origin=f"/{n}") for n in range(3)])
    return store


def send(store: Store, receiver: Receiver, **of: Any) -> DeliveryReport:
    options = of.pop("options", QUICK)
    environment = of.pop("environment", {})
    webhook = Webhook(**{"name": "desk", "url": receiver.url, **of})
    return deliver_outbox(store, [webhook], environment=environment, options=options)


def state(store: Store) -> WebhookState:
    return outbox.read_webhooks(store.connection)[0]


def wake(store: Store) -> None:
    """The time of rest is over."""
    store.connection.execute("UPDATE webhooks SET next_try = NULL")
    store.connection.execute("UPDATE outbox SET next_try = '2020-01-01T00:00:00Z'")


def test_each_message_is_sent_once_and_is_gone(desk: Store, receiver: Receiver) -> None:
    assert send(desk, receiver) == DeliveryReport(delivered=3)
    assert sorted(receiver.told) == [("stored", "0"), ("stored", "1"), ("stored", "2")]
    assert [one["copydesk-delivery"] for one in receiver.sent] == receiver.ids
    assert {one["content-type"] for one in receiver.sent} == {"application/json; charset=utf-8"}
    assert (state(desk).waiting, state(desk).last_delivered is not None) == (0, True)
    before = desk.connection.total_changes
    assert send(desk, receiver) == DeliveryReport()
    assert desk.connection.total_changes == before


def test_headers_come_from_where_the_secrets_stand_and_stay_out_of_the_database(
    desk: Store, receiver: Receiver, tmp_path: Path
) -> None:
    (tmp_path / "key").write_text("hush-file\n", encoding="utf-8")
    headers = (
        ("Authorization", "env:TOKEN"),
        ("X-Key", f"file:{tmp_path / 'key'}"),
        ("copydesk-delivery", "mine"),
    )
    receiver.answers = [500]
    environment = {"TOKEN": "Bearer hush-env", "HOOK": receiver.url}
    send(desk, receiver, url="env:HOOK", headers=headers, environment=environment)
    (first, *_) = receiver.sent
    assert (first["authorization"], first["x-key"]) == ("Bearer hush-env", "hush-file")
    assert first["copydesk-delivery"] == receiver.ids[0]
    desk.close()
    written = b"".join(path.read_bytes() for path in tmp_path.glob("news.db*") if path.is_file())
    for secret in (b"hush", receiver.url.encode(), b"127.0.0.1"):
        assert secret not in written


@pytest.mark.parametrize(
    ("of", "said"),
    [
        ({"headers": (("Authorization", "env:GONE"),)}, "GONE, which is not set"),
        ({"headers": (("Host", "x"),)}, "Host cannot be set"),
        ({"url": "file:/no/such"}, "cannot be read"),
        ({"url": "ftp://127.0.0.1/"}, "no address"),
        ({"url": "http://[bad"}, "no address"),
    ],
)
def test_settings_that_cannot_be_meant_are_the_webhook_s_error(
    desk: Store, receiver: Receiver, of: dict[str, Any], said: str
) -> None:
    send(desk, receiver, **of)
    assert said in str(state(desk).last_error)
    assert (state(desk).waiting, receiver.bodies) == (3, [])


def test_a_webhook_that_is_down_is_left_alone_for_longer_each_time(desk: Store) -> None:
    with receive() as gone:
        pass
    rests = []
    for _ in range(4):
        before = datetime.now(UTC) - timedelta(seconds=1)
        send(desk, gone, options=SLOW)
        found = state(desk)
        rests.append((found.next_try or before) - before)
        assert "127.0.0.1" not in str(found.last_error)
        assert send(desk, gone) == DeliveryReport()
        wake(desk)
    assert state(desk).failures == 4
    for n, rest in enumerate(rests):
        assert 50 * 2**n <= rest.total_seconds() <= 100 * 2**n + 3
    with receive(int(gone.url.split(":")[2].split("/")[0])) as back:
        assert send(desk, back).delivered == 3
    assert (state(desk).failures, state(desk).last_error) == (0, None)


def test_a_webhook_that_failed_is_asked_with_one_message(desk: Store, receiver: Receiver) -> None:
    receiver.status = 503
    send(desk, receiver)
    receiver.bodies.clear()
    wake(desk)
    assert send(desk, receiver).failed == 1
    assert len(receiver.bodies) == 1


def test_retry_after_is_kept(desk: Store, receiver: Receiver) -> None:
    receiver.status, receiver.headers = 429, {"Retry-After": "600"}
    before = datetime.now(UTC)
    send(desk, receiver)
    rest = (state(desk).next_try or before) - before
    assert 595 <= rest.total_seconds() <= 605


@given(st.text(max_size=40) | st.from_regex(r"[0-9]{1,30}", fullmatch=True))
def test_no_advice_is_longer_than_a_day(advice: str) -> None:
    refusal = _refusal(503, advice)
    assert refusal is not None
    assert 0 <= (refusal.wait_s or 0) <= 86_400


def test_a_message_that_is_refused_lets_the_others_by_and_is_given_up_at_last(
    desk: Store, receiver: Receiver, prepare_article: Prepare
) -> None:
    receiver.answers = [422]
    assert send(desk, receiver, options=SLOW) == DeliveryReport(delivered=2, failed=1)
    assert (state(desk).waiting, state(desk).failures) == (1, 0)
    receiver.status = 422
    for _ in range(10):
        wake(desk)
        assert send(desk, receiver, options=SLOW) == DeliveryReport(failed=1)
    wake(desk)
    assert send(desk, receiver, options=SLOW) == DeliveryReport(failed=1, given_up=1)
    found = state(desk)
    assert (found.waiting, found.given_up, found.last_error) == (0, 1, "HTTP 422")
    assert len(set(receiver.ids)) == 3
    wake(desk)
    assert send(desk, receiver, options=SLOW) == DeliveryReport()


def test_a_redirect_is_not_followed(desk: Store, receiver: Receiver) -> None:
    with receive() as elsewhere:
        receiver.status, receiver.headers = 307, {"Location": elsewhere.url}
        send(desk, receiver)
        assert elsewhere.bodies == []
    assert "redirects are not followed" in str(state(desk).last_error)


def test_a_webhook_that_hangs_costs_no_more_than_the_budget(
    desk: Store, receiver: Receiver
) -> None:
    receiver.hang_s = 30.0
    options = DeliveryOptions(budget_s=0.5, timeout_s=0.5)
    assert send(desk, receiver, options=options).delivered == 0
    assert state(desk).last_error == "no answer in time"


def test_one_that_hangs_holds_up_no_other(desk: Store, prepare_article: Prepare) -> None:
    with desk.transaction():
        outbox.watch(desk.connection, {"slow": ("stored",), "quick": ("stored",)})
    desk.put([prepare_article("Sun.", title="Sun", origin="/sun")])
    with receive() as slow, receive() as quick:
        slow.hang_s = 30.0
        hooks = [Webhook(name="slow", url=slow.url), Webhook(name="quick", url=quick.url)]
        deliver_outbox(desk, hooks, environment={}, options=DeliveryOptions(timeout_s=1.0))
        assert quick.told == [("stored", "Sun")]
    states = {one.name: one.waiting for one in outbox.read_webhooks(desk.connection)}
    assert (states["slow"], states["quick"]) == (1, 0)


def test_two_deliverers_at_once_send_each_message_once(
    desk: Store, open_store: OpenStore, receiver: Receiver, prepare_article: Prepare
) -> None:
    desk.put([prepare_article(f"Hail {n}.", title=f"h{n}", origin=f"/h{n}") for n in range(60)])
    receiver.hang_s = 0.02
    stores = [open_store(desk.path, mode="w") for _ in range(3)]
    with ThreadPoolExecutor(3) as threads:
        reports = list(threads.map(lambda store: send(store, receiver), stores))
    assert sum(report.delivered for report in reports) == 63
    assert len(receiver.ids) == len(set(receiver.ids)) == 63


def test_versions_of_an_article_arrive_in_their_order(
    desk: Store, receiver: Receiver, prepare_article: Prepare
) -> None:
    for n in range(6):
        story = prepare_article(f"Version {n}.", title=f"v{n}", url="https://e.org/1")
        desk.put([story])
    send(desk, receiver)
    titles = [title for _, title in receiver.told if title.startswith("v")]
    assert titles == [f"v{n}" for n in range(6)]


def test_what_was_sent_and_not_noted_is_sent_again_under_the_same_id(
    desk: Store, receiver: Receiver
) -> None:
    receiver.hang_s = 60.0
    code = f"""
        from flows.outbox import DeliveryOptions, deliver_outbox
        from schemas.webhooks import Webhook
        from storage.sqlite import Store
        with Store({str(desk.path)!r}, encoder=lambda: None, mode="w") as store:
            hook = Webhook(name="desk", url={receiver.url!r})
            options = DeliveryOptions(timeout_s=50.0, lease_s=1.0)
            deliver_outbox(store, [hook], environment={{}}, options=options)
    """
    root = Path(__file__).parents[2]
    child = subprocess.Popen([sys.executable, "-c", textwrap.dedent(code)], cwd=root)
    deadline = time.monotonic() + 60
    while len(receiver.ids) < 3 and time.monotonic() < deadline:
        time.sleep(0.05)
    os.kill(child.pid, signal.SIGKILL)
    child.wait()
    first = set(receiver.ids)
    assert len(first) == 3
    receiver.hang_s = 0.0
    time.sleep(1.2)
    assert send(desk, receiver).delivered == 3
    assert set(receiver.ids[3:]) == first
    assert json.dumps(receiver.bodies[0], sort_keys=True) in [
        json.dumps(body, sort_keys=True) for body in receiver.bodies[3:]
    ]


def test_an_error_of_the_database_leaves_what_is_on_its_way_to_be_noted(
    desk: Store, receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def post(_session: object, _address: object, body: str, *, delivery_id: str) -> None:
        await asyncio.sleep(0.0 if '"title":"0"' in body.replace(" ", "") else 0.2)
        assert delivery_id in body

    monkeypatch.setattr("flows.outbox.post", post)
    desk.connection.execute(
        """CREATE TRIGGER full BEFORE DELETE ON outbox WHEN OLD.id = 1
           BEGIN SELECT RAISE(ABORT, 'is full'); END"""
    )
    with pytest.raises(DatabaseError):
        send(desk, receiver)
    assert state(desk).waiting == 1


def test_delivering_stops_where_it_is_told_to(desk: Store, receiver: Receiver) -> None:
    hook = Webhook(name="desk", url=receiver.url)
    deliver_outbox(desk, [hook], environment={}, options=QUICK, stopped=lambda: True)
    assert receiver.bodies == []
    assert send(desk, receiver).delivered == 3
