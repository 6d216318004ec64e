"""When a feed or sitemap says a story came out, as ISO 8601; None for what cannot be a story's time.

RFC 822 as feeds write it (no weekday, names of zones, two digits of a year), ISO 8601 and its broken cousins, epochs.
Dates that could be read two ways (03/04/2026) are left alone.
"""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta, timezone
from functools import lru_cache

_MONTHS = {
    name: number
    for number, names in enumerate(
        (
            ("jan", "ene", "gen"),
            ("feb", "fev", "fév"),
            ("mar", "mär", "mrz", "maa"),
            ("apr", "abr", "avr"),
            ("may", "mai", "mag", "mei"),
            ("jun", "giu", "juin"),
            ("jul", "lug", "juil"),
            ("aug", "ago", "aou", "aoû"),
            ("sep", "set"),
            ("oct", "okt", "ott", "out"),
            ("nov",),
            ("dec", "dez", "dic", "déc"),
        ),
        start=1,
    )
    for name in names
}
# Hours from Greenwich. IST and CST mean several zones; these are what RFC 822 and most feeds mean by them.
_ZONES = {
    **dict.fromkeys(("z", "ut", "utc", "gmt", "wet"), 0.0),
    **{"est": -5.0, "edt": -4.0, "cst": -6.0, "cdt": -5.0, "mst": -7.0, "mdt": -6.0},
    **{"pst": -8.0, "pdt": -7.0, "akst": -9.0, "akdt": -8.0, "hst": -10.0, "brt": -3.0},
    **{"bst": 1.0, "west": 1.0, "cet": 1.0, "cest": 2.0, "mez": 1.0, "mesz": 2.0, "eet": 2.0},
    **{"eest": 3.0, "msk": 3.0, "ist": 5.5, "pkt": 5.0, "wib": 7.0, "sgt": 8.0, "hkt": 8.0},
    **{"jst": 9.0, "kst": 9.0, "aest": 10.0, "aedt": 11.0, "nzst": 12.0, "nzdt": 13.0, "sast": 2.0},
}
_TIME = r"(?P<hour>\d{1,2})[:.h](?P<minute>\d{2})(?:[:.](?P<second>\d{2})(?:[.,]\d{1,9})?)?"
_ZONE = r"(?:(?:GMT|UTC)?\s?(?P<sign>[+\-−])(?P<zone_h>\d{1,2}):?(?P<zone_m>\d{2})?|(?P<zone>[A-Za-z]{1,5}))"
_CLOCK = rf"{_TIME}(?:\s?(?P<half>[ap])\.?m\.?(?![a-z]))?(?:\s?{_ZONE})?"
_TAIL = r"(?:\s?[\[(][^\[\]()]{0,40}[\])])?"
_WEEKDAY = r"(?:[^\W\d]{2,12}(?:\.?,\s?|\.?\s))?"
_FORMS = [
    re.compile(form, re.IGNORECASE)
    for form in (
        rf"(?P<year>\d{{4}})-(?P<month>\d{{1,2}})-(?P<day>\d{{1,2}})(?:(?:\s?T\s?|\s|,\s?){_CLOCK})?{_TAIL}",
        rf"{_WEEKDAY}(?P<day>\d{{1,2}})(?:st|nd|rd|th|\.)?(?:\s|-)(?P<name>[^\W\d]{{3,10}})\.?,?(?:\s|-)(?P<year>\d{{4}}|\d{{2}})(?:,?\s(?:at\s)?{_CLOCK})?{_TAIL}",
        rf"{_WEEKDAY}(?P<name>[^\W\d]{{3,10}})\.?\s(?P<day>\d{{1,2}})(?:st|nd|rd|th)?,?\s(?P<year>\d{{4}})(?:(?:,|\s-)?\s(?:at\s)?{_CLOCK})?{_TAIL}",
        rf"{_WEEKDAY}(?P<name>[^\W\d]{{3,10}})\s(?P<day>\d{{1,2}})\s{_TIME}(?:\s{_ZONE})?\s(?P<year>\d{{4}})",
        rf"(?P<year>\d{{4}})/(?P<month>\d{{1,2}})/(?P<day>\d{{1,2}})(?:\s{_CLOCK})?{_TAIL}",
        rf"(?P<day>\d{{1,2}})\.(?P<month>\d{{1,2}})\.(?P<year>\d{{4}})(?:,?\s{_CLOCK})?{_TAIL}",
        r"(?P<year>\d{4})(?P<month>\d{2})(?P<day>\d{2})(?:T(?P<hour>\d{2})(?P<minute>\d{2})(?P<second>\d{2})?(?P<zone>Z)?)?",
    )
]
# How nine feeds in ten write it: made an ISO date by text alone, which takes a fifth of the time of the forms.
_MAIL = re.compile(
    r"(?:[A-Z][a-z]{2}, )?([0-3]?[0-9]) ([A-Z][a-z]{2}) ([0-9]{4}) ((?:[0-9]{2}:){2}[0-9]{2})"
    r" (?:GMT|UTC|([+-](?:0[0-9]|1[0-3]))([0-5][0-9]))"
)
_EPOCH = re.compile(r"(\d{9,10})(?:\d{3})?(?:\.0+)?")
_OLDEST_YEAR = 1600  # the first newspapers
_UNSET = datetime(1970, 1, 1, tzinfo=UTC)
_UNSET_YEARS = (1969, 1970)


