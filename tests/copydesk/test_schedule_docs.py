"""docs/schedules.md, done as it says."""

from __future__ import annotations

import re
import subprocess
import threading
from collections.abc import Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
import typer

import copydesk
from copydesk.cli import app
from copydesk.settings import load_settings

DOC = (Path(copydesk.__file__).parents[1] / "docs" / "schedules.md").read_text(encoding="utf-8")
PORT = "127.0.0.1:8000"


def blocks(language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```$", DOC, flags=re.MULTILINE | re.DOTALL)


class Quiet(SimpleHTTPRequestHandler):
    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def host(own_place: Path) -> Iterator[str]:
    """The site of the docs, made as they say, at a free port."""
    subprocess.run(["bash", "-c", blocks("sh")[0]], check=True, timeout=20)
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory="site"))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    host = f"127.0.0.1:{server.server_port}"
    for page in Path("site").iterdir():
        page.write_text(page.read_text().replace(PORT, host))
    yield host
    server.shutdown()
    server.server_close()


def test_two_feeds_are_fetched_by_the_settings_of_the_docs(host: str, cli: Any) -> None:
    Path("copydesk.toml").write_text(blocks("toml")[0].replace(PORT, host))
    answer = cli("schedule", "run", "wires", "--json")
    assert answer.code == 0, answer.err
    titles = {article["title"] for article in answer.json["articles"]}
    assert titles == {"Port raises its tolls", "Tunnel opens early"}
    assert answer.json["counts"]["stored"] == 2
    assert cli("search", "harbour charges", "-k", "1", "--json").json["hits"][0]["title"] == "Port raises its tolls"  # fmt: skip


def test_every_table_of_the_docs_can_be_meant() -> None:
    assert len(blocks("toml")) == 3
    for text in blocks("toml"):
        Path("copydesk.toml").write_text(text)
        assert load_settings(environment={"XDG_CONFIG_HOME": "nobody"}).origins


def test_every_command_of_the_docs_is_one() -> None:
    lines = [line.strip().partition("  #")[0].split() for line in DOC.splitlines()]
    calls = [line[1:] for line in lines if line[:1] == ["copydesk"]]
    assert len(calls) > 8
    group: Any = typer.main.get_command(app)
    for call in calls:
        command = group
        while call and call[0] in getattr(command, "commands", {}):
            command = command.commands[call.pop(0)]
        assert not hasattr(command, "commands"), call
