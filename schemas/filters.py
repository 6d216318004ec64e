"""The filters that search, figures and entities share, checked once and then trusted."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import TypedDict, Unpack

from schemas.errors import UsageError

_AGO = re.compile(r"(\d{1,6})\s*([mhdwy])", re.IGNORECASE)
_SECONDS = {"m": 60, "h": 3600, "d": 86_400, "w": 604_800, "y": 31_557_600}
Bound = str | date | datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Filters:
    """Which articles and rows count. `since` is inclusive, `before` exclusive, both aware UTC; the rest is as typed.

    `entity` is any name or alias of an entity, matched without case; `label` an OntoNotes label. Both hold for the
    row: a hit with entity="Russia" mentions Russia itself.
    """

    since: datetime | None = None
    before: datetime | None = None
    source: str | None = None
    lang: str | None = None
    entity: str | None = None
    label: str | None = None


class FilterArgs(TypedDict, total=False):
    """The filters as keyword arguments, as `make_filters` takes them."""

    since: Bound
    until: Bound
    source: str | None
    lang: str | None
    entity: str | None
    label: str | None


def make_filters(*, now: datetime | None = None, **args: Unpack[FilterArgs]) -> Filters:
    """Filters from what a person types: ISO days, instants or "7d" for dates; `until` includes a named day.

    >>> make_filters(since="2024-01-01", until="2024-01-31").before
    datetime.datetime(2024, 2, 1, 0, 0, tzinfo=datetime.timezone.utc)

    Raises UsageError for a date that is none, or for a span that ends before it begins.
    """
    moment = now or datetime.now(UTC)
    lower = _instant(args.get("since"), moment, "since", past_the_day=False)
    upper = _instant(args.get("until"), moment, "until", past_the_day=True)
    if lower and upper and lower >= upper:
        raise UsageError(
            f"--since {args.get('since')} is later than --until {args.get('until')}",
            remedy="swap the two dates",
        )
    return Filters(
        since=lower,
        before=upper,
        source=(args.get("source") or "").strip() or None,
        lang=(args.get("lang") or "").lower() or None,
        entity=(args.get("entity") or "").strip() or None,
        label=(args.get("label") or "").upper() or None,
    )


def _instant(value: Bound, now: datetime, name: str, *, past_the_day: bool) -> datetime | None:
    if value is None or value == "":
        return None
    if isinstance(value, str):
        return _parse(value.strip(), now, name, past_the_day=past_the_day)
    if isinstance(value, datetime):
        # The bound above is exclusive; an instant that is named counts itself.
        return _utc(value) + timedelta(seconds=1 if past_the_day else 0)
    day = datetime(value.year, value.month, value.day, tzinfo=UTC)
    return day + timedelta(days=1) if past_the_day else day


def _parse(text: str, now: datetime, name: str, *, past_the_day: bool) -> datetime:
    try:
        if ago := _AGO.fullmatch(text):
            return now - timedelta(seconds=int(ago[1]) * _SECONDS[ago[2].lower()])
        if re.fullmatch(r"\d{4}-\d\d-\d\d", text):
            day = datetime.fromisoformat(text).replace(tzinfo=UTC)
            return day + timedelta(days=1) if past_the_day else day
        instant = _utc(datetime.fromisoformat(text))
        return instant + timedelta(seconds=1) if past_the_day else instant
    except (ValueError, OverflowError) as error:
        raise UsageError(
            f"--{name} {text!r} is no date",
            remedy='write a day (2024-01-31), an instant (2024-01-31T12:00Z) or a span back from now ("7d", "12h")',
        ) from error


def _utc(value: datetime) -> datetime:
    return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)
