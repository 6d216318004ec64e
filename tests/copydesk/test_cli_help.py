from __future__ import annotations

import shlex
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import typer

from copydesk.cli import app, run
from tests.news_server import Site, serve

from_click: Any = typer.main.get_command(app)
WRITE_FILES = ("article.txt", "stories.jsonl", "draft.txt")


def commands(
    command: Any = from_click, path: tuple[str, ...] = ()
) -> Iterator[tuple[tuple[str, ...], Any]]:
    yield path, command
    for name, inner in getattr(command, "commands", {}).items():
        yield from commands(inner, (*path, name))


ALL = dict(commands())
EXAMPLES = [
    (path, line.strip())
    for path, command in ALL.items()
    for line in (command.epilog or "").splitlines()
    if line.strip().startswith("copydesk ")
]


def test_every_verb_of_the_plan_is_there() -> None:
    verbs = {" ".join(path) for path in ALL}
    assert {
        "ingest", "search", "similar", "show", "figures", "entities", "enrich", "status", "doctor", "settings",
        "quarantine list", "quarantine show", "quarantine retry", "quarantine drop", "db delete",
        "fetch", "sources check", "sources add", "sources list", "sources remove", "sources enable", "sources disable", "sources import", "sources export",
        "webhooks list", "webhooks retry", "schedule list", "schedule next", "schedule run", "schedule pause", "schedule resume",
        "saved add", "saved list", "saved run", "saved remove", "db export",
        "models list", "models check", "models use",
    } <= verbs  # fmt: skip


@pytest.mark.parametrize("path", ALL, ids=" ".join)
def test_help_ends_with_two_examples_of_the_verb_itself(path: tuple[str, ...], cli: Any) -> None:
    answer = cli(*path, "--help")
    assert answer.code == 0
    assert answer.err == ""
    tail = answer.out.rstrip().splitlines()[-3:]
    assert tail[0].strip() == "Examples:"
    wanted = " ".join(("copydesk", *path))
    assert [line.strip().startswith(wanted) for line in tail[1:]] == [True, True]


@pytest.mark.parametrize("path", ALL, ids=" ".join)
def test_every_verb_takes_db_config_and_json(path: tuple[str, ...]) -> None:
    if getattr(ALL[path], "commands", None):
        return
    options = {name for param in ALL[path].params for name in param.opts}
    assert {"--db", "--config", "--json"} <= options
    if path[-1] in ("search", "similar", "figures", "entities", "list"):
        assert {"--jsonl", "--csv"} <= options
    if path[-1] in ("search", "similar", "figures"):
        assert {
            "--since",
            "--until",
            "--source",
            "--lang",
            "--entity",
            "--label",
            "--fail-empty",
        } <= options


@pytest.mark.parametrize(("path", "line"), EXAMPLES, ids=[line for _, line in EXAMPLES])
def test_examples_run_on_the_example_database(
    path: tuple[str, ...], line: str, db: Path, story: Path, cli: Any, site: Site
) -> None:
    for name in WRITE_FILES[:1] + WRITE_FILES[2:]:
        Path(name).write_bytes(story.read_bytes())
    Path("stories.jsonl").write_text('{"title": "A", "text": "Oil rose 4%."}\n', encoding="utf-8")
    Path("news.toml").write_text('db = "copydesk.db"\n', encoding="utf-8")
    Path("archive").mkdir()
    Path("archive/story.txt").write_bytes(story.read_bytes())
    for name in ("one.txt", "two.txt"):
        Path(name).touch()
    cli("ingest", "one.txt", "two.txt")  # something for the quarantine's examples
    _prepare_sources(line)
    if line.startswith(("copydesk saved run", "copydesk saved remove")):
        cli("saved", "add", "gas", "gas deal")
    if {"fetch", "check", "schedule"} & {*path}:
        line = _on_loopback(line, site)
    arguments = shlex.split(line)[1:]
    if arguments[0] in (
        "doctor",
        "serve",
    ):  # one takes long, the other does not end: they are parsed
        ALL[(arguments[0],)].make_context(arguments[0], arguments[1:])
        return
    if path == ("models", "check"):  # tests/copydesk/test_cli_models.py checks a small one
        ALL[path].make_context(" ".join(path), arguments[2:])
        return
    answer = cli(*arguments)
    assert answer.code in ((0, 3) if "retry" in arguments else (0,)), answer.err


@pytest.fixture
def site() -> Iterator[Site]:
    with serve() as site:
        site.story("/story", "Tolls rise", "The port raised its tolls by 4% on Monday.")
        site.feed("/feed.xml", "/story")
        site.pages["/"] = b"<link rel=alternate type=application/rss+xml href=/feed.xml>"
        yield site


def _on_loopback(line: str, site: Site) -> str:
    """The example with a site on this machine in place of its own, and as the one source there is, on a schedule."""
    Path("copydesk.toml").write_text(
        f'[fetch]\nallow_hosts = ["{site.host}"]\npause = 0\n'
        f'[[source]]\nname = "desk"\nkind = "feed"\nurl = "{site.url}/feed.xml"\n'
        '[[schedule]]\nname = "wires"\nflow = "fetch"\nevery = "15m"\n'
    )
    for name in ("Example", "Example Times", "example.org"):
        run(["sources", "remove", name])
    return line.replace("https://www.example.org", site.url)


def _prepare_sources(line: str) -> None:
    """The sources that the examples name, and a file of feeds to import."""
    named = ("--name", "Example"), ("--name", "Example Times"), ("--name", "example.org")
    for n, name in enumerate(named if "sources" in line and " add " not in line else ()):
        assert run(["sources", "add", f"https://{n}.example.org/feed.xml", *name]) == 0
    Path("feeds.opml").write_text(
        '<opml version="2.0"><body><outline text="A" xmlUrl="https://a.example/feed"/></body></opml>',
        encoding="utf-8",
    )


def test_no_arguments_give_the_help_and_a_usage_code(cli: Any) -> None:
    for call in ((), ("db",), ("quarantine",), ("sources",), ("schedule",)):
        answer = cli(*call)
        assert answer.code == 2
        assert answer.out == ""
        assert answer.err.startswith("Usage: copydesk")


def test_version_is_told_on_stdout(cli: Any) -> None:
    answer = cli("--version")
    assert (answer.code, answer.err) == (0, "")
    assert answer.out.startswith("copydesk ")


@pytest.mark.parametrize(
    "call",
    [("nosuch",), ("search",), ("search", "x", "--nosuch"), ("search", "x", "-k", "0"), ("search", "x", "-k", "-3"),
     ("search", "x", "-k", "many"), ("ingest",), ("ingest", "x", "--workers", "0"), ("show",), ("show", "1", "2")],
)  # fmt: skip
def test_wrong_usage_is_one_line_that_names_the_help(call: tuple[str, ...], cli: Any) -> None:
    answer = cli(*call)
    assert answer.code == 2
    assert answer.out == ""
    assert answer.err.count("\n") == 1
    assert "--help" in answer.err


def test_no_summary_in_a_list_of_commands_is_cut_off(
    cli: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    for call in (
        ("--help",),
        ("db", "--help"),
        ("quarantine", "--help"),
        ("sources", "--help"),
        ("schedule", "--help"),
    ):
        assert "..." not in cli(*call).out.partition("Commands:")[2].partition("Examples:")[0]
