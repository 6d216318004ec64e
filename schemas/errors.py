"""Every error copydesk raises on purpose, as one tree.

    CopydeskError                 root; carries code, message, remedy
    +-- UsageError                the call or the settings are wrong: nothing was done
    |   +-- SettingsError         a key, value or file of the settings
    +-- DatabaseError             the database is missing, not ours, newer than us, or cannot be written
    +-- ModelUnavailableError     a model's files are not on this machine; nothing is ever downloaded
    +-- ModelChangedError         another process changed the model while vectors were made: make them again
    +-- DocumentError             one document cannot be used; it goes to quarantine and the others go on
    +-- SkippedDocumentError      one document was understood and, by rule, is not kept
    +-- FetchError                an address gave no whole answer, or may not be asked; the others go on

A class is a decision a caller can make. The facts are in `code` (stable, for programs), `message` (what happened, with
what) and `remedy` (what to do). The command line turns them into one line each; it adds nothing.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any


class CopydeskError(Exception):
    """Something went wrong that the user can act on.

    >>> str(CopydeskError("no such thing: x", remedy="name another", code="not_found"))
    'no such thing: x. Name another'
    """

    default_code = "failed"

    def __init__(self, message: str, *, remedy: str = "", code: str | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.remedy = remedy
        self.code = code or self.default_code

    def __str__(self) -> str:
        if not self.remedy:
            return self.message
        return f"{self.message}. {self.remedy[:1].upper()}{self.remedy[1:]}"

    def __reduce__(self) -> tuple[object, ...]:
        # Keyword-only arguments are lost by Exception's own pickling, and workers send errors between processes.
        return (_rebuild, (type(self), self.message, self.remedy, self.code))


def _rebuild(cls: type[CopydeskError], message: str, remedy: str, code: str) -> CopydeskError:
    return cls(message, remedy=remedy, code=code)


class UsageError(CopydeskError):
    """The call cannot mean anything as it stands: a bad flag, query or argument."""

    default_code = "usage"


class SettingsError(UsageError):
    """A settings file, key or value is wrong."""

    default_code = "settings"


class DatabaseError(CopydeskError):
    """The database is missing, is not one of ours, is newer than this copydesk, or cannot be opened."""

    default_code = "database"


class ModelUnavailableError(CopydeskError):
    """A model's files are not on this machine (copydesk never downloads one)."""

    default_code = "model_unavailable"


class ModelChangedError(CopydeskError):
    """Another process changed the model that serves while vectors were made by the old one; the same call can go again."""

    default_code = "model_changed"


class DocumentError(CopydeskError):
    """One document cannot be used: it is quarantined with this error, and the rest of the batch goes on."""

    default_code = "document"


class SkippedDocumentError(CopydeskError):
    """One document was read and understood but is, by rule, not kept (section page, error page, tombstone ...)."""

    default_code = "skipped"


class FetchError(CopydeskError):
    """An address gave no whole answer, or may not be asked for one; the rest of the run goes on.

    `retry_at` is when to ask again, where the server said so or the fault is one that passes; `put_off` says that it was
    the server, which is then not asked before.
    """

    default_code = "fetch"

    def __init__(
        self,
        message: str,
        *,
        remedy: str = "",
        code: str | None = None,
        retry_at: datetime | None = None,
        put_off: bool = False,
    ) -> None:
        super().__init__(message, remedy=remedy, code=code)
        self.retry_at = retry_at
        self.put_off = put_off

    def __reduce__(self) -> tuple[object, ...]:
        facts = (self.message, self.remedy, self.code, self.retry_at, self.put_off)
        return (_rebuild_fetch, facts)


def _rebuild_fetch(*facts: Any) -> FetchError:
    message, remedy, code, retry_at, put_off = facts
    return FetchError(message, remedy=remedy, code=code, retry_at=retry_at, put_off=put_off)
