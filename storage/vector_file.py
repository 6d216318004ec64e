"""A model's lines in files beside the database: mapped into memory, only ever added to, and safe to delete at any time.

One folder a model. `state.json` says how much of which files counts and which change of the database it stands for; it is
replaced by rename, last, so that what was cut off in the middle counts for nothing. Files are never shortened and lines
that count never move, so whoever has them mapped goes on reading; lines that died are listed in a file of their own.
What the lines should be is known to `storage.vector_lines`.
"""

from __future__ import annotations

import hashlib
import json
import mmap
import os
import zlib
from collections.abc import Iterable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import IO, TypeVar

import numpy as np
from numpy.typing import NDArray

from schemas.provenance import Provenance
from storage.scan import BLOCK, Bits, Ids, pack_bits, widen, word_count
from storage.vector_lines import Change, Lines
from storage.vector_rows import VectorRows

_FORMAT = 1
_STATE = "state.json"
_LOCK = "lock"
_STATE_BYTES = 10_000
_SPOTS = 64
_ID = np.dtype(np.int64).newbyteorder("<")
_KIND = np.dtype(np.uint8)
_NORM = np.dtype(np.float32).newbyteorder("<")
_HALF = np.dtype(np.float16).newbyteorder("<")
_WORD = np.dtype(np.uint64).newbyteorder("<")
_COLUMNS: dict[str, np.dtype[np.generic]] = {
    **{"article_ids": _ID, "row_ids": _ID, "texts": _ID},
    **{"kinds": _KIND, "norms": _NORM},
}
_T = TypeVar("_T", bound=np.generic)


def vector_folder(database: Path) -> Path:
    """Where the files of a database's vectors go: the same place by whatever link it is named."""
    place = Path(os.path.realpath(database))
    return place.with_name(f"{place.name}.vectors")


def makers_in(parent: Path) -> list[tuple[Provenance, int]]:
    """The models whose lines stand in folders of `parent`, with their length of a vector."""
    found = []
    for path in sorted(parent.glob(f"*/{_STATE}")):
        with suppress(OSError, ValueError, TypeError, KeyError, RecursionError):
            with path.open("rb") as file:
                said = json.loads(file.read(_STATE_BYTES))["maker"]
            name, version, sha256, backend, precision, dim = said
            maker = Provenance(
                stage="vectors",
                name=name,
                version=version,
                sha256=sha256,
                backend=backend,
                precision=precision,
            )
            if isinstance(dim, int) and dim > 0:
                found.append((maker, dim))
    return found


@dataclass(frozen=True, slots=True, kw_only=True)
class State:
    """What of which files counts. `checks` are the CRC-32 of each column and of the dead lines' numbers."""

    build: str
    lines: int
    dead: int
    seq: int
    token: int
    checks: dict[str, int]

    @property
    def change(self) -> Change:
        """The state of the database that the lines are of."""
        return Change(self.seq, self.token)


@dataclass(frozen=True, slots=True)
class MappedLines:
    """The lines that counted when the files were opened, their bits, and which of them are dead."""

    state: State
    lines: Lines
    blocks: Bits
    dead: Ids
    rows: VectorRows

    def take(self, lines: Ids) -> Lines:
        """Copies of these lines, in this order."""
        columns = {name: getattr(self.lines, name)[lines] for name in _COLUMNS}
        return Lines(**columns, vectors=self.rows.read(lines))


