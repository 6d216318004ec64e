"""copydesk quotes: who said what."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

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
from copydesk.present import (
    columns_of,
    count_of,
    day,
    record_of,
    say,
    write,
    write_json,
    write_rows,
)
from schemas.filters import make_filters

if TYPE_CHECKING:
    from schemas.quotations import FoundQuotation


def register(app: typer.Typer) -> None:
    """Add the verb."""
    app.command(
        epilog=examples(
            'copydesk quotes --speaker "Ann Lee"', "copydesk quotes oil --since 30d --json"
        )
    )(quotes)


def quotes(
    words: Annotated[
        list[str] | None, typer.Argument(metavar="WORDS", help="Words that stand in what was said.")
    ] = None,
    *,
    speaker: Speaker = None,
    k: Count = 20,
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
    """List who said what, the newest article first.

    Direct quotations, and what is reported of somebody where the sentence leaves no doubt.
    """
    form = format_of(json=json, jsonl=jsonl, csv=csv)
    filters = make_filters(
        spelled="--{}", since=since, until=until, source=source, lang=lang, speaker=speaker, include=include
    )  # fmt: skip
    with open_existing(settings_of(db, config)) as store:
        total, found = store.find_quotes(" ".join(words) if words else None, filters, limit=k)
    if form == "json":
        write_json({"total": total, "quotations": [_record(one) for one in found]})
    elif form == "text":
        _show(total, found)
    else:
        write_rows([_record(one) for one in found], form, _columns())
    return 4 if fail_empty and not found else 0


def _record(found: FoundQuotation) -> dict[str, object]:
    """The quotation's own names first, then its article's."""
    record = record_of(found)
    quotation = record.pop("quotation")
    return {**(quotation if isinstance(quotation, dict) else {}), **record}


def _columns() -> list[str]:
    from schemas.quotations import FoundQuotation, Quotation

    of_article = (name for name in columns_of(FoundQuotation) if name != "quotation")
    return [*columns_of(Quotation), *of_article]


def _show(total: int, found: list[FoundQuotation]) -> None:
    if not found:
        write("Nothing found.")
        return
    for one in found:
        said = one.quotation
        speaker = said.speaker or "somebody"
        known = f" ({said.name})" if said.name and said.name != said.speaker else ""
        text = f"“{said.text}”" if said.kind == "direct" else said.text
        write(f"{speaker}{known}: {text}")
        place = one.source or "no source"
        write(f"   {place} · {day(one.published_at)} · article {one.article_id} · {one.title or '(no title)'}")  # fmt: skip
        write()
    say(f"{len(found)} of {count_of(total, 'quotation')}")
