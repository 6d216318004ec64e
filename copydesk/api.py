"""The functions for notebooks and other programs: the same code and counts as the commands."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable
from datetime import UTC, date, datetime
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from copydesk.settings import Settings, load_settings, seconds
from copydesk.webhooks import has_file, watch_webhooks
from schemas.document import HTML, PLAIN_TEXT, RawDocument
from schemas.errors import DatabaseError, UsageError
from schemas.filters import require_type
from schemas.models import ModelChoice

if TYPE_CHECKING:
    from flows.engines import Engines
    from schemas.article import Article
    from schemas.marks import Figure, Mention
    from schemas.models import StoredModel
    from schemas.protocols import Encoder, Matrix
    from schemas.stored import IngestReport
    from sources.web import FetchOptions
    from storage.sqlite import Store

PathLike = str | os.PathLike[str]


def open_store(path: PathLike, mode: Literal["a", "w", "r"] = "a") -> Store:
    """The store at `path`: "a" makes it where it is missing, "w" writes one that is there, "r" only reads.

    Raises DatabaseError where the file is missing (but for "a"), is not ours, is newer, or cannot be opened.
    """
    return open_store_with(path, mode, load_settings())


def open_store_with(
    path: PathLike,
    mode: Literal["a", "w", "r"],
    settings: Settings,
    *,
    encoder: Callable[[], Encoder] | None = None,
    notify: Callable[[str], None] | None = None,
) -> Store:
    """As `open_store`, under given settings, with an encoder of the caller's where it has one already."""
    name = os.fspath(path)
    if "://" in name:
        raise DatabaseError(
            f"{name.split('://', 1)[0]} databases cannot be opened by this version",
            remedy="name a SQLite file",
        )
    from storage.sqlite import Store

    encoders = encoder or QueryEncoders(settings, notify)
    of = encoders.of if isinstance(encoders, QueryEncoders) else None
    store = Store(Path(name), encoder=encoders, mode=mode, encoder_of=of)
    if mode != "r":
        try:
            watch_webhooks(store, settings)
            if "clean.site_memory" in settings.origins or has_file(settings):
                store.set_site_memory(on=settings.clean.site_memory)
        except BaseException:
            store.close()
            raise
    return store


class QueryEncoders:
    """Encoders for queries: each takes its model as it is, converted or not. Called, it gives the one of the settings."""

    def __init__(self, settings: Settings, notify: Callable[[str], None] | None = None) -> None:
        from enrichers.vectors.served import EncoderSettings, ServedEncoders

        models = settings.models
        self._db = settings.db
        self._encoders = ServedEncoders(
            EncoderSettings(
                choice=choice_of(settings),
                precision=models.precision,
                cache=Path(models.cache) if models.cache else None,
            ),
            convert=False,
            notify=notify,
        )

    def __call__(self) -> Encoder:
        """The encoder of the settings' model."""
        return self._encoders.wanted()

    def of(self, stored: StoredModel | None) -> Encoder:
        """The encoder that goes with stored vectors."""
        return self._encoders.of(stored)

    def preload(self, *, daemon: bool = True) -> None:
        """Begin to open what the database's vectors want, while it is opened."""
        self._encoders.preload(self._look, daemon=daemon)

    def _look(self) -> StoredModel | None:
        from storage.models import serving_model_in

        return serving_model_in(Path(self._db))


def choice_of(settings: Settings) -> ModelChoice:
    """The embedding model that the settings name."""
    models = settings.models
    return ModelChoice(
        model=models.embedding,
        query_prefix=models.query_prefix,
        passage_prefix=models.passage_prefix,
    )


def make_engines(settings: Settings, *, notify: Callable[[str], None] | None = None) -> Engines:
    """The engines that the settings name; models are loaded at their first use."""
    from flows.engines import EngineOptions, Engines

    models = settings.models
    options = EngineOptions(
        embedding=models.embedding,
        precision=models.precision,
        cache=models.cache,
        taggers=dict(models.tagger),
        names=models.names,
        query_prefix=models.query_prefix,
        passage_prefix=models.passage_prefix,
    )
    return Engines(options, notify=notify)


def check_models(settings: Settings) -> None:
    """Look for the models that the settings name, without loading one.

    Raises ModelUnavailableError for one that is not on this machine: a wrong setting stops a run before any work.
    """
    from enrichers.vectors.model_folder import find_model

    if settings.models.embedding is not None:
        find_model(settings.models.embedding)
    if settings.models.tagger or settings.models.names:
        make_engines(settings).tagger.provenance  # noqa: B018  naming itself, it looks for each model


@cache
def _shared_engines() -> Engines:
    return make_engines(load_settings())


