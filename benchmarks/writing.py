"""Writing articles with their vectors, beside sqlite-utils' upsert_all with full-text triggers; and the disk by part.

    python benchmarks/writing.py [--articles 1000] [--texts FOLDER]

Both store the same articles of twenty paragraphs, their texts to be found by words, their vectors, and the bytes they came as;
batches of 50 in turn, CPU of one thread. The plain way keeps the vectors as float32 and the bytes as they are.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import sqlite_utils
from widened import PER_ARTICLE, TEXTS, GivenVectors, Widened

from schemas.stored import PreparedArticle
from storage.sqlite import Store
from storage.vector_file import vector_folder

PARTS = {
    "words": ("fts",),
    "vectors": ("embedding",),
    "raw": ("raw_documents",),
}


class Plain:
    """Three tables, filled by upsert_all, and full-text search kept by triggers."""

    def __init__(self, path: Path) -> None:
        self.db = sqlite_utils.Database(path)
        self.db.enable_wal()
        self._made = False

    def put(self, batch: list[PreparedArticle]) -> None:
        """Articles, paragraphs with their vectors, the bytes."""
        articles, paragraphs = [], []
        for prepared in batch:
            key = prepared.document.origin
            articles.append(
                {
                    **{"key": key, "title": prepared.article.title},
                    **{"published": str(prepared.article.published_at)},
                    "content": prepared.document.content,
                }
            )
            vectors = list(prepared.vectors.values())
            paragraphs += [
                {
                    **{"id": f"{key}#{row.index}", "article": key, "text": row.text},
                    "vector": vectors[row.index].tobytes(),
                }
                for row in prepared.article.paragraphs
            ]
        tables: tuple[Any, Any] = (self.db["articles"], self.db["paragraphs"])
        tables[0].upsert_all(articles, pk="key")
        tables[1].upsert_all(paragraphs, pk="id")
        if not self._made:
            tables[1].enable_fts(["text"], create_triggers=True, tokenize="porter")
            self._made = True


def bytes_by_part(store: Store) -> dict[str, int]:
    """The pages of the database by what they hold; `text` is all that is nothing else."""
    found = {"raw": 0, "text": 0, "words": 0, "vectors": 0}
    sql = "SELECT s.name, m.tbl_name, sum(s.pgsize) FROM dbstat s LEFT JOIN sqlite_master m ON m.name = s.name GROUP BY 1"
    for name, table, size in store.connection.execute(sql):
        of = f"{table or name}"
        part = next((p for p, words in PARTS.items() if any(word in of for word in words)), "text")
        found[part] += size
    return found


def size_of(path: Path) -> int:
    """Bytes of a database, its journal written back into it."""
    return sum(file.stat().st_size for file in path.parent.glob(f"{path.name}*") if file.is_file())


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--articles", type=int, default=1000)
    parser.add_argument("--texts", type=Path, default=TEXTS)
    arguments = parser.parse_args()
    widened = Widened(arguments.texts)
    encoder = GivenVectors(widened)
    used = {"copydesk": 0.0, "plain": 0.0}
    with tempfile.TemporaryDirectory() as name:
        ours, other = Path(name) / "news.db", Path(name) / "plain.db"
        plain = Plain(other)
        with Store(ours, encoder=lambda: encoder, mode="a") as store:
            store.set_site_memory(on=False)
            for first in range(0, arguments.articles, 50):
                numbers = range(first, min(first + 50, arguments.articles))
                batch = [widened.article(n, encoder.provenance) for n in numbers]
                for who, put in (("copydesk", store.put), ("plain", plain.put)):
                    began = time.process_time()
                    put(batch)
                    used[who] += time.process_time() - began
            store.search(widened.query_texts[0])
            files = sum(f.stat().st_size for f in vector_folder(ours).rglob("*") if f.is_file())
            found = bytes_by_part(store)
            store.connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        plain.db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        plain.db.close()
        sizes = {"copydesk": size_of(ours), "plain": size_of(other)}
    n = arguments.articles
    sys.stdout.write(
        f"{n:,} articles of {PER_ARTICLE}   articles a CPU second   MB per 1,000 articles\n"
    )
    for who, cpu in used.items():
        sys.stdout.write(f"{who:<22}{n / cpu:>18.0f}{sizes[who] / 1e3 / n:>24.1f}\n")
    sys.stdout.write(
        f"copydesk is {used['plain'] / used['copydesk']:.1f} times as fast, on"
        f" {sizes['copydesk'] / sizes['plain']:.0%} of the disk\n"
        + "".join(f"  {part}: {size / 1e3 / n:.1f} MB\n" for part, size in found.items())
        + f"  vector files beside the database, made again where they are missing: {files / 1e3 / n:.1f} MB\n"
    )


if __name__ == "__main__":
    main()
