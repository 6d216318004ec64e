"""The house rules that a program can check: arrows, sizes, what may be imported where."""

from __future__ import annotations

import ast
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
ROOMS = ("copydesk", "flows", "sources", "enrichers", "storage", "schemas")
FILES = [path for room in ROOMS for path in sorted((ROOT / room).rglob("*.py"))]
LONG_FUNCTIONS: dict[str, str] = {
    f"copydesk/cli/{verb}": "a verb's options are its parameters, one to a line or more"
    for verb in (
        "ingest.py:ingest",
        "finding.py:search",
        "similar.py:similar",
        "saved.py:add",
        "saved.py:run",
    )
}


def names(files: list[Path]) -> list[str]:
    return [path.relative_to(ROOT).as_posix() for path in files]


def imports(tree: ast.AST) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name.partition(".")[0] for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module.partition(".")[0]


def test_arrows_run_one_way() -> None:
    call = [str(Path(sys.executable).with_name("lint-imports")), "--no-cache"]
    done = subprocess.run(call, cwd=ROOT, capture_output=True, text=True, check=False, timeout=120)
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize("path", FILES, ids=names(FILES))
def test_a_file_is_at_most_350_lines_and_a_function_50(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert text.count("\n") <= 350
    place = path.relative_to(ROOT).as_posix()
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
            lines = (node.end_lineno or 0) - node.lineno + 1
            assert lines <= 50 or f"{place}:{node.name}" in LONG_FUNCTIONS, (
                f"{node.name} has {lines} lines"
            )


def test_long_functions_are_still_there_and_long() -> None:
    for place in LONG_FUNCTIONS:
        path, _, name = place.partition(":")
        tree = ast.parse((ROOT / path).read_text(encoding="utf-8"))
        found = [n for n in ast.walk(tree) if isinstance(n, ast.FunctionDef) and n.name == name]
        assert [(n.end_lineno or 0) - n.lineno + 1 > 50 for n in found] == [True], place


def test_schemas_import_the_standard_library_and_numpy_alone() -> None:
    for path in (ROOT / "schemas").rglob("*.py"):
        foreign = (
            set(imports(ast.parse(path.read_text(encoding="utf-8")))) - sys.stdlib_module_names
        )
        assert foreign <= {"numpy", "schemas"}, path


def test_only_the_flows_and_what_serves_them_import_prefect() -> None:
    themselves = ("ingest", "fetch", "enrich", "orchestration")
    served = ("serving", "deployments", "registering", "runner_thread", "reaping", "zombies")
    flows = {f"flows/{name}.py" for name in (*themselves, *served, "local_server")}
    for path in FILES:
        found = "prefect" in set(imports(ast.parse(path.read_text(encoding="utf-8"))))
        assert not found or path.relative_to(ROOT).as_posix() in flows, path


def test_no_flow_file_hides_a_package_or_a_library() -> None:
    # Prefect's loader puts flows/ first on sys.path.
    taken = set(sys.stdlib_module_names) | set(ROOMS)
    for path in FILES:
        taken |= set(imports(ast.parse(path.read_text(encoding="utf-8"))))
    stems = {path.stem for path in (ROOT / "flows").glob("*.py")} - {"__init__"}
    assert stems & (taken - {"flows"}) == set()


def test_no_file_has_a_name_that_says_nothing() -> None:
    assert {path.stem for path in FILES} & {"utils", "helpers", "common", "base", "misc"} == set()


def test_libraries_do_not_print() -> None:
    for path in FILES:
        calls = [
            n
            for n in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
            if isinstance(n, ast.Call)
        ]
        assert not any(
            isinstance(call.func, ast.Name) and call.func.id == "print" for call in calls
        ), path


@pytest.mark.slow
def test_the_examples_in_docstrings_run() -> None:
    call = [
        sys.executable,
        "-m",
        "pytest",
        "--doctest-modules",
        "-q",
        "-o",
        "testpaths=",
        *ROOMS,
        "--ignore=flows/ingest.py",
    ]
    done = subprocess.run(call, cwd=ROOT, capture_output=True, text=True, check=False, timeout=200)
    assert done.returncode == 0, done.stdout[-3000:]
