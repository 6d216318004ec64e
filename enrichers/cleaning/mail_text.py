"""What of a mail's text is not what its sender wrote for it: the mail answered, the head of one passed on, the signature.

Each is told by what mail programs write (`data/mail.toml`); a mail that was passed on keeps the text it is about. A
text without any of these signs is left as it is, so that every plain text may be asked.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from enrichers.cleaning.lines import is_blank, tidy
from enrichers.cleaning.mail_marks import (
    STOP,
    header_of,
    is_attribution,
    is_marked,
    is_sentence,
    mark_of,
    plain,
    plain_subject,
    words,
)

_QUOTED = re.compile(r"^[ \t]?(?:>[ \t]?)+")
_NESTED = re.compile(r"^[ \t]?>[ \t]?>")
_DELIMITER = re.compile(r"^(?:-- ?|—|__+)$")
_CONTACT = re.compile(
    r"\S@\S+\.\S|https?://|www\.|(?:\+|\b00)\d[\d\s()./-]{6,}|\b(?:tel|phone|mobile?|fax|telefon|tél|cell|тел|电话|電話|전화)\b\.?\s*[:.]?\s*[+(]?\d"
    r"|(?<!\d)\(?0\d{2,4}\)?[\s/-]\d[\d\s-]{4,}",
    re.I,
)
_LONGEST_SIGNATURE = 1_500
_LONGEST_SIGNATURE_LINE = 80
_SIGNATURE_LINES = 15
_CLOSING_LINES = 8
_TAIL_LINES = 40
_MOST_SIGNATURES = 3
_HEAD_LINES = 12


@dataclass(frozen=True, slots=True, kw_only=True)
class Stretch:
    """Lines after each other and why they are not the mail's own text: None where they are."""

    lines: tuple[str, ...]
    reason: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Heads:
    """What the heads of mails in a text say, as written, the first of them first; "" where they say nothing."""

    sender: str = ""
    date: str = ""
    subject: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class MailText:
    """A text as stretches in order, and what the heads of mails in it say."""

    stretches: tuple[Stretch, ...]
    heads: Heads = Heads()


def split_mail(text: str, *, subject: str | None = None) -> MailText:
    r"""The stretches of `text`; `subject` tells a mail that was passed on from one that was answered.

    >>> found = split_mail("Prices rose.\n\nOn Monday, Ann Lee wrote:\n> Did they?\n-- \nTom Berg")
    >>> [(stretch.lines[0], stretch.reason) for stretch in found.stretches]
    [('Prices rose.', None), ('On Monday, Ann Lee wrote:', 'quote'), ('-- ', 'signature')]
    """
    lines = tidy(text).split("\n")
    reading = _Reading(lines, is_forward=is_marked(subject or "", words()["forward_subject"]))
    reading.read_heads()
    reading.read_quotes()
    reading.read_signature()
    # What stood above a signature may be the last thing now.
    reading.read_quotes()
    if not reading.has_text():
        # What is quoted is all there is to read; the marks and heads of mails around it are no text.
        reading.reasons = [one if one == "header" else None for one in reading.reasons]
    if not reading.has_text():
        return MailText(stretches=(Stretch(lines=tuple(lines)),))
    heads = Heads(
        sender=reading.said.get("from", ""),
        date=reading.said.get("date", ""),
        subject=plain_subject(reading.said.get("subject", "")),
    )
    return MailText(stretches=tuple(reading.stretches()), heads=heads)


