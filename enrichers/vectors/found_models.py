"""The embedding models that are on this machine already: the packaged one, others in packages, folders, the hub's cache.

Looks at names and settings files only; nothing is loaded, nothing is downloaded.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from importlib.metadata import distributions
from pathlib import Path
from typing import Literal

from enrichers.vectors.model_folder import (
    PACKAGED_NAME,
    ModelFolder,
    find_model,
    read_model_folder,
)
from enrichers.vectors.model_languages import languages_of
from schemas.errors import CopydeskError

Origin = Literal["packaged", "package", "folder", "cache"]
_MOST_IN_FOLDER = 1000


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundModel:
    """A model and what `[models] embedding` has to say to use it."""

    name: str
    origin: Origin
    setting: str
    spec: ModelFolder

    @property
    def languages(self) -> tuple[str, ...]:
        """The languages that its card names, as a search goes by them; none where it has no card."""
        return languages_of(self.spec)

    @property
    def size_bytes(self) -> int:
        """The size of its weights."""
        with suppress(OSError):
            return sum(path.stat().st_size for path in self.spec.weights)
        return 0


def find_models(folders: Iterable[Path] = ()) -> list[FoundModel]:
    """Every model found, the packaged one first; `folders` are looked into, and may be models themselves."""
    found: dict[Path, FoundModel] = {}
    for model in (*_packaged(), *_in_packages(), *_in_folders(folders), *_in_hub_cache()):
        with suppress(OSError):
            found.setdefault(model.spec.folder.resolve(), model)
    return list(found.values())


def _packaged() -> Iterator[FoundModel]:
    with suppress(CopydeskError):
        yield FoundModel(
            name=PACKAGED_NAME, origin="packaged", setting=PACKAGED_NAME, spec=find_model(None)
        )


def _in_packages() -> Iterator[FoundModel]:
    for package in distributions():
        # To have every file of every package parsed would take a second.
        if "modules.json" not in (package.read_text("RECORD") or ""):
            continue
        for file in package.files or ():
            if file.name == "modules.json":
                folder = Path(str(package.locate_file(file))).parent
                yield from _model_in(folder, "package", name=str(package.metadata["Name"]))


def _in_folders(folders: Iterable[Path]) -> Iterator[FoundModel]:
    for folder in folders:
        yield from _model_in(folder, "folder")
        with suppress(OSError):
            inside = sorted(path for path in folder.iterdir() if path.is_dir())
            for path in inside[:_MOST_IN_FOLDER]:
                yield from _model_in(path, "folder")


def _in_hub_cache() -> Iterator[FoundModel]:
    home = os.environ.get("HF_HOME") or "~/.cache/huggingface"
    cache = Path(os.environ.get("HF_HUB_CACHE") or f"{home}/hub").expanduser()
    with suppress(OSError):
        for path in sorted(cache.glob("models--*/snapshots/*/modules.json"))[:_MOST_IN_FOLDER]:
            name = path.parts[-4].removeprefix("models--").replace("--", "/")
            yield from _model_in(path.parent, "cache", name=name, setting=name)


def _model_in(
    folder: Path, origin: Origin, *, name: str | None = None, setting: str | None = None
) -> Iterator[FoundModel]:
    """The model in a folder, if it says that it is one for embedding and has its weights."""
    with suppress(CopydeskError, OSError):
        if (folder / "modules.json").is_file():
            place = folder.resolve()
            yield FoundModel(
                name=name or place.name,
                origin=origin,
                setting=setting or str(place),
                spec=read_model_folder(place, name=name or place.name),
            )
