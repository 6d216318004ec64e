"""What leaves with `copydesk db export` as tables: their columns, and the rows that each article gives them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Literal, TypeVar

from schemas.marks import Figure, Mention
from schemas.stored import StoredArticle

Kind = Literal["text", "integer", "real", "instant", "day", "boolean", "list"]
Row = dict[str, object]


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """A table: what it is for people, its columns with their kinds, and the rows of one article."""

    name: str
    description: str
    columns: dict[str, Kind]
    rows: Callable[[StoredArticle], Iterator[Row]]


def _articles(article: StoredArticle) -> Iterator[Row]:
    row: Row = {name: getattr(article, name) for name in _ARTICLE if name != "text"}
    row["text"] = "\n\n".join(p.text for p in article.paragraphs if not p.masked)
    yield row


def _paragraphs(article: StoredArticle) -> Iterator[Row]:
    for paragraph in article.paragraphs:
        row: Row = {name: getattr(paragraph, name) for name in _PARAGRAPH if name != "article_id"}
        yield {"article_id": article.id, **row}


Mark = TypeVar("Mark", Mention, Figure)


def _mentions(article: StoredArticle) -> Iterator[Row]:
    for place, mention in _placed(
        article.title_mentions, article.summary_mentions, article.mentions
    ):
        yield {"article_id": article.id, "place": place, **_mark(mention, _MENTION)}


def _figures(article: StoredArticle) -> Iterator[Row]:
    texts = {paragraph.index: paragraph.text for paragraph in article.paragraphs}
    heads = {"title": article.title or "", "summary": article.summary or ""}
    for place, figure in _placed(article.title_figures, article.summary_figures, article.figures):
        text = heads[place] if place in heads else texts[figure.paragraph]
        sentence = text[figure.sentence_start : figure.sentence_end] or text
        yield {
            "article_id": article.id,
            "place": place,
            **_mark(figure, _FIGURE),
            "sentence": sentence,
        }


def _entities(article: StoredArticle) -> Iterator[Row]:
    for entity in article.entities:
        yield {
            "article_id": article.id,
            "entity_id": entity.id,
            **{name: getattr(entity, name) for name in _ENTITY if hasattr(entity, name)},
        }


def _quotations(article: StoredArticle) -> Iterator[Row]:
    for quotation in article.quotations:
        row = {name: getattr(quotation, name) for name in _QUOTATION if name != "article_id"}
        for name in ("paragraph", "speaker_paragraph"):
            row[name] = None if (row[name] or 0) < 0 else row[name]
        yield {"article_id": article.id, **row}


def _placed(
    title: tuple[Mark, ...], summary: tuple[Mark, ...], body: tuple[Mark, ...]
) -> Iterator[tuple[str, Mark]]:
    for place, marks in (("title", title), ("summary", summary), ("body", body)):
        for mark in marks:
            yield place, mark


def _mark(mark: Mention | Figure, columns: dict[str, Kind]) -> Row:
    row: Row = {name: getattr(mark, name) for name in columns if hasattr(mark, name)}
    if mark.paragraph < 0:  # the title and the summary stand outside the numbering
        row["paragraph"] = None
    return row


_ARTICLE: dict[str, Kind] = {
    "id": "integer", "key": "text", "url": "text", "canonical_url": "text", "site": "text", "title": "text",
    "authors": "list", "published_at": "instant", "published_precision": "text", "published_from": "text",
    "modified_at": "instant", "section": "text", "language": "text", "dateline": "text", "summary": "text",
    "image_url": "text", "image_caption": "text", "page_kind": "text", "version": "integer",
    "first_seen": "instant", "origin": "text", "text": "text",
}  # fmt: skip
_PARAGRAPH: dict[str, Kind] = {
    "article_id": "integer", "index": "integer", "kind": "text", "text": "text", "masked": "boolean", "page": "integer",
}  # fmt: skip
_PLACE: dict[str, Kind] = {"article_id": "integer", "place": "text"}
_MENTION: dict[str, Kind] = {
    "paragraph": "integer", "start": "integer", "end": "integer", "text": "text", "label": "text", "name": "text",
    "entity_id": "integer",
}  # fmt: skip
_ENTITY: dict[str, Kind] = {
    "article_id": "integer", "entity_id": "integer", "name": "text", "label": "text", "mentions": "integer",
    "salience": "real",
}  # fmt: skip
_QUOTATION: dict[str, Kind] = {
    "article_id": "integer", "paragraph": "integer", "start": "integer", "end": "integer", "text": "text",
    "kind": "text", "speaker": "text", "speaker_paragraph": "integer", "speaker_start": "integer",
    "speaker_end": "integer", "name": "text", "entity_id": "integer", "cue": "text", "continues": "boolean",
    "rule": "text",
}  # fmt: skip
_FIGURE: dict[str, Kind] = {
    "paragraph": "integer", "start": "integer", "end": "integer", "text": "text", "kind": "text", "value": "real",
    "low": "real", "high": "real", "modifier": "text", "unit": "text", "base_value": "real", "base_unit": "text",
    "noun": "text", "change": "text", "role": "text", "date_start": "day", "date_end": "day", "time": "text",
    "about_start": "day", "about_end": "day", "subjects": "list", "rule": "text",
}  # fmt: skip

TABLES = {
    table.name: table
    for table in (
        Table(
            name="articles",
            description="One row an article: what its page says of it, and its text without template.",
            columns=_ARTICLE,
            rows=_articles,
        ),
        Table(
            name="paragraphs",
            description="The body, paragraph by paragraph; masked ones are the site's template.",
            columns=_PARAGRAPH,
            rows=_paragraphs,
        ),
        Table(
            name="mentions",
            description="Entities where they are named; start and end are code points in the paragraph.",
            columns={**_PLACE, **_MENTION},
            rows=_mentions,
        ),
        Table(
            name="figures",
            description="Numbers as values, each with its sentence; base_value is in SI units.",
            columns={**_PLACE, **_FIGURE, "sentence": "text"},
            rows=_figures,
        ),
        Table(
            name="entities",
            description="Each entity of an article once: its mentions there, and how much the article is about it.",
            columns=_ENTITY,
            rows=_entities,
        ),
        Table(
            name="quotations",
            description="Who said what: the span of speech, and the speaker where the sentence names one.",
            columns=_QUOTATION,
            rows=_quotations,
        ),
    )
}
