"""JSON Feed, and JSON that is none."""

from __future__ import annotations

import json

from hypothesis import given
from hypothesis import strategies as st

from tests.feed_texts import read


def test_a_json_feed_is_read_whole() -> None:
    feed = read(
        json.dumps(
            {
                "version": "https://jsonfeed.org/version/1.1",
                "title": "Wire",
                "language": "en",
                "next_url": "/feed.json?page=2",
                "authors": [{"name": "Desk"}],
                "items": [
                    {
                        "id": 7,
                        "url": "/oil",
                        "title": "Oil",
                        "content_text": "One.\n\nTwo < three.",
                    },
                    {
                        "id": "https://example.org/gas",
                        "content_html": "<p>Gas</p>",
                        "date_published": "nonsense",
                    },
                    "no item",
                ],
            }
        )
    )
    assert (feed.title, feed.next_url) == ("Wire", "https://example.org/feed.json?page=2")
    first, second = feed.entries
    assert (first.url, first.entry_id, first.authors) == ("https://example.org/oil", "7", ("Desk",))
    assert first.html == "<p>One.</p>\n<p>Two &lt; three.</p>"
    assert (second.url, second.published) == ("https://example.org/gas", None)


JSON_VALUES = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), st.text(max_size=10)),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(
        st.sampled_from(["id", "url", "title", "authors", "name", "content_text", "content_html", "summary", "items", "date_published"]),
        inner,
        max_size=5,
    ),
    max_leaves=12,
)  # fmt: skip


@given(st.lists(JSON_VALUES, max_size=4))
def test_any_json_gives_a_feed(items: list[object]) -> None:
    value = {"version": "https://jsonfeed.org/version/1.1", "items": items}
    feed = read(json.dumps(value).encode())
    assert len(feed.entries) <= len(items)