def iso_date(text: str | None, *, now: datetime) -> str | None:
    """The instant (or the day, where no more is said) in ISO 8601; None for nonsense and for what is over a day ahead.

    An instant without a zone stays without one. `now` is aware.

    >>> noon = datetime(2026, 3, 3, 12, tzinfo=UTC)
    >>> iso_date("Tue, 3 Mar 26 10:05 EST", now=noon), iso_date("2026-03-03", now=noon)
    ('2026-03-03T10:05:00-05:00', '2026-03-03')
    >>> iso_date("yesterday", now=noon), iso_date("2099-01-01T00:00:00Z", now=noon)
    (None, None)
    """
    if not text or len(text) > 200:
        return None
    try:
        value = _read_mail(text) or _read(" ".join(text.split()))
    except (ValueError, OverflowError):
        return None
    return value.isoformat() if value is not None and _is_credible(value, now) else None


def _read(text: str) -> date | None:
    if text[4:5] == "-" and text[7:8] == "-":
        try:
            return date.fromisoformat(text) if len(text) == 10 else datetime.fromisoformat(text)
        except ValueError:  # the forms know what breaks it: hour 24, a name after the offset
            pass
    for form in _FORMS:
        if found := form.fullmatch(text):
            return _built(found.groupdict())
    if found := _EPOCH.fullmatch(text):
        return datetime.fromtimestamp(int(found.group(1)), UTC)
    return None


def _read_mail(text: str) -> datetime | None:
    found = _MAIL.fullmatch(text)
    if found is None:
        return None
    day, name, year, clock, hours, minutes = found.groups()
    month = _MONTHS.get(name.lower(), 0)
    zone = f"{hours}:{minutes}" if hours else "+00:00"
    try:
        return datetime.fromisoformat(f"{year}-{month:02}-{day:0>2}T{clock}{zone}")
    except ValueError:  # the forms know of leap seconds, and of what else is wrong with it
        return None


def _built(parts: dict[str, str | None]) -> date | None:
    month = _month(parts)
    if month is None:
        return None
    day = date(_year(str(parts["year"])), month, int(str(parts["day"])))
    if parts.get("hour") is None:
        return day
    hour = _hour(int(str(parts["hour"])), parts.get("half"))
    # A leap second is 60; Python's clock has none.
    second = min(int(parts.get("second") or 0), 59)
    start = datetime(day.year, day.month, day.day, tzinfo=_zone(parts))
    if hour == 24 and (parts["minute"], second) != ("00", 0):
        return None
    clock = datetime(2000, 1, 1, hour % 24, int(str(parts["minute"])), second, tzinfo=UTC)
    return start.replace(hour=clock.hour, minute=clock.minute, second=second) + timedelta(
        days=hour // 24
    )


def _month(parts: dict[str, str | None]) -> int | None:
    name = parts.get("name")
    if name is None:
        return int(str(parts["month"]))
    name = name.lower()
    return _MONTHS.get(name[:4]) or _MONTHS.get(name[:3])


def _year(digits: str) -> int:
    if len(digits) == 4:
        return int(digits)
    return int(digits) + (
        2000 if int(digits) < 70 else 1900
    )  # RFC 2822 section 4.3 parts them at 50


def _hour(hour: int, half: str | None) -> int:
    if half is None:
        return hour
    if not 1 <= hour <= 12:
        raise ValueError("no such hour on a twelve-hour clock")
    return hour % 12 + (12 if half.lower() == "p" else 0)


def _zone(parts: dict[str, str | None]) -> timezone | None:
    sign, hours, minutes = parts.get("sign"), parts.get("zone_h"), parts.get("zone_m")
    return _known_zone(sign, hours, minutes, parts.get("zone"))


@lru_cache(maxsize=512)
def _known_zone(
    sign: str | None, hours: str | None, minutes: str | None, name: str | None
) -> timezone | None:
    if sign:
        offset = timedelta(hours=int(hours or 0), minutes=int(minutes or 0))
        # No place on Earth is further off; feeds say "+9999" where they know no zone.
        if offset > timedelta(hours=14):
            return None
        return timezone(offset if sign == "+" else -offset)
    name = (name or "").lower()
    return timezone(timedelta(hours=_ZONES[name])) if name in _ZONES else None


def _is_credible(value: date, now: datetime) -> bool:
    if value.year < _OLDEST_YEAR:
        return False
    # Aware times of different zones are slow to compare; two days earlier is earlier in any zone.
    if value.toordinal() < now.toordinal() - 1 and value.year not in _UNSET_YEARS:
        return True
    if not isinstance(value, datetime):
        value = datetime(value.year, value.month, value.day, tzinfo=UTC)
    at = value.replace(tzinfo=UTC) if value.tzinfo is None else value
    # The beginning of the epoch is what programs write where there is no date.
    return at != _UNSET and at <= now + timedelta(days=1)
