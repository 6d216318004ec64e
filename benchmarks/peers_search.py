"""A search of the same vectors by copydesk, chromadb, lancedb, txtai and llm's similar: as a new process, and warm.

    python benchmarks/peers_search.py [--paragraphs 2000 50000] [--queries 20] [--repeat 3] [--only copydesk,llm]

Every system is given the same texts with the same vectors and the query's vector, so that no model is loaded: what is measured is the
system. A new process imports it, opens its files, and asks once; then more queries, one after another. Each gives ten
paragraphs with their texts. What they need besides copydesk is in benchmarks/requirements.txt; what is not installed is said so.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import Any

for name in ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS", "RAYON_NUM_THREADS"):
    os.environ[name] = "1"

import numpy as np  # noqa: E402  after the number of threads is said

sys.path.insert(0, str(Path(__file__).parents[1]))

from schemas.protocols import Matrix  # noqa: E402  after the path is said

AT_ONCE = 2000
K = 10
Ask = Callable[[str, Matrix], list[str]]
Paragraphs = Iterator[tuple[list[str], Matrix]]


def parts(folder: Path) -> Paragraphs:
    """Texts and vectors, some at a time."""
    texts = json.loads((folder / "texts.json").read_text(encoding="utf-8"))
    vectors = np.load(folder / "vectors.npy")
    for first in range(0, len(texts), AT_ONCE):
        yield texts[first : first + AT_ONCE], vectors[first : first + AT_ONCE]


class Copydesk:
    """Articles of twenty paragraphs in one file; mode meaning, a hit a paragraph."""

    needs = "copydesk"

    def __init__(self, folder: Path) -> None:
        from schemas.provenance import Provenance

        self.provenance = Provenance(stage="vectors", name="given", version="1", sha256="0")
        self.dim, self._given = 384, np.zeros((1, 384), dtype=np.float32)
        self._place = folder / "news.db"

    def build(self, paragraphs: Paragraphs) -> None:
        """Put them as `ingest` does."""
        from widened import as_article

        from storage.sqlite import Store

        with Store(self._place, encoder=lambda: self, mode="a") as store:  # type: ignore[arg-type, return-value]  # encodes queries alone
            store.set_site_memory(on=False)
            n = 0
            for texts, vectors in paragraphs:
                batch = []
                for first in range(0, len(texts), 20):
                    one = slice(first, first + 20)
                    batch.append(as_article(n, texts[one], vectors[one], self.provenance))
                    n += 1
                store.put(batch)
            self.encode_query("")
            store.search("news", mode="meaning")  # writes the file of vectors

    def encode_query(self, text: str) -> Matrix:
        """The vector that was given."""
        del text
        return self._given

    def open(self) -> Ask:
        """The store, open for reading."""
        from storage.sqlite import Store

        store = Store(self._place, encoder=lambda: self, mode="r")  # type: ignore[arg-type, return-value]  # encodes queries alone

        def ask(text: str, vector: Matrix) -> list[str]:
            self._given = vector[None]
            hits = store.search(text, mode="meaning", k=K, per="paragraph")
            return [hit.text for hit in hits]

        return ask


class Chroma:
    """A persistent client, one collection by cosine."""

    needs = "chromadb"

    def __init__(self, folder: Path) -> None:
        self._folder = folder / "chroma"

    def _client(self) -> Any:
        chromadb = import_module("chromadb")
        settings = import_module("chromadb.config").Settings(anonymized_telemetry=False)
        return chromadb.PersistentClient(path=str(self._folder), settings=settings)

    def build(self, paragraphs: Paragraphs) -> None:
        """Added 2,000 at a time."""
        collection = self._client().create_collection(
            "news", metadata={"hnsw:space": "cosine"}, embedding_function=None
        )
        for n, (texts, vectors) in enumerate(paragraphs):
            ids = [f"{n}.{i}" for i in range(len(texts))]
            collection.add(ids=ids, embeddings=vectors, documents=texts)

    def open(self) -> Ask:
        """The collection."""
        collection = self._client().get_collection("news", embedding_function=None)

        def ask(_: str, vector: Matrix) -> list[str]:
            found = collection.query(query_embeddings=[vector], n_results=K, include=["documents"])
            return [str(text) for text in found["documents"][0]]

        return ask


class Lance:
    """One table without an index: exact."""

    needs = "lancedb"

    def __init__(self, folder: Path) -> None:
        self._folder = folder / "lance"

    def build(self, paragraphs: Paragraphs) -> None:
        """Added 2,000 at a time."""
        db: Any = import_module("lancedb").connect(str(self._folder))
        table = None
        for texts, vectors in paragraphs:
            rows = [{"text": t, "vector": v} for t, v in zip(texts, vectors, strict=True)]
            if table is None:
                table = db.create_table("news", data=rows)
            else:
                table.add(rows)
        assert table is not None  # noqa: S101  for the type checker
        table.optimize()

    def open(self) -> Ask:
        """The table."""
        table: Any = import_module("lancedb").connect(str(self._folder)).open_table("news")

        def ask(_: str, vector: Matrix) -> list[str]:
            found = table.search(vector).distance_type("cosine").select(["text"]).limit(K)
            return [row["text"] for row in found.to_list()]

        return ask


class Txtai:
    """Embeddings with content, vectors from outside; the index that it chooses by itself."""

    needs = "txtai"

    def __init__(self, folder: Path) -> None:
        self._folder = folder / "txtai"

    def build(self, paragraphs: Paragraphs) -> None:
        """Indexed in one go, which is how it learns its index."""
        of: dict[str, Matrix] = {}
        for texts, vectors in paragraphs:
            of.update(zip(texts, vectors, strict=True))

        def transform(asked: list[str]) -> Matrix:
            return np.stack([of[text] for text in asked])

        config = {"method": "external", "transform": transform, "content": True}
        embeddings: Any = import_module("txtai").Embeddings(config)
        embeddings.index(list(of))
        embeddings.config["transform"] = None
        embeddings.save(str(self._folder))

    def open(self) -> Ask:
        """The index, loaded."""
        embeddings: Any = import_module("txtai").Embeddings()
        embeddings.load(str(self._folder))

        def ask(text: str, vector: Matrix) -> list[str]:
            embeddings.model.transform = lambda _: vector[None]
            return [str(row["text"]) for row in embeddings.search(text, K)]

        return ask


class Llm:
    """`llm similar` as Python: a collection in SQLite, compared one by one."""

    needs = "llm"

    def __init__(self, folder: Path) -> None:
        self._place = folder / "llm.db"

    def _collection(self, model: Any = None) -> Any:
        llm, sqlite_utils = import_module("llm"), import_module("sqlite_utils")
        return llm.Collection("news", sqlite_utils.Database(str(self._place)), model=model)

    def build(self, paragraphs: Paragraphs) -> None:
        """Embedded by a model that has the vectors already."""
        of: dict[str, list[float]] = {}

        class Given(import_module("llm").EmbeddingModel):  # type: ignore[misc]  # a base that is there in the benchmark environment only
            model_id = "given"

            def embed_batch(self, items: list[str]) -> Iterator[list[float]]:
                return (of[text] for text in items)

        collection = self._collection(Given())
        for n, (texts, vectors) in enumerate(paragraphs):
            of.update(zip(texts, vectors.tolist(), strict=True))
            entries = [(f"{n}.{i}", text) for i, text in enumerate(texts)]
            collection.embed_multi(entries, store=True)

    def open(self) -> Ask:
        """The collection."""
        collection = self._collection()

        def ask(_: str, vector: Matrix) -> list[str]:
            return [
                str(entry.content) for entry in collection.similar_by_vector(vector.tolist(), K)
            ]

        return ask


SYSTEMS: dict[str, Any] = {
    **{"copydesk": Copydesk, "chromadb": Chroma, "lancedb": Lance, "txtai": Txtai, "llm": Llm}
}


def act(who: str, folder: Path, build: bool, queries: int) -> dict[str, Any]:  # noqa: FBT001  called once
    """In a process of its own: build, or ask."""
    began, wall = time.process_time(), time.perf_counter()
    system = SYSTEMS[who](folder)
    if build:
        system.build(parts(folder))
        return {"built": time.process_time() - began}
    asked = np.load(folder / "queries.npy")[:queries]
    texts = json.loads((folder / "queries.json").read_text(encoding="utf-8"))[:queries]
    ask = system.open()
    ask(texts[0], asked[0])
    cold, cold_wall = time.process_time() - began, time.perf_counter() - wall
    cpu, clock, answers = [], [], []
    for text, vector in zip(texts, asked, strict=True):
        began, wall = time.process_time(), time.perf_counter()
        answers.append(ask(text, vector))
        cpu.append((time.process_time() - began) * 1e3)
        clock.append((time.perf_counter() - wall) * 1e3)
    return {
        **{"cold": cold, "cold wall": cold_wall, "answers": answers},
        **{"warm": statistics.median(cpu), "warm wall": statistics.median(clock)},
    }


def recall(folder: Path, answers: list[list[str]]) -> float:
    """The share of the true ten nearest that were answered."""
    texts = json.loads((folder / "texts.json").read_text(encoding="utf-8"))
    scores = np.load(folder / "queries.npy")[: len(answers)] @ np.load(folder / "vectors.npy").T
    shares = [
        len({texts[n] for n in np.argpartition(-row, K)[:K]} & set(found)) / K
        for row, found in zip(scores, answers, strict=True)
    ]
    return float(np.mean(shares))


def run(who: str, folder: Path, *more: str) -> dict[str, Any] | str:
    """What the process said, or why it could not."""
    call = [sys.executable, __file__, "--act", who, "--folder", str(folder), *more]
    done = subprocess.run(call, check=False, capture_output=True, text=True)
    if done.returncode:
        return done.stderr.strip().splitlines()[-1][:100]
    found: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return found


def compare(paragraphs: int, arguments: argparse.Namespace, folder: Path) -> None:
    """All systems over so many paragraphs."""
    from widened import Widened

    widened = Widened(arguments.texts)
    np.save(folder / "vectors.npy", widened.vectors(paragraphs, 5))
    np.save(folder / "queries.npy", widened.queries)
    (folder / "texts.json").write_text(json.dumps(widened.texts(paragraphs, 5)), encoding="utf-8")
    (folder / "queries.json").write_text(json.dumps(widened.query_texts), encoding="utf-8")
    sys.stdout.write(
        f"{paragraphs:,} paragraphs   build s   first query, s CPU   s wall   warm, ms CPU   ms wall   recall@10\n"
    )
    for who in arguments.only.split(","):
        if not find_spec(SYSTEMS[who].needs):
            sys.stdout.write(f"{who:<17} not installed\n")
            continue
        built = run(who, folder, "--build")
        colds = [
            run(who, folder, "--queries", str(arguments.queries)) for _ in range(arguments.repeat)
        ]
        failed = next((each for each in (built, *colds) if isinstance(each, str)), None)
        if failed is not None or isinstance(built, str):
            sys.stdout.write(f"{who:<17} failed: {failed}\n")
            continue
        asked = [each for each in colds if not isinstance(each, str)]
        best = {key: min(each[key] for each in asked) for key in ("cold", "cold wall", "warm")}
        wall = min(each["warm wall"] for each in asked)
        sys.stdout.write(
            f"{who:<17}{built['built']:>10.1f}{best['cold']:>21.2f}{best['cold wall']:>9.2f}"
            f"{best['warm']:>15.1f}{wall:>10.1f}{recall(folder, asked[0]['answers']):>12.4f}\n"
        )
        sys.stdout.flush()


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--paragraphs", type=int, nargs="+", default=[2_000, 50_000])
    parser.add_argument("--queries", type=int, default=20)
    parser.add_argument("--repeat", type=int, default=3, help="new processes of each")
    parser.add_argument("--only", default=",".join(SYSTEMS))
    parser.add_argument("--texts", type=Path)
    parser.add_argument("--act", help=argparse.SUPPRESS)
    parser.add_argument("--build", action="store_true", help=argparse.SUPPRESS)
    parser.add_argument("--folder", type=Path, help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.act:
        found = act(arguments.act, arguments.folder, arguments.build, arguments.queries)
        sys.stdout.write(json.dumps(found) + "\n")
        return
    if arguments.texts is None:
        from widened import TEXTS

        arguments.texts = TEXTS
    for paragraphs in arguments.paragraphs:
        with tempfile.TemporaryDirectory() as name:
            compare(paragraphs, arguments, Path(name))


if __name__ == "__main__":
    main()
