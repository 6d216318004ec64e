from __future__ import annotations

import csv
import io
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from copydesk.source_places import default_name, guess_kind, source_at
from schemas.errors import UsageError

FEED = "https://www.example.org/feed.xml"
SETTINGS = """
[[source]]
name = "example.org"
kind = "site"
url = "https://desk:hunter2@example.org/"
headers = { Authorization = "Bearer hunter2" }
proxy = "http://desk:hunter2@proxy.example.net:3128"
[[source]]
name = "wire"
kind = "folder"
path = "incoming"
enabled = false
"""
KEYS = {
    "name", "kind", "url", "path", "language", "pause", "headers", "cookies_env", "proxy", "user_agent", "fetcher",
    "enabled", "from", "overridden",
}  # fmt: skip


def test_the_first_source_makes_the_database_and_says_so(cli: Any) -> None:
    answer = cli("sources", "add", FEED)
    assert (answer.code, answer.out) == (0, f"added example.org (feed) {FEED}\n")
    assert answer.err == "made the database copydesk.db\n"
    assert cli("sources", "add", "https://example.net/").err == ""
    assert cli("status").code == 0


def test_what_was_added_is_listed_with_everything_that_was_said_of_it(cli: Any) -> None:
    said = ("--name", "Times", "--kind", "page", "--language", "pt-BR", "--pause", "1.5m", "--cookies-env", "TIMES",
            "--header", "Authorization: env:TOKEN", "--header", "X-Key:file:/run/key", "--proxy", "env:PROXY", "--user-agent", "Desk/1")  # fmt: skip
    added = cli("sources", "add", FEED, *said, "--json")
    assert added.code == 0
    record = {
        "name": "Times", "kind": "page", "url": FEED, "path": None, "language": "pt-BR", "pause": 90.0,
        "headers": ["Authorization", "X-Key"], "cookies_env": "TIMES", "proxy": "env:PROXY", "user_agent": "Desk/1",
        "fetcher": None, "enabled": True, "from": "copydesk.db", "overridden": False,
    }  # fmt: skip
    assert added.json == {"added": record}
    assert cli("sources", "list", "--json").json == {"total": 1, "sources": [record]}
    assert cli("sources", "list", "--jsonl").json == record
    rows = list(csv.DictReader(io.StringIO(cli("sources", "list", "--csv").out)))
    assert [set(row) for row in rows] == [KEYS]
    assert rows[0]["headers"] == '["Authorization", "X-Key"]'


def test_the_settings_sources_are_listed_too_and_win_over_a_name_of_the_database(cli: Any) -> None:
    Path("copydesk.toml").write_text(SETTINGS, encoding="utf-8")
    added = cli("sources", "add", FEED, "--name", "example.org")
    assert added.code == 0
    assert "'example.org' stands in copydesk.toml too" in added.err
    answer = cli("sources", "list", "--json")
    assert "'example.org' stands in copydesk.toml too" in answer.err
    rows = [(s["name"], s["from"], s["overridden"], s["enabled"]) for s in answer.json["sources"]]
    assert rows == [
        ("example.org", "copydesk.toml", False, True),
        ("wire", "copydesk.toml", False, False),
        ("example.org", "copydesk.db", True, True),
    ]
    table = cli("sources", "list").out
    assert [line.split()[2] for line in table.splitlines()] == ["state", "on", "off", "overridden"]


def test_no_secret_of_the_settings_is_shown_or_exported(cli: Any) -> None:
    Path("copydesk.toml").write_text(SETTINGS, encoding="utf-8")
    for form in ((), ("--json",), ("--jsonl",), ("--csv",)):
        answer = cli("sources", "list", *form)
        assert answer.code == 0
        assert "hunter2" not in answer.out + answer.err
        assert "example.org" in answer.out
    for form in ((), ("--json",), ("out.opml",)):
        answer = cli("sources", "export", *form)
        assert answer.code == 0
        assert "hunter2" not in answer.out + answer.err
    assert "hunter2" not in Path("out.opml").read_text(encoding="utf-8")
    assert "https://example.org/" in Path("out.opml").read_text(encoding="utf-8")


def test_without_a_database_the_settings_sources_are_listed_and_nothing_is_made(cli: Any) -> None:
    missing = cli("sources", "list")
    assert (missing.code, missing.out) == (2, "")
    assert "copydesk sources add" in missing.err
    Path("copydesk.toml").write_text(SETTINGS, encoding="utf-8")
    assert cli("sources", "list", "--json").json["total"] == 2
    for verb in ("remove", "enable", "disable"):
        assert cli("sources", verb, "wire").code == 2
    assert not Path("copydesk.db").exists()


