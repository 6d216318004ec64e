from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

PAGE = "<html><body><article><p>Tolls in the port rose by 4% on Monday, Ana Lopes said.</p></article></body></html>"


def call_without(package: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    script = (
        f"import sys; sys.modules[{package!r}] = None; sys.argv = ['copydesk', *{list(arguments)!r}]; "
        "from copydesk.entry import main; main()"
    )
    return subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=False, timeout=120
    )


@pytest.mark.parametrize("package", ["typer", "trafilatura", "spacy", "Stemmer"])
def test_a_missing_package_is_one_sentence_that_says_what_to_do(
    package: str, tmp_path: Path
) -> None:
    page = tmp_path / "page.html"
    page.write_text(PAGE)
    done = call_without(package, "ingest", str(page), "--db", str(tmp_path / "news.db"))
    assert done.returncode == 1
    assert f"the package {package} is missing or broken" in done.stderr
    assert done.stderr.rstrip().endswith("Run: make setup")
    assert "Traceback" not in done.stderr


def test_a_missing_package_is_no_fault_of_the_document(tmp_path: Path) -> None:
    page = tmp_path / "page.html"
    page.write_text(PAGE)
    done = call_without("trafilatura", "ingest", str(page), "--db", str(tmp_path / "news.db"))
    assert "quarantine" not in done.stdout + done.stderr


def call_interrupted(where: str) -> subprocess.CompletedProcess[str]:
    script = f"""
import signal, sys
from importlib.abc import MetaPathFinder

class Interrupts(MetaPathFinder):
    def find_spec(self, name, path, target=None):
        if name == {where!r}:
            signal.raise_signal(signal.SIGINT)

sys.meta_path.insert(0, Interrupts())
sys.argv = ["copydesk", "search", "oil"]
from copydesk.entry import main
main()
"""
    return subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=False, timeout=120
    )


@pytest.mark.parametrize("where", ["typer", "copydesk.cli.fetch", "typer.main"])
def test_ctrl_c_before_it_begins_is_one_line_and_130(where: str) -> None:
    done = call_interrupted(where)
    assert (done.returncode, done.stdout) == (130, "")
    assert done.stderr == "copydesk: interrupted before it began\n"


def test_a_process_that_ends_while_a_thread_loads_says_its_own_code() -> None:
    script = """
import sys, threading, time
from copydesk import entry

def run():
    threading.Thread(target=time.sleep, args=[60], daemon=True).start()
    sys.stdout.write("told")
    sys.exit(3)

entry._run = run
entry.main()
"""
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=False, timeout=20
    )
    assert (done.returncode, done.stdout) == (3, "told")
