from __future__ import annotations

import io
import json
import os
import re
import sys
from pathlib import Path
from typing import Any

import pytest
from inline_snapshot import snapshot

COUNTS = ("stored", "updated", "unchanged", "skipped", "quarantined", "put_off")


def test_json_has_the_public_shape(story: Path, cli: Any) -> None:
    answer = cli("ingest", story.name, "--json", "--url", "https://example.org/bridge")
    assert answer.code == 0
    report = answer.json
    assert isinstance(report["took_s"], float)
    assert isinstance(report["articles"][0]["mentions"], int)
    for name in ("key", "mentions", "figures"):
        report["articles"][0][name] = "varies"
    report["took_s"] = "varies"
    assert report == snapshot(
        {
            "counts": {
                "found": 1,
                "stored": 1,
                "updated": 0,
                "unchanged": 0,
                "skipped": 0,
                "quarantined": 0,
                "put_off": 0,
            },
            "took_s": "varies",
            "articles": [
                {
                    "id": 1,
                    "key": "varies",
                    "status": "stored",
                    "origin": "story.txt",
                    "url": "https://example.org/bridge",
                    "title": "Bridge over the Fjord opens",
                    "paragraphs": 1,
                    "mentions": "varies",
                    "figures": "varies",
                    "dropped": 1,
                    "error": None,
                }
            ],
        }
    )


def test_a_second_ingest_changes_nothing(story: Path, cli: Any) -> None:
    assert cli("ingest", story).code == 0
    before = Path("copydesk.db").read_bytes()
    answer = cli("ingest", story)
    assert answer.code == 0
    assert "1 unchanged" in answer.out
    assert Path("copydesk.db").read_bytes() == before


def test_making_a_database_is_said_on_stderr(story: Path, cli: Any) -> None:
    assert "made the database copydesk.db" in cli("ingest", story).err
    assert "made" not in cli("ingest", story).err


def test_one_bad_path_of_several_leaves_the_others_stored(story: Path, cli: Any) -> None:
    answer = cli("ingest", "missing.txt", story)
    assert answer.code == 3
    assert "1 stored, 1 quarantined" in answer.out
    assert "missing.txt" in answer.err


def test_a_broken_line_of_ten_costs_that_line_alone(cli: Any) -> None:
    lines = [
        json.dumps({"title": f"Number {i}", "text": f"Bridge {i} cost ${i} million."})
        for i in range(10)
    ]
    lines[6] = lines[6][:20]
    Path("ten.jsonl").write_text("\n".join(lines), encoding="utf-8")
    answer = cli("ingest", "ten.jsonl", "--json")
    counts = answer.json["counts"]
    assert answer.code == 3
    assert (counts["found"], counts["stored"], counts["quarantined"]) == (10, 9, 1)
    assert counts["found"] == sum(counts[name] for name in COUNTS)
    bad = [article for article in answer.json["articles"] if article["error"]]
    assert [article["origin"] for article in bad] == ["ten.jsonl:7"]
    assert set(bad[0]["error"]) == {"code", "message", "remedy"}


@pytest.mark.parametrize(
    ("name", "content"),
    [("empty.txt", b""), ("blank.txt", b" \n\n "), ("noise.txt", bytes(range(256)) * 9), ("ls.html", b"\x7fELF\x02\x01\x01" + bytes(99))],
)  # fmt: skip
def test_what_is_no_text_is_one_line_on_stderr(name: str, content: bytes, cli: Any) -> None:
    Path(name).write_bytes(content)
    answer = cli("ingest", name)
    assert answer.code == 3
    line = next(line for line in answer.err.splitlines() if line.startswith("!"))
    assert name in line
    assert "quarantined" not in answer.out.splitlines()[0] or answer.out.startswith("1 document")


def test_a_link_and_a_pipe_are_refused(story: Path, cli: Any) -> None:
    Path("link.txt").symlink_to(story)
    os.mkfifo("pipe.txt")
    answer = cli("ingest", "link.txt", "pipe.txt", "--json")
    assert answer.code == 3
    assert [a["error"]["code"] for a in answer.json["articles"]] == ["symlink", "special_file"]


def test_a_folder_without_articles_fails_and_makes_no_database(cli: Any) -> None:
    Path("empty").mkdir()
    answer = cli("ingest", "empty")
    assert answer.code == 1
    assert "no articles in empty" in answer.err
    assert not Path("copydesk.db").exists()


def test_a_folder_without_articles_is_told_beside_what_was_read(story: Path, cli: Any) -> None:
    Path("empty").mkdir()
    answer = cli("ingest", "empty", story.name, "--json")
    assert (answer.code, answer.json["counts"]["stored"]) == (1, 1)
    assert "no articles in empty." in answer.err


def test_a_wrong_encoding_leaves_what_is_stored_as_it_is(story: Path, cli: Any) -> None:
    assert cli("ingest", story.name).code == 0
    before = cli("show", "1", "--json").json
    answer = cli("ingest", story.name, "--encoding", "utf-16")
    assert answer.code == 3
    assert "leave --encoding out" in answer.err
    assert cli("show", "1", "--json").json == before


