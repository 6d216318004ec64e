"""The embedding models of this machine and of a database, as `copydesk models` tells of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from difflib import get_close_matches
from pathlib import Path
from typing import TYPE_CHECKING

from copydesk.settings import Settings
from schemas.errors import CopydeskError, UsageError
from schemas.models import ModelChoice, StoredModel

if TYPE_CHECKING:
    from enrichers.vectors.found_models import FoundModel


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredVectors:
    """What a database has by a model in one precision and backend."""

    precision: str | None
    backend: str | None
    version: str
    texts: int
    articles: int
    serves: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class ListedModel:
    """A model: where it is, how it would run here, and what the database has by it.

    `origin` is packaged, package, folder or cache, or database where nothing but stored vectors is left of it. `setting`
    is what [models] embedding says to use it.
    """

    name: str
    origin: str
    setting: str | None
    folder: str | None
    dim: int | None
    max_tokens: int | None
    languages: tuple[str, ...]
    size_bytes: int | None
    sha256: str | None
    backend: str | None
    precision: str | None
    converted: bool
    is_set: bool
    serves: bool
    stored: tuple[StoredVectors, ...]
    problem: str | None


def list_models(settings: Settings, stored: Sequence[StoredModel]) -> list[ListedModel]:
    """Every model that is here or in the database: the packaged one first, those only stored last."""
    found = _found(settings, stored)
    listed = [_listed(model, settings) for model in found]
    wanted = _wanted(settings)
    rows = []
    left = list(stored)
    for one, model in zip(listed, found, strict=True):
        mine = [known for known in left if (known.maker.sha256 or "") == one.sha256]
        left = [known for known in left if known not in mine]
        rows.append(
            replace(
                one,
                is_set=wanted is not None and model.spec.folder.resolve() == wanted,
                serves=any(known.serves for known in mine),
                stored=tuple(map(_vectors, mine)),
            )
        )
    return [*rows, *map(_only_stored, left)]


def resolve_model(name: str | None, settings: Settings) -> FoundModel:
    """The model of that name, folder or setting; None is the one of the settings.

    Raises UsageError with the nearest name where there is none, or more than one.
    """
    from enrichers.vectors.found_models import FoundModel
    from enrichers.vectors.model_folder import existing_folder, find_model

    asked = settings.models.embedding if name is None else name
    found = _found(settings, ())
    if asked is None:
        return found[0]
    folded = asked.casefold().removeprefix("sentence-transformers/")
    named = [one for one in found if folded in (one.name.casefold(), one.setting.casefold())]
    if len(named) > 1:
        folders = ", ".join(str(one.spec.folder) for one in named)
        raise UsageError(f"several models are called {asked!r}", remedy=f"name one by: {folders}")
    if named:
        return named[0]
    try:
        spec = find_model(asked)
        folder = existing_folder(asked)
    except CopydeskError as error:
        raise _unknown(asked, [one.name for one in found], error) from error
    return FoundModel(
        name=spec.name,
        origin="cache" if folder is None else "folder",
        setting=asked if folder is None else str(folder),
        spec=spec,
    )


def _unknown(asked: str, names: Sequence[str], error: CopydeskError) -> UsageError:
    by_fold = {name.casefold(): name for name in names}
    near = get_close_matches(asked.casefold(), by_fold, n=1, cutoff=0.5)
    hint = f"did you mean {by_fold[near[0]]}? " if near else ""
    return UsageError(
        error.message,
        remedy=f"{hint}models here: {', '.join(names) or 'none'}; or name a folder. Nothing is downloaded",
    )


def model_folders(settings: Settings, stored: Sequence[StoredModel] = ()) -> list[Path]:
    """Where models are looked for: ./models, the user's folder for them, and where settings and database name one."""
    named = [settings.models.embedding, *(known.choice.model for known in stored if known.choice)]
    places = [Path("models"), Path("~/.local/share/copydesk/models")]
    places += [Path(name) for name in named if name and "\0" not in name]
    found = []
    for place in places:
        try:
            if (folder := place.expanduser()).is_dir():
                found.append(folder)
        except (OSError, RuntimeError, ValueError):
            continue
    return found


def choice_of_found(model: FoundModel, settings: Settings) -> ModelChoice:
    """How a found model would be opened under the settings' prefixes."""
    models = settings.models
    return ModelChoice(
        model=model.setting,
        query_prefix=models.query_prefix,
        passage_prefix=models.passage_prefix,
    )


def _found(settings: Settings, stored: Sequence[StoredModel]) -> list[FoundModel]:
    from enrichers.vectors.found_models import find_models

    return find_models(model_folders(settings, stored))


def _wanted(settings: Settings) -> Path | None:
    from enrichers.vectors.model_folder import find_model

    try:
        return find_model(settings.models.embedding).folder.resolve()
    except (CopydeskError, OSError):
        return None


def _listed(model: FoundModel, settings: Settings) -> ListedModel:
    from enrichers.vectors.encoder import describe_model

    models = settings.models
    told = describe_model(model.setting, Path(models.cache) if models.cache else None)
    precision = "f32" if models.precision == "f32" else told["precision"]
    return ListedModel(
        name=model.name,
        origin=model.origin,
        setting=model.setting,
        folder=str(model.spec.folder),
        dim=model.spec.dim,
        max_tokens=model.spec.max_tokens,
        languages=model.languages,
        size_bytes=model.size_bytes,
        sha256=_text(told["sha256"]),
        backend=_text(told["backend"]),
        precision=_text(precision),
        converted=bool(told["converted"]),
        is_set=False,
        serves=False,
        stored=(),
        problem=_text(told["problem"]),
    )


def _only_stored(known: StoredModel) -> ListedModel:
    return ListedModel(
        name=known.maker.name,
        origin="database",
        setting=None,
        folder=None,
        dim=known.dim,
        max_tokens=None,
        languages=(),
        size_bytes=None,
        sha256=known.maker.sha256,
        backend=None,
        precision=None,
        converted=False,
        is_set=False,
        serves=known.serves,
        stored=(_vectors(known),),
        problem="its files are not on this machine, or not as they were",
    )


def _vectors(known: StoredModel) -> StoredVectors:
    return StoredVectors(
        precision=known.maker.precision,
        backend=known.maker.backend,
        version=known.maker.version,
        texts=known.texts,
        articles=known.articles,
        serves=known.serves,
    )


def _text(value: object) -> str | None:
    return None if value is None else str(value)