def test_an_empty_list_says_how_to_begin(db: Path, cli: Any) -> None:
    assert (
        cli("sources", "list").out
        == "There are no sources. Add one with: copydesk sources add URL\n"
    )
    assert cli("sources", "list", "--json").json == {"total": 0, "sources": []}
    assert cli("sources", "list", "--jsonl").out == ""
    assert set(cli("sources", "list", "--csv").out.strip().split(",")) == KEYS


def test_a_source_is_switched_off_and_on_and_removed(cli: Any) -> None:
    def states() -> list[bool]:
        return [source["enabled"] for source in cli("sources", "list", "--json").json["sources"]]

    cli("sources", "add", FEED)
    assert cli("sources", "disable", "example.org").out == "disabled example.org\n"
    assert states() == [False]
    assert cli("sources", "enable", "example.org", "--json").json == {"name": "example.org", "enabled": True}  # fmt: skip
    assert states() == [True]
    assert cli("sources", "remove", "example.org", "--json").json == {"removed": "example.org"}
    assert states() == []


@pytest.mark.parametrize("verb", ["remove", "enable", "disable"])
def test_an_unknown_name_is_answered_with_the_nearest(verb: str, cli: Any) -> None:
    cli("sources", "add", FEED)
    answer = cli("sources", verb, "exmple.org")
    assert (answer.code, answer.out) == (2, "")
    assert answer.err == "copydesk: there is no source 'exmple.org'. Did you mean example.org?\n"


def test_what_stands_in_the_settings_is_left_to_their_owner(cli: Any) -> None:
    Path("copydesk.toml").write_text(SETTINGS, encoding="utf-8")
    cli("sources", "add", FEED, "--name", "example.org")
    assert "enabled = false there" in cli("sources", "disable", "example.org").err
    assert "copydesk.toml" in cli("sources", "remove", "wire").err
    assert cli("sources", "remove", "example.org").code == 0
    assert [s["from"] for s in cli("sources", "list", "--json").json["sources"]] == ["copydesk.toml"] * 2  # fmt: skip
    assert "copydesk.toml" in cli("sources", "remove", "example.org").err


def test_one_place_is_added_once_in_whatever_spelling(cli: Any) -> None:
    cli("sources", "add", FEED)
    again = cli("sources", "add", "http://example.org/feed.xml?utm_source=x", "--name", "Other")
    assert (again.code, again.out) == (2, "")
    assert "is there already, as 'example.org' in copydesk.db" in again.err


def test_a_second_place_of_one_host_is_named_with_its_path(cli: Any) -> None:
    cli("sources", "add", FEED)
    second = cli("sources", "add", "https://example.org/sitemap.xml", "--json").json["added"]
    assert (second["name"], second["kind"]) == ("example.org/sitemap.xml", "sitemap")
    taken = cli("sources", "add", "https://example.org/sport.rss", "--name", "example.org")
    assert taken.code == 2
    assert "already" in taken.err


def test_folders_and_files_are_kept_with_their_whole_path(own_place: Path, cli: Any) -> None:
    Path("incoming").mkdir()
    for name in ("urls.txt", "old.warc.gz", "old.wacz", "pages.zip"):
        Path(name).touch()
        cli("sources", "add", name)
    cli("sources", "add", "incoming")
    found = cli("sources", "list", "--json").json["sources"]
    assert [(s["name"], s["kind"]) for s in found] == [
        ("urls.txt", "list"), ("old.warc.gz", "archive"), ("old.wacz", "archive"), ("pages.zip", "archive"),
        ("incoming", "folder"),
    ]  # fmt: skip
    assert found[-1]["path"] == str(own_place / "incoming")


@pytest.mark.parametrize(
    "call",
    [("ftp://example.org/",), ("file:///etc/passwd",), ("javascript:alert(1)",), ("nosuch",), ("urls.txt",), ("",), (" ",),
     ("a\0b",), ("x" * 5000,), ("https://",), ("https://example.org:99999/",), ("--", "-x"), ("example.org", "--kind", "fed"),
     ("example.org", "--kind", "folder"), ("example.org", "--name", " "), ("example.org", "--pause", "soon"),
     ("example.org", "--language", "English!"), ("example.org", "--header", "X env:Y"), ("example.org", "--proxy", "x y"),
     (FEED, "--db", "."), (FEED, "--db", "postgresql://x/y"), (FEED, "--config", "missing.toml"), (".", "--kind", "feed"), ()],
)  # fmt: skip
def test_what_cannot_be_added_is_one_line_and_makes_no_database(
    call: tuple[str, ...], cli: Any
) -> None:
    answer = cli("sources", "add", *call)
    assert (answer.code, answer.out) == (2, "")
    assert answer.err.count("\n") == 1
    assert not Path("copydesk.db").exists()


