"""Makes a converted model stand in the cache, once, however many processes ask for it at the same time."""

from __future__ import annotations

import contextlib
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from enrichers.vectors.backends import OFFLINE
from enrichers.vectors.converted import read_manifest, read_refusal
from enrichers.vectors.model_folder import ModelFolder

TIMEOUT_S = 600
"""A conversion takes 10 to 20 s; a machine that needs longer than this is not making any."""
ABANDONED_S = 3600
PACKAGE_ROOT = Path(__file__).resolve().parents[2]
_RUN = "import sys; sys.path.append(sys.argv[1]); from enrichers.vectors.export import main; main(sys.argv[2:])"


class ConversionError(Exception):
    """The model could not be converted; the message says why, and sentence-transformers can still run it."""


def convert_into(folder: Path, spec: ModelFolder) -> None:
    """Make `folder` hold the converted model of `spec`. Raises ConversionError; never leaves half a model.

    The lock only spares a second process the same work: where the file system has none, both convert, and the
    first to rename wins.
    """
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        with _lock(folder.with_name(f"{folder.name}.lock")):
            if read_manifest(folder) is None:
                _convert_under_lock(folder, spec)
    except OSError as error:
        raise ConversionError(
            f"the model cache {folder.parent} cannot be written ({error})"
        ) from error
    refusal = read_refusal(folder)
    if refusal is not None:
        raise ConversionError(refusal)


def _convert_under_lock(folder: Path, spec: ModelFolder) -> None:
    _remove_abandoned(folder.parent)
    with tempfile.TemporaryDirectory(
        dir=folder.parent, prefix=".converting-", ignore_cleanup_errors=True
    ) as work:
        target = Path(work) / "model"
        target.mkdir()
        _run_export(spec, target)
        if read_manifest(target) is None and read_refusal(target) is None:
            raise ConversionError("the conversion left no complete model")
        _put_in_place(target, folder)


def _run_export(spec: ModelFolder, target: Path) -> None:
    if not sys.executable:
        raise ConversionError("this Python cannot start another process to convert the model")
    command = [sys.executable, "-P", "-c", _RUN, str(PACKAGE_ROOT), str(spec.folder), str(target)]
    try:
        done = subprocess.run(  # noqa: S603  our own interpreter, our own module
            command,
            env={**os.environ, **OFFLINE},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            errors="replace",
            timeout=TIMEOUT_S,
            check=False,
        )
    except subprocess.TimeoutExpired as error:
        raise ConversionError(f"the conversion took longer than {TIMEOUT_S} s") from error
    if done.returncode != 0:
        lines = [line for line in done.stderr.splitlines() if line.strip()]
        reason = lines[-1].strip()[:200] if lines else f"exit {done.returncode}"
        raise ConversionError(f"the conversion failed ({reason})")


def _put_in_place(target: Path, folder: Path) -> None:
    for path in target.iterdir():
        with path.open("rb") as file:
            os.fsync(file.fileno())
    for _ in range(3):
        try:
            target.rename(folder)
        except OSError:
            if read_manifest(folder) is not None:
                return  # another process was first
            shutil.rmtree(folder, ignore_errors=True)  # damaged, or a refusal by an interrupted run
        else:
            return
    raise OSError(f"{folder} is in the way")


def _remove_abandoned(cache: Path) -> None:
    for path in cache.glob(".converting-*"):
        with contextlib.suppress(OSError):
            if time.time() - path.stat().st_mtime > ABANDONED_S:
                shutil.rmtree(path, ignore_errors=True)


@contextlib.contextmanager
def _lock(path: Path) -> Iterator[None]:
    """Held by one process at a time where the system can lock files; the lock goes with the process."""
    from filelock import FileLock, Timeout

    lock = FileLock(path, timeout=TIMEOUT_S)
    try:
        lock.acquire()
    except (Timeout, NotImplementedError):
        yield
        return
    try:
        yield
    finally:
        lock.release()
