"""A small news site on loopback: answers from a table, with ETags, and remembers what it was asked."""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


@dataclass
class Site:
    """What stands where: bytes, or a status; `asked` holds the paths in the order they came."""

    pages: dict[str, bytes | int] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)
    host: str = ""

    @property
    def url(self) -> str:
        return f"http://{self.host}"

    def story(self, path: str, title: str, sentence: str) -> None:
        """A news page of eight paragraphs at `path`."""
        body = "".join(
            f"<p>{sentence} This is paragraph {n} of the story, and it goes on a while.</p>"
            for n in range(8)
        )
        self.pages[path] = (
            f"<html><head><title>{title}</title><meta property='og:type' content='article'></head>"
            f"<body><article><h1>{title}</h1>{body}</article></body></html>"
        ).encode()

    def feed(self, path: str, *stories: str) -> None:
        """An RSS feed at `path` that names the paths of `stories`."""
        items = "".join(
            f"<item><title>Story {story}</title><link>{self.url}{story}</link></item>"
            for story in stories
        )
        self.pages[path] = (
            f'<?xml version="1.0"?><rss version="2.0"><channel><title>Desk</title>{items}</channel></rss>'
        ).encode()


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        site: Site = self.server.site  # type: ignore[attr-defined]
        site.asked.append(self.path)
        found = site.pages.get(self.path, 404)
        if isinstance(found, int):
            self._answer(found, b"no")
            return
        etag = f'"{hashlib.sha256(found).hexdigest()[:16]}"'
        if self.headers.get("If-None-Match") == etag:
            self._answer(304, b"", etag)
        else:
            self._answer(200, found, etag)

    def _answer(self, status: int, body: bytes, etag: str = "") -> None:
        self.send_response(status)
        kind = "text/plain" if self.path.endswith(".txt") else "text/html; charset=utf-8"
        self.send_header(
            "Content-Type", "application/rss+xml" if self.path.endswith(".xml") else kind
        )
        if etag:
            self.send_header("ETag", etag)
        if status != 304:
            self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_arguments: Any) -> None:
        return


@contextmanager
def serve() -> Iterator[Site]:
    """A site that answers while the block runs."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Handler)
    site = Site(host=f"127.0.0.1:{server.server_address[1]}")
    server.site = site  # type: ignore[attr-defined]
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield site
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
