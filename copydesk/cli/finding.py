"""copydesk search, similar: stored articles found again."""

from __future__ import annotations

import sys
import time
from typing import TYPE_CHECKING, Annotated

import typer

from copydesk.cli.figure_options import (
    About,
    Kind,
    Maximum,
    Minimum,
    Noun,
    Rates,
    Subject,
    Unit,
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
    Until,
    examples,
    existing_file,
    format_of,
    named,
    open_existing,
    settings_of,
)
from copydesk.cli.query_file import query_of
from copydesk.marking import LEGEND, figures_line, marked, marks_of
from copydesk.present import (
    Format,
    columns_of,
    count_of,
    day,
    has_colour,
    safe,
    say,
    write,
    write_json,
    write_rows,
    write_styled,
)
from copydesk.settings import Settings
from schemas.asking import make_row_filters
from schemas.errors import DocumentError, UsageError
from schemas.searching import make_options

if TYPE_CHECKING:
    from schemas.filters import Filters
    from schemas.protocols import Matrix
    from schemas.stored import Mode, SearchHit, SearchResult
    from storage.sqlite import Store


def register(app: typer.Typer) -> None:
    """Add the verbs."""
    app.command(
        epilog=examples(
            'copydesk search "oil imports"',
            'copydesk search "oil imports" --kind money --min 1e9 --unit USD --since 2024-01-01',
        )
    )(search)
    app.command(
        epilog=examples("copydesk similar 3", "copydesk similar draft.txt -k 5 --since 30d")
    )(similar)


def search(
    query: Annotated[
        list[str],
        typer.Argument(metavar="QUERY", help="What to look for, or @FILE; any text is safe."),
    ],
    *,
    mode: Annotated[str, typer.Option(metavar="MODE", help="hybrid, meaning or words.")] = "hybrid",
    k: Count = 10,
    since: Since = None,
    until: Until = None,
    source: Source = None,
    lang: Lang = None,
    entity: Entity = None,
    label: Label = None,
    include: Include = None,
    kind: Kind = None,
    minimum: Minimum = None,
    maximum: Maximum = None,
    unit: Unit = None,
    subject: Subject = None,
    noun: Noun = None,
    about: About = None,
    rates: Rates = None,
    per: Annotated[
        str, named("--per", "HIT", "article (its best paragraph) or paragraph.")
    ] = "article",
    offset: Annotated[int, typer.Option(min=0, help="Pass over so many hits.")] = 0,
    min_similarity: Annotated[
        float | None, named("--min-similarity", "COSINE", "Leave out hits whose cosine is lower.")
    ] = None,
    recency: Annotated[
        str | None, named("--recency", "SPAN", "Count old hits less: half-life, like 30d.")
    ] = None,
    fail_empty: FailEmpty = False,
    db: Db = None,
    config: Config = None,
    json: Json = False,
    jsonl: JsonLines = False,
    csv: Csv = False,
) -> int:
    """Find stored articles by meaning, by word, or both.

    Shows the best paragraph of each. Filters hold exactly: there are always k hits if that many articles match them.
    In words mode AND, OR, NOT, brackets, "phrases", prefix*, NEAR/5, title: and author: are read.
    With --kind, --min, --unit ... only paragraphs that have one figure which meets them all.
    """
    form = format_of(json=json, jsonl=jsonl, csv=csv)
    filters = make_row_filters(
        spelled="--{}", since=since, until=until, source=source, lang=lang, entity=entity, label=label,
        include=include, kind=kind, min=minimum, max=maximum, unit=unit, subject=subject, noun=noun,
        about=about, rates=rates,
    )  # fmt: skip
    options = make_options(
        spelled="--{}", per=per, offset=offset, min_similarity=min_similarity, recency=recency
    )
    by = mode_of(mode)
    text = query_of(query)
    if filters.figure and not text.strip():
        raise UsageError(
            "nothing to look for", remedy="say what, or list the figures with: copydesk figures"
        )
    with open_existing(settings_of(db, config), by_meaning=by != "words") as store:
        result = store.find(text, mode=by, k=k, filters=filters, options=options)
    return show_result(
        result, form, fail_empty=fail_empty, per=options.per, first=options.offset + 1
    )


