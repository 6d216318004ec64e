"""`quarantine retry` asks for a subscriber's page with what the settings file says of its source."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.hostile_connection import Connection
from tests.hostile_server import HostileServer

SENTENCE = "The harbour of Gdansk will charge more a year, and the ships will have to pay it all."
STORY = f"<html><body><article><h1>Port fees rise</h1>{f'<p>{SENTENCE}</p>' * 4}</article></body></html>"


def test_a_subscribers_page_comes_after_a_403_and_its_key_stays_nowhere(
    own_place: Path, cli: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def feed(c: Connection) -> None:
        body = f"<rss version='2.0'><channel><title>P</title><item><title>S</title><link>{server.url('/story')}</link></item></channel></rss>"
        await c.answer("200 OK", body.encode(), Content_Type="application/rss+xml")

    async def story(c: Connection) -> None:
        paid = c.asked.headers.get("x-key") == "hunter2"
        await c.answer(*(("200 OK", STORY.encode()) if paid else ("403 Forbidden", b"pay first")))

    with HostileServer(endpoints={"/feed": feed, "/story": story}) as server:
        Path("copydesk.toml").write_text(
            f'[fetch]\npause = 0\nallow_hosts = ["{server.allowed[0]}"]\n'
            f'[[source]]\nname = "Paper"\nkind = "feed"\nurl = "{server.url("/feed")}"\n'
            'headers = { X-Key = "env:PAPER_KEY" }\n',
            encoding="utf-8",
        )
        monkeypatch.setenv("PAPER_KEY", "no longer")
        assert cli("fetch", "--json").json["counts"]["quarantined"] == 1
        assert cli("quarantine", "retry", "--all").code == 3
        monkeypatch.setenv("PAPER_KEY", "hunter2")
        answer = cli("quarantine", "retry", "--all", "--json")
    assert answer.code == 0
    assert answer.json["counts"]["stored"] == 1
    assert cli("quarantine", "list", "--json").json["total"] == 0
    files = [path for path in own_place.rglob("copydesk.db*") if path.is_file()]
    assert files
    assert not any(b"hunter2" in path.read_bytes() for path in files)