class _Reading:
    """The lines of a text with the reason found for each."""

    def __init__(self, lines: Sequence[str], *, is_forward: bool) -> None:
        self.lines = lines
        self.reasons: list[str | None] = [None] * len(lines)
        self.said: dict[str, str] = {}
        self._is_forward = is_forward
        self._is_mail = False

    def has_text(self) -> bool:
        """Whether a line is left that says something."""
        left = (self.lines[place] for place in self._own_lines())
        return any(not is_blank(line) for line in left)

    def read_heads(self) -> None:
        """Heads of mails: on top and behind a mark of passing on they go, behind one of answering all after them too."""
        place = 0
        has_own = False
        while place < len(self.lines):
            mark = mark_of(self.lines[place])
            said = dict(self.said)
            head = self._head_at(place + 1 if mark else place)
            if mark is None and not head:
                has_own = has_own or is_sentence(self.lines[place])
                place += 1
                continue
            self._is_mail = True
            end = max(place + 1, head[-1] + 1 if head else 0)
            is_passed_on = mark == "forwarded" or self._is_forward or not has_own
            if not is_passed_on:
                # Of a mail that was answered the head says nothing of the answer.
                self.said = said
                self._give(range(place, len(self.lines)), "quote")
                return
            self._give(range(place, end), "header")
            place = end

    def read_quotes(self) -> None:
        """Lines behind ">", with the line above that says who wrote them."""
        runs = self._quoted_runs()
        heads = [self._attribution_above(start) for start, _ in runs]
        is_nested = any(_NESTED.match(self.lines[start]) for start, _ in runs)
        self._is_mail = self._is_mail or any(heads) or is_nested
        last = max(
            (place + 1 for place in self._own_lines() if self.lines[place].strip()), default=0
        )
        for (start, end), head in zip(runs, heads, strict=True):
            if self._is_mail or (end == last and end - start > 1):
                self._give(range(start - len(head), end), "quote")

    def read_signature(self) -> None:
        """What stands below the text: lawyers' notices, "Sent from my ...", then name and telephone, then "Regards"."""
        self._read_notices()
        for _ in range(_MOST_SIGNATURES):
            place = self._signature_start()
            if place is None:
                return
            self._is_mail = self._is_mail or self.lines[place].rstrip() == "--"
            self._give(range(place, self._own_lines()[-1] + 1), "signature")

    def _signature_start(self) -> int | None:
        """Where the last signature of the own lines begins."""
        tail = self._tail()
        below: list[str] = []
        for place in reversed(tail):
            if self._is_signature(self.lines[place], below):
                return place if any(is_sentence(self.lines[one]) for one in range(place)) else None
            below.append(self.lines[place])
            if len(below) > _SIGNATURE_LINES or sum(map(len, below)) > _LONGEST_SIGNATURE:
                break
        return None

    def _tail(self) -> list[int]:
        return [place for place in self._own_lines() if self.lines[place].strip()][-_TAIL_LINES:]

    def stretches(self) -> list[Stretch]:
        """The lines with the same reason, together."""
        found: list[Stretch] = []
        begin = 0
        for place in range(1, len(self.lines) + 1):
            if place == len(self.lines) or self.reasons[place] != self.reasons[begin]:
                lines = tuple(self.lines[begin:place])
                found.append(Stretch(lines=lines, reason=self.reasons[begin]))
                begin = place
        return found

    def _give(self, places: range, reason: str) -> None:
        for place in places:
            self.reasons[place] = self.reasons[place] or reason

    def _own_lines(self) -> list[int]:
        return [place for place, reason in enumerate(self.reasons) if reason is None]

    def _head_at(self, place: int) -> list[int]:
        """The lines of a mail's head that begins here: three at least, the sender's, and the day's or the subject's."""
        first = place
        while first < min(place + 2, len(self.lines)) and not self.lines[first].strip():
            first += 1
        found: dict[str, str] = {}
        places: list[int] = []
        for line in range(first, min(first + _HEAD_LINES, len(self.lines))):
            kind, value = header_of(self.lines[line], is_begun=len(places) > 1)
            if kind is None:
                break
            found.setdefault(kind, value)
            places.append(line)
        if len(places) < 3 or "from" not in found or not {"date", "subject"} & set(found):
            return []
        for kind in ("from", "date", "subject"):
            self.said.setdefault(kind, found.get(kind, ""))
        return places

    def _quoted_runs(self) -> list[tuple[int, int]]:
        runs: list[tuple[int, int]] = []
        for place, line in enumerate(self.lines):
            if self.reasons[place] is not None or not _QUOTED.match(line):
                continue
            if runs and not any(one.strip() for one in self.lines[runs[-1][1] : place]):
                runs[-1] = (runs[-1][0], place + 1)
            else:
                runs.append((place, place + 1))
        return runs

    def _attribution_above(self, start: int) -> range:
        """The line or two above a quotation that end in "wrote:", with blank lines between."""
        last = start - 1
        while last >= 0 and last > start - 3 and not self.lines[last].strip():
            last -= 1
        for first in (last, last - 1, last - 2):
            if first < 0 or not self.lines[first].strip() or self.reasons[first] is not None:
                break
            if is_attribution(" ".join(self.lines[first : last + 1])):
                return range(first - self._is_cut_before(first), start)
        return range(0)

    def _is_cut_before(self, first: int) -> bool:
        """Whether the line above belongs to it: "On 8 July, Ann Lee" over "<ann@example.org> wrote:"."""
        above = self.lines[first - 1].strip() if first > 0 else ""
        is_short = 0 < len(above) < _LONGEST_SIGNATURE_LINE and not STOP.search(above)
        starts = first < 2 or not self.lines[first - 2].strip()
        return (
            is_short
            and starts
            and bool(re.search(r"\d", above))
            and self.reasons[first - 1] is None
        )

    def _read_notices(self) -> None:
        """Lawyers' notices and the marks of mail programs, from the end up."""
        for place in reversed(self._tail()):
            line = " ".join(self.lines[place].split()).casefold()
            if line.startswith(tuple(words()["device"])) and len(line) < 80:
                self._give(range(place, place + 1), "signature")
            elif line.lstrip("*_ ").startswith(tuple(words()["disclaimer_begins"])):
                end = self._paragraph_end(place)
                whole = " ".join(self.lines[place:end]).casefold()
                if any(word in whole for word in words()["disclaimer_words"]):
                    self._give(range(place, end), "signature")

    def _paragraph_end(self, place: int) -> int:
        while place < len(self.lines) and self.lines[place].strip():
            place += 1
        return place

    def _is_signature(self, line: str, below: Sequence[str]) -> bool:
        """Whether the signature begins with this line, with the lines `below` it."""
        tells_contact = any(_CONTACT.search(one) for one in below)
        if _DELIMITER.match(line) and below:
            is_short = (
                len(below) <= _CLOSING_LINES and max(map(len, below)) < _LONGEST_SIGNATURE_LINE
            )
            return line == "-- " or tells_contact or (line == "--" and is_short)
        if plain(line) not in words()["closing"] or len(below) > _CLOSING_LINES:
            return False
        return sum(map(len, below)) < _LONGEST_SIGNATURE // 3 and (self._is_mail or tells_contact)
