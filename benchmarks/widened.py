"""Real paragraphs and their vectors, widened to any number: what the benchmarks of search look through.

Real are the paragraphs of the examples and of `--texts` (.txt, .json, .jsonl of any shape, .html), embedded once and kept in
the temporary folder. A vector beyond those lies between two random real ones, where news on both subjects would lie; a
text is made of two random sentences. The last of the real ones are held out: their vectors, and of each the first eight
words, are the queries, and stand nowhere.
"""

from __future__ import annotations

import hashlib
import json
import random
import re
import tempfile
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np

from schemas.article import Article, Paragraph
from schemas.document import RawDocument
from schemas.protocols import Matrix
from schemas.provenance import Provenance
from schemas.stored import PreparedArticle
from storage.sqlite import Store
from storage.values import sha256

EXAMPLES = Path(__file__).parent.parent / "examples" / "articles"
TEXTS = Path(__file__).parent.parent.parent / "shared" / "data"
PER_ARTICLE = 20
QUERIES = 200
MOST = 4200
LARGEST_FILE = 3_000_000
FIRST_DAY = datetime(2020, 1, 1, tzinfo=UTC)


def paragraphs(folder: Path) -> list[str]:
    """Different real paragraphs in a fixed random order: of the examples, and of `folder` where it is there."""
    found: set[str] = set()
    for path in sorted((*EXAMPLES.rglob("*"), *folder.rglob("*"))):
        if path.is_file() and path.stat().st_size < LARGEST_FILE:
            found.update(_of_file(path))
    chosen = sorted(found)
    random.Random(1).shuffle(chosen)  # noqa: S311  a fixed choice, no secret
    return chosen[:MOST]


def _of_file(path: Path) -> Iterator[str]:
    if path.suffix not in {".txt", ".json", ".jsonl"}:
        return
    for line in path.read_text(encoding="utf-8", errors="replace").replace("\\n", "\n").split("\n"):
        text = line.strip()
        if 120 < len(text) < 800 and text.count(" ") > 15 and text[0] not in '{["<':
            yield text


def real_vectors(texts: Sequence[str]) -> Matrix:
    """The vectors of `texts`, from the temporary folder where they were made before."""
    digest = hashlib.sha256(json.dumps(texts).encode()).hexdigest()[:16]
    path = Path(tempfile.gettempdir()) / f"copydesk-benchmark-{digest}.npy"
    if not path.exists():
        import copydesk

        with tempfile.NamedTemporaryFile(dir=path.parent, suffix=".npy", delete=False) as file:
            np.save(file, copydesk.embed(texts))
        Path(file.name).replace(path)
    found: Matrix = np.load(path)
    return found


def as_article(
    number: int, texts: Sequence[str], vectors: Matrix, maker: Provenance
) -> PreparedArticle:
    """An article of these paragraphs with their vectors, as `ingest` hands it to the store."""
    day = FIRST_DAY + timedelta(hours=number % 50_000)
    place = f"/news/{number}.txt"
    return PreparedArticle(
        document=RawDocument(
            content="\n\n".join(texts).encode(),
            media_type="text/plain",
            origin=place,
            origin_id=place,
            fetched_at=day,
        ),
        article=Article(
            title=texts[0][:60],
            paragraphs=tuple(
                Paragraph(index=i, kind="text", text=text) for i, text in enumerate(texts)
            ),
            language="en",
            published_at=day,
        ),
        vectors={sha256(text): vectors[i : i + 1] for i, text in enumerate(texts)},
        made_by=(Provenance(stage="clean", name="widened", version="1"), maker),
    )


class Widened:
    """Vectors, texts and articles of any number, the same at each call, and the queries."""

    def __init__(self, folder: Path = TEXTS) -> None:
        texts = paragraphs(folder)
        vectors = real_vectors(texts)
        held_out = min(QUERIES, len(texts) // 10)
        self.queries = vectors[-held_out:]
        self.query_texts = [" ".join(text.split()[:8]) for text in texts[-held_out:]]
        self._real = vectors[:-held_out]
        cut = (re.split(r"(?<=[.!?])\s+", text) for text in texts[:-held_out])
        self._sentences = sorted({s for text in cut for s in text if 40 < len(s) < 300})
        self.about = f"{len(self._real):,} real paragraphs, {held_out} more as queries"

    @property
    def dim(self) -> int:
        """Length of a vector."""
        return int(self._real.shape[1])

    def vectors(self, number: int, seed: int) -> Matrix:
        """Unit vectors, each between two real ones."""
        chance = np.random.default_rng(seed)
        one, other = chance.integers(0, len(self._real), (2, number))
        share = chance.uniform(0.4, 0.9, (number, 1)).astype(np.float32)
        found = share * self._real[one] + (1 - share) * self._real[other]
        unit: Matrix = (found / np.linalg.norm(found, axis=1, keepdims=True)).astype(np.float32)
        return unit

    def texts(self, number: int, seed: int) -> list[str]:
        """Texts of two sentences each, and a number that makes each the only one."""
        chance = random.Random(seed)  # noqa: S311  a fixed choice, no secret
        pool = self._sentences
        return [f"{chance.choice(pool)} {chance.choice(pool)} ({seed}.{n})" for n in range(number)]

    def article(self, number: int, maker: Provenance) -> PreparedArticle:
        """An article of twenty paragraphs."""
        texts = self.texts(PER_ARTICLE, number)
        vectors = self.vectors(PER_ARTICLE, number)
        return as_article(number, texts, vectors, maker)

    def fill(self, store: Store, articles: range, maker: Provenance) -> None:
        """Put so many articles, 50 at a time as `ingest` does."""
        for first in range(articles.start, articles.stop, 50):
            numbers = range(first, min(first + 50, articles.stop))
            store.put([self.article(number, maker) for number in numbers])


class GivenVectors:
    """An encoder that has its queries' vectors already: what is measured is the search and not the model."""

    def __init__(self, widened: Widened) -> None:
        self.provenance = Provenance(stage="vectors", name="given", version="1", sha256="0")
        self.dim = widened.dim
        self._of = {text: widened.queries[i : i + 1] for i, text in enumerate(widened.query_texts)}

    def encode_query(self, text: str) -> Matrix:
        """The vector of one of the queries."""
        return self._of[text]

    def encode(self, texts: Sequence[str]) -> Matrix:
        """The vectors of queries."""
        return np.concatenate([self._of[text] for text in texts])

    def encode_windows(self, texts: Sequence[str]) -> list[Matrix]:
        """The same, one by one."""
        return [self._of[text] for text in texts]
