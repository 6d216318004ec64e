"""The errors of fetching that pass with time, and when to come back."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Final

from schemas.errors import FetchError

_LATER_S: Final = 900.0
_LATEST_S: Final = 30 * 86_400.0


class Passing(Exception):  # noqa: N818  it is no error yet: the retry may still succeed
    """What went wrong may be gone at once; `error` is what is raised in the end, `wait` what the server asked for."""

    def __init__(self, error: FetchError, *, wait: float | None = None) -> None:
        super().__init__(str(error))
        self.error = error
        self.wait = wait


def later(seconds: float = _LATER_S) -> datetime:
    """The instant so many seconds from now, at most a month away."""
    return datetime.now(UTC) + timedelta(seconds=min(max(seconds, 0.0), _LATEST_S))


def retry_later(code: str, message: str, *, seconds: float | None = None) -> FetchError:
    """A FetchError that says when to ask again; `seconds` is what the server named, and puts the address off."""
    put_off = seconds is not None or code == "rate_limited"
    retry_at = later(_LATER_S if seconds is None else seconds)
    when = f"after {retry_at:%Y-%m-%d %H:%M} UTC" if put_off else "later"
    return FetchError(
        message,
        remedy=f"it is asked for again {when}",
        code=code,
        retry_at=retry_at,
        put_off=put_off,
    )


def timed_out(shown: str, seconds: float) -> FetchError:
    """The error for an answer that is not whole when the total time is over."""
    return retry_later("timeout", f"{shown} gave no whole answer within {seconds:g} s")
