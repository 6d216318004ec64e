"""What the lines of an article themselves say of who wrote it, when, and where from, for documents that say it nowhere else."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from email.utils import parseaddr

from enrichers.cleaning.bylines import read_agency_credit, read_byline, read_stamp
from enrichers.cleaning.dateline import find_dateline, read_place_line
from enrichers.cleaning.draft import Block, Claims, Published
from enrichers.cleaning.mail_text import Heads
from enrichers.cleaning.metadata_dates import believe, refusal
from enrichers.cleaning.months import western
from schemas.article import DateCandidate

_TOP, _BOTTOM = 8, 4
_TOP_PARAGRAPHS = 4
_SHORT = 160


def with_text(claims: Claims, blocks: Sequence[Block], *, fetched_at: datetime) -> Claims:
    """The claims, and what only the lines on top and at the end of `blocks` say.

    A byline wins over the reporters an agency names at the end. Days stand as "text" or "dateline".

    >>> from datetime import UTC
    >>> blocks = [Block(text="By Ana Ruiz"), Block(text="MADRID, 8 July 2024 (EFE) - The council met.")]
    >>> said = with_text(Claims(), blocks, fetched_at=datetime(2024, 8, 1, tzinfo=UTC))
    >>> said.authors, said.dateline, said.published and said.published.source
    (('Ana Ruiz',), 'MADRID, 8 July 2024 (EFE)', 'dateline')
    """
    own = [block for block in blocks if block.reason is None]
    found = _Found(fetched_at)
    found.read_top(own)
    if not (claims.authors or found.authors):
        found.read_bottom(own)
    published = claims.published or found.published
    return replace(
        claims,
        authors=claims.authors or tuple(found.authors),
        published=published,
        published_candidates=tuple(
            dict.fromkeys((*claims.published_candidates, *found.candidates))
        ),
        modified_at=claims.modified_at or (found.modified.at if found.modified else None),
        modified_precision=claims.modified_precision
        or (found.modified.precision if found.modified and not claims.modified_at else None),
        dateline=claims.dateline or found.dateline,
    )


def head_claims(heads: Heads, *, fetched_at: datetime) -> Claims:
    """What the head of a mail pasted as text, or passed on, says."""
    name, _ = parseaddr(heads.sender)
    return Claims(
        title=heads.subject or None,
        authors=(name,) if name else (),
        published=believe(western(heads.date), "text", not_after=fetched_at),
    )


class _Found:
    """What was found so far, top first."""

    def __init__(self, fetched_at: datetime) -> None:
        self._fetched_at = fetched_at
        self.authors: list[str] = []
        self.published: Published | None = None
        self.modified: Published | None = None
        self.candidates: list[DateCandidate] = []
        self.dateline: str | None = None

    def read_top(self, blocks: Sequence[Block]) -> None:
        """The short lines on top, and the dateline of the first paragraphs."""
        paragraphs = 0
        for block in blocks[:_TOP]:
            if len(block.text) <= _SHORT and self._read_line(block.text):
                continue
            if block.kind == "text" and paragraphs < _TOP_PARAGRAPHS:
                paragraphs += 1
                self._read_dateline(block.text)

    def read_bottom(self, blocks: Sequence[Block]) -> None:
        """The reporters in the last lines, or a byline there."""
        for block in blocks[: -_BOTTOM - 1 : -1]:
            byline = read_byline(block.text)
            names = byline.names if byline else read_agency_credit(block.text)
            if names:
                self.authors = list(names)
                return

    def _read_line(self, line: str) -> bool:
        """Whether the line is a byline, a date or a dateline without text behind it."""
        byline = read_byline(line)
        if byline:
            self.authors += [name for name in byline.names if name not in self.authors]
            self._publish(byline.when, "text")
            return True
        stamp = read_stamp(line)
        if stamp:
            self._publish(stamp.published, "text")
            if stamp.modified:
                found = believe(western(stamp.modified), "text", not_after=self._fetched_at)
                self.modified = self.modified or found
            return True
        place = read_place_line(line)
        if place and self.dateline is None:
            self.dateline = place.text
            self._publish(place.full_day, "dateline")
        return place is not None

    def _read_dateline(self, text: str) -> None:
        found = find_dateline(text) if self.dateline is None else None
        if found:
            self.dateline = found.text
            self._publish(found.full_day, "dateline")
            self.authors += [name for name in found.reporters if name not in self.authors]

    def _publish(self, said: str | None, source: str) -> None:
        if not said:
            return
        found = believe(western(said), source, not_after=self._fetched_at)
        refused = refusal(western(said), not_after=self._fetched_at)
        self.candidates.append(DateCandidate(value=said, source=source, refused=refused))
        self.published = self.published or (found if refused is None else None)
