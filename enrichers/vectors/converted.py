"""The cache of converted models: where each lies, whether it is whole, and the weights' hash without reading them twice.

    CACHE/hashes/<digest of path, size, mtime>.json     {"sha256": ...}
    CACHE/<name>-<key>/model.xml model.bin manifest.json compiled/

The key is made of the weights' hash, the settings that shape the model, openvino's version and RULES, so a converted
model is never changed once it stands; everything here can be deleted at any time.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import re
import tempfile
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np

from enrichers.vectors.backends import Precision
from enrichers.vectors.model_folder import ModelFolder
from enrichers.vectors.tokens import Window
from schemas.errors import ModelUnavailableError, SettingsError
from schemas.protocols import Matrix

RULES = "1"
"""Version of how models are converted and windows are cut and pooled: bump it when a vector can change."""

LEAST_AGREEMENT: dict[Precision, float] = {"f32": 0.9999, "bf16": 0.999}
"""Least cosine between the converted model and the reference, on every fixed text."""

MODEL_FILE = "model.xml"
WEIGHTS_FILE = "model.bin"
COMPILED_FOLDER = "compiled"
MANIFEST_FILE = "manifest.json"
REFUSAL_FILE = "refused.json"


@dataclass(frozen=True, slots=True, kw_only=True)
class Manifest:
    """What was found at conversion: agreement with the reference, and one probe to check each later load with."""

    agreement: dict[Precision, float]
    probe_window: Window
    probe_vector: list[float]
    model_bytes: int
    weights_bytes: int

    @property
    def probe(self) -> Matrix:
        """The reference's vector of `probe_window`, shape (1, dim)."""
        return np.asarray([self.probe_vector], dtype=np.float32)


def version_of(spec: ModelFolder) -> str:
    """What of our rules and the model's settings shapes a text's vector, beside the weights."""
    version = f"{RULES}+{spec.max_tokens}"
    if spec.document_prompt:
        version += f"+{_digest(spec.document_prompt)[:8]}"
    return version


def cache_folder(cache: Path | None) -> Path:
    """`cache` with its home folder filled in; for None the user's cache folder for models, by the XDG rules.

    Raises SettingsError where that is no path. Whether it can be written is seen when it is.
    """
    told = os.environ.get("XDG_CACHE_HOME", "")
    if cache is None:
        root = Path(told) if Path(told).is_absolute() else Path("~/.cache")
        cache = root / "copydesk" / "models"
    try:
        expanded = cache.expanduser()
        os.fsencode(expanded)
    except (RuntimeError, UnicodeError) as error:  # no such home; half a surrogate pair
        raise _no_path(cache) from error
    if "\0" in str(expanded):
        raise _no_path(cache)
    return expanded


def _no_path(cache: Path) -> SettingsError:
    return SettingsError(
        f"the model cache {str(cache)!r} is not a path on this machine",
        remedy="name a folder in [models] cache",
    )


def weights_sha256(spec: ModelFolder, cache: Path) -> str:
    """sha256 of the model's weights, remembered in `cache` by path, size and time of change.

    Of several weight files, the sha256 of their hashes in name order. Reading 91 MB takes 0.1 s or more, a third of
    a cold search. Raises ModelUnavailableError where they cannot be read.
    """
    try:
        stats = [(str(path), path.stat().st_size, path.stat().st_mtime_ns) for path in spec.weights]
        remembered = cache / "hashes" / f"{_digest(stats)}.json"
        with contextlib.suppress(OSError, ValueError, KeyError, TypeError):
            return str(json.loads(remembered.read_text(encoding="utf-8"))["sha256"])
        hashes = [_file_sha256(path) for path in spec.weights]
    except OSError as error:
        raise ModelUnavailableError(
            f"the weights of {spec.name!r} cannot be read ({error})",
            remedy="install the model again, or give this user the right to read it",
        ) from error
    sha256 = hashes[0] if len(hashes) == 1 else hashlib.sha256("".join(hashes).encode()).hexdigest()
    with contextlib.suppress(OSError):  # only the memory of it is lost
        remembered.parent.mkdir(parents=True, exist_ok=True)
        write_json(remembered, {"sha256": sha256})
    return sha256


def converted_folder(cache: Path, spec: ModelFolder, *, sha256: str, openvino_version: str) -> Path:
    """Where the converted model of `spec` stands or would stand."""
    shape = [
        sha256,
        RULES,
        openvino_version,
        spec.pooling,
        spec.max_tokens,
        spec.lowercase,
        spec.pad_id,
    ]
    slug = re.sub(r"[^A-Za-z0-9._-]+", "-", spec.name).strip("-.")[:60] or "model"
    return cache / f"{slug}-{_digest(shape)}"


def read_manifest(folder: Path) -> Manifest | None:
    """The manifest of a whole converted model, or None where there is none or its files are not all there."""
    try:
        stored = json.loads((folder / MANIFEST_FILE).read_text(encoding="utf-8"))
        manifest = Manifest(**stored)
        sizes = [(folder / name).stat().st_size for name in (MODEL_FILE, WEIGHTS_FILE)]
    except (OSError, ValueError, TypeError):
        return None
    return manifest if sizes == [manifest.model_bytes, manifest.weights_bytes] else None


def write_manifest(
    folder: Path, *, agreement: dict[Precision, float], window: Window, vector: Matrix
) -> None:
    """Write the manifest beside the model files that stand in `folder`."""
    manifest = Manifest(
        agreement=agreement,
        probe_window=window,
        probe_vector=[float(value) for value in vector],
        model_bytes=(folder / MODEL_FILE).stat().st_size,
        weights_bytes=(folder / WEIGHTS_FILE).stat().st_size,
    )
    write_json(folder / MANIFEST_FILE, asdict(manifest))


def read_refusal(folder: Path) -> str | None:
    """Why the model of `folder` was found not to convert, or None."""
    try:
        return str(json.loads((folder / REFUSAL_FILE).read_text(encoding="utf-8"))["reason"])
    except (OSError, ValueError, KeyError, TypeError):
        return None


def write_refusal(folder: Path, reason: str) -> None:
    """Remember that this model does not convert, so that it is not tried at each start."""
    write_json(folder / REFUSAL_FILE, {"reason": reason})


def write_json(path: Path, value: object) -> None:
    """Write `value` under a temporary name and put it in place at once."""
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=".writing-")
    temporary = Path(name)
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            json.dump(value, file)
        # A cache filled at set-up is read by other users; mkstemp lets only its maker read.
        temporary.chmod(0o644)
        temporary.replace(path)
    except OSError:
        temporary.unlink(missing_ok=True)
        raise


def _digest(value: object) -> str:
    return hashlib.sha256(json.dumps(value).encode()).hexdigest()[:16]


def _file_sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
