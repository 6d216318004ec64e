"""The filters that search, figures and entities share, checked once and then trusted."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from difflib import get_close_matches
from typing import TypedDict, Unpack

from schemas.errors import UsageError
from schemas.languages import language_code
from schemas.marks import FigureQuery
from schemas.periods import parse_period

ENTITY_LABELS = (
    *("PERSON", "ORG", "GPE", "LOC", "NORP", "FAC", "EVENT", "WORK_OF_ART", "PRODUCT", "LAW"),
    "LANGUAGE",
)
"""OntoNotes' labels of entities; its numbers, dates and sums of money are figures."""

LEFT_OUT_KINDS = ("paywalled", "section", "error", "consent")
"""Kinds of page that are searched only where they are asked for."""

_AGO = re.compile(r"(\d{1,6})\s*([mhdwy])", re.IGNORECASE)
_DAY = re.compile(r"[\dW-]+")
_SECONDS = {"m": 60, "h": 3600, "d": 86_400, "w": 604_800, "y": 31_557_600}
Bound = str | date | datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Filters:
    """Which articles and rows count. `since` is inclusive, `before` exclusive, both aware UTC; the rest is as typed.

    `entity` is any name or alias of an entity, matched without case; `label` an OntoNotes label. Both hold for the
    row: a hit with entity="Russia" mentions Russia itself. So does `speaker`: what somebody of that name said stands in it;
    and `figure`: one figure of it must meet all that is asked. `about` holds for the article: its salience is at least
    `schemas.salience.ABOUT`. `include` names kinds of page beside those always searched.
    """

    since: datetime | None = None
    before: datetime | None = None
    source: str | None = None
    lang: str | None = None
    entity: str | None = None
    label: str | None = None
    about: str | None = None
    speaker: str | None = None
    include: tuple[str, ...] = ()
    after_article: int | None = None
    figure: FigureQuery | None = None


class FilterArgs(TypedDict, total=False):
    """The filters as keyword arguments, as `make_filters` takes them."""

    since: Bound
    until: Bound
    source: str | None
    lang: str | None
    entity: str | None
    label: str | None
    about_entity: str | None
    speaker: str | None
    include: str | Iterable[str] | None


def make_filters(
    *, now: datetime | None = None, spelled: str = "{}", **args: Unpack[FilterArgs]
) -> Filters:
    """Filters from what a person types: days, instants, "7d", or a year or month of which `since` takes the first day.

    `until` includes the day, and of a year or month its last.

    `spelled` is how a filter's name stands in errors: "--{}" on the command line.

    >>> make_filters(since="2024-01-01", until="2024-01-31").before
    datetime.datetime(2024, 2, 1, 0, 0, tzinfo=datetime.timezone.utc)

    Raises UsageError for a date, language, label or kind that is none, or for a span that ends before it begins.
    """
    for name in args:
        require_one_of("filter", name, tuple(FilterArgs.__annotations__))
    moment = now or datetime.now(UTC)
    since, until = spelled.format("since"), spelled.format("until")
    lower = _instant(args.get("since"), moment, since, past_the_day=False)
    upper = _instant(args.get("until"), moment, until, past_the_day=True)
    if lower and upper and lower >= upper:
        raise UsageError(
            f"{since} {args.get('since')} is later than {until} {args.get('until')}",
            remedy="swap the two dates",
        )
    lang, label = _text(args.get("lang"), "lang"), _text(args.get("label"), "label")
    return Filters(
        since=lower,
        before=upper,
        source=_text(args.get("source"), "source"),
        lang=language_code(lang, spelled.format("lang")) if lang else None,
        entity=_text(args.get("entity"), "entity"),
        label=_label(label) if label else None,
        about=_text(args.get("about_entity"), "about"),
        speaker=_text(args.get("speaker"), "speaker"),
        include=_kinds(args.get("include")),
    )


def require_one_of(what: str, name: object, known: tuple[str, ...]) -> None:
    """Raises UsageError with the nearest known name where `name` is none of them."""
    if name in known:
        return
    near = get_close_matches(str(name), known, n=1)
    raise UsageError(
        f"unknown {what} {name!r}",
        remedy=f"did you mean {near[0]}? Choose one of: {', '.join(known)}"
        if near
        else f"choose one of: {', '.join(known)}",
    )


def require_type(what: str, value: object, kind: type) -> None:
    """Raises UsageError where a value from a program is not of the type that it must have."""
    if not isinstance(value, kind):
        raise UsageError(f"{what} must be {kind.__name__}, not {type(value).__name__}")


def _label(name: str) -> str:
    label = name.upper().replace(" ", "_")
    require_one_of("entity label", label, ENTITY_LABELS)
    return label


def _kinds(names: str | Iterable[str] | None) -> tuple[str, ...]:
    if not isinstance(names, (Iterable, type(None))):
        raise UsageError(f"the filter include cannot be a {type(names).__name__}")
    asked = [names] if isinstance(names, str) else [*(names or ())]
    for name in asked:
        require_one_of("kind of page to include", name, LEFT_OUT_KINDS)
    return tuple(sorted({*asked}))


def _text(value: str | None, name: str) -> str | None:
    if value is None:
        return None
    require_type(f"the filter {name}", value, str)
    return value.strip() or None


def _instant(value: Bound, now: datetime, name: str, *, past_the_day: bool) -> datetime | None:
    if value is None or value == "":
        return None
    if isinstance(value, str):
        value = _parse(value.strip(), now, name, last=past_the_day)
    if isinstance(value, datetime):
        # The bound above is exclusive; an instant that is named counts itself.
        return _later(_utc(value), timedelta(seconds=1 if past_the_day else 0))
    require_type(name, value, date)
    day = datetime(value.year, value.month, value.day, tzinfo=UTC)
    return _later(day, timedelta(days=1 if past_the_day else 0))


def _parse(text: str, now: datetime, name: str, *, last: bool) -> date:
    """A day or an instant; of a year, month or quarter its first or `last` day."""
    try:
        if ago := _AGO.fullmatch(text):
            return now - timedelta(seconds=int(ago[1]) * _SECONDS[ago[2].lower()])
        return date.fromisoformat(text) if _DAY.fullmatch(text) else datetime.fromisoformat(text)
    except (ValueError, OverflowError) as error:
        try:
            days = parse_period("" if ".." in text else text, today=now.date())
        except UsageError:
            raise UsageError(
                f"{name} {text!r} is no date",
                remedy='write a day (2024-01-31), a month or year (2024-01, 2024, "this year"), an instant '
                '(2024-01-31T12:00Z) or a span back from now ("7d", "12h")',
            ) from error
        return days[1] if last else days[0]


def _later(moment: datetime, span: timedelta) -> datetime:
    try:
        return moment + span
    except OverflowError:
        return datetime.max.replace(tzinfo=UTC)


def _utc(value: datetime) -> datetime:
    if value.tzinfo is None:
        return value.replace(tzinfo=UTC)
    try:
        return value.astimezone(UTC)
    except OverflowError:  # the first or last hours of the calendar, in another zone
        return value.replace(tzinfo=UTC)
