"""copydesk similar: more like an article, a file, a text, or several of them."""

from __future__ import annotations

import time
from dataclasses import replace
from typing import TYPE_CHECKING, Annotated

import typer

from copydesk.cli.figure_options import (
    AboutWhat,
    Kind,
    Maximum,
    Minimum,
    Noun,
    Rates,
    Subject,
    Unit,
)
from copydesk.cli.hit_options import (
    Explain,
    Facet,
    Facets,
    Fold,
    MinSimilarity,
    Offset,
    Recency,
    facets_of,
)
from copydesk.cli.options import (
    Config,
    Count,
    Csv,
    Db,
    Entity,
    FailEmpty,
    Include,
    Json,
    JsonLines,
    Label,
    Lang,
    Since,
    Source,
    Speaker,
    Until,
    examples,
    existing_file,
    format_of,
    open_existing,
    settings_of,
)
from copydesk.cli.results import show_result
from schemas.asking import make_row_filters
from schemas.errors import DocumentError, UsageError
from schemas.searching import make_options

if TYPE_CHECKING:
    from storage.sqlite import Store


def register(app: typer.Typer) -> None:
    """Add the verb."""
    app.command(
        epilog=examples("copydesk similar 3", "copydesk similar draft.txt -k 5 --since 30d")
    )(similar)


def similar(
    to: Annotated[
        list[str] | None,
        typer.Argument(metavar="ID|FILE|-", help="Articles' ids or keys, files, or - for stdin."),
    ] = None,
    *,
    text: Annotated[
        list[str] | None,
        typer.Option("--text", metavar="TEXT", help="Like this text, too (repeatable)."),
    ] = None,
    k: Count = 10,
    since: Since = None,
    until: Until = None,
    source: Source = None,
    lang: Lang = None,
    entity: Entity = None,
    label: Label = None,
    speaker: Speaker = None,
    include: Include = None,
    kind: Kind = None,
    minimum: Minimum = None,
    maximum: Maximum = None,
    unit: Unit = None,
    subject: Subject = None,
    noun: Noun = None,
    about: AboutWhat = None,
    rates: Rates = None,
    offset: Offset = 0,
    min_similarity: MinSimilarity = None,
    recency: Recency = None,
    fold: Fold = False,
    facets: Facets = False,
    facet: Facet = None,
    explain: Explain = False,
    fail_empty: FailEmpty = False,
    db: Db = None,
    config: Config = None,
    json: Json = False,
    jsonl: JsonLines = False,
    csv: Csv = False,
) -> int:
    """Find the stored articles most like another, a file or a text.

    Several may be given and count alike: what is compared is the mean of theirs. None of them is among the hits.
    """
    form = format_of(json=json, jsonl=jsonl, csv=csv)
    filters = make_row_filters(
        spelled="--{}", since=since, until=until, source=source, lang=lang, entity=entity, label=label,
        speaker=speaker,
        include=include, kind=kind, min=minimum, max=maximum, unit=unit, subject=subject, noun=noun,
        about=about, rates=rates,
    )  # fmt: skip
    options = make_options(
        spelled="--{}", offset=offset, min_similarity=min_similarity, recency=recency, fold=fold,
        facets=facets_of(facet, facets=facets), explain=explain,
    )  # fmt: skip
    names, texts = to or [], text or []
    if not names and not texts:
        raise UsageError(
            "nothing to compare with",
            remedy="give an id or key that search prints, a file, - or --text TEXT",
        )
    began = time.perf_counter()
    with open_existing(settings_of(db, config), by_meaning=True) as store:
        ids, rows = _compared(store, names)
        rows += [[one] for one in texts]
        result = store.find_similar(ids, rows, k=k, filters=filters, options=options)
    result = replace(
        result,
        query=" ".join([*names, *texts]),
        took_ms=round((time.perf_counter() - began) * 1000, 3),
    )
    return show_result(result, form, options, fail_empty=fail_empty)


def _compared(store: Store, names: list[str]) -> tuple[list[int], list[list[str]]]:
    """The ids of those that are stored articles, and the rows of the files."""
    ids: list[int] = []
    rows: list[list[str]] = []
    for name in dict.fromkeys(names):
        article_id = None if name == "-" else store.article_id(name)
        if article_id is not None:
            ids.append(article_id)
        elif name != "-" and existing_file(name) is None:
            raise UsageError(
                f"{name} is neither an article of this database nor a file",
                remedy="give an id or key that search prints, a file, or - for standard input",
            )
        else:
            rows.append(_rows_of_file(name))
    return ids, rows


def _rows_of_file(path: str) -> list[str]:
    from flows.prepare import clean_document
    from schemas.document import RawDocument
    from sources.files import ReadOptions, open_documents

    documents = list(open_documents([path], options=ReadOptions()))
    if len(documents) != 1:
        raise UsageError(
            f"{path} holds {len(documents)} documents", remedy="give a file of one document"
        )
    document = documents[0]
    if not isinstance(document, RawDocument):
        raise document.error
    try:
        return [row.text for row in clean_document(document).rows]
    except DocumentError as error:
        if document.origin in error.message:
            raise
        message = f"{document.origin}: {error.message}"
        raise DocumentError(message, remedy=error.remedy, code=error.code) from error
