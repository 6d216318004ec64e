"""What mail programs write: around a mail that was answered or passed on, in its head, in a subject (`data/mail.toml`)."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path

_DATA = Path(__file__).parent / "data" / "mail.toml"
_RULE = re.compile(r"^[\s>]*[-_=*–—]{2,}\s*(?=\S)|\s*[-_=*–—]{2,}\s*$")
_HEADER = re.compile(r"^[* \t]{0,8}([^\W\d_][^:：*]{0,24})\*?[:：]\*?(.*)$")
STOP = re.compile(r"[.!?。！？]$")
_SUBJECT_MARK = re.compile(r"^\s*([^\s:：\[(]{1,8})\s*(?:\[\d+\]|\(\d+\))?\s*[:：]\s*(?=\S)")
_LONGEST_ATTRIBUTION = 300
_OWN_LETTERS = 40
_LONGEST_HEADER = 998


def plain_subject(subject: str) -> str:
    """`subject` without the marks of answering and passing on.

    >>> plain_subject("Fwd: Re: Harbour reopens"), plain_subject("Oil: prices rise")
    ('Harbour reopens', 'Oil: prices rise')
    """
    marks = (*words()["forward_subject"], *words()["answer_subject"])
    while is_marked(subject, marks):
        subject = _SUBJECT_MARK.sub("", subject, count=1)
    return subject


def is_marked(subject: str, marks: Sequence[str]) -> bool:
    """Whether the subject begins with one of the marks: "Fwd:", "AW:"."""
    match = _SUBJECT_MARK.match(subject)
    return match is not None and match[1].casefold() in marks


def is_sentence(line: str) -> bool:
    """Whether the line says something: a bare "FYI" does not."""
    return len(line.strip()) >= _OWN_LETTERS or STOP.search(line.strip()) is not None


def is_forward_mark(line: str) -> bool:
    """Whether the line opens a mail that was passed on.

    >>> is_forward_mark("---------- Forwarded message ---------"), is_forward_mark("Forwarded in May")
    (True, False)
    """
    return mark_of(line) == "forwarded"


def mark_of(line: str) -> str | None:
    """Whether the line opens a mail that was answered ("original") or passed on ("forwarded")."""
    if len(line) > 120 or not line.strip():
        return None
    bare = _RULE.sub("", _RULE.sub("", line)).strip(" \t>*:：").casefold().replace("’", "'")
    is_ruled = _RULE.search(line) is not None
    is_colon = line.rstrip().endswith((":", "："))
    if bare in words()["original"] and is_ruled:
        return "original"
    for mark in words()["forwarded"]:
        if (bare == mark and (is_ruled or is_colon)) or (is_ruled and bare.startswith(f"{mark} ")):
            return "forwarded"
    return None


def is_attribution(line: str) -> bool:
    """Whether the line says who wrote what is quoted below.

    >>> is_attribution("On Monday, Ann Lee wrote:"), is_attribution("What she wrote is true.")
    (True, False)
    """
    text = " ".join(line.split()).casefold()
    if len(text) > _LONGEST_ATTRIBUTION or not text.endswith((":", "：", ": >")):
        return False
    text = text.rstrip(":： >").strip()
    if text.endswith(tuple(words()["wrote"])):
        return True
    return re.search(r"\d|@", text) is not None and any(
        f" {word} " in text for word in words()["wrote_inside"]
    )


def header_of(line: str, *, is_begun: bool) -> tuple[str | None, str]:
    """Which header a line is (from, date, subject, to), and its value; "other" for a strange one, or a second line."""
    match = _HEADER.match(line) if len(line) <= _LONGEST_HEADER else None
    if not match:
        # A long list of recipients goes on in the next line.
        return ("other" if is_begun and line[:1] in " \t" and line.strip() else None), ""
    kind = _header_names().get(match[1].strip().casefold())
    return kind or ("other" if is_begun else None), match[2].strip(" *")


def plain(line: str) -> str:
    """The line for comparing, without case and commas around it."""
    return " ".join(line.split()).casefold().strip(" ,.!，。！;")


@lru_cache(maxsize=1)
def words() -> dict[str, tuple[str, ...]]:
    """Every list of the data, lower case."""
    table = tomllib.loads(_DATA.read_text(encoding="utf-8"))
    return {
        name: tuple(word.casefold() for word in listed)
        for name, listed in table.items()
        if isinstance(listed, list)
    }


@lru_cache(maxsize=1)
def _header_names() -> dict[str, str]:
    table = tomllib.loads(_DATA.read_text(encoding="utf-8"))["headers"]
    return {word.casefold(): kind for kind, words in table.items() for word in words}
