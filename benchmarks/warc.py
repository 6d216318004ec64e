"""Records a second of a web archive through our reader, against warcio reading the same file: their ratio.

    python benchmarks/warc.py [--records 3000] [--kilobytes 40] [--runs 3]

The archive is made as crawlers make it: request, response and metadata for each page, every record compressed by itself.
warcio does no more than the least: read each record, take the address and the content of each answer of HTML with
status 200. Ours gives whole documents (address, time, charset, checked length). The best of the runs counts, taken in turn,
in CPU seconds: each uses one core all the time, and what else the machine does stays out.
"""

from __future__ import annotations

import argparse
import gzip
import json
import random
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

TARGET = 1.8
_WORDS = [
    "oil",
    "prices",
    "rose",
    "on",
    "Monday",
    "as",
    "traders",
    "weighed",
    "supply",
    "cuts",
    "against",
    "slowing",
    "demand",
    "in",
    "Asia",
    "said",
]


def make_archive(path: Path, *, records: int, page_bytes: int) -> None:
    """Write an archive of `records` pages of about that size, the same at every call."""
    chance = random.Random(7)  # noqa: S311  words, no secrets
    with path.open("wb") as file:
        for number in range(records):
            page = _page(number, page_bytes, chance)
            answer = b"HTTP/1.1 200 OK\r\nContent-Type: text/html; charset=utf-8\r\n\r\n" + page
            for kind, block in (("request", b"GET / HTTP/1.1\r\n\r\n"), ("response", answer)):
                file.write(gzip.compress(_record(number, kind, block), 6))


def _page(number: int, size: int, chance: random.Random) -> bytes:
    parts, length = [f"<html><head><title>Story {number}</title></head><body>"], 0
    while length < size:
        words = " ".join(chance.choices(_WORDS, k=30))
        parts.append(f'<p class="c{chance.randrange(10**6)}">{words} {chance.random():.6f}.</p>\n')
        length += len(parts[-1])
    return "".join([*parts, "</body></html>"]).encode()


def _record(number: int, kind: str, block: bytes) -> bytes:
    head = (
        f"WARC/1.0\r\nWARC-Type: {kind}\r\nWARC-Record-ID: <urn:uuid:{kind}-{number}>\r\n"
        f"WARC-Date: 2024-03-01T10:00:00Z\r\nWARC-Target-URI: https://example.org/{number}\r\n"
        f"Content-Type: application/http; msgtype={kind}\r\nContent-Length: {len(block)}\r\n\r\n"
    )
    return head.encode() + block + b"\r\n\r\n"


def read_by_warcio(path: Path) -> int:
    """How many pages warcio finds, their contents read."""
    from warcio.archiveiterator import ArchiveIterator  # type: ignore[import-untyped]  # ships no types

    pages = 0
    with path.open("rb") as file:
        for record in ArchiveIterator(file):
            if record.rec_type != "response" or record.http_headers.get_statuscode() != "200":
                continue
            record.rec_headers.get_header("WARC-Target-URI")
            if "html" in record.http_headers.get_header("Content-Type", ""):
                pages += bool(record.content_stream().read())
    return pages


def read_by_copydesk(path: Path) -> int:
    """How many documents our reader gives."""
    from sources.files import BadDocument, ReadOptions, open_documents

    outcomes = open_documents([str(path)], options=ReadOptions())
    return sum(not isinstance(outcome, BadDocument) for outcome in outcomes)


def _seconds(read: Callable[[Path], int], path: Path, expected: int) -> float:
    began = time.process_time()
    found = read(path)
    took = time.process_time() - began
    if found != expected:
        raise SystemExit(f"{read.__name__} found {found} of {expected} pages")
    return took


def main() -> None:
    """Print the figures as one JSON object; exit 1 where the ratio is under the target."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--records", type=int, default=3_000)
    parser.add_argument("--kilobytes", type=int, default=40)
    parser.add_argument("--runs", type=int, default=3)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "pages.warc.gz")
        make_archive(path, records=given.records, page_bytes=given.kilobytes * 1_000)
        readers = (read_by_warcio, read_by_copydesk)
        took = {reader: [] for reader in readers}  # type: dict[Callable[[Path], int], list[float]]
        for _ in range(given.runs):
            for reader in readers:
                took[reader].append(_seconds(reader, path, given.records))
    theirs, ours = (given.records / min(took[reader]) for reader in readers)
    figures = {
        "warcio_per_s": round(theirs),
        "copydesk_per_s": round(ours),
        "ratio": round(ours / theirs, 2),
        "target": TARGET,
    }
    print(json.dumps(figures))
    if ours < TARGET * theirs:
        raise SystemExit(1)


if __name__ == "__main__":
    main()
