"""The folder that serving keeps beside a database: who this desk is, and that only one process serves it.

news.db
news.prefect/   desk.json   its identity, by which runs on a shared Prefect server are told from others'
                serve.lock  held by the one that serves
                locks/ runs/ see flows.liveness
                home/       of the Prefect server that is ours
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from uuid import uuid4

from schemas.errors import UsageError

TAG = "copydesk"


@dataclass(frozen=True, slots=True, kw_only=True)
class Desk:
    """A database that is served, the folder beside it, and an identity that no other desk has."""

    db: Path
    folder: Path
    id: str

    @property
    def tag(self) -> str:
        """What marks its deployments and runs on a Prefect server, which may have other desks' too."""
        return f"desk:{self.id}"

    @property
    def home(self) -> Path:
        """Where its own Prefect server keeps what it has."""
        return self.folder / "home"


def state_folder(db: str | Path) -> Path:
    """The folder beside a database; the same by each name of the database.

    >>> state_folder("/desks/news.db").as_posix(), state_folder("/desks/news").as_posix()
    ('/desks/news.prefect', '/desks/news.prefect')
    """
    path = Path(db).resolve()
    return path.with_name(f"{path.name.removesuffix('.db')}.prefect")


def open_desk(db: str | Path) -> Desk:
    """The desk of a database, with its folder, both made where they are not there yet.

    Raises UsageError where the folder cannot be written.
    """
    folder = state_folder(db)
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        return Desk(db=Path(db).resolve(), folder=folder, id=_identity(folder / "desk.json"))
    except OSError as error:
        raise UsageError(
            f"{folder} cannot be written: {error.strerror or error}",
            remedy="give its folder to the user that runs copydesk, or name a database in another one",
            code="state_folder",
        ) from error


def _identity(path: Path) -> str:
    try:
        found = json.loads(path.read_bytes())["id"]
        if isinstance(found, str) and found:
            return found
    except (FileNotFoundError, ValueError, KeyError, TypeError):
        pass  # never made, or written half before the power went: whoever had it is then a stranger
    made = uuid4().hex
    written = path.with_suffix(".new")
    written.write_text(json.dumps({"id": made}), encoding="utf-8")
    written.replace(path)
    return made


@contextmanager
def sole_server(desk: Desk) -> Iterator[None]:
    """While the block runs, no other process can serve the desk; the kernel frees it whatever ends this one.

    Raises UsageError where another one does.
    """
    from filelock import FileLock, Timeout

    lock = FileLock(desk.folder / "serve.lock", thread_local=False)
    try:
        lock.acquire(timeout=0)
    except Timeout as error:
        raise UsageError(
            f"{desk.db} is served already, by another copydesk serve",
            remedy="use that one (send it SIGHUP to take up changed settings), or stop it first",
            code="served",
        ) from error
    except OSError as error:
        raise UsageError(
            f"{desk.folder} cannot be locked: {error.strerror or error}",
            remedy="put the database on a file system that has locks",
            code="state_folder",
        ) from error
    try:
        yield
    finally:
        lock.release()
