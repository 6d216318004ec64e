"""copydesk under the names that the scoring programs ask for: public functions only, nothing tuned for a score."""

from __future__ import annotations

import json
from pathlib import Path

import copydesk
from schemas.stored import Mode

_MODES: dict[str, Mode] = {"text": "words", "vector": "meaning", "hybrid": "hybrid"}


def clean(html: bytes, url: str | None) -> dict[str, object]:
    """A page as extract.py wants it."""
    article = copydesk.clean(html, url=url, media_type="text/html")
    if article is None:
        return {}
    date = article.published_at.isoformat() if article.published_at else None
    return {
        "title": article.title,
        "authors": list(article.authors),
        "date": date[:10] if date and article.published_precision == "day" else date,
        "paragraphs": [paragraph.text for paragraph in article.paragraphs],
        "summary": article.summary,
    }


def figures(text: str, reference_date: str | None) -> list[dict[str, object]]:
    """A text's figures as figures.py wants them."""
    names = ("start", "end", "kind", "value", "low", "high", "unit", "modifier", "noun")
    found = []
    for figure in copydesk.find_figures([text], reference_date)[0]:
        record: dict[str, object] = {name: getattr(figure, name) for name in names}
        record["date_start"] = figure.date_start.isoformat() if figure.date_start else None
        record["date_end"] = figure.date_end.isoformat() if figure.date_end else None
        if figure.kind == "money":  # by which 19 cents are told from 0.19 dollars
            record["currency"] = (figure.unit or "").partition("/")[0]
        found.append(record)
    return found


def entities(texts: list[str]) -> list[list[tuple[int, int, str]]]:
    """Texts' entities as ner.py wants them."""
    return [
        [(mention.start, mention.end, mention.label) for mention in found]
        for found in copydesk.find_entities(texts)
    ]


class Retrieval:
    """A store as retrieval.py wants it: documents come in by the command's own code and are known by their id."""

    def __init__(self, folder: str) -> None:
        self._store = copydesk.open_store(Path(folder) / "retrieval.db")
        self._names: dict[int, str] = {}

    def ingest(self, path: str) -> None:
        """Bring a collection in."""
        report = copydesk.ingest([path], self._store)
        lines = Path(path).read_text(encoding="utf-8").splitlines()
        ids = [json.loads(line)["id"] for line in lines]
        for outcome, name in zip(report.articles, ids, strict=True):
            if outcome.id is not None:
                self._names.setdefault(outcome.id, name)

    def search(self, query: str, k: int, mode: str) -> list[tuple[str, float]]:
        """Documents for a query."""
        hits = self._store.search(query, mode=_MODES[mode], k=k)
        return [(self._names[hit.article_id], hit.score) for hit in hits]

    def more_like(self, name: str, k: int) -> list[tuple[str, float]]:
        """Documents like one."""
        article_id = next(i for i, known in self._names.items() if known == name)
        hits = self._store.similar(article_id, k=k)
        return [(self._names[hit.article_id], hit.score) for hit in hits]
