"""copydesk search: stored articles found again."""

from __future__ import annotations

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
    Per,
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
    format_of,
    open_existing,
    settings_of,
)
from copydesk.cli.query_file import query_of
from copydesk.cli.results import show_result
from schemas.asking import make_row_filters
from schemas.errors import UsageError
from schemas.searching import make_options

if TYPE_CHECKING:
    from schemas.stored import Mode


def register(app: typer.Typer) -> None:
    """Add the verb."""
    app.command(
        epilog=examples(
            'copydesk search "oil imports"',
            'copydesk search "oil imports" --kind money --min 1e9 --unit USD --since 2024-01-01',
        )
    )(search)


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
    per: Per = "article",
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
    """Find stored articles by meaning, by word, or both.

    Shows the best paragraph of each. Filters hold exactly: there are always k hits if that many articles match them.
    In words mode AND, OR, NOT, brackets, "phrases", prefix*, NEAR/5, title: and author: are read.
    With --kind, --min, --unit ... only paragraphs that have one figure which meets them all.
    """
    form = format_of(json=json, jsonl=jsonl, csv=csv)
    filters = make_row_filters(
        spelled="--{}", since=since, until=until, source=source, lang=lang, entity=entity, label=label,
        speaker=speaker,
        include=include, kind=kind, min=minimum, max=maximum, unit=unit, subject=subject, noun=noun,
        about=about, rates=rates,
    )  # fmt: skip
    options = make_options(
        spelled="--{}", per=per, offset=offset, min_similarity=min_similarity, recency=recency, fold=fold,
        facets=facets_of(facet, facets=facets), explain=explain,
    )  # fmt: skip
    by = mode_of(mode)
    text = query_of(query)
    if filters.figure and not text.strip():
        raise UsageError(
            "nothing to look for", remedy="say what, or list the figures with: copydesk figures"
        )
    with open_existing(settings_of(db, config), by_meaning=by != "words") as store:
        result = store.find(text, mode=by, k=k, filters=filters, options=options)
    return show_result(result, form, options, fail_empty=fail_empty)


def mode_of(name: str) -> Mode:
    """The mode of that name. Raises UsageError where there is none."""
    modes: dict[str, Mode] = {"hybrid": "hybrid", "meaning": "meaning", "words": "words"}
    if name not in modes:
        raise UsageError(
            f"unknown search mode {name!r}", remedy=f"choose one of: {', '.join(modes)}"
        )
    return modes[name]
