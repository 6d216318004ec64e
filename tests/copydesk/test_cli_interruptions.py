"""Ctrl-C in the middle of a fetch: what came before stays, the database is sound, and the next run goes on."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from tests.hostile_connection import Connection, Endpoint
from tests.hostile_server import HostileServer

STORIES, AT_ONCE = 5, 2


class SlowPaper:
    """A paper of which the first stories come at once, and the others, until `is_quick`, so slowly that they never end."""

    def __init__(self) -> None:
        self.is_quick = False
        stories = {f"/story/{number}": self.story(number) for number in range(STORIES)}
        self.server = HostileServer(endpoints={"/feed": self.feed, **stories})

    async def feed(self, c: Connection) -> None:
        links = (self.server.url(f"/story/{number}") for number in range(STORIES))
        listed = "".join(f"<item><title>S</title><link>{link}</link></item>" for link in links)
        body = f"<rss version='2.0'><channel><title>P</title>{listed}</channel></rss>"
        await c.answer("200 OK", body.encode(), Content_Type="application/rss+xml")

    def story(self, number: int) -> Endpoint:
        sentence = f"Ferry number {number} to Bergen carried {number + 40} people on Monday."
        paragraphs = f"<p>{sentence} It was full of cars and of people who had waited.</p>" * 4
        title = f"<h1>Ferry {number} leaves</h1>"
        page = f"<html><body><article>{title}{paragraphs}</article></body></html>".encode()

        async def tell(c: Connection) -> None:
            if self.is_quick or number < AT_ONCE:
                await c.answer(body=page)
                return
            await c.head(Content_Length=str(len(page)))
            for place in range(len(page)):
                await c.send(page[place : place + 1])
                await asyncio.sleep(0.5)

        return tell


@pytest.fixture
def paper() -> Iterator[SlowPaper]:
    paper = SlowPaper()
    with paper.server:
        yield paper


def start(paper: SlowPaper, *more: str) -> subprocess.Popen[str]:
    call = [sys.executable, "-m", "copydesk", "fetch", paper.server.url("/feed"), "--pause", "0"]
    return subprocess.Popen(
        [*call, "--timeout", "60", "--allow-host", paper.server.allowed[0], *more],
        env={**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def until(reached: object, process: subprocess.Popen[str]) -> None:
    """Wait until the function says so; the test fails where the process ends first."""
    assert callable(reached)
    deadline = time.monotonic() + 60
    while not reached():
        assert process.poll() is None, process.communicate()
        assert time.monotonic() < deadline
        time.sleep(0.05)


def articles() -> int:
    if not Path("copydesk.db").exists():
        return 0
    try:
        with closing(sqlite3.connect("file:copydesk.db?mode=ro", uri=True)) as db:
            return int(db.execute("SELECT count(*) FROM articles").fetchone()[0])
    except sqlite3.OperationalError:  # its tables are being made
        return 0


def is_sound() -> bool:
    with closing(sqlite3.connect("copydesk.db")) as db:
        answers = [
            db.execute(f"PRAGMA {name}").fetchall()
            for name in ("integrity_check", "foreign_key_check")
        ]
    return answers == [[("ok",)], []]


@pytest.mark.slow
def test_ctrl_c_in_a_slow_fetch_keeps_what_came_and_the_next_run_goes_on(
    own_place: Path, paper: SlowPaper
) -> None:
    with start(paper) as process:
        until(lambda: articles() == AT_ONCE and paper.server.asked(f"/story/{AT_ONCE}"), process)
        process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=30)
    assert process.returncode == 130
    assert "interrupted" in err
    assert "Traceback" not in out + err
    assert articles() == AT_ONCE
    assert is_sound()
    paper.is_quick = True
    with start(paper, "--json") as process:
        out, err = process.communicate(timeout=60)
    assert process.returncode == 0, err
    counts = json.loads(out)["counts"]
    assert (counts["stored"], counts["unchanged"]) == (STORIES - AT_ONCE, AT_ONCE)
    assert articles() == STORIES


def test_ctrl_c_before_anything_came_leaves_a_sound_database(
    own_place: Path, paper: SlowPaper
) -> None:
    async def never(_: Connection) -> None:
        await asyncio.sleep(600)

    paper.server.endpoints["/feed"] = never
    with start(paper) as process:
        until(lambda: paper.server.asked("/feed"), process)
        process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=30)
    assert process.returncode == 130
    assert "Traceback" not in out + err
    assert articles() == 0
    assert is_sound()
