"""What works here, what does not, and what to do about it."""

from __future__ import annotations

import platform
import sqlite3
import sys
from collections.abc import Callable
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import TYPE_CHECKING

from copydesk.settings import Settings
from schemas.errors import CopydeskError

if TYPE_CHECKING:
    from flows.engines import Engines

_PACKAGES = (
    "prefect",
    "trafilatura",
    "spacy",
    "sentence-transformers",
    "sqlite-utils",
    "openvino",
    "torch",
)
_SAMPLE = "Ann Lee of Acme Corp said exports to France rose 4% to $3 billion in June 2020."


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """One thing looked at: whether it works, what was found, and what to do where it does not."""

    name: str
    ok: bool
    found: str
    remedy: str = ""


def examine(settings: Settings, *, notify: Callable[[str], None]) -> list[Check]:
    """Every check, in order. Makes the embedding model ready on the way; writes nothing into a database."""
    return [
        _python(),
        _sqlite(),
        *_packages(),
        _checked("tagger", lambda: _tagger(settings)),
        _checked("figures", _figures),
        *_enrichers(settings),
        _checked("embedding", lambda: _embedding(settings, notify)),
        _checked("database", lambda: _database(settings)),
        *_languages(settings),
    ]


def _checked(name: str, look: Callable[[], str]) -> Check:
    try:
        return Check(name=name, ok=True, found=look())
    except CopydeskError as error:
        return Check(name=name, ok=False, found=error.message, remedy=error.remedy)
    except ImportError as error:
        return Check(name=name, ok=False, found=str(error), remedy="run: make setup")


def _python() -> Check:
    found = platform.python_version()
    fits = (3, 11) <= sys.version_info[:2] < (3, 13)
    return Check(
        name="python", ok=fits, found=found, remedy="make the environment with Python 3.11 or 3.12"
    )


def _sqlite() -> Check:
    options = {row[0] for row in sqlite3.connect(":memory:").execute("PRAGMA compile_options")}
    fits = "ENABLE_FTS5" in options and sqlite3.sqlite_version_info >= (3, 37)
    found = (
        f"{sqlite3.sqlite_version}{' with FTS5' if 'ENABLE_FTS5' in options else ' without FTS5'}"
    )
    return Check(
        name="sqlite",
        ok=fits,
        found=found,
        remedy="use a Python built with SQLite 3.37 or later and FTS5",
    )


def _packages() -> list[Check]:
    checks = []
    for name in _PACKAGES:
        try:
            found, ok = version(name), True
        except PackageNotFoundError:
            found, ok = "not installed", False
        checks.append(Check(name=name, ok=ok, found=found, remedy="run: make setup"))
    return checks


def _tagger(settings: Settings) -> str:
    from copydesk.api import make_engines
    from schemas.article import Article, Paragraph

    tagger = make_engines(settings).tagger
    article = Article(paragraphs=(Paragraph(index=0, kind="text", text=_SAMPLE),), language="en")
    mentions = tagger.enrich([article])[0]
    if not mentions:
        raise CopydeskError(
            "the tagger found nothing in a plain sentence", remedy="run: make setup"
        )
    return f"{tagger.provenance.name} {tagger.provenance.version}: {len(mentions)} mentions in a test sentence"


def _figures() -> str:
    from copydesk.api import find_figures

    return f"{len(find_figures([_SAMPLE])[0])} figures in a test sentence"


def _enrichers(settings: Settings) -> list[Check]:
    """A check for each enricher that a package adds: who it is, and what it makes of a plain sentence."""
    from copydesk.api import make_engines

    engines = make_engines(settings)
    try:
        return [
            _checked(f"enricher {name}", lambda name=name: _enricher(engines, name))  # type: ignore[misc]  # mypy does not infer such a lambda
            for name in engines.plugins.names
        ]
    finally:
        engines.plugins.close()


def _enricher(engines: Engines, name: str) -> str:
    from flows.stages import maker_of
    from schemas.article import Article, Paragraph
    from schemas.stored import Problem

    maker = maker_of(engines, name)
    article = Article(paragraphs=(Paragraph(index=0, kind="text", text=_SAMPLE),), language="en")
    (found,) = engines.plugins.enrich(name, [article])
    if isinstance(found, Problem):
        raise CopydeskError(found.message, remedy=found.remedy, code=found.code)
    return f"{maker.name} {maker.version}: {len(found)} rows for a test sentence"


def _embedding(settings: Settings, notify: Callable[[str], None]) -> str:
    from copydesk.api import make_engines

    encoder = make_engines(settings, notify=notify).encoder()
    encoder.encode([_SAMPLE])
    maker = encoder.provenance
    return f"{maker.name} by {maker.backend}, {maker.precision}, {encoder.dim} dimensions"


def _database(settings: Settings) -> str:
    from copydesk.api import open_store_with

    if not Path(settings.db).exists():
        return f"none yet at {settings.db}; the first ingest makes it"
    with open_store_with(settings.db, "r", settings) as store:
        return f"{settings.db}: {store.status()['articles']} articles"


def _languages(settings: Settings) -> list[Check]:
    """How many paragraphs there are in which language, where there are any, and which of them have words only."""
    if not Path(settings.db).exists():
        return []
    return [_checked("languages", lambda: _counted(settings))]


def _counted(settings: Settings) -> str:
    from copydesk.api import open_store_with
    from storage.unread import count_paragraphs, is_read

    with open_store_with(settings.db, "r", settings) as store:
        counts = count_paragraphs(store.connection)
        encoder = store.searcher.encoder()
    told = ", ".join(f"{language or 'none told'} {n:,}" for language, n in counts.items())
    unread = [language for language in counts if language and not is_read(encoder, language)]
    if not unread:
        return f"paragraphs: {told or 'none'}; all are ranked by meaning too"
    number = sum(counts[language] for language in unread)
    name = encoder.provenance.name
    return f"paragraphs: {told}; {number:,} that {name} does not read ({', '.join(unread)}) are ranked by words only"