class VectorFile:
    """The folder of one model. Reading gives None where there is nothing sound; writing raises OSError alone."""

    def __init__(self, parent: Path, maker: Provenance, dim: int) -> None:
        self._maker = [maker.name, maker.version, maker.sha256, maker.backend, maker.precision, dim]
        digest = hashlib.sha256(json.dumps(self._maker).encode()).hexdigest()
        self.folder = parent / digest[:16]
        self._dim = dim

    def read_state(self) -> State | None:
        """What counts now."""
        try:
            with (self.folder / _STATE).open("rb") as file:
                found = json.loads(file.read(_STATE_BYTES))
            if (found.pop("format"), found.pop("maker")) != (_FORMAT, self._maker):
                return None
            state = State(**found)
            numbers = [state.lines, state.dead, state.seq, state.token, *state.checks.values()]
        except (OSError, ValueError, TypeError, KeyError, AttributeError, RecursionError):
            return None
        fits = all(isinstance(n, int) for n in numbers) and state.lines > 0 <= state.dead
        named = isinstance(state.build, str) and state.build.isalnum()
        return state if fits and named and {*state.checks} == {*_COLUMNS, "dead"} else None

    def open(self) -> MappedLines | None:
        """The lines that count now, checked; None where there are none, or the files are not what was written."""
        while (state := self.read_state()) is not None:
            try:
                found = self._map(state)
            except (OSError, ValueError, OverflowError):
                found = None
            if found is not None and _is_sound(found):
                return found
            if self.read_state() == state:
                return None  # else another process has just replaced the files
        return None

    def _map(self, state: State) -> MappedLines:
        n = state.lines
        blocks, words = -(-n // BLOCK), word_count(self._dim)
        vectors = self._map_one(state, "vectors", _HALF, n * self._dim).reshape(n, self._dim)
        bits = self._map_one(state, "bits", _WORD, blocks * words * BLOCK)
        lines = Lines(
            self._map_one(state, "article_ids", _ID, n),
            self._map_one(state, "row_ids", _ID, n),
            self._map_one(state, "texts", _ID, n),
            self._map_one(state, "kinds", _KIND, n),
            self._map_one(state, "norms", _NORM, n),
            vectors,
        )
        dead = np.zeros(0, dtype=_ID)
        if state.dead:  # nothing cannot be mapped
            dead = self._map_one(state, "dead", _ID, state.dead)
        rows = VectorRows(self._path(state.build, "vectors"), vectors)
        return MappedLines(state, lines, bits.reshape(blocks, words, BLOCK), dead, rows)

    def _map_one(self, state: State, name: str, kind: np.dtype[_T], number: int) -> NDArray[_T]:
        with self._path(state.build, name).open("rb") as file:
            # ValueError where the file is shorter: nothing is mapped that is not there.
            mapped = mmap.mmap(file.fileno(), number * kind.itemsize, access=mmap.ACCESS_READ)
        return np.frombuffer(mapped, dtype=kind)

    def _path(self, build: str, name: str) -> Path:
        return self.folder / f"{build}.{name}"

    @contextmanager
    def locked(self, *, wait_s: float) -> Iterator[bool]:
        """Whether this process alone may write the files while the block runs. Makes the folder."""
        from filelock import FileLock, Timeout

        self.folder.mkdir(parents=True, exist_ok=True)
        lock = FileLock(self.folder / _LOCK, timeout=wait_s)
        try:
            lock.acquire(poll_interval=0.02)
        except Timeout:
            yield False
            return
        except NotImplementedError as error:  # a file system without locks
            raise OSError(str(error)) from error
        try:
            yield True
        finally:
            lock.release()

    def build(self, parts: Iterable[Lines], change: Change) -> None:
        """Write new files for `change` in the place of what there is. The caller holds the lock."""
        state = State(
            build=os.urandom(8).hex(),
            **{"lines": 0, "dead": 0, "seq": change.seq, "token": change.token},
            checks=dict.fromkeys((*_COLUMNS, "dead"), 0),
        )
        try:
            with _Writer(self.folder, state, self._dim) as writer:
                for part in parts:
                    writer.append(part)
                self._commit(writer.finish(np.zeros(0, dtype=np.int64), change))
        except BaseException:
            self._remove_all_but(None if (kept := self.read_state()) is None else kept.build)
            raise
        self._remove_all_but(state.build)

    def extend(self, state: State, lines: Lines, dead: Ids, change: Change) -> bool:
        """Add lines and dead ones to what `state` says; False where that is no longer what counts.

        The caller holds the lock. Vectors of dead lines are overwritten: what was deleted is to be nowhere.
        """
        if self.read_state() != state:
            return False
        with _Writer(self.folder, state, self._dim) as writer:
            writer.append(lines)
            self._commit(writer.finish(dead, change))
            writer.blank(dead)
        return True

    def remove(self) -> None:
        """Take the whole folder away, the state first, so that what is left half way counts for nothing."""
        with suppress(OSError):
            (self.folder / _STATE).unlink(missing_ok=True)
            for path in self.folder.iterdir():
                path.unlink()
            self.folder.rmdir()

    def _commit(self, state: State) -> None:
        text = json.dumps({"format": _FORMAT, "maker": self._maker, **asdict(state)})
        path = self.folder / f"{_STATE}.new"
        path.write_text(text, encoding="utf-8")
        path.replace(self.folder / _STATE)

    def _remove_all_but(self, build: str | None) -> None:
        """Take away files of other builds; whoever has them mapped keeps them."""
        with suppress(OSError):
            for path in self.folder.iterdir():
                name = path.name.partition(".")[0]
                if path.name not in {_STATE, _LOCK} and name != build:
                    with suppress(OSError):
                        path.unlink()


class _Writer:
    """Adds lines to the files of one build, behind those that count."""

    def __init__(self, folder: Path, state: State, dim: int) -> None:
        self._state, self._dim = state, dim
        self._lines = state.lines
        self._checks = dict(state.checks)
        self._stack = ExitStack()
        self._files: dict[str, IO[bytes]] = {}
        try:
            for name in (*_COLUMNS, "vectors", "bits", "dead"):
                path = folder / f"{state.build}.{name}"
                mode = "r+b" if state.lines else "x+b"
                self._files[name] = self._stack.enter_context(path.open(mode))
        except BaseException:
            self._stack.close()
            raise

    def __enter__(self) -> _Writer:
        return self

    def __exit__(self, *_: object) -> None:
        self._stack.close()

    def append(self, lines: Lines) -> None:
        """Write lines; they count once the state says so."""
        for name, kind in _COLUMNS.items():
            values = np.ascontiguousarray(getattr(lines, name), dtype=kind)
            self._write(name, self._lines * kind.itemsize, values)
            self._checks[name] = zlib.crc32(values.data, self._checks[name])
        vectors = np.ascontiguousarray(lines.vectors, dtype=_HALF)
        self._write("vectors", self._lines * self._dim * _HALF.itemsize, vectors)
        self._write_bits(self._lines, pack_bits(vectors.view(np.int16)))
        self._lines += len(lines)

    def finish(self, dead: Ids, change: Change) -> State:
        """Write the numbers of dead lines and have all of it on the disk; what there is then."""
        numbers = np.ascontiguousarray(dead, dtype=_ID)
        self._write("dead", self._state.dead * _ID.itemsize, numbers)
        self._checks["dead"] = zlib.crc32(numbers.data, self._checks["dead"])
        self._fill_up("bits", -(-self._lines // BLOCK) * word_count(self._dim) * BLOCK * 8)
        for file in self._files.values():
            file.flush()
        if self._lines > self._state.lines:
            # After a power cut a column that did not reach the disk is told by its check; these two have none.
            os.fsync(self._files["vectors"].fileno())
            os.fsync(self._files["bits"].fileno())
        return State(
            build=self._state.build,
            lines=self._lines,
            dead=self._state.dead + len(dead),
            seq=change.seq,
            token=change.token,
            checks=self._checks,
        )

    def blank(self, dead: Ids) -> None:
        """Overwrite the vectors and bits of lines that died."""
        nothing = np.zeros((1, self._dim), dtype=_HALF)
        for line in dead.tolist():
            self._write("vectors", line * nothing.nbytes, nothing)
            self._write_bits(line, pack_bits(nothing.view(np.int16)))

    def _write(self, name: str, place: int, values: NDArray[np.generic]) -> None:
        if values.size:
            self._files[name].seek(place)
            self._files[name].write(values.data)

    def _write_bits(self, line: int, words: Bits) -> None:
        done, number = 0, words.shape[1]
        while done < len(words):
            block, column = divmod(line + done, BLOCK)
            run = min(BLOCK - column, len(words) - done)
            for word in range(number):
                place = ((block * number + word) * BLOCK + column) * _WORD.itemsize
                values = np.ascontiguousarray(words[done : done + run, word], dtype=_WORD)
                self._write("bits", place, values)
            done += run

    def _fill_up(self, name: str, size: int) -> None:
        file = self._files[name]
        file.flush()
        if os.fstat(file.fileno()).st_size < size:
            file.truncate(size)  # never shortens


def _is_sound(found: MappedLines) -> bool:
    """Whether the columns are what was written, and a sample of vectors is what columns and bits say of it."""
    lines, checks = found.lines, found.state.checks
    if any(zlib.crc32(getattr(lines, name).data) != checks[name] for name in _COLUMNS):
        return False
    if zlib.crc32(found.dead.data) != checks["dead"]:
        return False
    n = len(lines)
    if len(found.dead) and not 0 <= int(found.dead.min()) <= int(found.dead.max()) < n:
        return False
    spots = np.setdiff1d(np.linspace(0, n - 1, _SPOTS).astype(np.int64), found.dead)
    vectors = found.rows.read(spots)
    bits = found.blocks[spots // BLOCK, :, spots % BLOCK]
    if not np.array_equal(bits, pack_bits(vectors.view(np.int16))):
        return False
    lengths = np.linalg.norm(widen(vectors), axis=1) * lines.norms[spots]
    return bool(np.all((np.abs(lengths - 1) < 1e-3) | (lengths == 0)))
