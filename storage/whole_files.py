"""Whether files that are mapped are still as long as they were: who reads mapped memory behind a file's end is killed."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import fields
from pathlib import Path

from storage.vector_file import MappedLines


def are_whole(mapped: MappedLines, folder: Path) -> bool:
    """Whether nothing was cut off the files in `folder` since. One that was removed is all there to who has it mapped."""
    columns = {field.name: getattr(mapped.lines, field.name) for field in fields(mapped.lines)}
    for name, values in (*columns.items(), ("bits", mapped.blocks), ("dead", mapped.dead)):
        with suppress(OSError):
            if (folder / f"{mapped.state.build}.{name}").stat().st_size < values.nbytes:
                return False
    return True
