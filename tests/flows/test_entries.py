"""A story that a feed carries whole is a document of its own, named after its address or after the feed's."""

from __future__ import annotations

from flows.entries import arrived_whole
from schemas.web import Entry, SourceSpec


def test_a_story_without_an_address_is_named_after_its_feed_without_the_password() -> None:
    feed = SourceSpec(name="wire", kind="feed", url="https://ann:hush@example.org/feed.xml?page=1")
    document = arrived_whole(feed, Entry(entry_id="x7", html="<p>Rain fell.</p>")).document
    assert document.origin == "https://example.org/feed.xml?page=1#x7"
    assert "hush" not in repr(document)
