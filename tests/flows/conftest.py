"""Engines with a small encoder, stories to bring in, and a Prefect server to run flows on."""

from __future__ import annotations

import shutil
import subprocess
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from flows.engines import Engines
from schemas.document import PLAIN_TEXT, RawDocument
from schemas.models import StoredModel
from schemas.protocols import Encoder
from tests.flows.prefect_server import PREFECT, PrefectServer

NOW = datetime(2024, 3, 5, tzinfo=UTC)
MakeDesk = Callable[..., Engines]


class SmallEngines(Engines):
    """The real tagger and grammar, or others, with a small encoder."""

    def __init__(self, real: Engines, encoder: Encoder, tagger: object, figures: object) -> None:
        super().__init__(real.options)
        self._small = encoder
        self._tagger = tagger or real.tagger
        self._figures = figures or real.figures

    @property
    def tagger(self) -> object:  # type: ignore[override]
        return self._tagger

    @property
    def figures(self) -> object:  # type: ignore[override]
        return self._figures

    def encoder(self) -> Encoder:
        return self._small

    def encoder_of(self, _stored: StoredModel | None) -> Encoder:
        return self._small

    def preload(self, stored: StoredModel | None = None) -> None:
        """Nothing to load."""


@pytest.fixture
def make_desk(engines: Engines, fake_encoder: Encoder) -> MakeDesk:
    """Engines of which each part may be another than usual."""

    def make(
        *, encoder: Encoder | None = None, tagger: object = None, figures: object = None
    ) -> Engines:
        return SmallEngines(engines, encoder or fake_encoder, tagger, figures)

    return make


@pytest.fixture
def desk(make_desk: MakeDesk) -> Engines:
    """The real tagger and grammar with a small encoder."""
    return make_desk()


@pytest.fixture(scope="session")
def text() -> Callable[..., RawDocument]:
    """A text file of a name."""

    def text(name: str, body: str, **of: object) -> RawDocument:
        return RawDocument(
            content=body.encode(),
            media_type=PLAIN_TEXT,
            origin=name,
            origin_id=f"/{name}",
            fetched_at=NOW,
            **of,  # type: ignore[arg-type]
        )

    return text


@pytest.fixture(scope="session")
def story(text: Callable[..., RawDocument]) -> Callable[[int], RawDocument]:
    """The text file of a number: a title and two paragraphs with a name and a sum in them."""

    def story(number: int) -> RawDocument:
        return text(
            f"{number}.txt",
            f"Port fee number {number} rises\n\nThe harbour of Gdansk will charge ${number + 2} million "
            f"more a year, Angela Merkel said in paper {number}.\n\nShips of {number + 1} lines call there.",
        )

    return story


@pytest.fixture(scope="session")
def prefect_server(
    tmp_path_factory: pytest.TempPathFactory, prefect_home: Path
) -> Iterator[PrefectServer]:
    """A server as its user would start it, for all tests of the session: each looks at its own runs."""
    home = tmp_path_factory.mktemp("prefect") / "home"
    shutil.copytree(prefect_home, home)
    found = PrefectServer(home)
    with (home / "server.log").open("wb") as log:
        process = subprocess.Popen(
            [*PREFECT, "server", "start", "--host", "127.0.0.1", "--port", str(found.port)],
            env={k: v for k, v in found.environment.items() if k != "PREFECT_API_URL"},
            stdout=log,
            stderr=subprocess.STDOUT,
        )
        try:
            deadline = time.monotonic() + 120
            while not found.is_up():
                assert process.poll() is None, (home / "server.log").read_text()
                assert time.monotonic() < deadline, (home / "server.log").read_text()
                time.sleep(0.5)
            yield found
        finally:
            process.terminate()
            process.wait(timeout=30)