def similar(
    to: Annotated[
        str,
        typer.Argument(metavar="ID|FILE|-", help="An article's id or key, a file, or - for stdin."),
    ],
    *,
    k: Count = 10,
    since: Since = None,
    until: Until = None,
    source: Source = None,
    lang: Lang = None,
    entity: Entity = None,
    label: Label = None,
    include: Include = None,
    kind: Kind = None,
    minimum: Minimum = None,
    maximum: Maximum = None,
    unit: Unit = None,
    subject: Subject = None,
    noun: Noun = None,
    about: About = None,
    rates: Rates = None,
    fail_empty: FailEmpty = False,
    db: Db = None,
    config: Config = None,
    json: Json = False,
    jsonl: JsonLines = False,
    csv: Csv = False,
) -> int:
    """Find the stored articles most like another, or like a file."""
    form = format_of(json=json, jsonl=jsonl, csv=csv)
    filters = make_row_filters(
        spelled="--{}", since=since, until=until, source=source, lang=lang, entity=entity, label=label,
        include=include, kind=kind, min=minimum, max=maximum, unit=unit, subject=subject, noun=noun,
        about=about, rates=rates,
    )  # fmt: skip
    settings = settings_of(db, config)
    began = time.perf_counter()
    with open_existing(settings, by_meaning=True) as store:
        hits = _similar(store, settings, to, k, filters)
    from schemas.stored import SearchResult

    result = SearchResult(
        query=to,
        mode="meaning",
        took_ms=round((time.perf_counter() - began) * 1000, 3),
        total=None,
        hits=tuple(hits),
    )
    return show_result(result, form, fail_empty=fail_empty)


def _similar(
    store: Store, settings: Settings, to: str, k: int, filters: Filters
) -> list[SearchHit]:
    if to != "-" and (article_id := store.article_id(to)) is not None:
        return store.similar_filtered(article_id, k=k, filters=filters)
    if to != "-" and existing_file(to) is None:
        raise UsageError(
            f"{to} is neither an article of this database nor a file",
            remedy="give an id or key that search prints, a file, or - for standard input",
        )
    return store.similar_to(_file_vector(settings, to), k=k, filters=filters)


def _file_vector(settings: Settings, path: str) -> Matrix:
    import numpy as np

    from copydesk.api import make_engines
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
        rows = clean_document(document).rows
    except DocumentError as error:
        named = document.origin in error.message
        raise (
            error
            if named
            else DocumentError(
                f"{document.origin}: {error.message}", remedy=error.remedy, code=error.code
            )
        ) from error
    encoder = make_engines(settings, notify=say).encoder()
    windows = np.concatenate(encoder.encode_windows([row.text for row in rows]))
    mean = windows.mean(axis=0, keepdims=True)
    unit: Matrix = mean / max(float(np.linalg.norm(mean)), 1e-12)
    return unit


def mode_of(name: str) -> Mode:
    """The mode of that name. Raises UsageError where there is none."""
    modes: dict[str, Mode] = {"hybrid": "hybrid", "meaning": "meaning", "words": "words"}
    if name not in modes:
        raise UsageError(
            f"unknown search mode {name!r}", remedy=f"choose one of: {', '.join(modes)}"
        )
    return modes[name]


def show_result(
    result: SearchResult, form: Format, *, fail_empty: bool, per: str = "article", first: int = 1
) -> int:
    """Write a result and what is to be said of it; returns the exit code."""
    for note in result.notes:
        say(note)
    if form == "json":
        names = ("query", "mode", "took_ms", "total", "hits")
        write_json({name: getattr(result, name) for name in names})
    elif form == "text":
        _show_text(result, per, first)
    else:
        from schemas.stored import SearchHit

        write_rows(result.hits, form, columns_of(SearchHit))
    return 4 if fail_empty and not result.hits else 0


def _show_text(result: SearchResult, per: str, first: int) -> None:
    if not result.hits:
        write("Nothing found.")
        return
    if not has_colour():
        write(LEGEND)
    for number, hit in enumerate(result.hits, start=first):
        write()
        text = marked(hit.text, marks_of(hit.mentions, hit.figures, hit.matches))
        if hit.kind == "title":
            write_styled(f"{number}. {text.lstrip()}")
            write(f"   {_facts(hit)}")
        else:
            write(f"{number}. {hit.title or '(no title)'}")
            write(f"   {_facts(hit)}")
            write_styled(text)
        if told := figures_line(hit.figures):
            write_styled(marked(told, []))
    total = f" of {result.total}" if result.total is not None else ""
    sys.stdout.flush()
    say("")
    say(f"{count_of(len(result.hits), per)}{total} · {result.mode} · {result.took_ms:.0f} ms")


def _facts(hit: SearchHit) -> str:
    place = f"paragraph {hit.paragraph}" if hit.paragraph is not None else hit.kind
    parts = [
        hit.source or "no source",
        day(hit.published_at),
        f"score {hit.score:.3f}",
        f"cosine {hit.similarity:.3f}" if hit.similarity is not None else "",
        f"article {hit.article_id}, {place}{f', p. {hit.page}' if hit.page else ''}",
        safe(hit.url or ""),
    ]
    return " · ".join(part for part in parts if part)
