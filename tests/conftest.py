"""What several rooms' tests share: the engines, loaded once, a small encoder of our own, and stores to fill."""

from __future__ import annotations

import hashlib
import os
import re
import signal
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from functools import cache
from pathlib import Path

import numpy as np
import pytest
from hypothesis import settings

from flows.engines import Engines
from flows.local_server import LocalServer
from schemas.article import Article, Paragraph
from schemas.document import PLAIN_TEXT, Hints, RawDocument
from schemas.marks import Figure, Mention
from schemas.protocols import Matrix
from schemas.provenance import Provenance
from schemas.stored import PreparedArticle
from storage.sqlite import Store
from storage.values import sha256
from tests.waiting import until

# The first example loads data and models that the others have at hand, which on a busy machine takes over a deadline.
# A change is judged by the same examples each time; the long form looks for new ones.
settings.register_profile(
    "copydesk", deadline=None, derandomize=not os.environ.get("COPYDESK_LONG_TESTS")
)
settings.load_profile("copydesk")
# A shell starts what runs in the background deaf to Ctrl-C, and so would be every process that a test interrupts.
signal.signal(signal.SIGINT, signal.default_int_handler)

NOON = datetime(2024, 3, 5, 12, tzinfo=UTC)
Prepare = Callable[..., PreparedArticle]
OpenStore = Callable[..., Store]


class FakeEncoder:
    """Words thrown into 24 dimensions by their hash: texts that share words are near. A window is twenty words."""

    dim = 24

    def __init__(self, *, weights: str = "w1", precision: str = "f32", turn: float = 1.0) -> None:
        self.provenance = Provenance(
            stage="vectors",
            name="fake",
            version="1",
            sha256=weights,
            precision=precision,
            backend="numpy",
        )
        self._turn = turn

    def encode_windows(self, texts: Sequence[str]) -> list[Matrix]:
        found = []
        for text in texts:
            words = re.findall(r"\w+", text.lower())
            windows = [words[i : i + 20] for i in range(0, len(words), 20)] or [[]]
            found.append(np.concatenate([self._vector(window) for window in windows]))
        return found

    def encode(self, texts: Sequence[str]) -> Matrix:
        means = [matrix.mean(axis=0) for matrix in self.encode_windows(texts)]
        matrix = np.array(means, dtype=np.float32).reshape(-1, self.dim)
        unit: Matrix = matrix / np.maximum(np.linalg.norm(matrix, axis=1, keepdims=True), 1e-12)
        return unit

    def encode_query(self, text: str) -> Matrix:
        return self.encode([text])

    def _vector(self, words: Sequence[str]) -> Matrix:
        total = np.full(self.dim, 1e-3, dtype=np.float32)
        for word in words:
            total += _word_vector(word, self.dim)
        unit: Matrix = (self._turn * total / np.linalg.norm(total)).reshape(1, -1)
        return unit


@cache
def _word_vector(word: str, dim: int) -> Matrix:
    seed = int.from_bytes(hashlib.sha256(word.encode("utf-8", "replace")).digest()[:4])
    return np.random.default_rng(seed).standard_normal(dim).astype(np.float32)


CLEANER = Provenance(stage="clean", name="test-cleaner", version="1")
TAGGER = Provenance(stage="entities", name="test-tagger", version="1")
FINDER = Provenance(stage="figures", name="test-finder", version="1")


@pytest.fixture(scope="session")
def engines(tmp_path_factory: pytest.TempPathFactory) -> Engines:
    """The real engines, with the models that ship."""
    return Engines()


@pytest.fixture(scope="session")
def prefect_home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where a Prefect server was up once, for copies: to make its tables takes longer than all else it does at a start."""
    home = tmp_path_factory.mktemp("prefect") / "home"
    server = LocalServer(home)
    server.start()
    try:
        until(server.is_up, within=240, what="the server")
    finally:
        server.stop()
    (home / "port").unlink()
    return home


@pytest.fixture
def fake_encoder() -> FakeEncoder:
    """An encoder whose vectors cost nothing and are the same everywhere."""
    return FakeEncoder()


@pytest.fixture
def make_encoder() -> Callable[..., FakeEncoder]:
    """Encoders of other weights or precision."""
    return FakeEncoder


@pytest.fixture
def open_store(tmp_path: Path, fake_encoder: FakeEncoder) -> Iterator[OpenStore]:
    """Opens tmp_path/news.db, or another path; what is left open is closed at the end."""
    opened: list[Store] = []

    def open_it(path: Path | None = None, *, mode: str = "a", encoder: object = None) -> Store:
        chosen = encoder or fake_encoder
        store = Store(path or tmp_path / "news.db", encoder=lambda: chosen, mode=mode)  # type: ignore[arg-type, return-value]
        opened.append(store)
        return store

    yield open_it
    for store in opened:
        store.close()


@pytest.fixture
def store(open_store: OpenStore) -> Store:
    """An empty store in a file of its own, with the small encoder."""
    return open_store()


@pytest.fixture
def prepare_article(fake_encoder: FakeEncoder) -> Prepare:
    """An article as the pipeline hands it to the store; every part can be said."""

    def prepare(  # noqa: PLR0913  each part has a default; a test names what it is about
        *body: str,
        title: str | None = None,
        origin: str = "/news/a.txt",
        content: bytes | None = None,
        url: str | None = None,
        canonical: str | None = None,
        published: datetime | None = NOON,
        names: Sequence[tuple[str, str]] = (),
        figures: Sequence[Figure] = (),
        encoder: FakeEncoder | None = None,
        cleaner: Provenance = CLEANER,
        hints: Hints | None = None,
        origin_id: str | None = "same as origin",
        **of_article: object,
    ) -> PreparedArticle:
        rows = tuple(Paragraph(index=i, kind="text", text=text) for i, text in enumerate(body))
        article = Article(
            paragraphs=rows,
            title=title,
            url=url,
            canonical_url=canonical,
            published_at=published,
            **{"language": "en", **of_article},  # type: ignore[arg-type]
        )
        text = "\n\n".join([title or "", *body])
        document = RawDocument(
            content=text.encode("utf-8", "replace") if content is None else content,
            media_type=PLAIN_TEXT,
            origin=origin,
            origin_id=origin if origin_id == "same as origin" else origin_id,
            url=url,
            fetched_at=NOON,
            hints=hints or Hints(),
        )
        chosen = encoder or fake_encoder
        texts = [row.text for row in article.rows]
        vectors = dict(zip(map(sha256, texts), chosen.encode_windows(texts), strict=True))
        return PreparedArticle(
            document=document,
            article=article,
            mentions=[m for row in article.rows for m in _mentions(row, names)],
            figures=list(figures),
            vectors=vectors,
            made_by=(cleaner, TAGGER, FINDER, chosen.provenance),
        )

    return prepare


def _mentions(row: Paragraph, names: Sequence[tuple[str, str]]) -> Iterator[Mention]:
    for name, label in names:
        for found in re.finditer(re.escape(name), row.text):
            yield Mention(
                paragraph=row.index,
                start=found.start(),
                end=found.end(),
                text=name,
                label=label,
                name=name,
            )


@pytest.fixture
def recleaned() -> Callable[[PreparedArticle], PreparedArticle]:
    """The same article as a later cleaner's work."""

    def change(prepared: PreparedArticle) -> PreparedArticle:
        later = replace(CLEANER, version="2")
        makers = [later if maker.stage == "clean" else maker for maker in prepared.made_by]
        return replace(prepared, made_by=tuple(makers))

    return change
