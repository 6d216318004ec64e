"""How quick our reader of feeds is beside others, and what each makes of feeds that are not as the standards ask.

    python benchmarks/feeds.py [--items 10000] [--runs 5] [--only-ours] [--json]

One feed of RSS 2.0 is read (title, link, guid, date, author, teaser, 400 bytes of content an item: about 7 MB), every date
and text of it another. The best of the runs counts, taken in turn, in CPU seconds: each reader uses one core all the time,
and what else the machine does stays out. A reader that is not installed is left out by name. Others are given what they
can take (the bytes; feedparser the feed's address too) and their own defaults. The second table counts what is read right
in the feeds of `feed_cases.py`; a reader that raises an error has found no item.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
import time
from calendar import timegm
from collections import Counter
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from importlib import import_module
from importlib.util import find_spec
from io import BytesIO
from pathlib import Path

from feed_cases import FEED_URL, Case, Item, cases

MOST_SECONDS = 1.0
_NAMESPACES = (
    'xmlns:content="http://purl.org/rss/1.0/modules/content/" '
    'xmlns:dc="http://purl.org/dc/elements/1.1/"'
)
Reader = Callable[[bytes], list[Item]]


def make_feed(count: int) -> bytes:
    """A feed of `count` items, newest first, the same at every call."""
    newest = datetime(2026, 3, 3, 10, tzinfo=UTC)
    items = "".join(_item(n, newest - timedelta(seconds=97 * n)) for n in range(count))
    text = (
        f'<?xml version="1.0" encoding="utf-8"?><rss version="2.0" {_NAMESPACES}><channel>'
        f"<title>Wire</title><language>en-gb</language>{items}</channel></rss>"
    )
    return text.encode()


def _item(number: int, at: datetime) -> str:
    said = at.strftime("%a, %d %b %Y %H:%M:%S +0000")
    body = f"Oil prices rose {number} times on Monday. " * 11
    return (
        f"<item><title>Story {number} &amp; more</title>"
        f"<link>https://example.org/news/{number}?utm_source=rss</link>"
        f'<guid isPermaLink="false">id-{number}</guid><pubDate>{said}</pubDate>'
        f"<dc:creator>Ann Lee {number % 50}</dc:creator><description>Short text {number}.</description>"
        f"<content:encoded><![CDATA[<p>{body}</p>]]></content:encoded></item>"
    )


def by_copydesk(content: bytes) -> list[Item]:
    """The items as our reader gives them."""
    from sources.feeds import read_feed

    return [
        Item(entry.title, entry.url, entry.published)
        for entry in read_feed(content, url=FEED_URL).entries
    ]


def by_fastfeedparser(content: bytes) -> list[Item]:
    """The items as fastfeedparser gives them."""
    entries = import_module("fastfeedparser").parse(content).entries
    return [
        Item(entry.get("title"), entry.get("link"), entry.get("published")) for entry in entries
    ]


def by_feedparser(content: bytes) -> list[Item]:
    """The items as feedparser gives them, its time tuples as instants."""
    told = {"content-location": FEED_URL, "content-type": "application/xml"}
    entries = import_module("feedparser").parse(BytesIO(content), response_headers=told).entries
    return [
        Item(entry.get("title"), entry.get("link"), _iso(entry.get("published_parsed")))
        for entry in entries
    ]


def by_atoma(content: bytes) -> list[Item]:
    """The items as atoma gives them."""
    atoma = import_module("atoma")
    if b"<feed" in content[:1000]:
        return [
            Item(entry.title.value, entry.links[0].href, _iso_at(entry.published))
            for entry in atoma.parse_atom_bytes(content).entries
        ]
    items = atoma.parse_rss_bytes(content).items
    return [Item(item.title, item.link, _iso_at(item.pub_date)) for item in items]


def _iso(parsed: tuple[int, ...] | None) -> str | None:
    return datetime.fromtimestamp(timegm(parsed), UTC).isoformat() if parsed else None


def _iso_at(at: datetime | None) -> str | None:
    return at.isoformat() if at else None


READERS: dict[str, Reader] = {
    "copydesk": by_copydesk,
    "fastfeedparser": by_fastfeedparser,
    "feedparser": by_feedparser,
    "atoma": by_atoma,
}


def speeds(readers: dict[str, Reader], *, count: int, runs: int) -> dict[str, dict[str, float]]:
    """Of each reader the seconds, the items a second, and how many times our seconds it takes."""
    content = make_feed(count)
    took: dict[str, list[float]] = {name: [] for name in readers}
    for _ in range(runs):
        for name, read in readers.items():
            began = time.process_time()
            found = len(read(content))
            took[name].append(time.process_time() - began)
            if found != count:
                raise SystemExit(f"{name} found {found} of {count} items")
    best = {name: min(seconds) for name, seconds in took.items()}
    return {
        name: {
            "s": round(seconds, 3),
            "items_per_s": round(count / seconds),
            "times_ours": round(seconds / best["copydesk"], 2),
        }
        for name, seconds in best.items()
    }


def scores(readers: dict[str, Reader]) -> dict[str, dict[str, str]]:
    """For each row of cases what each reader got right, of how much, and the longest CPU time the bombs took."""
    rows: dict[str, dict[str, str]] = {}
    with tempfile.TemporaryDirectory() as folder:
        secret = Path(folder, "secret.txt")
        secret.write_text("secret", encoding="ascii")
        found = cases(secret)
        most = Counter[str]()
        for case in found:
            most[case.row] += case.most
        for name, read in readers.items():
            right, slowest = Counter[str](), 0.0
            for case in found:
                began = time.process_time()
                right[case.row] += _points(case, read)
                if "bomb" in case.row:
                    slowest = max(slowest, time.process_time() - began)
            for row, points in most.items():
                rows.setdefault(row, {})[name] = f"{right[row]}/{points}"
            rows.setdefault("entity bombs: the slowest", {})[name] = f"{slowest:.3f} s"
    return rows


def _points(case: Case, read: Reader) -> int:
    try:
        items = read(case.content)
    except Exception:  # each library has its own errors; any of them is "no item found"
        items = []
    return case.points(items)


def installed() -> dict[str, Reader]:
    """The readers that are on this machine; of the others the names go to stderr."""
    found = {n: read for n, read in READERS.items() if n == "copydesk" or find_spec(n)}
    for name in sorted(READERS.keys() - found.keys()):
        sys.stderr.write(f"{name} is not installed and left out\n")
    return found


def main() -> None:
    """Print both tables; exit 1 where our reader takes a second or more for ten thousand items."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--items", type=int, default=10_000)
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--only-ours", action="store_true", help="leave the others out")
    parser.add_argument("--json", action="store_true", help="one JSON object")
    given = parser.parse_args()
    readers: dict[str, Reader] = {"copydesk": by_copydesk} if given.only_ours else installed()
    speed = speeds(readers, count=given.items, runs=given.runs)
    right = scores(readers)
    if given.json:
        print(json.dumps({"items": given.items, "speed": speed, "right": right}))
    else:
        _show(speed, right)
    if speed["copydesk"]["s"] >= MOST_SECONDS * max(given.items / 10_000, 1):
        raise SystemExit(1)


def _show(speed: dict[str, dict[str, float]], right: dict[str, dict[str, str]]) -> None:
    lines = [["", *speed]]
    lines += [[key, *(str(f[key]) for f in speed.values())] for key in speed["copydesk"]]
    lines += [[row, *found.values()] for row, found in right.items()]
    for line in lines:
        print(f"{line[0]:45}" + "".join(f"{cell:>16}" for cell in line[1:]))


if __name__ == "__main__":
    main()
