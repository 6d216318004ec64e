"""Sources from and to OPML files, by the commands."""

from __future__ import annotations

import io
import sys
from pathlib import Path
from typing import Any

import pytest

FEED = "https://www.example.org/feed.xml"
OPML = """<?xml version="1.0"?><opml version="2.0"><head><title>t</title></head><body>
<outline text="World"><outline type="rss" text="News" xmlUrl="https://a.example/feed"/>
<outline type="rss" text="News" xmlUrl="https://b.example/feed"/></outline>
<outline type="rss" text="News" xmlUrl="https://a.example/feed"/>
</body></opml>"""


def test_an_opml_file_is_imported_once(cli: Any) -> None:
    Path("feeds.opml").write_text(OPML, encoding="utf-8")
    first = cli("sources", "import", "feeds.opml", "--json")
    assert first.code == 0
    assert "made the database" in first.err
    counts = first.json["counts"]
    assert counts["added"] == 2
    assert counts["refused"] == 0
    names = [source["name"] for source in cli("sources", "list", "--json").json["sources"]]
    assert len(set(names)) == 2
    again = cli("sources", "import", "feeds.opml", "--json").json
    assert again["counts"] == {**counts, "added": 0, "unchanged": counts["found"]}
    assert {source["status"] for source in again["sources"]} == {"unchanged"}


def test_an_import_reads_standard_input(cli: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(OPML.encode())))
    assert cli("sources", "import", "-").code == 0
    assert len(cli("sources", "list", "--jsonl").out.splitlines()) == 2


def test_an_import_goes_on_after_what_it_must_refuse(cli: Any) -> None:
    more = (
        '<outline type="folder" text="F" url="https://c.example/"/>'
        '<outline type="rss" text="D" xmlUrl="https://d.example/feed"/></body>'
    )
    Path("feeds.opml").write_text(OPML.replace("</body>", more), encoding="utf-8")
    answer = cli("sources", "import", "feeds.opml", "--json")
    assert answer.code == 3
    assert answer.json["counts"] == {"found": 4, "added": 3, "unchanged": 0, "refused": 1}
    refused = answer.json["sources"][2]
    assert (refused["name"], refused["status"], refused["error"]["code"]) == ("F", "refused", "source")  # fmt: skip
    assert "! source 'F': a folder has a path" in answer.err


def test_a_password_in_an_opml_file_reaches_neither_screen_nor_database(cli: Any) -> None:
    secret = OPML.replace("https://b.", "https://desk:hunter2@b.")
    Path("feeds.opml").write_text(secret, encoding="utf-8")
    for form in ((), ("--json",)):
        answer = cli("sources", "import", "feeds.opml", *form)
        assert answer.code in (0, 3)
        assert "hunter2" not in answer.out + answer.err
    assert not any(b"hunter2" in path.read_bytes() for path in Path().glob("copydesk.db*"))


def test_an_address_that_is_secret_itself_is_left_out_of_an_import(cli: Any) -> None:
    secret = OPML.replace("https://b.example/feed", "https://b.example/feed?u=7&amp;apikey=hunter2")
    titled = '<outline text="https://c.example/?token=hunter2" xmlUrl="https://c.example/"/></body>'
    Path("feeds.opml").write_text(secret.replace("</body>", titled), encoding="utf-8")
    answer = cli("sources", "import", "feeds.opml", "--json")
    assert answer.code == 3
    assert [source["status"] for source in answer.json["sources"]] == [
        "added",
        "refused",
        "refused",
    ]
    refused = answer.json["sources"][1]
    assert refused["url"] == "https://b.example/feed?u=7"
    assert refused["error"]["code"] == "source_secret"
    assert "env:NAME" in refused["error"]["remedy"]
    assert "apikey" in answer.err
    for told in (answer, cli("sources", "import", "feeds.opml"), cli("sources", "export")):
        assert "hunter2" not in told.out + told.err
    assert not any(b"hunter2" in path.read_bytes() for path in Path().glob("copydesk.db*"))


def test_an_export_has_no_secret_of_the_settings(cli: Any) -> None:
    Path("copydesk.toml").write_text(
        '[[source]]\nname = "S"\nkind = "feed"\nurl = "https://desk:hunter2@s.example/?a=1&key=hunter2"\n',
        encoding="utf-8",
    )
    exported = cli("sources", "export")
    assert "https://s.example/?a=1" in exported.out
    assert "hunter2" not in exported.out


@pytest.mark.parametrize("name", ["missing.opml", ".", "a\0b", "x" * 5000])
def test_a_file_that_is_none_is_not_imported(name: str, cli: Any) -> None:
    answer = cli("sources", "import", name)
    assert (answer.code, answer.out) == (2, "")
    assert answer.err.count("\n") == 1
    assert not Path("copydesk.db").exists()


@pytest.mark.parametrize("content", [b"", b"no xml", b"<html></html>", b"\xff\xfe\0", b"<opml><body/></opml>"])  # fmt: skip
def test_a_file_without_feeds_is_an_error_and_makes_no_database(content: bytes, cli: Any) -> None:
    Path("feeds.opml").write_bytes(content)
    answer = cli("sources", "import", "feeds.opml")
    assert answer.code in (1, 2)
    assert answer.out == ""
    assert answer.err.count("\n") == 1
    assert not Path("copydesk.db").exists()


def test_a_file_beyond_the_limit_is_not_read_on(cli: Any) -> None:
    Path("copydesk.toml").write_text("[fetch]\nmax_bytes = 100\n", encoding="utf-8")
    Path("feeds.opml").write_text(OPML, encoding="utf-8")
    answer = cli("sources", "import", "feeds.opml")
    assert answer.code == 2
    assert "larger than 100 bytes" in answer.err


def test_what_was_exported_is_imported_as_it_was(cli: Any) -> None:
    cli("sources", "add", FEED, "--name", "Tïmes & <Co>", "--header", "X-Key: env:KEY")
    cli("sources", "add", ".")
    exported = cli("sources", "export", "out.opml")
    assert exported.out == "1 source written to out.opml\n"
    assert "1 source on this machine left out" in exported.err
    text = Path("out.opml").read_text(encoding="utf-8")
    assert "KEY" not in text
    assert cli("sources", "export").out == text
    assert cli("sources", "export", "--json").json == {"total": 1, "opml": text}
    cli("sources", "import", "out.opml", "--db", "other.db")
    found = cli("sources", "list", "--db", "other.db", "--json").json["sources"]
    assert [(s["name"], s["kind"], s["url"]) for s in found] == [("Tïmes & <Co>", "feed", FEED)]


def test_an_export_writes_over_an_export_and_over_nothing_else(db: Path, cli: Any) -> None:
    cli("sources", "add", FEED)
    assert [cli("sources", "export", "out.opml").code for _ in range(2)] == [0, 0]
    Path("folder").mkdir()
    before = db.read_bytes()
    for name in ("copydesk.db", "folder", "a\0b"):
        answer = cli("sources", "export", name)
        assert (answer.code, answer.out) == (2, "")
    assert db.read_bytes() == before
    missing = cli("sources", "export", "nofolder/out.opml")
    assert missing.code == 2
    assert "cannot be written" in missing.err
    assert not [path for path in Path().iterdir() if path.name.endswith(".part")]