def clean(
    content: bytes | str, url: str | None = None, media_type: str | None = None
) -> Article | None:
    r"""The article in a page or a text; None only where no paragraph is left.

    `media_type` is text/html, text/plain, text/markdown or application/json (one record); without it, what has tags
    is read as a page and the rest as text. Raises DocumentError for bytes that are not text.

    >>> clean("Rates held\n\nThe bank left its rate at 4%.\n\nScroll to Top").dropped[0].text
    'Scroll to Top'
    """
    from enrichers.cleaning.clean import clean as clean_document

    document = RawDocument(
        content=content.encode("utf-8", "replace") if isinstance(content, str) else content,
        media_type=media_type or _sniffed(content),
        url=url,
        origin=url or "content",
        fetched_at=datetime.now(UTC),
    )
    return clean_document(document)


def _sniffed(content: bytes | str) -> str:
    from enrichers.cleaning.clean import LOOKS_LIKE_PAGE
    from enrichers.cleaning.decode import decode
    from enrichers.cleaning.fragments import TAG, has_markup

    text = content if isinstance(content, str) else decode(content, None, PLAIN_TEXT)
    is_page = has_markup(text) or LOOKS_LIKE_PAGE.match(text) or not TAG.sub("", text).strip()
    return HTML if is_page else PLAIN_TEXT


def find_entities(texts: Iterable[str]) -> list[list[Mention]]:
    """The entities of each text, in order; offsets into that text, `paragraph` 0. Each text is read as one article."""
    from enrichers.entities.tagger import find_entities as find

    return find(_listed(texts), _shared_engines().tagger)


def find_figures(
    texts: Iterable[str], reference_date: date | str | Iterable[date | str | None] | None = None
) -> list[list[Figure]]:
    """The figures of each text, in order; offsets into that text, `paragraph` 0.

    `reference_date` is the day that "Monday" and "last month" are seen from: one for all, or one for each text.

    >>> [(f.kind, float(f.value), f.unit) for f in find_figures(["Prices rose 3.5% to $80 a barrel."])[0]]
    [('percent', 3.5, 'percent'), ('money', 80.0, 'USD/barrel')]
    """
    from enrichers.figures.grammar import find_figures as find

    listed = _listed(texts)
    if reference_date is None or isinstance(reference_date, (date, str)):
        days = [_day(reference_date)] * len(listed)
    else:
        days = [_day(day) for day in reference_date]
        if len(days) != len(listed):
            raise UsageError(
                f"{len(listed)} texts but {len(days)} reference dates",
                remedy="give one date for all, or one for each text",
            )
    return find(listed, days)


def _day(day: date | str | None) -> date | None:
    if isinstance(day, datetime):
        return day.date()
    if day is None or isinstance(day, date):
        return day
    require_type("a reference date", day, str)
    try:
        return date.fromisoformat(day[:10])
    except ValueError as error:
        raise UsageError(
            f"the reference date {day!r} is no day", remedy="write it like 2024-07-08"
        ) from error


def _listed(texts: Iterable[str]) -> list[str]:
    """Raises UsageError for one text, of which each letter would be read as a text of its own, and for what is none."""
    if isinstance(texts, (str, bytes)):
        raise UsageError("one text where a list of texts is meant", remedy="put it in a list")
    listed = list(texts)
    for text in listed:
        require_type("a text", text, str)
    return listed


def embed(texts: Iterable[str]) -> Matrix:
    """Unit-length embeddings of `texts`, one row each, input order: shape (n, dim), float32.

    A text over the model's token limit is the mean of its windows. Raises ModelUnavailableError if the model's files
    are not on this machine; never downloads.
    """
    return _shared_engines().encoder().encode(_listed(texts))


def ingest(
    paths: PathLike | Iterable[PathLike],
    store: Store,
    *,
    force: bool = False,
    keep_all: bool = False,
    workers: int = 1,
) -> IngestReport:
    """Bring files, folders and web addresses into `store`: the same code and counts as the command.

    One bad document never stops the others: it is counted as quarantined and kept with its error. With `keep_all`
    sections, error pages and consent walls are stored too, marked by their `page_kind` and outside default search.
    With `workers` over 1, so many other processes clean and tag.
    """
    from flows.inputs import ingest_inputs, is_address, page_sources
    from flows.pipeline import IngestOptions
    from sources.files import ReadOptions, open_documents

    listed = [paths] if isinstance(paths, (str, os.PathLike)) else list(paths)
    names = [os.fspath(path) for path in listed]
    files = [name for name in names if not is_address(name)]
    return ingest_inputs(
        open_documents(files, options=ReadOptions()),
        page_sources(names),
        store,
        _shared_engines(),
        options=IngestOptions(force=force, keep_all=keep_all, workers=workers),
        web=_web_options(load_settings()) if len(files) < len(names) else None,
    )


def _web_options(settings: Settings) -> FetchOptions:
    from sources.web import FetchOptions

    fetch = settings.fetch
    return FetchOptions(
        contact=fetch.contact,
        allow_hosts=fetch.allow_hosts,
        pause=seconds(fetch.pause) or 0.0,
        timeout=seconds(fetch.timeout) or 0.0,
        max_bytes=fetch.max_bytes,
    )
