"""How figures that are stated differently are shown: by conflict, or for CSV a row a side."""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING, cast

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
)
from schemas.errors import UsageError
from schemas.marks import Figure

if TYPE_CHECKING:
    from schemas.conflicts import ConflictSide, FigureConflict

_SHOWN = 8
_OF_ARTICLE = ("article_id", "key", "title", "url", "source", "published_at", "sentence", "version")
_ALONE = {"sort": "--sort", "group_by": "--group-by"}


def require_alone(**others: str | None) -> None:
    """Raises UsageError for an option that --conflicts cannot stand with."""
    for name, value in others.items():
        if value is not None:
            raise UsageError(
                f"--conflicts and {_ALONE[name]} cannot stand together", remedy="choose one of them"
            )


def show_conflicts(
    total: int, found: list[FigureConflict], form: Format, *, fail_empty: bool
) -> int:
    """Write them; returns the exit code."""
    if form == "json":
        write_json({"total": total, "conflicts": [_record(item) for item in found]})
    elif form == "jsonl":
        write_rows([_record(item) for item in found], form, [])
    elif form == "csv":
        rows = [
            {"conflict": number, **side_record(side)}
            for number, item in enumerate(found, start=1)
            for side in item.sides
        ]
        write_rows(rows, form, ["conflict", *columns_of(Figure), *_OF_ARTICLE])
    else:
        _show_text(total, found)
    return 4 if fail_empty and not found else 0


def _record(conflict: FigureConflict) -> dict[str, object]:
    return {**record_of(conflict), "sides": [side_record(side) for side in conflict.sides]}


def side_record(side: ConflictSide) -> dict[str, object]:
    """A side as --json has it: the figure's own fields, then its article's, with the version."""
    found = {**record_of(side.found), "version": side.version}
    figure = cast("dict[str, object]", found["figure"])
    return {**figure, **{name: found[name] for name in _OF_ARTICLE}}


def _show_text(total: int, found: list[FigureConflict]) -> None:
    if not found:
        write("Nothing found.")
        return
    for conflict in found:
        write(_headline(conflict))
        for side in islice(conflict.sides, _SHOWN):
            place = f"article {side.found.article_id}, version {side.version}"
            write(
                f"   {describe_figure(side.found.figure)} · {day(side.found.published_at)} · {place}"
            )
            write(f"      {side.found.sentence}")
        if len(conflict.sides) > _SHOWN:
            write(f"   and {len(conflict.sides) - _SHOWN:,} more")
    write(f"{len(found)} of {count_of(total, 'conflict')}")


def _headline(conflict: FigureConflict) -> str:
    of_one = len({side.found.article_id for side in conflict.sides}) == 1
    parts = [
        f"{conflict.kind}{f' of {conflict.noun}' if conflict.noun else ''}",
        " to ".join(dict.fromkeys(map(str, conflict.about))) if conflict.about else "",
        "in versions of one article" if of_one else "in several articles",
    ]
    return " · ".join(part for part in parts if part)
