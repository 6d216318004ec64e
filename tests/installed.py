"""A package that is installed for as long as a test runs: a *.dist-info folder with entry points, as pip leaves it."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

EXAMPLES = Path(__file__).parents[1] / "docs" / "examples"


def install(folder: Path, entry_points: Mapping[str, Mapping[str, str]], code: str = "") -> Path:
    """Write the package's metadata, and `code` as module `newsdesk_plugin`; the folder is to go on the path."""
    info = folder / "newsdesk_plugin-1.0.dist-info"
    info.mkdir(parents=True)
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: newsdesk-plugin\nVersion: 1.0\n")
    lines = [
        line
        for group, points in entry_points.items()
        for line in (f"[{group}]", *(f"{name} = {value}" for name, value in points.items()))
    ]
    (info / "entry_points.txt").write_text("\n".join(lines) + "\n")
    (folder / "newsdesk_plugin.py").write_text(code)
    return folder
