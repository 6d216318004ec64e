"""That what is quadratic is told from what is linear."""

from __future__ import annotations

import re

from tests.growth import LINEAR, growth


def test_what_is_quadratic_grows_beyond_what_is_linear() -> None:
    assert growth(re.compile("a*b").search, "a".__mul__, 30_000) > LINEAR
    assert growth(str.split, "a ".__mul__, 2_000_000) < LINEAR


def test_what_takes_no_time_grows_not() -> None:
    assert growth(len, "a".__mul__, 100) < 1
