"""docs/status.md and docs/webhooks.md name what the programs say."""

from __future__ import annotations

from dataclasses import fields
from datetime import UTC, datetime
from pathlib import Path

import pytest

from copydesk.schedule_lists import COLUMNS
from copydesk.status import SourceStatus, Status, json_of
from flows.notify import notice_json
from flows.outbox import DeliveryOptions
from schemas.notices import FailureNotice
from schemas.runs import Counted
from schemas.webhooks import WebhookState
from storage.browse import count_everything
from storage.outbox import KEPT_FOR, MOST_WAITING, TRIED_FOR
from storage.sqlite import Store

DOCS = Path(__file__).parents[2] / "docs"


def page(name: str) -> str:
    return (DOCS / name).read_text(encoding="utf-8")


def test_every_key_of_the_status_is_explained(store: Store) -> None:
    status = Status(
        db="news.db",
        counts=count_everything(store.connection) | {"fetch_errors": []},
        recent={"new": Counted(), "failed": Counted()},
        sources=(),
        schedules=(),
        quarantine_by_code={},
        quarantine_by_source={},
        webhooks=(),
    )
    keys = {*json_of(status), *COLUMNS, "last_counts", "last_error"}
    keys |= {field.name for kind in (SourceStatus, WebhookState) for field in fields(kind)}
    assert {key for key in keys if f"`{key}`" not in page("status.md")} == set()


def test_the_notice_is_as_it_is_shown() -> None:
    at = datetime(2026, 3, 5, 12, tzinfo=UTC)
    shown = notice_json(FailureNotice(flow="fetch", state="failed", message="...", at=at))
    for key in shown.split('"')[1::4]:
        assert f'"{key}"' in page("webhooks.md")


@pytest.mark.parametrize(
    ("said", "holds"),
    [
        ("tried for seven days", TRIED_FOR.days == 7),
        ("for thirty", KEPT_FOR.days == 30),
        ("100,000 wait", MOST_WAITING == 100_000),
        ("within ten seconds", DeliveryOptions().timeout_s == 10),
        ("5 seconds, then 10", DeliveryOptions().backoff_s == 5),
    ],
)
def test_the_numbers_of_the_page_are_those_in_force(said: str, holds: bool) -> None:
    assert said in " ".join(page("webhooks.md").split())
    assert holds
