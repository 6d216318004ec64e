"""A receiver of webhooks on loopback: answers as it is told to, and remembers what it was sent."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


@dataclass
class Receiver:
    """`answers` are statuses for the next messages, then `status`; `hang_s` is waited for before each answer."""

    url: str = ""
    status: int = 204
    answers: list[int] = field(default_factory=list)
    headers: dict[str, str] = field(default_factory=dict)
    hang_s: float = 0.0
    bodies: list[dict[str, Any]] = field(default_factory=list)
    sent: list[dict[str, str]] = field(default_factory=list)
    lock: threading.Lock = field(default_factory=threading.Lock)

    @property
    def ids(self) -> list[str]:
        """The ids of the messages, as they came."""
        return [body["id"] for body in self.bodies]

    @property
    def told(self) -> list[tuple[str, str]]:
        """(event, title) of the messages, as they came."""
        return [(body["event"], body["article"]["title"]) for body in self.bodies]


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_POST(self) -> None:
        receiver: Receiver = self.server.receiver  # type: ignore[attr-defined]
        body = self.rfile.read(int(self.headers["Content-Length"]))
        with receiver.lock:
            receiver.bodies.append(json.loads(body))
            receiver.sent.append({name.lower(): value for name, value in self.headers.items()})
            status = receiver.answers.pop(0) if receiver.answers else receiver.status
        time.sleep(receiver.hang_s)
        self.send_response(status)
        for name, value in receiver.headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *_arguments: Any) -> None:
        return


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, *_: Any) -> None:
        """A sender that was killed is no news."""


@contextmanager
def receive(port: int = 0) -> Iterator[Receiver]:
    """A receiver that answers while the block runs."""
    server = _Server(("127.0.0.1", port), _Handler)
    receiver = Receiver(url=f"http://127.0.0.1:{server.server_address[1]}/hook")
    server.receiver = receiver  # type: ignore[attr-defined]
    thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    try:
        yield receiver
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
