"""What was said of a document from outside, against what it says of itself: the user's word, the document's, the listing's."""

from __future__ import annotations

from dataclasses import replace

from enrichers.cleaning.draft import Claims, Published
from enrichers.cleaning.lines import one_line
from enrichers.cleaning.metadata_dates import LONGEST, parse_time
from schemas.article import DateCandidate
from schemas.document import Hints

_DAY_S = 86_400


def with_hints(claims: Claims, hints: Hints) -> Claims:
    """The claims with the hints laid over them, and with what a listing said where the document says nothing.

    >>> with_hints(Claims(title="Oil"), Hints(listed_title="Crude", listed_authors=("Ann Lee",))).authors
    ('Ann Lee',)
    """
    title = claims.title or hints.listed_title or claims.title
    return replace(
        claims,
        title=title if hints.title is None else one_line(hints.title),
        authors=hints.authors or claims.authors or hints.listed_authors,
        published=_said_outside(hints.published, "hint")
        or _with_listed(claims.published, _said_outside(hints.listed_published, "listing")),
        published_candidates=(
            *_candidate(hints.published, "hint"),
            *claims.published_candidates,
            *_candidate(hints.listed_published, "listing"),
        ),
        site=hints.site or claims.site,
        language=hints.language or claims.language,
    )


def _candidate(when: str | None, source: str) -> tuple[DateCandidate, ...]:
    if not when:
        return ()
    refused = None if parse_time(when) else "unreadable"
    return (DateCandidate(value=one_line(when)[:LONGEST], source=source, refused=refused),)


def _said_outside(when: str | None, source: str) -> Published | None:
    found = parse_time(when) if when else None
    return Published(at=found[0], precision=found[1], source=source) if found else None


def _with_listed(claimed: Published | None, listed: Published | None) -> Published | None:
    """What the page says, unless that is a guess, or a day of which the listing knows the instant."""
    if claimed is None or listed is None:
        return claimed or listed
    is_finer = claimed.precision == "day" and listed.precision == "instant"
    if is_finer and abs((listed.at - claimed.at).total_seconds()) < _DAY_S:
        return listed
    return listed if claimed.source == "trafilatura" else claimed
