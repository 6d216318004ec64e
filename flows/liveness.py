"""Which flow runs live: each holds a kernel lock of its own while it lives, and says every few seconds that it does.

A lock is gone with its process, whatever ended it, and cannot be taken for another's, as a process id can. Where a lock
cannot be seen (another machine works in the folder) the age of the last beat decides. Imports no Prefect.
"""

from __future__ import annotations

import json
import os
import socket
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import quote

from schemas.errors import UsageError

if TYPE_CHECKING:
    from filelock import BaseFileLock

BEAT_S = 5.0
DEAD_AFTER_S = 45.0
"""A beat this old is a dead run's, where its lock cannot be seen: nine beats were missed."""
_ENDING = "ending"
_EXIT_WITHOUT_RUNNER = 75  # EX_TEMPFAIL of sysexits.h: to be done again


@contextmanager
def held(
    state_folder: str | Path,
    flow_run_id: str,
    *,
    runner: str = "",
    end_with_parent: bool = False,
    parent: int | None = None,
) -> Iterator[None]:
    """While the block runs, `alive` says so of the run, to every process that sees the folder.

    With `end_with_parent` this process ends at once when the one that started it is gone: an open transaction is rolled
    back by SQLite, and nothing of it is stored half. `parent` is the process id of that one where it is known, since it may
    be gone by now. Raises UsageError where the folder cannot be written, or another
    process holds the run.
    """
    path, beat = _paths(state_folder, flow_run_id)
    # Whoever looks whether the run lives holds the lock for the blink of an eye.
    lock = _acquire(path, timeout=BEAT_S)
    if lock is None:
        raise UsageError(f"flow run {flow_run_id} is under way in another process")
    watched = (parent or os.getppid()) if end_with_parent else None
    heart = _Heart(beat, runner, parent=watched)
    try:
        heart.start()
        yield
    finally:
        heart.stop()
        forget(state_folder, flow_run_id)
        lock.release()


def alive(state_folder: str | Path, flow_run_id: str, *, now: float | None = None) -> bool:
    """Whether a run's process lives; False for one that never began, or has ended."""
    path, beat = _paths(state_folder, flow_run_id)
    if not path.exists():
        return False
    locked = _is_locked(path)
    said = _read(beat)
    if locked is not False or said is None:
        return bool(locked) or _is_fresh(said, now)
    return said.get("machine") != _machine() and _is_fresh(said, now)


def forget(state_folder: str | Path, flow_run_id: str) -> None:
    """Remove what a run that has ended left behind."""
    for path in _paths(state_folder, flow_run_id):
        with suppress(OSError):
            path.unlink()


@contextmanager
def sole_run(state_folder: str | Path, schedule: str) -> Iterator[bool]:
    """Whether no other run of the schedule is under way; while the block runs, none can begin.

    Raises UsageError where the folder cannot be written.
    """
    # Not 0: whoever looks whether it is held holds it for the blink of an eye.
    lock = _acquire(_schedule_lock(state_folder, schedule), timeout=0.2)
    try:
        yield lock is not None
    finally:
        if lock is not None:
            lock.release()


def is_sole_run_held(state_folder: str | Path, schedule: str) -> bool:
    """Whether a run of the schedule is under way, or that cannot be seen from here."""
    path = _schedule_lock(state_folder, schedule)
    return path.exists() and _is_locked(path) is not False


def say_ending(state_folder: str | Path) -> None:
    """Have it known, until `forget_ending`, that the runner which this process is ends its flow runs by intention."""
    with suppress(OSError):
        (Path(state_folder) / _ENDING).write_text(str(os.getpid()), encoding="ascii")


def forget_ending(state_folder: str | Path) -> None:
    """Have it known no more."""
    with suppress(OSError):
        (Path(state_folder) / _ENDING).unlink(missing_ok=True)


