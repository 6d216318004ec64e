"""One conversion a test run, made by two processes at once, with every way to the network trapped."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from enrichers.vectors.encoder import open_encoder
from schemas.protocols import Encoder

ROOT = Path(__file__).resolve().parents[3]

TRAP = """
import os, socket
def _refuse(*arguments, **keywords):
    with open(os.environ["NETWORK_LOG"], "a") as log:
        log.write(repr(arguments) + "\\n")
    raise OSError("the network is trapped")
socket.socket.connect = socket.socket.connect_ex = _refuse
socket.getaddrinfo = socket.create_connection = socket.gethostbyname = _refuse
"""

OPEN = """
import json, sys
from pathlib import Path
from enrichers.vectors.encoder import describe_model, open_encoder
notes = []
cache = Path(sys.argv[1])
before = describe_model(None, cache)
encoder = open_encoder(cache=cache, convert=sys.argv[2] == "convert", notify=notes.append)
vector = encoder.encode_query("grain exports fell")
print(json.dumps({
    "backend": encoder.provenance.backend, "notes": notes, "before": before,
    "after": describe_model(None, cache), "vector": vector[0].tolist(),
    "loaded": sorted(name for name, module in sys.modules.items() if module is not None),
}))
"""

Report = dict[str, object]


@pytest.fixture(scope="session")
def network_log(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where trapped processes write each use of the network; absent while there was none."""
    folder = tmp_path_factory.mktemp("trap")
    (folder / "sitecustomize.py").write_text(TRAP)
    return folder / "network.log"


@pytest.fixture(scope="session")
def start_trapped(network_log: Path) -> Callable[..., subprocess.Popen[str]]:
    """Starts a Python, and with it its children, in which each use of the network fails."""

    def start(code: str, *arguments: str) -> subprocess.Popen[str]:
        paths = os.pathsep.join([str(network_log.parent), str(ROOT)])
        return subprocess.Popen(
            [sys.executable, "-c", code, *arguments],
            env={**os.environ, "PYTHONPATH": paths, "NETWORK_LOG": str(network_log)},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    return start


@pytest.fixture(scope="session")
def cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The models' cache; nothing stands in it before the fixture `reports` is asked for."""
    return tmp_path_factory.mktemp("models") / "not-there-yet"


@pytest.fixture(scope="session")
def reports(cache: Path, start_trapped: Callable[..., subprocess.Popen[str]]) -> list[Report]:
    """What each of two processes saw that opened the encoder at once, with an empty cache."""
    return [
        _finish(process) for process in [start_trapped(OPEN, str(cache), "convert") for _ in "12"]
    ]


@pytest.fixture(scope="session")
def later_report(
    cache: Path, reports: list[Report], start_trapped: Callable[..., subprocess.Popen[str]]
) -> Report:
    """What a later process saw that may not convert, as a search."""
    return _finish(start_trapped(OPEN, str(cache), "keep"))


@pytest.fixture(scope="session")
def encoder(cache: Path, reports: list[Report]) -> Encoder:
    return open_encoder(cache=cache, convert=False, precision="f32")


@pytest.fixture(scope="session")
def fallback(tmp_path_factory: pytest.TempPathFactory) -> Encoder:
    """The packaged model as sentence-transformers runs it."""
    return open_encoder(cache=tmp_path_factory.mktemp("empty"), convert=False)


def _finish(process: subprocess.Popen[str]) -> Report:
    out, err = process.communicate(timeout=300)
    assert process.returncode == 0, err
    report = json.loads(out)
    assert isinstance(report, dict)
    return report
