"""Lists of addresses in a file."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.errors import DocumentError
from sources.lists import bad_lines, read_list

LIST = (
    "\ufeff# the desk's list\r\n\r\nhttps://example.org/a?x=1#top # lead\r\n"
    "example.org/b\r\n  HTTP://EXAMPLE.ORG/c\t\r\nhttps://example.org/d and more\r\nhttps://example.org/a?x=1\r\nfile:///etc/passwd"
)


def addresses(content: bytes) -> list[str | None]:
    return [entry.url for entry in read_list(content, origin="urls.txt")]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
def test_each_address_is_listed_once_and_bad_lines_are_told_beside(encoding: str) -> None:
    content = LIST.encode(encoding)
    assert addresses(content) == ["https://example.org/a?x=1#top", "HTTP://EXAMPLE.ORG/c"]
    assert bad_lines(content, origin="urls.txt") == [
        (4, "example.org/b"),
        (6, "https://example.org/d and more"),
        (8, "file:///etc/passwd"),
    ]


def test_a_list_of_nothing_is_empty_and_one_of_nonsense_is_none() -> None:
    assert addresses(b"# nothing yet\n\n") == []
    with pytest.raises(DocumentError) as caught:
        addresses(b"Dear desk,\nplease read this\n")
    assert caught.value.code == "not_a_list"


def test_a_binary_file_is_no_list() -> None:
    with pytest.raises(DocumentError) as caught:
        addresses(b"%PDF-1.7")
    assert caught.value.code == "unsupported"


@given(st.binary(max_size=200))
def test_any_bytes_give_a_list_or_our_error(content: bytes) -> None:
    try:
        assert all(url and url.lower().startswith("http") for url in addresses(content))
    except DocumentError as error:
        assert error.code in {"unsupported", "not_a_list"}  # noqa: PT017  it need not be raised
    else:
        bad_lines(content, origin="urls.txt")
