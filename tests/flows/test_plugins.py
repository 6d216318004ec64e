"""Plug-ins as pip leaves them: found by name, loaded when named, and harmless where they are broken."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from flows.plugins import FETCHERS, SOURCES, check_plugins, installed, load_fetcher, load_reader
from schemas.errors import DocumentError, FetchError, SettingsError, UsageError
from schemas.web import SourceSpec
from tests.installed import install

CODE = """
class Reader:
    kind = "calendar"
    def read(self, content, *, url, media_type, charset):
        return []
class Fetcher:
    async def __aenter__(self): return self
    async def __aexit__(self, *error): return None
    async def fetch(self, url, *, ask, timeout): return await ask(url)
def leaves(): raise SystemExit("no browser here")
def needs(argument): return None
nothing = 5
"""
VALUES = ("Reader", "Fetcher", "leaves", "needs", "nothing", "missing")
POINTS = {value.lower(): f"newsdesk_plugin:{value}" for value in VALUES} | {
    "absent": "no_such_module:x",
    "feed": "newsdesk_plugin:leaves",
}


@pytest.fixture
def plugged(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delitem(sys.modules, "newsdesk_plugin", raising=False)
    points = {FETCHERS: POINTS, SOURCES: POINTS}
    monkeypatch.syspath_prepend(str(install(tmp_path / "site-packages", points, CODE)))


def spec(**changed: str) -> SourceSpec:
    return SourceSpec(**{"name": "x", "kind": "feed", "url": "https://example.org/"} | changed)  # type: ignore[arg-type]


@pytest.mark.usefixtures("plugged")
def test_what_is_installed_is_known_by_name_and_loads() -> None:
    assert set(POINTS) <= set(installed(FETCHERS))
    check_plugins(spec(kind="reader", fetcher="fetcher"))
    assert load_reader("reader").kind == "calendar"
    assert callable(load_fetcher("fetcher").fetch)


@pytest.mark.usefixtures("plugged")
@pytest.mark.parametrize("name", ["leaves", "needs", "nothing", "missing", "absent"])
def test_what_cannot_be_loaded_is_an_error_that_names_it(name: str) -> None:
    with pytest.raises(FetchError, match=repr(name)) as fetching:
        load_fetcher(name)
    with pytest.raises(DocumentError, match=repr(name)) as reading:
        load_reader(name)
    assert (fetching.value.code, reading.value.code) == ("fetcher", "reader")


@pytest.mark.usefixtures("plugged")
def test_what_has_not_the_methods_is_told_which() -> None:
    with pytest.raises(FetchError, match="gives no __aenter__ and no __aexit__ and no fetch"):
        load_fetcher("reader")
    with pytest.raises(DocumentError, match="gives no read"):
        load_reader("fetcher")


@pytest.mark.usefixtures("plugged")
def test_an_unknown_name_is_answered_with_the_nearest() -> None:
    with pytest.raises(UsageError, match="Did you mean fetcher"):
        check_plugins(spec(fetcher="fetchr"))
    with pytest.raises(UsageError, match="Did you mean reader"):
        check_plugins(spec(kind="raeder"))
    with pytest.raises(UsageError, match="Did you mean fetcher"):
        load_fetcher("fetchr")


def test_where_none_is_installed_that_is_what_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("flows.plugins.entry_points", lambda **_: ())
    with pytest.raises(UsageError, match="none is installed"):
        check_plugins(spec(fetcher="browser"))


@pytest.mark.usefixtures("plugged")
def test_settings_and_the_command_line_refuse_unknown_names(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from copydesk.settings import load_settings, source_specs

    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "nobody"))
    monkeypatch.chdir(tmp_path)
    text = '[[source]]\nname = "x"\nkind = "reader"\nurl = "https://example.org/"\nfetcher = "fetcher"\n'
    Path("copydesk.toml").write_text(text)
    (found,) = source_specs(load_settings(environment={}))
    assert (found.kind, found.fetcher) == ("reader", "fetcher")
    for wrong, near in (('"reader"', "reader"), ('"fetcher"', "fetcher")):
        Path("copydesk.toml").write_text(text.replace(wrong, wrong[:-2] + '"'))
        with pytest.raises(SettingsError, match=f"Did you mean {near}"):
            load_settings(environment={})


@pytest.mark.usefixtures("plugged")
def test_the_database_keeps_both_names(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from copydesk.cli import run

    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "nobody"))
    monkeypatch.chdir(tmp_path)
    add = ("sources", "add", "https://example.org/api", "--kind")
    assert run([*add, "reader", "--fetcher", "fetcher"]) == 0
    assert run([*add, "raeder"]) == 2
    assert run([*add, "feed", "--name", "y", "--fetcher", "fetchr"]) == 2
    from copydesk import open_store

    with open_store("copydesk.db", mode="r") as store:
        assert [(s.kind, s.fetcher) for s in store.sources()] == [("reader", "fetcher")]


def test_nothing_is_looked_for_where_no_source_names_a_plug_in() -> None:
    code = (
        "import importlib.metadata as m; m.entry_points = m.distributions = None\n"
        "from flows.plugins import check_plugins; from flows.listings import reader_of\n"
        "from schemas.web import SourceSpec\n"
        "check_plugins(SourceSpec(name='x', kind='feed', url='https://example.org/')); reader_of('feed')"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=False, timeout=60
    )
    assert done.returncode == 0, done.stderr
