"""The installed command as a process of its own: what it loads, how it ends, and what pipes and signals do to it."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

HEAVY = [
    "prefect",
    "spacy",
    "torch",
    "sentence_transformers",
    "pydantic_settings",
    "structlog",
    "sqlite_utils",
]
COMMAND = [sys.executable, "-m", "copydesk"]
SPY = """
import json, sys
from copydesk.cli import run
code = run(sys.argv[2:])
open(sys.argv[1], "w").write(json.dumps([code, [name for name in {heavy} if sys.modules.get(name)]]))
"""


@pytest.fixture(autouse=True)
def project_on_the_path(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PYTHONPATH", str(Path(__file__).parents[2]))


def loaded(*arguments: str, also: tuple[str, ...] = ()) -> list[str]:
    """Which heavy modules a call has loaded."""
    call = [sys.executable, "-c", SPY.format(heavy=[*HEAVY, *also]), "spy.json", *arguments]
    subprocess.run(call, check=True, capture_output=True, timeout=120)
    code, names = json.loads(Path("spy.json").read_text(encoding="utf-8"))
    assert code == 0
    return list(names)


LONG = pytest.mark.skipif(
    not os.environ.get("COPYDESK_LONG_TESTS"), reason="takes long: COPYDESK_LONG_TESTS=1 runs it"
)


@pytest.mark.parametrize(
    "call",
    ["--help", "ingest --help", "search oil", "search oil --mode words --json", "similar 4", "show 1", "figures", "entities",
     "status", "settings", "quarantine list", "db delete 2"],
)  # fmt: skip
def test_reading_verbs_load_nothing_heavy(call: str, db: Path) -> None:
    assert loaded(*call.split()) == []


def test_help_does_not_wait_for_numpy(own_place: Path) -> None:
    assert loaded("--help", also=("numpy", "pydantic", "rich", "trafilatura")) == []


def test_ingest_loads_neither_prefect_nor_torch_and_a_second_one_no_spacy(
    db: Path, story: Path
) -> None:
    first = loaded("ingest", str(story))
    assert "spacy" in first
    assert not {
        "prefect",
        "torch",
        "sentence_transformers",
        "pydantic_settings",
        "structlog",
    } & set(first)
    second = loaded("ingest", str(story), also=("openvino",))
    assert not {"prefect", "torch", "sentence_transformers", "spacy", "openvino"} & set(second)


def test_data_is_on_stdout_and_talk_on_stderr(db: Path) -> None:
    done = subprocess.run(
        [*COMMAND, "search", "oil", "--lang", "en", "--json"],
        capture_output=True,
        check=True,
        text=True,
        timeout=60,
    )
    assert json.loads(done.stdout)["hits"]
    assert done.stderr == ""


def test_a_reader_that_has_enough_ends_it_quietly(db: Path) -> None:
    for verb in ("figures -k 5000 --jsonl", "show 4 --json", "search oil"):
        call = f"{sys.executable} -m copydesk {verb} | head -1"
        done = subprocess.run(
            ["bash", "-o", "pipefail", "-c", call],
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
        assert (done.returncode, "Traceback" in done.stderr, "Broken pipe" in done.stderr) == (
            0,
            False,
            False,
        )
        assert done.stdout.count("\n") == 1


def test_closed_standard_streams_are_no_fault(db: Path) -> None:
    for closed in (">&-", "2>&-", "<&-", ">&- 2>&-"):
        call = f"{sys.executable} -m copydesk search oil --mode words {closed}"
        done = subprocess.run(
            ["bash", "-c", call], capture_output=True, text=True, timeout=60, check=False
        )
        assert done.returncode == 0
        assert "Traceback" not in done.stderr


def test_a_fault_of_ours_is_one_line_and_exit_one(own_place: Path) -> None:
    code = (
        "import copydesk.cli as c\ndef bad(_): raise KeyError('x')\nc.run = bad\nc.main(['status'])"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=False
    )
    assert done.returncode == 1
    assert done.stderr.count("\n") == 1
    assert "fault of copydesk (KeyError" in done.stderr


def write_stories(count: int) -> None:
    texts = [
        "\n\n".join(
            f"The ferry to Bergen carried {i * 40 + j} people on Monday, Anna Dahl said."
            for j in range(3)
        )
        for i in range(count)
    ]
    lines = [
        json.dumps({"title": f"Ferry number {i}", "text": text}) for i, text in enumerate(texts)
    ]
    Path("many.jsonl").write_text("\n".join(lines), encoding="utf-8")


@pytest.mark.slow
@pytest.mark.parametrize("workers", ["1", pytest.param("2", marks=LONG)])
def test_ctrl_c_ends_with_130_keeps_what_was_told_and_leaves_no_process(
    workers: str, own_place: Path
) -> None:
    write_stories(128)
    call = [*COMMAND, "ingest", "many.jsonl", "--workers", workers]
    with subprocess.Popen(
        call, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, start_new_session=True, env={**os.environ, "PYTHONUNBUFFERED": "1"}
    ) as process:  # fmt: skip
        assert process.stdout is not None
        first = process.stdout.readline()
        os.killpg(process.pid, signal.SIGINT)
        rest, err = process.communicate(timeout=60)
    assert process.returncode == 130
    assert "interrupted" in err
    assert "Traceback" not in err
    told = [line for line in (first + rest).splitlines() if line.startswith("+")]
    assert told
    assert_group_is_gone(process.pid)
    shown = subprocess.run(
        [*COMMAND, "status", "--json"], capture_output=True, text=True, check=True, timeout=60
    )
    stored = json.loads(shown.stdout)["articles"]
    assert len(told) <= stored < 128
    done = subprocess.run(
        [*COMMAND, "ingest", "many.jsonl", "--json", "--workers", "1"],
        capture_output=True,
        text=True,
        check=True,
        timeout=120,
    )
    counts = json.loads(done.stdout)["counts"]
    assert (counts["stored"], counts["unchanged"]) == (128 - stored, stored)


@pytest.mark.slow
@pytest.mark.parametrize(("end", "within_s"), [(signal.SIGINT, 6.0), (signal.SIGKILL, 6.0)])
def test_workers_end_with_the_run_in_the_middle_of_a_batch(
    end: signal.Signals, within_s: float, own_place: Path
) -> None:
    # Long batches: what the workers have begun takes some 10 s more.
    text = "\n\n".join(f"Ann Lee of Acme paid ${j} million in Oslo on Monday." for j in range(300))
    lines = [json.dumps({"title": f"Ferry {i}", "text": f"No {i}. {text}"}) for i in range(96)]
    Path("long.jsonl").write_text("\n".join(lines), encoding="utf-8")
    call = [*COMMAND, "ingest", "long.jsonl", "--workers", "2"]
    with subprocess.Popen(
        call, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True
    ) as process:
        time.sleep(8)
        assert process.poll() is None
        began = time.monotonic()
        process.send_signal(end)
        process.wait(60)
    assert_group_is_gone(process.pid)
    assert time.monotonic() - began < within_s


def assert_group_is_gone(group: int) -> None:
    deadline = time.monotonic() + 10
    while time.monotonic() < deadline:
        listed = subprocess.run(
            ["ps", "-eo", "pgid=,stat="], capture_output=True, text=True, check=True
        ).stdout
        left = [
            line
            for line in listed.splitlines()
            if line.split()[0] == str(group) and "Z" not in line
        ]
        if not left:
            return
        time.sleep(0.2)
    raise AssertionError(f"processes are left of group {group}")


@pytest.mark.slow
def test_two_ingests_at_once_into_one_database_store_each_article_once(own_place: Path) -> None:
    write_stories(40)
    call = [*COMMAND, "ingest", "many.jsonl", "--json", "--workers", "1"]
    both = [
        subprocess.Popen(call, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        for _ in range(2)
    ]
    reports = [json.loads(process.communicate(timeout=120)[0]) for process in both]
    assert [process.returncode for process in both] == [0, 0]
    assert sum(report["counts"]["stored"] for report in reports) == 40
    shown = subprocess.run(
        [*COMMAND, "status", "--json"], capture_output=True, text=True, check=True, timeout=60
    )
    assert json.loads(shown.stdout)["articles"] == 40
