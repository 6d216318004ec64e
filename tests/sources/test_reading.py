from __future__ import annotations

import errno

import pytest

from sources.reading import reading_error


@pytest.mark.parametrize("number", [errno.EACCES, errno.EIO, errno.ELOOP, errno.ENOENT])
def test_every_reason_a_file_cannot_be_opened_comes_with_a_remedy(number: int) -> None:
    error = reading_error("news.txt", OSError(number, "reason"))
    assert "news.txt" in error.message
    assert error.remedy
