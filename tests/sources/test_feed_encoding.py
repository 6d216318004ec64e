"""The encodings of feeds, said, unsaid and lied about."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sources.feed_encoding import as_utf8
from tests.feed_texts import read


@pytest.mark.parametrize(
    ("encoding", "declared", "charset"),
    [
        ("cp1252", "iso-8859-1", None),
        ("cp1251", None, "windows-1251"),
        ("utf-8", "iso-8859-1", "iso-8859-1"),
        ("utf-16", None, None),
        ("gb18030", "gb2312", None),
        ("iso2022_jp", "iso-2022-jp", None),
    ],
)
def test_encodings_are_found_and_lies_about_them_seen_through(
    encoding: str, declared: str | None, charset: str | None
) -> None:
    title = {"cp1251": "Нефть", "gb18030": "石油价格", "iso2022_jp": "石油"}.get(
        encoding, "Öl für €"
    )
    said = f' encoding="{declared}"' if declared else ""
    text = f'<?xml version="1.0"{said}?><rss><channel><title>{title}</title></channel></rss>'
    assert read(text.encode(encoding), charset=charset).title == title


@given(
    st.binary(max_size=200),
    st.sampled_from([None, "utf-8", "latin-1", "base64", "idna", "utf-7", "\0"]),
)
def test_any_bytes_become_utf_8(content: bytes, charset: str | None) -> None:
    as_utf8(content, charset).decode("utf-8", "replace")
