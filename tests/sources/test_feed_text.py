"""Titles and links of feeds, as they may be kept."""

from __future__ import annotations

import pytest

from tests.feed_texts import item


@pytest.mark.parametrize(
    ("link", "expected"),
    [
        ("javascript:alert(1)", None),
        ("file:///etc/passwd", None),
        ("ftp://example.org/a", None),
        ("http://[::1", None),
        ("https://ann:secret@example.org/a", "https://example.org/a"),
        ("https://ann:se/cret@example.org/a", "https://example.org/a"),
        ("https://example.org/@ann", "https://example.org/@ann"),
        ("mailto:ann@example.org", None),
        (" https://example.org/a\n b ", "https://example.org/a%20b"),
        ("//other.example/x", "https://other.example/x"),
        ("http://169.254.169.254/latest", "http://169.254.169.254/latest"),
    ],
)
def test_only_web_addresses_are_kept_and_never_a_password(link: str, expected: str | None) -> None:
    assert item(f"<title>T</title><link>{link}</link>").url == expected
