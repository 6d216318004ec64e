from __future__ import annotations

import threading

import pytest

from enrichers.vectors.lazy import LazyEncoder
from schemas.protocols import Encoder


def test_what_goes_wrong_beside_other_work_is_told_by_the_call_that_needs_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    uncaught: list[object] = []
    monkeypatch.setattr(threading, "excepthook", uncaught.append)

    def open_it() -> Encoder:
        raise RuntimeError("cannot schedule new futures after interpreter shutdown")

    encoder = LazyEncoder(open_it)
    known = set(threading.enumerate())
    encoder.preload()
    for thread in set(threading.enumerate()) - known:
        thread.join()
    assert not uncaught
    with pytest.raises(RuntimeError, match="shutdown"):
        encoder()
