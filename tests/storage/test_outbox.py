"""What webhooks are to be told: with its article or not at all, one holder at a time, and in order."""

from __future__ import annotations

import json
import subprocess
import sys
import textwrap
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from schemas.stored import PreparedArticle
from schemas.webhooks import Delivery
from storage import outbox
from storage.sqlite import Store

Prepare = Callable[..., PreparedArticle]
OpenStore = Callable[..., Store]
NEVER = datetime(2999, 1, 1, tzinfo=UTC)


def watch(store: Store, **events: tuple[str, ...]) -> None:
    with store.transaction():
        outbox.watch(store.connection, events)  # type: ignore[arg-type]


def claim(
    store: Store, *, name: str = "desk", owner: str = "me", limit: int = 16, **of: Any
) -> list[Delivery]:
    said: dict[str, Any] = {"now": datetime.now(UTC) + timedelta(seconds=1), "lease_s": 60.0} | of
    with store.transaction():
        return outbox.claim(store.connection, name, owner=owner, limit=limit, **said)


def told(store: Store, name: str = "desk") -> list[tuple[str, str, int]]:
    rows = store.connection.execute(
        "SELECT body FROM outbox WHERE webhook = ? ORDER BY id", (name,)
    )
    found = [json.loads(row[0]) for row in rows]
    return [(one["event"], one["article"]["title"], one["article"]["version"]) for one in found]


def test_each_webhook_is_told_of_the_events_it_asked_for(
    store: Store, prepare_article: Prepare
) -> None:
    watch(store, desk=("stored", "updated"), archive=("updated",))
    store.put([prepare_article("Rain fell.", title="Rain", url="https://e.org/1")])
    changed = prepare_article("Snow fell.", title="Snow", url="https://e.org/1")
    store.put([changed])
    store.put([changed])
    assert told(store) == [("stored", "Rain", 1), ("updated", "Snow", 2)]
    assert told(store, "archive") == [("updated", "Snow", 2)]


def test_a_message_says_which_article_it_is_about(store: Store, prepare_article: Prepare) -> None:
    watch(store, desk=("stored",))
    (made,) = store.put(
        [prepare_article("Rain.", title="Rain", url="https://e.org/1", site="Élan")]
    )
    (delivery,) = claim(store)
    body = json.loads(delivery.body)
    assert body == {
        "id": delivery.delivery_id,
        "event": "stored",
        "occurred_at": body["occurred_at"],
        "article": {
            "id": made.id,
            "key": made.key,
            "url": "https://e.org/1",
            "title": "Rain",
            "source": "Élan",
            "published_at": "2024-03-05T12:00:00Z",
            "language": "en",
            "version": 1,
        },
    }


def test_no_message_outlives_a_transaction_that_failed(
    store: Store, prepare_article: Prepare, monkeypatch: pytest.MonkeyPatch
) -> None:
    watch(store, desk=("stored",))

    def fail(*_: Any, **__: Any) -> None:
        raise RuntimeError("power")

    monkeypatch.setattr("storage.quarantine.release", fail)
    with pytest.raises(RuntimeError):
        store.put([prepare_article("Rain fell.", title="Rain")])
    monkeypatch.undo()
    assert told(store) == []
    monkeypatch.setattr("storage.outbox.enqueue", fail)
    with pytest.raises(RuntimeError):
        store.put([prepare_article("Rain fell.", title="Rain")])
    assert store.status()["articles"] == 0


def test_nothing_is_written_while_no_webhook_is_told(
    store: Store, prepare_article: Prepare
) -> None:
    store.put([prepare_article("Rain fell.", title="Rain")])
    watch(store, desk=("stored",))
    watch(store)
    store.put([prepare_article("Snow fell.", title="Snow", origin="/2")])
    assert told(store) == []
    assert outbox.is_watched_so(store.connection, {})
    assert not outbox.is_watched_so(store.connection, {"desk": ("stored",)})


def test_writing_anew_is_no_news_but_a_new_version_is(
    store: Store, prepare_article: Prepare
) -> None:
    watch(store, desk=("stored", "updated"))
    first = prepare_article("Rain fell.", title="Rain", url="https://e.org/1")
    store.put([first])
    store.connection.execute("UPDATE versions SET first_seen = '2020-01-01T00:00:00Z'")
    assert store.put([first], force=True)[0].status == "updated"
    assert len(told(store)) == 1
    store.put([prepare_article("Snow fell.", title="Snow", url="https://e.org/1")], force=True)
    assert told(store)[1:] == [("updated", "Snow", 2)]


def test_what_one_holds_no_other_can_claim_until_its_lease_is_over(
    store: Store, prepare_article: Prepare
) -> None:
    watch(store, desk=("stored",))
    store.put([prepare_article(f"Rain {n}.", title=f"{n}", origin=f"/{n}") for n in range(3)])
    held = claim(store, limit=2)
    rest = claim(store, owner="other")
    assert [len(held), len(rest)] == [2, 1]
    assert claim(store, owner="third") == []
    later = datetime.now(UTC) + timedelta(seconds=70)
    again = claim(store, owner="third", now=later)
    assert [one.delivery_id for one in again] == [one.delivery_id for one in [*held, *rest]]


def test_what_is_given_back_can_be_claimed_at_once(store: Store, prepare_article: Prepare) -> None:
    watch(store, desk=("stored",))
    store.put([prepare_article("Rain.", title="Rain")])
    claim(store)
    with store.transaction():
        outbox.release(store.connection, "me")
    assert len(claim(store, owner="other")) == 1


