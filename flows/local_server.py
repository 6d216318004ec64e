"""A Prefect server of our own on loopback: a child process that ends with the one that started it.

The listening socket is ours and outlives the child, so that while a server that died is started again its clients wait
instead of failing. Nothing of the user's own Prefect is read or written: what Prefect reads is set in the environment,
before anything imports it. As a module it is the child: `python -m flows.local_server FD PORT`.
"""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from schemas.errors import CopydeskError, UsageError

_DAY = 86_400
_STOP_S = 8.0
_LOG_BYTES = 5_000_000
_BACKOFF_S = (0.0, 1.0, 5.0, 15.0, 60.0)
_KEPT = ("PREFECT_LOGGING_LEVEL", "PREFECT_TESTING_")


class LocalServer:
    """The server and the environment that leads Prefect's clients to it."""

    def __init__(self, home: Path, *, port: int | None = None) -> None:
        """Take the port: the one asked for, else the one it had the last time, else a free one.

        Raises UsageError where that port is somebody else's, or `home` cannot be written.
        """
        self.home = home
        try:
            home.mkdir(mode=0o700, parents=True, exist_ok=True)
            # Leases of an earlier server count slots for runs that are gone, or will be told dead.
            shutil.rmtree(home / "concurrency_leases", ignore_errors=True)
            self._socket = _bound(home / "port", port)
        except OSError as error:
            raise UsageError(
                f"{home} cannot be written: {error.strerror or error}",
                remedy="give it to the user that runs copydesk",
                code="state_folder",
            ) from error
        self.port = int(self._socket.getsockname()[1])
        self.url = f"http://127.0.0.1:{self.port}"
        self._child: subprocess.Popen[bytes] | None = None
        self._failures = 0
        self._next_start = 0.0

    def environment(self, others: Mapping[str, str]) -> dict[str, str]:
        """`others` with all that Prefect reads replaced, for clients of this server and their children."""
        return {
            **{name: value for name, value in others.items() if _stays(name)},
            **_settings(self.home),
            **_without_proxy(others),
            "PREFECT_API_URL": f"{self.url}/api",
            # On the console only what is wrong; the dashboard has it all.
            "PREFECT_LOGGING_HANDLERS_CONSOLE_LEVEL": "WARNING",
            "PREFECT_FLOWS_HEARTBEAT_FREQUENCY": "30",
        }

    def start(self) -> None:
        """Start the child. It is not up yet: see `is_up`."""
        environment = {
            **{name: value for name, value in os.environ.items() if _stays(name)},
            **_settings(self.home),
            **_server_settings(self.home, self.url, self.port),
        }
        log_path = self.home / "server.log"
        if log_path.exists() and log_path.stat().st_size > _LOG_BYTES:
            log_path.replace(self.home / "server.log.1")
        number = self._socket.fileno()
        with log_path.open("ab") as log:
            self._child = subprocess.Popen(  # noqa: S603  our own module
                [sys.executable, "-m", "flows.local_server", str(number), str(self.port)],
                env=environment,
                stdin=subprocess.PIPE,  # its end is how the child knows that we are gone
                stdout=log,
                stderr=subprocess.STDOUT,
                pass_fds=[number],
                start_new_session=True,  # Ctrl-C is for us; the server goes last
            )

    def is_up(self, timeout: float = 2.0) -> bool:
        """Whether it answers."""
        if not self.is_running():
            return False
        direct = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        try:
            with direct.open(f"{self.url}/api/health", timeout=timeout) as answer:
                return bool(answer.status == 200)
        except (urllib.error.URLError, OSError):
            return False

    @property
    def failures(self) -> int:
        """How often it died lately."""
        return self._failures

    def is_running(self) -> bool:
        """Whether the child is there."""
        return self._child is not None and self._child.poll() is None

    def keep_running(self) -> bool:
        """Start it again where it died, after a pause that grows while it keeps dying; whether that was done."""
        if self.is_running():
            if time.monotonic() - self._next_start > _BACKOFF_S[-1]:
                self._failures = 0
            return False
        now = time.monotonic()
        if now < self._next_start:
            return False
        self._failures += 1
        self._next_start = now + _BACKOFF_S[min(self._failures, len(_BACKOFF_S) - 1)]
        self._close_pipe()
        try:
            self.start()
        except OSError:  # no memory or no descriptor is left: tried again after the pause
            return False
        return True

    def trim_log(self) -> None:
        """Keep the log of a server that runs for months small."""
        log_path = self.home / "server.log"
        try:
            if log_path.stat().st_size > _LOG_BYTES:
                shutil.copyfile(log_path, self.home / "server.log.1")
                os.truncate(log_path, 0)  # it is appended to, so this is where the child goes on
        except OSError:
            return

    def stop(self) -> None:
        """End the child, and give the port back."""
        if self._child is not None:
            self._close_pipe()
            try:
                self._child.wait(timeout=_STOP_S)
            except subprocess.TimeoutExpired:
                self._child.kill()
                self._child.wait()
        self._socket.close()

    def last_words(self) -> str:
        """The end of its log, for whoever has to find out why it does not start."""
        try:
            lines = (self.home / "server.log").read_text(errors="replace").split("\n")
        except OSError:
            return ""
        return next((line.strip() for line in reversed(lines) if line.strip()), "")

    def _close_pipe(self) -> None:
        if self._child is not None and self._child.stdin is not None:
            self._child.stdin.close()


