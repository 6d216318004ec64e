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
