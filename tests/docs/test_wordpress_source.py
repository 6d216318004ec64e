"""The example of a source in one file: what it reads, and that the command line reads it once it is installed."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from flows.listings import listing_in
from schemas.errors import DocumentError
from schemas.protocols import ListingReader
from schemas.web import Entry, Fetched
from tests.installed import EXAMPLES, install
from tests.news_server import Site, serve
from tests.table_web import NOW

ROOT = Path(__file__).parents[2]
URL = "https://www.example.org/wp-json/wp/v2/posts"
ARTICLE = "".join(
    f"<p>The harbour of Vila Nova raised its tolls by {n}% on Monday, the port authority said in the "
    "evening, and ships of twelve lines will have to pay more from the first of May on.</p>"
    for n in range(2, 12)
)


def post(number: int, site: str = "https://www.example.org", **changed: Any) -> dict[str, Any]:
    return {
        "id": number,
        "date_gmt": "2024-03-05T10:00:00",
        "modified_gmt": "2024-03-05T11:00:00",
        "guid": {"rendered": f"{site}/?p={number}"},
        "link": f"{site}/2024/{number}",
        "title": {"rendered": f"Tolls &amp; <em>ships</em> {number}"},
        "content": {"rendered": ARTICLE, "protected": False},
        "excerpt": {"rendered": "<p>The harbour of Vila Nova raises its tolls.</p>"},
    } | changed


@pytest.fixture
def reader(monkeypatch: pytest.MonkeyPatch) -> ListingReader:
    monkeypatch.syspath_prepend(str(EXAMPLES))
    from wordpress_source import WordPressReader  # type: ignore[import-not-found,unused-ignore]

    found: ListingReader = WordPressReader()
    return found


def read(reader: ListingReader, found: object) -> list[Entry]:
    content = found if isinstance(found, bytes) else json.dumps(found).encode()
    fetched = Fetched(asked=URL, url=URL, status=200, content=content, fetched_at=NOW)
    return list(listing_in(reader, fetched).entries)


def test_a_post_is_an_entry_with_its_words_in_plain_text(reader: ListingReader) -> None:
    (entry,) = read(reader, [post(7)])
    assert entry.url == "https://www.example.org/2024/7"
    assert entry.title == "Tolls & ships 7"
    assert entry.published == "2024-03-05T10:00:00+00:00"
    assert entry.updated == "2024-03-05T11:00:00+00:00"
    assert entry.summary == "The harbour of Vila Nova raises its tolls."
    assert entry.html == ARTICLE


def test_a_post_behind_a_password_carries_no_content(reader: ListingReader) -> None:
    (entry,) = read(reader, [post(7, content={"rendered": "<form></form>", "protected": True})])
    assert entry.html is None


@pytest.mark.parametrize("name", list(post(7)))
@pytest.mark.parametrize("value", [None, 5, [], {}, {"rendered": 5}, "https://[", "0000-00-00"])
def test_a_post_that_is_broken_in_part_stops_no_other(
    reader: ListingReader, name: str, value: Any
) -> None:
    entries = read(reader, [post(7, **{name: value}), 5, None, post(8)])
    assert entries[-1].url == "https://www.example.org/2024/8"
    assert len(entries) in (1, 2)


@pytest.mark.parametrize(
    "content", [b"", b"<html>", b"{}", b"5", b"[{}]", b"[" * 100_000, b"\xff\xfe[", b"[1" + b"0" * 9000 + b"]"]
)  # fmt: skip
def test_what_is_no_list_of_posts_is_an_error_with_its_reason(
    reader: ListingReader, content: bytes
) -> None:
    with pytest.raises(DocumentError) as caught:
        read(reader, content)
    assert caught.value.code == "not_wordpress"


def test_a_site_without_posts_is_no_error(reader: ListingReader) -> None:
    assert read(reader, []) == []


@pytest.fixture
def site() -> Iterator[Site]:
    with serve() as site:
        listed = [post(7, site.url), post(8, site.url, content={"rendered": "", "protected": True})]
        site.pages["/wp-json/wp/v2/posts?per_page=50"] = json.dumps(listed).encode()
        site.story(
            "/2024/8", "Bridge opens in Graz", "The new bridge cost 12 million euros in all."
        )
        yield site


@pytest.mark.slow
def test_the_command_line_reads_the_kind_once_the_package_is_installed(
    site: Site, tmp_path: Path
) -> None:
    points = {"copydesk.sources": {"wordpress": "wordpress_source:WordPressReader"}}
    folder = install(tmp_path / "site-packages", points)
    paths = os.pathsep.join(map(str, (folder, EXAMPLES, ROOT)))
    environment = {**os.environ, "PYTHONPATH": paths, "XDG_CONFIG_HOME": str(tmp_path / "none")}

    def copydesk(*arguments: str) -> Any:
        call = [sys.executable, "-m", "copydesk", *arguments, "--json"]
        done = subprocess.run(
            call, cwd=tmp_path, env=environment, capture_output=True, text=True, check=False, timeout=120
        )  # fmt: skip
        assert done.returncode == 0, done.stdout + done.stderr
        return json.loads(done.stdout)

    flags = ("--allow-host", site.host, "--pause", "0")
    place = f"{site.url}/wp-json/wp/v2/posts?per_page=50"
    added = copydesk("sources", "add", place, "--kind", "wordpress", "--name", "harbour")
    assert added["added"]["kind"] == "wordpress"
    (check,) = copydesk("sources", "check", *flags)["sources"]
    assert (check["stories"], check["new"], check["error"]) == (2, 2, None)
    report = copydesk("fetch", *flags)
    assert report["counts"]["stored"] == 2
    assert {story["url"] for story in report["articles"]} == {
        f"{site.url}/2024/7",
        f"{site.url}/2024/8",
    }
    # The first post came whole with the listing; only the other one's page was asked for.
    assert "/2024/7" not in site.asked
    assert "/2024/8" in site.asked