@pytest.mark.parametrize(
    "call",
    [("https://desk:hunter2@example.org/feed",), ("desk:hunter2@example.org/feed",), ("https://desk:hunter2/@example.org/",),
     ("ftp://desk:hunter2@example.org/",), ("example.org", "--header", "Authorization: Bearer hunter2"),
     ("example.org", "--header", "Authorization hunter2"), ("example.org", "--header", "Author ization hunter2: env:X"),
     ("example.org", "--proxy", "http://desk:hunter2@p:1"), ("example.org", "--proxy", "desk:hunter2@p:1"),
     ("example.org", "--cookies-env", "sid=hunter2"), ("https://example.org/feed?token=hunter2",),
     ("example.org/feed?page=7&api_key=hunter2", "--name", "E"), ("https://example.org/feed#key=hunter2",),
     ("example.org", "--name", "https://example.org/?sig=hunter2"), ("ftp://example.org/?auth=hunter2",),
     ("https://desk:" + 300 * "x" + "hunter2@example org/",)],
)  # fmt: skip
def test_a_secret_typed_out_is_refused_and_not_repeated(call: tuple[str, ...], cli: Any) -> None:
    answer = cli("sources", "add", *call)
    assert (answer.code, answer.out) == (2, "")
    assert "hunter2" not in answer.err
    assert not Path("copydesk.db").exists()


@pytest.mark.parametrize(
    ("address", "kind"),
    [("https://example.org", "site"), ("https://www.example.org/", "site"), ("http://127.0.0.1:8000", "site"),
     ("https://example.org/feed", "feed"), ("https://example.org/feed/", "feed"), ("https://example.org/news.rss", "feed"),
     ("https://example.org/index.xml", "feed"), ("https://example.org/atom.xml", "feed"), ("https://example.org/feed.json", "feed"),
     ("https://example.org/rss/world", "feed"), ("https://example.org/rss2.0.php", "feed"), ("https://example.org/news-feed", "feed"),
     ("https://feeds.example.org/world", "feed"), ("https://example.org/?feed=rss2", "feed"), ("https://example.org/x?format=rss", "feed"),
     ("https://example.org/sitemap.xml", "sitemap"), ("https://example.org/news-sitemap.xml.gz", "sitemap"), ("https://example.org/Sitemap_Index", "sitemap"),
     ("https://example.org/urls.txt", "list"), ("https://example.org/a.warc.gz", "archive"), ("https://example.org/a.wacz", "archive"), ("https://example.org/a.zip", "archive"),
     ("https://example.org/2024/farmers-run-short-of-feed-this-winter", "page"), ("https://example.org/feedback", "page"),
     ("https://example.org/harass-case", "page"), ("https://example.org/?p=7", "page"), ("https://feed/x", "page"), ("https://[::1/", "page")],
)  # fmt: skip
def test_the_kind_is_guessed_from_the_address(address: str, kind: str) -> None:
    assert guess_kind(address) == kind


@pytest.mark.parametrize(
    ("typed", "url"),
    [("example.org", "https://example.org"), ("news.example.org/feed", "https://news.example.org/feed"),
     ("example.org:8080/x", "https://example.org:8080/x"), ("example.org?x=1", "https://example.org?x=1"), (f"  {FEED} ", FEED)],
)  # fmt: skip
def test_a_host_may_be_typed_without_its_scheme(typed: str, url: str) -> None:
    assert source_at(typed).url == url


@given(st.text(max_size=40))
def test_any_text_is_a_source_or_a_usage_error(text: str) -> None:
    try:
        spec = source_at(text)
    except UsageError as error:
        assert error.remedy  # noqa: PT017  most texts are none, and that is no failure
        return
    assert (spec.url is None) != (spec.path is None)


@given(st.text(max_size=60))
def test_any_address_has_a_name_and_a_kind(text: str) -> None:
    assert default_name(f"https://example.org/{text}", longer=True)
    assert default_name(f"https://{text}")
    assert guess_kind(f"https://example.org/{text}")