def test_a_file_over_the_limit_is_quarantined_with_the_remedy(story: Path, cli: Any) -> None:
    answer = cli("ingest", story, "--max-bytes", "50")
    assert answer.code == 3
    assert "--max-bytes" in answer.err


@pytest.mark.parametrize(
    "options",
    [("--encoding", "utf-99"), ("--format", "docx"), ("--published", "soon"), ("--url", "nowhere"), ("--lang", "english"),
     ("--max-bytes", ""), ("--max-bytes", "k"), ("--max-bytes", "-5"), ("--max-bytes", "1e400"),
     ("--config", "missing.toml"), ("--db", "."), ("--db", "nofolder/x.db"), ("--db", "postgresql://x/y")],
)  # fmt: skip
def test_a_wrong_option_stops_before_any_work(
    options: tuple[str, str], story: Path, cli: Any
) -> None:
    answer = cli("ingest", story, *options)
    assert answer.code == 2
    assert answer.err.count("\n") == 1
    assert list(Path().glob("**/*.db")) == []


@pytest.mark.parametrize("line", ['embedding = "/no/such"', 'tagger = {en = "no_such"}'])
def test_a_model_that_is_not_there_stops_before_the_database_is_made(
    line: str, story: Path, cli: Any
) -> None:
    Path("copydesk.toml").write_text(f"[models]\n{line}\n", encoding="utf-8")
    answer = cli("ingest", story)
    assert answer.code == 1
    assert answer.err.count("\n") == 1
    assert not Path("copydesk.db").exists()


def test_options_about_a_file_are_refused_for_an_address(cli: Any) -> None:
    answer = cli("ingest", "https://example.org/a", "--published", "2024-01-01")
    assert answer.code == 2
    assert "--published" in answer.err


def test_a_dry_run_makes_nothing_and_changes_nothing(story: Path, db: Path, cli: Any) -> None:
    before = db.read_bytes()
    answer = cli("ingest", story, "--dry-run")
    assert answer.code == 0
    assert "would be: 1 stored" in answer.out
    assert db.read_bytes() == before
    assert cli("ingest", story, "--dry-run", "--db", "new.db").code == 0
    assert not Path("new.db").exists()


def test_quiet_prints_errors_alone(story: Path, cli: Any) -> None:
    answer = cli("ingest", story, "--quiet")
    assert (answer.code, answer.out, answer.err) == (0, "", "")
    answer = cli("ingest", story, "missing.txt", "-q")
    assert (answer.code, answer.out) == (3, "")
    assert answer.err.count("\n") == 1
    assert "missing.txt" in answer.err


def test_force_does_again_what_is_unchanged(story: Path, cli: Any) -> None:
    cli("ingest", story)
    answer = cli("ingest", story, "--force", "--json")
    assert answer.code == 0
    assert answer.json["counts"]["unchanged"] == 0


def test_standard_input_with_and_without_a_format(
    cli: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    text = b"# Ferry late\n\nThe ferry to *Stord* came 40 minutes late."
    for options in ((), ("--format", "md")):
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(text)))
        answer = cli("ingest", "-", *options, "--json", "--db", f"{len(options)}.db")
        assert answer.code == 0
        assert answer.json["articles"][0]["origin"] == "stdin"
    assert answer.json["articles"][0]["title"] == "Ferry late"


def test_names_and_titles_cannot_write_to_the_terminal(cli: Any) -> None:
    Path("a\x1b]0;owned\x07\nb.txt").write_bytes(b"")
    Path("c\x9b2J.txt").write_text(
        "Red \x1b[31mtitle\u202e here\n\nTaxes rose 3% in Oslo.\n", encoding="utf-8"
    )
    answers = [cli("ingest", *sorted(p.name for p in Path().glob("*.txt")))]
    answers += [cli("quarantine", "list", form) for form in ("--json", "--jsonl", "--csv")]
    answers += [
        cli("quarantine", "list"),
        cli("quarantine", "show", "1"),
        cli("show", "1"),
        cli("search", "taxes"),
    ]
    for answer in answers:
        told = answer.out + answer.err
        assert not set(told) & {"\x1b", "\x07", "\x9b", "\u202e"}
    lines = answers[0].err.splitlines()
    assert sum(line.startswith("!") for line in lines) == 1


def test_each_article_has_a_line_with_what_was_made(story: Path, cli: Any) -> None:
    line = cli("ingest", story, "--db", "x.db").out.splitlines()[0]
    assert re.fullmatch(
        r"\+ stored      1  Bridge over the Fjord opens: 1 paragraph, \d+ mentions?, \d+ figures?, 1 dropped",
        line,
    )


def test_a_database_that_cannot_be_looked_for_is_said_with_a_remedy(
    story: Path, cli: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(_path: Path, **_options: Any) -> bool:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "exists", refuse)
    answer = cli("ingest", story, "--db", "locked/x.db")
    assert answer.code == 2
    assert "locked/x.db" in answer.err
    assert "--db" in answer.err
