"""Who said what: spans of speech, with the speaker where the sentence gives it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

QuotationKind = Literal["direct", "reported"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Quotation:
    """A span of speech: of row `paragraph` (see `schemas.article`), code points from `start` to `end`, `text` what it holds.

    A direct one is what stands between quotation marks; a reported one the clause that gives what was said. `speaker` is
    who said it as written, at its own span of row `speaker_paragraph`; all four are None where no sentence says it. `name`
    is what the entity goes by that the speaker was tagged as, `entity_id` that entity's; None where it was not tagged.
    `cue` is the word of speaking. One that `continues` is the same speech as the one before it. `rule` says what told
    who spoke.
    """

    paragraph: int
    start: int
    end: int
    text: str
    kind: QuotationKind = "direct"
    speaker: str | None = None
    speaker_paragraph: int | None = None
    speaker_start: int | None = None
    speaker_end: int | None = None
    name: str | None = None
    entity_id: int | None = None
    cue: str | None = None
    continues: bool = False
    rule: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundQuotation:
    """A stored quotation with its article, and the paragraph in which it stands."""

    quotation: Quotation
    article_id: int
    key: str
    title: str | None
    url: str | None
    source: str | None
    published_at: datetime | None
    context: str
