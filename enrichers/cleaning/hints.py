"""What was said of a document from outside, against what it says of itself: the user's word, the document's, the listing's."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from enrichers.cleaning.draft import Claims, Published
from enrichers.cleaning.lines import one_line
from enrichers.cleaning.metadata_dates import LONGEST, parse_time, refusal
from enrichers.cleaning.people import is_nobody
from schemas.article import DateCandidate
from schemas.document import Hints

_DAY_S = 86_400


def with_hints(claims: Claims, hints: Hints, *, fetched_at: datetime) -> Claims:
    """The claims with the hints laid over them, and with what a listing said where the document says nothing.

    >>> said = Hints(listed_title="Crude", listed_authors=("Ann Lee", "Staff"))
    >>> with_hints(Claims(title="Oil"), said, fetched_at=datetime(2024, 8, 1)).authors
    ('Ann Lee',)
    """
    title = claims.title or hints.listed_title or claims.title
    given = _candidate(hints.published, "hint", fetched_at)
    listed = _candidate(hints.listed_published, "listing", fetched_at)
    return replace(
        claims,
        title=title if hints.title is None else one_line(hints.title),
        authors=_people(hints.authors) or claims.authors or _people(hints.listed_authors),
        published=_believed(given) or _with_listed(claims.published, _believed(listed)),
        published_candidates=(*given, *claims.published_candidates, *listed),
        site=hints.site or claims.site,
        language=hints.language or claims.language,
    )


def _people(names: Sequence[str]) -> tuple[str, ...]:
    return tuple(name for name in names if not is_nobody(name))


def _candidate(when: str | None, source: str, fetched_at: datetime) -> tuple[DateCandidate, ...]:
    """What was said of the date; a day long past may be right, one after the fetch never is."""
    if not when:
        return ()
    refused = refusal(when, not_after=fetched_at)
    refused = refused if refused in ("unreadable", "after the fetch") else None
    value = one_line(when)[:LONGEST]
    return (DateCandidate(value=value, source=source, refused=refused),)


def _believed(candidates: Sequence[DateCandidate]) -> Published | None:
    for one in candidates:
        found = None if one.refused else parse_time(one.value)
        if found:
            return Published(at=found[0], precision=found[1], source=one.source)
    return None


def _with_listed(claimed: Published | None, listed: Published | None) -> Published | None:
    """What the page says, unless that is a guess, or a day of which the listing knows the instant."""
    if claimed is None or listed is None:
        return claimed or listed
    is_finer = claimed.precision == "day" and listed.precision == "instant"
    if is_finer and abs((listed.at - claimed.at).total_seconds()) < _DAY_S:
        return listed
    return listed if claimed.source == "trafilatura" else claimed
