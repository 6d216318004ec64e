from __future__ import annotations

import sqlite3
from pathlib import Path
from typing import Any

import pytest


def test_status_counts_what_there_is(db: Path, cli: Any) -> None:
    status = cli("status", "--json").json
    assert status["articles"] == 9
    assert {
        "db",
        "articles",
        "paragraphs",
        "mentions",
        "figures",
        "embeddings",
        "quarantined",
    } <= set(status)
    assert "articles         9" in cli("status").out


@pytest.mark.parametrize("verb", [("status",), ("search", "x"), ("figures",), ("entities",), ("show", "1"), ("enrich",), ("db", "delete", "1"), ("quarantine", "list"), ("similar", "1")])  # fmt: skip
def test_only_ingest_makes_a_database(verb: tuple[str, ...], cli: Any) -> None:
    answer = cli(*verb, "--db", "missing.db")
    assert (answer.code, answer.out) == (2, "")
    assert "copydesk ingest" in answer.err
    assert not Path("missing.db").exists()


def test_a_database_that_is_not_ours_is_refused(db: Path, story: Path, cli: Any) -> None:
    Path("text.db").write_text(
        "not a database at all, but long enough to look at" * 30, encoding="utf-8"
    )
    with sqlite3.connect("foreign.db") as other:
        other.execute("CREATE TABLE t (a)")
    other.close()
    newer = sqlite3.connect(db)
    newer.execute("PRAGMA user_version = 99")
    newer.commit()
    newer.close()
    for name in ("text.db", "foreign.db", "copydesk.db", "."):
        before = Path(name).read_bytes() if name != "." else b""
        for call in (("search", "x"), ("ingest", story)):
            answer = cli(*call, "--db", name)
            assert (answer.code, answer.out) == (2, "")
            assert answer.err.count("\n") == 1
        assert name == "." or Path(name).read_bytes() == before


def test_enrich_after_enrich_has_nothing_to_do(db: Path, cli: Any) -> None:
    cli("enrich")
    again = cli("enrich", "--json")
    assert again.code == 0
    assert set(again.json["stages"].values()) == {0}
    assert cli("enrich", "--stage", "nosuch").code == 2
    assert cli("enrich", "--quiet").out == ""


def test_doctor_checks_and_writes_no_database(cli: Any) -> None:
    answer = cli("doctor", "--json")
    assert answer.code == 0
    assert answer.json["ok"]
    assert {"python", "sqlite", "tagger", "figures", "embedding", "database"} <= {
        c["name"] for c in answer.json["checks"]
    }
    assert not Path("copydesk.db").exists()


def test_doctor_fails_with_a_remedy(cli: Any) -> None:
    Path("copydesk.toml").write_text('[models]\nembedding = "/no/such"\n', encoding="utf-8")
    answer = cli("doctor")
    assert answer.code == 1
    assert "FAIL  embedding" in answer.out


def test_settings_say_where_each_value_came_from(cli: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    Path("copydesk.toml").write_text('[fetch]\npause = "2s"\n', encoding="utf-8")
    monkeypatch.setenv("COPYDESK_DB", "env.db")
    values = cli("settings", "--json").json
    assert values["db"] == {"value": "env.db", "from": "environment"}
    assert values["fetch.pause"] == {"value": "2s", "from": "copydesk.toml"}
    assert values["fetch.timeout"]["from"] == "default"
    assert cli("settings", "--db", "flag.db", "--json").json["db"]["from"] == "flag"


def test_quarantine_is_listed_shown_retried_and_dropped(story: Path, cli: Any) -> None:
    Path("later.txt").touch()
    Path("broken.jsonl").write_text('{"title": "x', encoding="utf-8")
    assert cli("ingest", "later.txt", "broken.jsonl", story).code == 3
    listed = cli("quarantine", "list", "--json").json
    assert listed["total"] == 2
    ids = {q["origin"].partition(":")[0]: q["id"] for q in listed["quarantined"]}
    shown = cli("quarantine", "show", ids["broken.jsonl"], "--json").json
    assert shown["code"] == "malformed"
    Path("later.txt").write_text("Late news\n\nThe ferry came at last.\n", encoding="utf-8")
    retried = cli("quarantine", "retry", ids["later.txt"], "--json")
    assert retried.code == 0
    assert retried.json["counts"]["stored"] == 1
    assert set(retried.json["articles"][0]) == {
        "id", "key", "status", "origin", "url", "title", "paragraphs", "mentions", "figures", "dropped", "error",
    }  # fmt: skip
    assert cli("quarantine", "drop", "--all").code == 0
    assert cli("quarantine", "list").out == "Nothing is in quarantine.\n"


@pytest.mark.parametrize(
    "call",
    [("retry",), ("drop",), ("retry", "1", "--all"), ("show", "99"), ("drop", "99"), ("show", "x")],
)
def test_quarantine_refuses_what_it_cannot_mean(call: tuple[str, ...], db: Path, cli: Any) -> None:
    answer = cli("quarantine", *call)
    assert (answer.code, answer.out) == (2, "")
    assert answer.err.count("\n") == 1


def test_delete_leaves_a_tombstone_until_it_is_forgotten(story: Path, cli: Any) -> None:
    cli("ingest", story)
    key = cli("show", 1, "--json").json["key"]
    assert cli("db", "delete", key, "--dry-run", "--json").json == {
        "deleted": [1],
        "forgotten": 0,
        "dry_run": True,
    }
    assert cli("db", "delete", key, "--json").json == {
        "deleted": [1],
        "forgotten": 0,
        "dry_run": False,
    }
    assert cli("show", 1).code == 2
    again = cli("ingest", story, "--json")
    assert again.code == 0
    assert again.json["articles"][0]["error"]["code"] == "tombstone"
    assert cli("db", "delete", key, "--forget").out == "1 article may come in again\n"
    assert cli("ingest", story, "--json").json["counts"]["stored"] == 1


def test_delete_by_source_and_by_date(db: Path, cli: Any) -> None:
    assert cli("db", "delete", "--source", "Gulfwire", "--json").json["deleted"] == [7]
    assert cli("db", "delete", "--before", "2026-02-01", "--json").json["deleted"] == [1, 6]
    assert cli("db", "delete", "--source", "Nobody").out == "0 articles removed\n"
    assert cli("status", "--json").json["articles"] == 6


@pytest.mark.parametrize(
    "options",
    [(), ("1", "--source", "x"), ("--source", ""), ("--source", "  "), ("--before", ""), ("--before", "soon"), ("99",), ("1", "99")],
)  # fmt: skip
def test_delete_never_guesses(options: tuple[str, ...], db: Path, cli: Any) -> None:
    answer = cli("db", "delete", *options)
    assert (answer.code, answer.out) == (2, "")
    assert answer.err.count("\n") == 1
    assert "--since" not in answer.err
    assert cli("status", "--json").json["articles"] == 9


def test_settings_show_of_a_subscription_no_secret(cli: Any) -> None:
    Path("copydesk.toml").write_text(
        '[[source]]\nname = "paper"\nkind = "feed"\nurl = "https://ann:hush@example.org/feed"\n'
        'headers = { Authorization = "Bearer hush" }\nproxy = "http://ann:hush@proxy.example.net:8080"\n',
        encoding="utf-8",
    )
    for form in ((), ("--json",)):
        answer = cli("settings", *form)
        assert "paper" in answer.out
        assert "hush" not in answer.out + answer.err
