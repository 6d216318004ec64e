"""A command line to call in this process, and one database of the example articles, made once a session."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

import copydesk.api
from copydesk.cli import run
from copydesk.settings import Settings
from flows.engines import Engines
from flows.plugins import enricher_names

ARTICLES = Path(__file__).parents[2] / "examples" / "articles"


@dataclass(frozen=True, slots=True)
class Answer:
    """What a call came to."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        return json.loads(self.out)


Cli = Callable[..., Answer]


@pytest.fixture(scope="session", autouse=True)
def engines_loaded_once() -> Iterator[None]:
    """The engines of each setting, and of what is installed, are loaded once a session, not once a call."""
    loaded: dict[object, Engines] = {}
    make = copydesk.api.make_engines

    def make_once(settings: Settings, *, notify: object = None) -> Engines:
        key = (repr(settings.models), enricher_names())
        return loaded.setdefault(key, make(settings))

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(copydesk.api, "make_engines", make_once)
        yield


@pytest.fixture(autouse=True)
def own_place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Each test in a folder of its own, with nobody's settings in force."""
    for name in ("DB", "CONFIG", "MODELS_EMBEDDING", "MODELS_PRECISION", "MODELS_CACHE"):
        monkeypatch.delenv(f"COPYDESK_{name}", raising=False)
    for name in ("NO_COLOR", "FORCE_COLOR", "COLUMNS"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "nobody"))
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture
def cli(capsys: pytest.CaptureFixture[str]) -> Cli:
    """Call copydesk in this process."""

    def call(*arguments: object) -> Answer:
        capsys.readouterr()
        code = run([str(argument) for argument in arguments])
        told = capsys.readouterr()
        return Answer(code, told.out, told.err)

    return call


@pytest.fixture(scope="session")
def example_db(tmp_path_factory: pytest.TempPathFactory, engines_loaded_once: None) -> Path:
    """The example articles, ingested once; never write to it."""
    place = tmp_path_factory.mktemp("examples") / "examples.db"
    assert run(["ingest", str(ARTICLES), "--db", str(place), "--quiet", "--workers", "1"]) == 0
    return place


@pytest.fixture
def db(example_db: Path, tmp_path: Path) -> Path:
    """A copy of the example database at the default place of this test's folder."""
    return Path(shutil.copy(example_db, tmp_path / "copydesk.db"))


@pytest.fixture
def story(tmp_path: Path) -> Path:
    """One short article."""
    place = tmp_path / "story.txt"
    place.write_text(
        "Bridge over the Fjord opens\n\nThe city of Bergen opened a bridge on 3 June 2024. "
        "It cost $40 million, mayor Anna Dahl said.\n\nScroll to Top\n",
        encoding="utf-8",
    )
    return place
