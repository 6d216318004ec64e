"""What is told of a run that failed, and to whom."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal, Protocol


@dataclass(frozen=True, slots=True, kw_only=True)
class FailureNotice:
    """A run that failed, or whose process is gone (crashed). `at` is aware."""

    flow: str
    state: Literal["failed", "crashed"]
    message: str
    at: datetime
    db: str | None = None
    schedule: str | None = None
    run_id: str | None = None
    run_name: str | None = None
    link: str | None = None


class NoticeTarget(Protocol):
    """Who hears of failures: the log, a web address ("env:NAME" where it is a secret), a program and its arguments."""

    @property
    def log(self) -> bool:
        """Whether it is written to the log."""
        ...

    @property
    def webhook(self) -> str | None:
        """The address that the facts are posted to, as JSON."""
        ...

    @property
    def command(self) -> Sequence[str] | None:
        """The program that reads the facts, as JSON, from its standard input."""
        ...
