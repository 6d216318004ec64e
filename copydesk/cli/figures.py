"""copydesk figures: every number in the news as a value that can be asked for, listed or summed up."""

from __future__ import annotations

from dataclasses import replace
from decimal import Context
from typing import TYPE_CHECKING, Annotated, cast, get_args

import typer

from copydesk.cli.figure_conflicts import require_alone, show_conflicts
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
    filters_of,
    format_of,
    named,
    open_existing,
    settings_of,
)
from copydesk.marking import describe_figure
from copydesk.present import (
    Format,
    columns_of,
    count_of,
    day,
    record_of,
    write,
    write_json,
    write_rows,
    write_table,
)
from schemas.asking import make_figure_query
from schemas.errors import UsageError
from schemas.filters import require_one_of
from schemas.marks import FIGURE_ORDERS, Figure, FigureGrouping, FigureOrder

if TYPE_CHECKING:
    from decimal import Decimal

    from schemas.stored import FigureGroup, FoundFigure

_DIGITS = Context(prec=7)
"""So many digits of a converted value are told to people."""
Words = Annotated[
    list[str] | None,
    typer.Argument(metavar="[WORDS]", help="Words that must all stand in its paragraph."),
]
Sort = Annotated[
    str | None,
    named("--sort", "ORDER", "date (newest article first), value (largest first) or article."),
]
GroupBy = Annotated[
    str | None,
    named("--group-by", "GROUP", f"Count and sum up by {', '.join(get_args(FigureGrouping))}."),
]
Conflicts = Annotated[
    bool,
    typer.Option("--conflicts", help="Those that versions or articles state differently."),
]


def register(app: typer.Typer) -> None:
    """Add the verb."""
    app.command(
        epilog=examples(
            "copydesk figures --kind money --min 1e9 --unit USD --entity Russia --sort value",
            'copydesk figures "oil imports" --kind quantity --unit tonnes --group-by month --csv',
        )
    )(figures)


def figures(
    words: Words = None,
    *,
    kind: Kind = None,
    minimum: Minimum = None,
    maximum: Maximum = None,
    unit: Unit = None,
    rates: Rates = None,
    subject: Subject = None,
    noun: Noun = None,
    about: About = None,
    sort: Sort = None,
    group_by: GroupBy = None,
    conflicts: Conflicts = False,
    k: Count = 50,
    since: Since = None,
    until: Until = None,
    source: Source = None,
    lang: Lang = None,
    entity: Entity = None,
    label: Label = None,
    include: Include = None,
    fail_empty: FailEmpty = False,
    db: Db = None,
    config: Config = None,
    json: Json = False,
    jsonl: JsonLines = False,
    csv: Csv = False,
) -> int:
    """List figures by value, each with its sentence.

    Newest first, or with WORDS those first that stand closest to them. --min and --max are read in --unit, which finds
    what can be converted to it.
    """
    form = format_of(json=json, jsonl=jsonl, csv=csv)
    filters = filters_of(since, until, source, lang, entity, label, include)
    query = make_figure_query(
        spelled="--{}", kind=kind, min=minimum, max=maximum, unit=unit, rates=rates, subject=subject, noun=noun,
        about=about, words=None if words is None else " ".join(words),
    )  # fmt: skip
    order, grouping = _order(sort, group_by, conflicts=conflicts), _grouping(group_by)
    with open_existing(settings_of(db, config)) as store:
        if conflicts:
            disputed = store.find_figure_conflicts(query, filters, limit=k)
            return show_conflicts(*disputed, form, fail_empty=fail_empty)
        if grouping:
            groups = store.find_figure_groups(query, filters, by=grouping, limit=k)
            return _show_groups(*groups, form, fail_empty=fail_empty)
        total, found = store.find_figures(query, filters, limit=k, order=order)
    return _show(total, found, form, fail_empty=fail_empty)


def _order(sort: str | None, group_by: str | None, *, conflicts: bool) -> FigureOrder | None:
    if conflicts:
        require_alone(sort=sort, group_by=group_by)
    if sort is None:
        return None
    if group_by is not None:
        raise UsageError("--sort and --group-by cannot stand together", remedy="choose one of them")
    if sort != "newest":
        require_one_of("order", sort, FIGURE_ORDERS)
    return cast("FigureOrder", sort)


def _grouping(group_by: str | None) -> FigureGrouping | None:
    if group_by is None:
        return None
    require_one_of("group", group_by, get_args(FigureGrouping))
    return cast("FigureGrouping", group_by)


def _show(total: int, found: list[FoundFigure], form: Format, *, fail_empty: bool) -> int:
    if form == "json":
        write_json({"total": total, "figures": [figure_record(item) for item in found]})
    elif form == "text":
        _show_text(total, found)
    else:
        write_rows([figure_record(item) for item in found], form, _columns())
    return 4 if fail_empty and not found else 0


def figure_record(found: FoundFigure) -> dict[str, object]:
    """A found figure as --json has it: the figure's own fields, then what is known of its article."""
    record = record_of(found)
    figure = cast("dict[str, object]", record.pop("figure"))
    return {**figure, **record}


def _columns() -> list[str]:
    from schemas.stored import FoundFigure

    return [*columns_of(Figure), *(name for name in columns_of(FoundFigure) if name != "figure")]


def _show_text(total: int, found: list[FoundFigure]) -> None:
    if not found:
        write("Nothing found.")
        return
    for item in found:
        write(f"{describe_figure(item.figure)}{_converted(item)} ({item.figure.kind})")
        write(f"   {item.sentence}")
        write(
            f"   {item.title or '(no title)'} · {day(item.published_at)} · article {item.article_id}"
        )
    write(f"{len(found)} of {count_of(total, 'figure')}")


def _converted(item: FoundFigure) -> str:
    """What follows a figure that was written in another unit than the one asked for."""
    if item.asked_unit is None:
        return ""
    asked = replace(
        item.figure,
        text="",
        value=_short(item.asked_value),
        low=_short(item.asked_low),
        high=_short(item.asked_high),
        unit=item.asked_unit,
    )
    return describe_figure(asked)


def _short(value: Decimal | None) -> Decimal | None:
    return None if value is None else _DIGITS.plus(value)


def _show_groups(total: int, groups: list[FigureGroup], form: Format, *, fail_empty: bool) -> int:
    if form == "json":
        write_json({"total": total, "groups": groups})
    elif form != "text":
        from schemas.stored import FigureGroup

        write_rows(groups, form, columns_of(FigureGroup))
    elif groups:
        rows = [
            [
                *(item.group or "none", item.kind, item.unit or "", f"{item.count:,}"),
                *(_number(value) for value in (item.min, item.median, item.max, item.sum)),
            ]
            for item in groups
        ]
        write_table(rows, ("group", "kind", "unit", "count", "min", "median", "max", "sum"))
        write(f"{len(groups)} of {count_of(total, 'group')}")
    else:
        write("Nothing found.")
    return 4 if fail_empty and not groups else 0


def _number(value: Decimal | None) -> str:
    return "" if value is None else f"{value:,f}"
