"""copydesk quotes, and what else the command line says of who said what and of whom an article is about."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from copydesk.cli import run

TEXT = """Ann Lee closes the port of Gdansk

"Ships must wait," said Ann Lee, who runs the port of Gdansk.

Lee said that the harbour would stay closed. It was Ann Lee who had opened it.
"""


@pytest.fixture(scope="module")
def db(tmp_path_factory: pytest.TempPathFactory) -> str:
    folder = tmp_path_factory.mktemp("quotes")
    (folder / "a.txt").write_text(TEXT)
    path = str(folder / "news.db")
    assert run(["ingest", str(folder / "a.txt"), "--db", path, "--quiet"]) == 0
    return path


def test_who_said_what_is_listed_as_text_and_json(
    db: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["quotes", "--db", db]) == 0
    assert "Ann Lee: “Ships must wait,”" in capsys.readouterr().out
    assert run(["quotes", "wait", "--speaker", "lee", "--json", "--db", db]) == 0
    told = json.loads(capsys.readouterr().out)
    assert told["total"] == 1
    (one,) = told["quotations"]
    assert (one["text"], one["speaker"], one["kind"]) == ("Ships must wait,", "Ann Lee", "direct")
    assert one["article_id"] == 1
    assert one["context"][one["start"] : one["end"]] == one["text"]


def test_rows_leave_as_csv_and_nothing_found_has_its_code(
    db: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["quotes", "--csv", "--db", db]) == 0
    header, *rows = capsys.readouterr().out.splitlines()
    assert header.startswith("paragraph,start,end,text,kind,speaker,")
    assert len(rows) == 2
    assert run(["quotes", "--speaker", "nobody", "--fail-empty", "--db", db]) == 4


def test_search_takes_a_speaker_and_what_an_article_is_about(
    db: str, capsys: pytest.CaptureFixture[str]
) -> None:
    for options, number in (
        (["--speaker", "Ann Lee"], 1),
        (["--speaker", "Gdansk"], 0),
        (["--about", "Ann Lee"], 1),
        (["--about", "Warsaw"], 0),
        (["--about", "2024"], 0),
    ):
        call = ["search", "port harbour", "--mode", "words", "--json", "--db", db, *options]
        assert run(call) == 0
        assert len(json.loads(capsys.readouterr().out)["hits"]) == number, options


def test_what_is_out_of_date_is_told_with_who_made_it(
    db: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["enrich", "--dry-run", "--json", "--db", db]) == 0
    told = json.loads(capsys.readouterr().out)
    assert set(told["stages"].values()) == {0}
    assert {"quotations", "salience"} <= set(told["stages"])
    from copydesk import open_store

    with open_store(Path(db), mode="w") as store, store.transaction():
        store.connection.execute("UPDATE stages SET version = '0' WHERE stage = 'quotations'")
    assert run(["enrich", "--dry-run", "--db", db, "--stage", "quotations"]) == 0
    assert "1 article to do: 1 by copydesk-quotations 0" in capsys.readouterr().out
    assert run(["enrich", "--db", db, "--stage", "quotations", "--since", "2d", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["stages"] == {"quotations": 0}  # it has no date
    assert run(["enrich", "--db", db, "--stage", "quotations", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["stages"] == {"quotations": 1}
