"""Writing one key of a settings file: everything else in it stays as it was, comments too."""

from __future__ import annotations

import json
import os
import re
import tempfile
import tomllib
from pathlib import Path

from schemas.errors import SettingsError

_HEADER = re.compile(r"\s*\[\s*([A-Za-z0-9_-]+)\s*\]\s*(?:#.*)?")
_ANY_HEADER = re.compile(r"\s*\[")


def write_setting(path: Path, table: str, key: str, value: str) -> None:
    """Set `key` of `[table]` in a settings file, which is made where it is missing.

    Raises SettingsError where the file cannot be read or written, or has the key in a form that cannot be edited here.
    """
    by_hand = f"write {key} = {json.dumps(value, ensure_ascii=False)} under [{table}] there by hand"
    try:
        place = Path(os.path.realpath(path))
        before = place.read_text(encoding="utf-8") if place.exists() else ""
        after = with_key(before, table, key, value)
        if after is None:
            raise SettingsError(f"{path} has [{table}] {key} in another form", remedy=by_hand)
        if after != before:
            _replace(place, after)
    except (OSError, UnicodeError) as error:
        why = error.strerror if isinstance(error, OSError) else "it is not UTF-8"
        raise SettingsError(f"{path} cannot be written ({why})", remedy=by_hand) from error


def with_key(text: str, table: str, key: str, value: str) -> str | None:
    r"""The TOML `text` with a key set to a string, None where that does not come to just that change.

    >>> with_key('db = "a.db"\n[models]  # big\ncache = "c"\n', "models", "embedding", "b")
    'db = "a.db"\n[models]  # big\nembedding = "b"\ncache = "c"\n'
    """
    line = f"{key} = {json.dumps(value, ensure_ascii=False)}\n"
    lines = text.splitlines(keepends=True)
    found = [i for i, one in enumerate(lines) if _names(one, table)]
    if found:
        _put(lines, found[0] + 1, key, line)
    else:
        if lines and not lines[-1].endswith("\n"):
            lines[-1] += "\n"
        lines += [*(["\n"] if lines else []), f"[{table}]\n", line]
    after = "".join(lines)
    try:
        wanted = tomllib.loads(text)
        wanted.setdefault(table, {})[key] = value
        # Text in several lines may hold what looks like a table: what was read is what is compared.
        return after if tomllib.loads(after) == wanted else None
    except (tomllib.TOMLDecodeError, TypeError, AttributeError):
        return None


def _names(line: str, table: str) -> bool:
    header = _HEADER.fullmatch(line.rstrip("\r\n"))
    return header is not None and header[1] == table


def _put(lines: list[str], first: int, key: str, line: str) -> None:
    """Have `line` stand in the table whose first line is `first`, in the place of the key's own where there is one."""
    has_key = re.compile(rf"\s*{re.escape(key)}\s*=")
    if first == len(lines) and first and not lines[-1].endswith("\n"):
        lines[-1] += "\n"
    for i in range(first, len(lines)):
        if _ANY_HEADER.match(lines[i]):
            break
        if has_key.match(lines[i]):
            lines[i] = line
            return
    lines.insert(first, line)


def _replace(place: Path, text: str) -> None:
    handle, name = tempfile.mkstemp(dir=place.parent, prefix=".copydesk-", suffix=".toml")
    written = Path(name)
    try:
        with os.fdopen(handle, "w", encoding="utf-8", newline="") as file:
            file.write(text)
        written.chmod(place.stat().st_mode & 0o777 if place.exists() else 0o644)
        written.replace(place)
    except BaseException:
        written.unlink(missing_ok=True)
        raise
