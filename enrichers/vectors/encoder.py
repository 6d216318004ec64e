"""Texts to unit vectors by the model on this disk, with the fastest backend that agrees with the reference.

`open_encoder` chooses: OpenVINO through a converted model where there is one or one can be made, else
sentence-transformers. It opens no connection and downloads nothing.
"""

from __future__ import annotations

import contextlib
import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, get_args

import numpy as np

from enrichers.vectors.backends import (
    Backend,
    OpenVinoBackend,
    Precision,
    SentenceTransformersBackend,
    import_openvino,
    processor_precisions,
)
from enrichers.vectors.converted import (
    COMPILED_FOLDER,
    LEAST_AGREEMENT,
    MANIFEST_FILE,
    MODEL_FILE,
    Manifest,
    cache_folder,
    converted_folder,
    read_manifest,
    read_refusal,
    version_of,
    weights_sha256,
)
from enrichers.vectors.model_folder import ModelFolder, find_model
from enrichers.vectors.tokens import WindowTokenizer, load_tokenizer
from enrichers.vectors.windowed import WholeTextEncoder, WindowEncoder
from schemas.errors import CopydeskError, ModelUnavailableError, UsageError
from schemas.protocols import Encoder
from schemas.provenance import Provenance

AskedPrecision = Literal["auto", "f32", "bf16"]
Notify = Callable[[str], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Request:
    """What `open_encoder` was asked for, checked."""

    spec: ModelFolder
    sha256: str
    cache: Path
    precision: AskedPrecision
    threads: int | None
    notify: Notify


class _UnusableError(Exception):
    """OpenVINO cannot be used for this model here and now; the message says why."""


def open_encoder(
    model: str | None = None,
    *,
    precision: AskedPrecision = "auto",
    cache: Path | None = None,
    threads: int | None = None,
    convert: bool = True,
    notify: Notify | None = None,
    query_prefix: str | None = None,
    passage_prefix: str | None = None,
) -> Encoder:
    """An encoder for `model`: None is the packaged all-MiniLM-L6-v2, else a folder or a name in the local hub cache.

    Prefixes stand before queries and texts; None is what the model's own settings say. "auto" is bf16 where the processor computes it, else f32. Where no converted model stands in `cache`, one is made
    (10 to 20 s, once), or with `convert=False` sentence-transformers runs the model and `notify` is told. Threads
    default to the cores of this process.

    Raises ModelUnavailableError if the model's files are not on disk, UsageError for a wrong argument.

    >>> open_encoder("no/such-model")
    Traceback (most recent call last):
    schemas.errors.ModelUnavailableError: the embedding model 'no/such-model' is not on this machine. Nothing is ...
    """
    _check_arguments(precision, threads)
    cache = cache_folder(cache)
    spec = find_model(model).with_prefixes(query_prefix, passage_prefix)
    request = _Request(
        spec=spec,
        sha256=weights_sha256(spec, cache),
        cache=cache,
        precision=precision,
        threads=threads,
        notify=notify or _ignore,
    )
    try:
        return _open_converted(request, convert=convert)
    except _UnusableError as error:
        request.notify(f"embedding with sentence-transformers, which is slower: {error}")
        return _open_reference(request)


def describe_model(model: str | None = None, cache: Path | None = None) -> dict[str, object]:
    """What `open_encoder(model, cache=cache, convert=False)` would use, without loading the model.

    Keys: name, sha256, dim, converted, backend, precision, cache, problem (a sentence or None). Never raises for a
    missing model: that is the problem reported.
    """
    report: dict[str, object] = {
        "name": model,
        "sha256": None,
        "dim": None,
        "converted": False,
        "backend": "sentence-transformers",
        "precision": "f32",
        "cache": None if cache is None else str(cache),
        "problem": None,
    }
    try:
        cache = cache_folder(cache)
        report["cache"] = str(cache)
        spec = find_model(model)
        report |= {"name": spec.name, "dim": spec.dim, "sha256": weights_sha256(spec, cache)}
        folder = _expected_folder(spec, cache, str(report["sha256"]))
    except (CopydeskError, _UnusableError) as error:
        return report | {"problem": str(error)}
    manifest = read_manifest(folder)
    if manifest is None:
        return report | {"problem": read_refusal(folder) or _unwritable(cache)}
    return report | {
        "converted": True,
        "backend": "openvino",
        "precision": _precision("auto", manifest, _ignore),
    }


def _check_arguments(precision: str, threads: int | None) -> None:
    known = get_args(AskedPrecision)
    if precision not in known:
        raise UsageError(f"no precision {precision!r}", remedy=f"name one of {', '.join(known)}")
    if threads is not None and threads < 1:
        raise UsageError(
            f"cannot embed with {threads} threads", remedy="name one or more, or none for all cores"
        )


def _ignore(_message: str) -> None:
    return


def _expected_folder(spec: ModelFolder, cache: Path, sha256: str) -> Path:
    """Where the converted model would be. Raises _UnusableError where this model or machine has none."""
    if spec.unconvertible is not None:
        raise _UnusableError(f"{spec.name} is not converted, because {spec.unconvertible}")
    try:
        version = str(import_openvino().__version__)
    except ImportError as error:
        raise _UnusableError(f"openvino cannot be imported ({error})") from error
    return converted_folder(cache, spec, sha256=sha256, openvino_version=version)


def _open_converted(request: _Request, *, convert: bool) -> Encoder:
    from concurrent.futures import ThreadPoolExecutor

    spec = request.spec
    folder = _expected_folder(spec, request.cache, request.sha256)
    with ThreadPoolExecutor(
        1
    ) as pool:  # OpenVINO compiles without the interpreter's lock: 40 ms saved
        tokenizer = pool.submit(load_tokenizer, spec.tokenizer_file)
        backend = _backend(folder, request, convert=convert)
        windows = WindowTokenizer(
            tokenizer.result(), max_tokens=spec.max_tokens, lowercase=spec.lowercase
        )
    return WindowEncoder(backend, windows, spec, _provenance(request, backend))


def _backend(folder: Path, request: _Request, *, convert: bool) -> OpenVinoBackend:
    manifest = _manifest(folder, request, convert=convert)
    try:
        return _checked_backend(folder, manifest, request)
    except _UnusableError:
        if not convert:
            raise
        # Whole by size but not by content: make it again, once.
        with contextlib.suppress(OSError):
            (folder / MANIFEST_FILE).unlink(missing_ok=True)
        return _checked_backend(folder, _manifest(folder, request, convert=True), request)


def _manifest(folder: Path, request: _Request, *, convert: bool) -> Manifest:
    manifest = read_manifest(folder)
    if manifest is not None:
        return manifest
    refusal = read_refusal(folder)
    if refusal is not None:
        raise _UnusableError(refusal)
    if not convert:
        raise _UnusableError(
            f"{request.spec.name} is not converted yet; the first ingest or `doctor` does that"
        )
    request.notify(
        f"preparing the embedding model {request.spec.name}, once: this takes about 20 seconds"
    )
    from enrichers.vectors.conversion import ConversionError, convert_into

    try:
        convert_into(folder, request.spec)
    except ConversionError as error:
        raise _UnusableError(str(error)) from error
    manifest = read_manifest(folder)
    if manifest is None:
        raise _UnusableError(f"the converted model in {folder} is not complete")
    return manifest


def _checked_backend(folder: Path, manifest: Manifest, request: _Request) -> OpenVinoBackend:
    """The converted model, loaded, and seen to give the reference's vector for the probe.

    A second try goes without the compiled kernels, which may be damaged or another processor's; a third in f32.
    """
    problem = ""
    wanted = _precision(request.precision, manifest, request.notify)
    for precision, compiled in (
        (wanted, folder / COMPILED_FOLDER),
        (wanted, None),
        ("f32", None),
    ):
        try:
            backend = OpenVinoBackend(
                folder / MODEL_FILE,
                precision=precision,
                pooling=request.spec.pooling,
                pad_id=request.spec.pad_id,
                threads=request.threads,
                compiled_cache=compiled,
            )
            agreement = float(np.sum(backend.run([manifest.probe_window]) * manifest.probe))
        except (RuntimeError, OSError, ValueError) as error:
            problem = f"cannot be run ({error})"
            continue
        if agreement >= LEAST_AGREEMENT[backend.precision]:
            return backend
        problem = f"differs from the reference (cosine {agreement:.4f})"
    raise _UnusableError(f"the converted model in {folder} {problem}")


def _precision(asked: AskedPrecision, manifest: Manifest, notify: Notify) -> Precision:
    if asked == "f32":
        return "f32"
    problem = ""
    if "bf16" not in processor_precisions():
        problem = "this processor does not compute bf16"
    elif manifest.agreement.get("bf16", 1.0) < LEAST_AGREEMENT["bf16"]:
        problem = "the model loses too much in bf16"
    # A conversion made on a machine without bf16 has no figure for it; the probe at loading then decides.
    if problem and asked == "bf16":
        notify(f"{problem}: embedding in f32")
    return "f32" if problem else "bf16"


def _open_reference(request: _Request) -> Encoder:
    spec = request.spec
    backend = SentenceTransformersBackend(spec, threads=request.threads)
    provenance = _provenance(request, backend)
    encoder: Encoder
    if backend.tokenizer is None:
        encoder = WholeTextEncoder(backend, spec, provenance)
    else:
        encoder = WindowEncoder(backend, backend.tokenizer, spec, provenance)
    try:
        encoder.encode_query("a trial")
    except Exception as error:  # a model may be made of any code, and fail in any way
        raise ModelUnavailableError(
            f"the embedding model {spec.name!r} loads but does not encode ({error})",
            remedy="name another in [models] embedding",
        ) from error
    return encoder


def _provenance(request: _Request, backend: Backend) -> Provenance:
    return Provenance(
        stage="vectors",
        name=request.spec.name,
        version=version_of(request.spec),
        sha256=request.sha256,
        precision=backend.precision,
        backend=backend.name,
    )


def _unwritable(cache: Path) -> str | None:
    nearest = next((path for path in (cache, *cache.parents) if os.path.lexists(path)), cache)
    if nearest.is_dir() and os.access(nearest, os.W_OK):
        return None
    return f"the model cache {cache} cannot be written: converted models cannot be kept"