def is_ending(state_folder: str | Path, runner: str, *, patience_s: float = 0.0) -> bool:
    """Whether the runner of that process id ends its runs by intention, or says so within `patience_s`.

    A service manager ends a service's processes all at once: a flow run may have its signal before its runner has.
    """
    deadline = time.monotonic() + patience_s
    while True:
        with suppress(OSError, ValueError):
            if (Path(state_folder) / _ENDING).read_text(encoding="ascii") == runner:
                return True
        if time.monotonic() >= deadline:
            return False
        time.sleep(0.1)


def _schedule_lock(state_folder: str | Path, schedule: str) -> Path:
    # A parameter of Prefect's form can be any text: quoted, it is the name of a file in this folder and nothing else.
    return (
        Path(state_folder) / "locks" / f"{quote(schedule, safe=' ', errors='replace')[:200]}.lock"
    )


def _paths(state_folder: str | Path, flow_run_id: str) -> tuple[Path, Path]:
    runs = Path(state_folder) / "runs"
    return runs / f"{flow_run_id}.lock", runs / f"{flow_run_id}.json"


def _file_lock(path: Path) -> BaseFileLock:
    from filelock import FileLock

    # A block may be left in another thread than it was entered in.
    return FileLock(path, thread_local=False)


def _acquire(path: Path, *, timeout: float) -> BaseFileLock | None:
    from filelock import Timeout

    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        lock = _file_lock(path)
        lock.acquire(timeout=timeout)
    except Timeout:
        return None
    except (OSError, ValueError) as error:
        raise UsageError(
            f"{path} cannot be written: {error}",
            remedy="give its folder to the user that runs copydesk, or name a database in another one",
            code="state_folder",
        ) from error
    return lock


def _is_locked(path: Path) -> bool | None:
    """Whether somebody holds the lock; None where that cannot be seen from here."""
    from filelock import Timeout

    lock = _file_lock(path)
    try:
        lock.acquire(timeout=0)
    except Timeout:
        return True
    except OSError:
        return None
    lock.release()
    return False


def _read(path: Path) -> Mapping[str, object] | None:
    try:
        found = json.loads(path.read_bytes())
    except (OSError, ValueError):
        return None
    return found if isinstance(found, dict) else None


def _is_fresh(said: Mapping[str, object] | None, now: float | None) -> bool:
    at = said.get("at") if said else None
    return isinstance(at, (int, float)) and (now or time.time()) - at < DEAD_AFTER_S


@cache
def _machine() -> str:
    """This running kernel, which alone knows its locks: containers share it, and a reboot makes another."""
    with suppress(OSError):
        return Path("/proc/sys/kernel/random/boot_id").read_text(encoding="ascii").strip()
    return socket.gethostname()


class _Heart:
    """The thread that beats, and sees whether the parent is still there."""

    def __init__(self, path: Path, runner: str, *, parent: int | None) -> None:
        self._path = path
        self._facts = {
            "runner": runner,
            "machine": _machine(),
            "host": socket.gethostname(),
            "pid": os.getpid(),
        }
        self._parent = parent
        self._stopped = threading.Event()
        self._thread = threading.Thread(target=self._run, name="copydesk-heart", daemon=True)

    def start(self) -> None:
        self._beat()
        self._thread.start()

    def stop(self) -> None:
        self._stopped.set()
        self._thread.join(timeout=BEAT_S)

    def _run(self) -> None:
        last = time.monotonic()
        # That the parent is gone is seen within a second; a beat is written less often.
        while not self._stopped.wait(1.0):
            if self._parent is not None and os.getppid() != self._parent:
                os._exit(_EXIT_WITHOUT_RUNNER)
            if time.monotonic() - last >= BEAT_S:
                self._beat()
                last = time.monotonic()

    def _beat(self) -> None:
        written = self._path.with_suffix(".new")
        # A disk that is full for a while does not end the run: its lock still says that it lives.
        with suppress(OSError):
            written.write_text(json.dumps({**self._facts, "at": time.time()}), encoding="utf-8")
            written.replace(self._path)