class ServerUnavailableError(CopydeskError):
    """The Prefect server does not answer."""

    default_code = "prefect_unavailable"


def _bound(remembered: Path, port: int | None) -> socket.socket:
    wished = port
    if wished is None:
        try:
            wished = int(remembered.read_text(encoding="ascii"))
        except (OSError, ValueError):
            wished = 0
    found = _listening(wished, patience_s=5.0 if wished else 0.0)
    if found is None and port is not None:
        raise UsageError(
            f"port {port} is in use by another program",
            remedy="name another one with --port, or leave it out",
            code="port_in_use",
        )
    found = found or _listening(0, patience_s=0.0)
    if found is None:
        raise OSError("no port is free")
    remembered.write_text(str(found.getsockname()[1]), encoding="ascii")
    return found


def _listening(port: int, *, patience_s: float) -> socket.socket | None:
    """A socket that listens; a server of ours that is about to end may still have the port for a moment."""
    deadline = time.monotonic() + patience_s
    while True:
        found = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
        found.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            found.bind(("127.0.0.1", port))
            found.listen(2048)
        except (OSError, OverflowError):
            found.close()
            if time.monotonic() > deadline:
                return None
            time.sleep(0.2)
        else:
            return found


def _stays(name: str) -> bool:
    return not name.startswith("PREFECT_") or name.startswith(_KEPT)


def _without_proxy(others: Mapping[str, str]) -> dict[str, str]:
    """What keeps clients from asking a proxy for what is on this machine."""
    names = ("NO_PROXY", "no_proxy")
    hosts = next((others[name] for name in names if others.get(name)), "")
    return dict.fromkeys(names, ",".join(filter(None, [hosts, "127.0.0.1"])))


def _settings(home: Path) -> dict[str, str]:
    return {
        "PREFECT_HOME": str(home),
        "PREFECT_PROFILES_PATH": str(home / "profiles.toml"),
        "PREFECT_SERVER_ANALYTICS_ENABLED": "false",
        "DO_NOT_TRACK": "1",
    }


def _server_settings(home: Path, url: str, port: int) -> dict[str, str]:
    return {
        "PREFECT_SERVER_DATABASE_CONNECTION_URL": f"sqlite+aiosqlite:///{home / 'prefect.db'}",
        "PREFECT_SERVER_API_HOST": "127.0.0.1",
        "PREFECT_SERVER_API_PORT": str(port),
        "PREFECT_SERVER_UI_API_URL": f"{url}/api",
        # Prefect lets every page that a browser shows ask its API, and who may ask it may have commands run here.
        "PREFECT_SERVER_CORS_ALLOWED_ORIGINS": f"{url},http://localhost:{port}",
        "PREFECT_SERVER_UI_STATIC_DIRECTORY": str(home / "ui"),
        "PREFECT_SERVER_LOGGING_LEVEL": "WARNING",
        # In memory they would be lost with the server, and every run under way be ended for it.
        "PREFECT_SERVER_CONCURRENCY_LEASE_STORAGE": "prefect.server.concurrency.lease_storage.filesystem",
        "PREFECT_SERVER_DEPLOYMENTS_CONCURRENCY_SLOT_WAIT_SECONDS": "10",
        # To mark runs late is for a person's eye, and many at once lock each other and everybody else out: on a busy
        # machine a request took over a minute, and a run whose process was killed stayed "Running" as long.
        "PREFECT_SERVER_SERVICES_LATE_RUNS_ENABLED": "false",
        "PREFECT_SERVER_SERVICES_DB_VACUUM_ENABLED": "events,flow_runs",
        "PREFECT_SERVER_SERVICES_DB_VACUUM_RETENTION_PERIOD": str(14 * _DAY),
        "PREFECT_SERVER_EVENTS_RETENTION_PERIOD": "P3D",
    }


def _serve(descriptor: int, port: int) -> None:
    """Be the server until whoever started us closes our input, or is gone."""
    import uvicorn
    from prefect.server.api.server import create_app
    from starlette.middleware.trustedhost import TrustedHostMiddleware

    class Last(uvicorn.Server):
        """A service manager ends all processes of a service at once; this has to be the last of them."""

        @contextmanager
        def capture_signals(self) -> Iterator[None]:
            for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
                signal.signal(number, signal.SIG_IGN)
            yield

    config = uvicorn.Config(
        # A page whose name somebody lets lead to this machine is of one origin with it, but for the name.
        TrustedHostMiddleware(create_app(final=True), allowed_hosts=["127.0.0.1", "localhost"]),
        port=port,
        log_level="warning",
        timeout_keep_alive=5,
        timeout_graceful_shutdown=2,
    )
    server = Last(config)

    def end() -> None:
        server.should_exit = True

    threading.Thread(target=_end_with_input, args=[end], name="parent-watch", daemon=True).start()
    server.run(sockets=[socket.socket(fileno=descriptor)])


def _end_with_input(end: Callable[[], None]) -> None:
    while sys.stdin.buffer.read(1024):
        pass
    end()
    time.sleep(_STOP_S / 4)
    # What it answered is committed.
    os._exit(0)


if __name__ == "__main__":
    _serve(int(sys.argv[1]), int(sys.argv[2]))
