"""copydesk entities: who, where and which organisation the news is about, one by one, and what is put right by hand."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Annotated, cast, get_args

import typer

from copydesk.cli.options import (
    Config,
    Count,
    Csv,
    Db,
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
from schemas.errors import UsageError
from schemas.filters import require_one_of
from schemas.periods import TrendStep

if TYPE_CHECKING:
    from schemas.entities import EntityChange, EntityCorrection, EntityProfile
    from schemas.stored import FoundFigure, StoredEntity, TrendPoint
    from storage.sqlite import Store

_COMPANY = 10
_BARS = "▁▂▃▄▅▆▇█"
By = Annotated[
    str | None, named("--by", "PERIOD", "Trend by day, week, month or year (default: what fits).")
]
Merge = Annotated[
    tuple[str, str] | None,
    typer.Option("--merge", metavar="A B", help="Have B be A, in articles still to come too."),
]
Split = Annotated[
    str | None, named("--split", "A", "Undo A's latest merge, or what rules joined to it.")
]
Rename = Annotated[
    tuple[str, str] | None, typer.Option("--rename", metavar="A B", help="Call A by the name B.")
]
Hide = Annotated[str | None, named("--hide", "A", "Leave A out of lists and company.")]
Unhide = Annotated[str | None, named("--unhide", "A", "Take A in again.")]
ListCorrections = Annotated[
    bool, typer.Option("--corrections", help="List what was put right by hand.")
]


def register(app: typer.Typer) -> None:
    """Add the verb."""
    app.command(
        epilog=examples(
            "copydesk entities --since 2024-07 --label PERSON", "copydesk entities Modi --json"
        )
    )(entities)


def entities(
    name: Annotated[
        str | None,
        typer.Argument(metavar="NAME", help="A name, an alias or an id, or a part of a name."),
    ] = None,
    *,
    label: Label = None,
    k: Count = 50,
    by: By = None,
    merge: Merge = None,
    split: Split = None,
    rename: Rename = None,
    hide: Hide = None,
    unhide: Unhide = None,
    corrections: ListCorrections = False,
    since: Since = None,
    until: Until = None,
    source: Source = None,
    lang: Lang = None,
    include: Include = None,
    fail_empty: FailEmpty = False,
    db: Db = None,
    config: Config = None,
    json: Json = False,
    jsonl: JsonLines = False,
    csv: Csv = False,
) -> int:
    """List people, places and organisations, or tell of one.

    Most mentioned first. Of one: the names it goes by and why, with whom it stands, its articles and figures. What is
    put right by --merge, --split, --rename and --hide holds for articles still to come.
    """
    form = format_of(json=json, jsonl=jsonl, csv=csv)
    edits = {"merge": merge, "split": split, "rename": rename, "hide": hide, "unhide": unhide}
    wanted = {verb: value for verb, value in edits.items() if value is not None}
    settings = settings_of(db, config)
    if wanted or corrections:
        _refuse_many(wanted, name, corrections=corrections)
        with open_existing(settings, "w" if wanted else "r") as store:
            return _edit(store, wanted, form)
    filters = filters_of(since, until, source, lang, label=label, include=include)
    step = _step(by)
    with open_existing(settings) as store:
        total, found = store.find_entities(name, filters, limit=k, by=step)
        profile = store.find_entity(name, filters, limit=_COMPANY, by=step) if name else None
    _show(total, found, profile, name, form)
    return 4 if fail_empty and not found else 0


def _step(by: str | None) -> TrendStep | None:
    if by is None:
        return None
    require_one_of("--by", by.lower(), get_args(TrendStep))
    return cast("TrendStep", by.lower())


def _refuse_many(wanted: Mapping[str, object], name: str | None, *, corrections: bool) -> None:
    asked = [*(f"--{verb}" for verb in wanted), *(["--corrections"] if corrections else [])]
    if len(asked) > 1 or name is not None:
        raise UsageError(
            f"{asked[0]} stands alone", remedy="give one correction a call, and no other NAME"
        )


def _edit(store: Store, wanted: Mapping[str, object], form: Format) -> int:
    if not wanted:
        _show_corrections(store.entity_corrections(), form)
        return 0
    ((verb, value),) = wanted.items()
    change: EntityChange
    if verb in ("merge", "rename"):
        one, other = cast("tuple[str, str]", value)
        edit = store.merge_entities if verb == "merge" else store.rename_entity
        change = edit(one, other)
    elif verb == "split":
        change = store.split_entity(str(value))
    else:
        change = store.hide_entity(str(value), hidden=verb == "hide")
    if form == "text":
        moved = f"; {count_of(change.names_moved, 'name')} in articles moved" if verb in ("merge", "split") else ""  # fmt: skip
        done = {"hide": "is hidden", "unhide": "is listed again", "rename": "is its name now"}
        write(
            f"{change.name} ({change.label}, {change.id}) {done.get(verb, f'after {verb}')}{moved}"
        )
    else:
        write_json({"change": verb, "entity": change})
    return 0


def _show_corrections(found: Sequence[EntityCorrection], form: Format) -> None:
    if form == "json":
        write_json({"total": len(found), "corrections": found})
    elif form != "text":
        from schemas.entities import EntityCorrection as Record

        write_rows(found, form, columns_of(Record))
    elif not found:
        write("Nothing was put right by hand.")
    else:
        rows = [
            [
                day(one.made_at),
                one.kind,
                f"{one.name} ({one.label})",
                one.new_name or one.into or "",
            ]
            for one in found
        ]
        write_table(rows, ("day", "what", "name", "to"))


def _show(
    total: int,
    found: Sequence[StoredEntity],
    profile: EntityProfile | None,
    name: str | None,
    form: Format,
) -> None:
    if form == "json":
        shown = {"total": total, "entities": found}
        write_json({**shown, "entity": record_of(profile) if profile else None} if name else shown)
    elif form != "text":
        from schemas.stored import StoredEntity as Record

        write_rows(found, form, columns_of(Record))
    elif profile is None:
        _show_list(total, found)
    else:
        _show_profile(profile)
        others = [one for one in found if one.id != profile.entity.id]
        if others:
            write()
            write(f"   Others that go by {name}:")
            _show_list(total, others)


def _show_list(total: int, found: Sequence[StoredEntity]) -> None:
    if not found:
        write("Nothing found.")
        return
    rows = [
        [
            str(item.id),
            item.name,
            item.label,
            f"{item.mentions:,}",
            f"{item.articles:,}",
            _trend(item),
            ", ".join(alias for alias in item.aliases if alias != item.name),
        ]
        for item in found
    ]
    write_table(rows, ("id", "name", "label", "mentions", "articles", "trend", "also"))
    write(f"{len(found)} of {count_of(total, 'entity')}")


def _trend(item: StoredEntity) -> str:
    """The articles of each period as bars, and how many more or fewer than in the period before."""
    change = "" if item.articles_before is None else f"{item.articles - item.articles_before:+d}"
    return " ".join(part for part in (_bars(item.trend[-24:]), change) if part)


def _bars(trend: Sequence[TrendPoint]) -> str:
    most = max((point.articles for point in trend), default=0)
    return "".join(_BARS[(point.articles * len(_BARS) - 1) // most] for point in trend)


def _show_profile(profile: EntityProfile) -> None:
    one = profile.entity
    facts = (one.label, one.country or "", one.ref or "", f"entity {one.id}")
    write(" · ".join((one.name, *(fact for fact in facts if fact))))
    write(
        f"   {count_of(one.mentions, 'mention')} in {count_of(one.articles, 'article')}, "
        + (
            f"{day(one.first_published)} to {day(one.last_published)}"
            if one.first_published
            else "no dates"
        )
    )
    lines = {
        "called": [
            f"{use.name} {use.mentions}" + (f" ({', '.join(use.reasons)})" if use.reasons else "")
            for use in profile.names
        ],
        "counted here": [
            f"{join.name} in {count_of(join.articles, 'article')} ({join.reason})"
            for join in profile.joins
        ],
        "linked": [f"{link.name} ({link.link})" for link in profile.linked],
        "with": [f"{other.name} {other.articles}" for other in profile.co_mentions],
        "trend": [f"{point.period} {point.articles}" for point in one.trend[-12:]],
    }
    for title, parts in lines.items():
        if parts:
            write(f"   {title}: {', '.join(parts)}")
    for article in profile.articles:
        write(f"   {article.article_id}  {day(article.published_at)}  {article.mentions}x  {article.title or article.key}")  # fmt: skip
    for (article_id, sentence), figures in _by_sentence(profile.figures).items():
        write(f"   {', '.join(figures)}: {sentence} (article {article_id})")


def _by_sentence(found: Sequence[FoundFigure]) -> dict[tuple[int, str], list[str]]:
    """The figures under the sentence that they stand in."""
    shown: dict[tuple[int, str], list[str]] = {}
    for one in found:
        shown.setdefault((one.article_id, one.sentence), []).append(one.figure.text)
    return shown