def test_an_article_s_messages_go_one_after_another(store: Store, prepare_article: Prepare) -> None:
    watch(store, desk=("stored", "updated"))
    for text in ("Rain.", "Snow.", "Hail."):
        store.put([prepare_article(text, title=text, url="https://e.org/1")])
    store.put([prepare_article("Sun.", title="Sun.", url="https://e.org/2")])
    titles = []
    while claimed := claim(store):
        titles.append([json.loads(one.body)["article"]["title"] for one in claimed])
        for one in claimed:
            with store.transaction():
                outbox.note_delivered(store.connection, "desk", one, datetime.now(UTC))
    assert titles == [["Rain.", "Sun."], ["Snow."], ["Hail."]]


def test_a_message_that_waits_holds_back_those_of_its_article_and_one_given_up_does_not(
    store: Store, prepare_article: Prepare
) -> None:
    watch(store, desk=("stored", "updated"))
    for text in ("Rain.", "Snow."):
        store.put([prepare_article(text, title=text, url="https://e.org/1")])
    (first,) = claim(store)
    with store.transaction():
        outbox.note_failed(store.connection, first, "HTTP 422", next_try=NEVER)
    assert claim(store) == []
    with store.transaction():
        outbox.note_failed(store.connection, first, "HTTP 422", next_try=NEVER, give_up=True)
    (second,) = claim(store)
    assert json.loads(second.body)["article"]["title"] == "Snow."


def test_a_deleted_article_is_told_to_nobody(store: Store, prepare_article: Prepare) -> None:
    watch(store, desk=("stored",))
    (made,) = store.put([prepare_article("Rain.", title="Rain")])
    store.delete([made.id or 0])
    assert told(store) == []


def test_the_state_of_a_webhook_says_what_waits_since_when_and_why(
    store: Store, prepare_article: Prepare
) -> None:
    watch(store, desk=("stored",))
    store.put([prepare_article(f"Rain {n}.", title=f"{n}", origin=f"/{n}") for n in range(2)])
    watch(store, idle=("stored",))
    (first, _) = claim(store)
    with store.transaction():
        outbox.note_failed(store.connection, first, "HTTP 422", next_try=NEVER, give_up=True)
        outbox.rest(store.connection, "idle", "no connection", next_try=NEVER)
    desk, idle = outbox.read_webhooks(store.connection)
    assert (desk.name, desk.watched, desk.waiting, desk.given_up) == ("desk", False, 1, 1)
    assert (desk.last_error, desk.oldest is not None) == ("HTTP 422", True)
    assert (idle.name, idle.watched, idle.waiting, idle.oldest) == ("idle", True, 0, None)
    assert (idle.failures, idle.last_error, idle.next_try) == (1, "no connection", NEVER)


def test_what_waits_is_bounded_by_age_and_by_number(
    store: Store, prepare_article: Prepare, monkeypatch: pytest.MonkeyPatch
) -> None:
    watch(store, desk=("stored",))
    store.put([prepare_article(f"Rain {n}.", title=f"{n}", origin=f"/{n}") for n in range(6)])
    now = datetime.now(UTC)
    assert not outbox.has_old(store.connection, now)
    for row_id, days in ((1, 31), (2, 8)):
        at = (now - timedelta(days=days)).isoformat().replace("+00:00", "Z")
        store.connection.execute("UPDATE outbox SET created_at = ? WHERE id = ?", (at, row_id))
    assert outbox.has_old(store.connection, now)
    with store.transaction():
        outbox.give_up_old(store.connection, now)
    assert not outbox.has_old(store.connection, now)
    (state,) = outbox.read_webhooks(store.connection)
    assert (state.waiting, state.given_up, state.last_error) == (4, 1, "nobody delivered it")
    monkeypatch.setattr(outbox, "MOST_WAITING", 3)
    assert outbox.has_old(store.connection, now)
    with store.transaction():
        outbox.give_up_old(store.connection, now)
    assert [title for _, title, _ in told(store)] == ["3", "4", "5"]


def test_a_killed_writer_leaves_a_message_for_each_article_and_none_besides(
    store: Store, tmp_path: Path
) -> None:
    watch(store, desk=("stored",))
    code = f"""
        from datetime import UTC, datetime
        from schemas.article import Article, Paragraph
        from schemas.document import PLAIN_TEXT, RawDocument
        from schemas.provenance import Provenance
        from schemas.stored import PreparedArticle
        from storage.sqlite import Store

        def prepared(n):
            text = f"Story {{n}} of many."
            document = RawDocument(content=text.encode(), media_type=PLAIN_TEXT, origin=f"/{{n}}",
                                   origin_id=f"/{{n}}", fetched_at=datetime.now(UTC))
            article = Article(paragraphs=(Paragraph(index=0, kind="text", text=text),), title=f"{{n}}")
            makers = (Provenance(stage="clean", name="c", version="1"),)
            return PreparedArticle(document=document, article=article, made_by=makers)

        with Store({str(store.path)!r}, encoder=lambda: None, mode="w") as store:
            for n in range(0, 10**9, 5):
                store.put([prepared(m) for m in range(n, n + 5)])
    """
    count = "SELECT count(*) FROM articles"
    for more in (7, 23, 61):
        goal = store.connection.execute(count).fetchone()[0] + more
        root = Path(__file__).parents[2]
        child = subprocess.Popen([sys.executable, "-c", textwrap.dedent(code)], cwd=root)
        deadline = time.monotonic() + 60
        while store.connection.execute(count).fetchone()[0] < goal and time.monotonic() < deadline:
            time.sleep(0.002)
        child.kill()
        child.wait()
        articles = store.connection.execute("SELECT id FROM articles ORDER BY id").fetchall()
        messages = store.connection.execute("SELECT article_id FROM outbox ORDER BY id").fetchall()
        assert len(articles) >= goal
        assert articles == messages
