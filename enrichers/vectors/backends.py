"""Windows of token ids to unit vectors, by OpenVINO or by sentence-transformers: same windows, same weights.

Each backend knows one library and nothing of caches or conversions.
"""

from __future__ import annotations

import functools
import os
import sys
import threading
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Literal, Protocol

import numpy as np

from enrichers.vectors.batches import Ids, mean_pool, pad, plan_batches, unit
from enrichers.vectors.model_folder import ModelFolder, Pooling
from enrichers.vectors.tokens import Window, WindowTokenizer, load_tokenizer
from schemas.errors import ModelUnavailableError
from schemas.protocols import Matrix

if TYPE_CHECKING:
    from types import ModuleType

    from openvino import CompiledModel, Core, InferRequest
    from sentence_transformers import SentenceTransformer

Precision = Literal["f32", "bf16"]
BackendName = Literal["openvino", "sentence-transformers"]


class Backend(Protocol):
    """Runs a model on windows of ids: one unit vector each, input order, shape (len(windows), dim)."""

    name: BackendName
    precision: Precision
    dim: int

    def run(self, windows: Sequence[Window]) -> Matrix:
        """Unit vectors of `windows`."""
        ...


def import_openvino() -> ModuleType:
    """The openvino module, imported so that it neither sends telemetry nor loads its converter.

    `import openvino` alone reports to a server through openvino_telemetry. Its converter is half of the import's
    time; `openvino.tools.ovc` can be imported afterwards where it is wanted. Raises ImportError.
    """
    sys.modules.setdefault("openvino_telemetry", None)  # type: ignore[arg-type]  # None: "not to be found"
    loaded = sys.modules.get("openvino")
    if loaded is not None:
        return loaded
    hidden = "openvino.tools.ovc"
    sys.modules[hidden] = None  # type: ignore[assignment]  # None: "not to be found"
    try:
        import openvino
    finally:
        del sys.modules[hidden]
    module: ModuleType = openvino
    return module


def processor_precisions() -> frozenset[Precision]:
    """What this processor computes in hardware."""
    capabilities = _core().get_property("CPU", "OPTIMIZATION_CAPABILITIES")
    return frozenset({"f32", "bf16"} if "BF16" in capabilities else {"f32"})


@functools.cache
def _core() -> Core:
    return import_openvino().Core()


class OpenVinoBackend:
    """A converted model on the CPU: one stream a thread, each taking batches of its own.

    Measured on 2 cores: two streams of one thread 129 paragraphs/s, one stream of two 114.
    """

    name: BackendName = "openvino"

    def __init__(
        self,
        model_file: Path,
        *,
        precision: Precision,
        pooling: Pooling = "mean",
        pad_id: int = 0,
        threads: int | None = None,
        compiled_cache: Path | None = None,
    ) -> None:
        self._threads = threads or available_cores()
        compiled = _compile(model_file, precision, self._threads, compiled_cache)
        # The hint is a wish: a processor without bf16 runs f32, and provenance must say so.
        run_as = str(compiled.get_property("INFERENCE_PRECISION_HINT"))
        self.precision: Precision = "bf16" if "bf" in run_as else "f32"
        self.dim = int(compiled.output(0).get_partial_shape()[2].get_length())
        self._inputs = {port.get_any_name() for port in compiled.inputs}
        self._pooling = pooling
        self._pad_id = pad_id
        self._requests = [compiled.create_infer_request() for _ in range(self._threads)]
        self._lock = threading.Lock()
        self.given_up = threading.Event()
        """Where it is set, a call of `run` ends with KeyboardInterrupt after the batches in hand."""

    def run(self, windows: Sequence[Window]) -> Matrix:
        """Unit vectors of `windows`; safe to call from several threads, one call at a time."""
        result = np.empty((len(windows), self.dim), dtype=np.float32)
        batches = plan_batches(windows, workers=self._threads)
        waiting = iter(batches)
        turn = threading.Lock()

        def work(request: InferRequest) -> None:
            while True:
                with turn:
                    rows = next(waiting, None)
                if rows is None or self.given_up.is_set():
                    return
                ids, mask = pad([windows[row] for row in rows], pad_id=self._pad_id)
                request.infer(self._feed(ids, mask), share_inputs=True, share_outputs=True)
                result[rows] = self._pool(request.get_output_tensor(0).data, mask)

        # Threads of ours rather than OpenVINO's AsyncInferQueue: its own threads take the interpreter's lock once more
        # after all is told as done, and where Python has ended meanwhile, C++ aborts the process.
        with self._lock:
            if len(batches) < 2:
                work(self._requests[0])
                return unit(result)
            at_work = self._requests[: len(batches)]
            with ThreadPoolExecutor(len(at_work), thread_name_prefix="copydesk-vectors") as pool:
                running = [pool.submit(work, request) for request in at_work]
                try:
                    for done in running:
                        done.result()
                except BaseException:
                    self.given_up.set()  # Ctrl-C: the pool waits for its threads
                    raise
            if self.given_up.is_set():
                raise KeyboardInterrupt
        return unit(result)

    def _feed(self, ids: Ids, mask: Ids) -> dict[str, Ids]:
        known = {"input_ids": ids, "attention_mask": mask, "token_type_ids": np.zeros_like(ids)}
        return {name: value for name, value in known.items() if name in self._inputs}

    def _pool(self, states: Matrix, mask: Ids) -> Matrix:
        return np.array(states[:, 0]) if self._pooling == "cls" else mean_pool(states, mask)


def available_cores() -> int:
    """The cores this process may use, at least one."""
    if hasattr(os, "sched_getaffinity"):
        return max(1, len(os.sched_getaffinity(0)))
    return os.cpu_count() or 1


def _compile(
    model_file: Path, precision: Precision, threads: int, compiled_cache: Path | None
) -> CompiledModel:
    options: dict[str, object] = {
        # Without a hint OpenVINO chooses by processor, and vectors of two machines differ unsaid.
        "INFERENCE_PRECISION_HINT": precision,
        # Pinned, two processes share one core: 75 paragraphs/s together against 160.
        "ENABLE_CPU_PINNING": False,
        "INFERENCE_NUM_THREADS": threads,
        "NUM_STREAMS": threads,
    }
    core = _core()
    if compiled_cache is not None:
        # 0.15 s instead of 0.35; without the weights it is 0.4 MB a configuration instead of 90, and as fast.
        kept = {"CACHE_DIR": str(compiled_cache), "CACHE_MODE": "OPTIMIZE_SIZE"}
        try:
            return core.compile_model(model_file, "CPU", {**options, **kept})
        except (RuntimeError, OSError):
            pass  # a damaged or unwritable cache of compiled kernels: it only saves time
    return core.compile_model(model_file, "CPU", options)


class SentenceTransformersBackend:
    """The reference: the model as sentence-transformers runs it, fed with our windows."""

    name: BackendName = "sentence-transformers"
    precision: Precision = "f32"

    def __init__(self, spec: ModelFolder, *, threads: int | None = None) -> None:
        self._model = load_reference(spec, threads=threads)
        self._pad_id = spec.pad_id
        self.dim = int(self._model.get_embedding_dimension() or spec.dim or 0)
        self.tokenizer = _fast_tokenizer(self._model, spec)

    def run(self, windows: Sequence[Window]) -> Matrix:
        """Unit vectors of `windows`."""
        import torch

        result = np.empty((len(windows), self.dim), dtype=np.float32)
        for rows in plan_batches(windows):
            ids, mask = pad([windows[row] for row in rows], pad_id=self._pad_id)
            features = {
                "input_ids": torch.from_numpy(ids),
                "attention_mask": torch.from_numpy(mask),
            }
            with torch.inference_mode():
                result[rows] = self._model(features)["sentence_embedding"].float().numpy()
        return unit(result)

    def encode_whole(self, texts: Sequence[str]) -> Matrix:
        """Unit vectors of whole texts by the library's own `encode`, for models that take no token windows."""
        if not texts:
            return np.empty((0, self.dim), dtype=np.float32)
        vectors = self._model.encode(
            list(texts), show_progress_bar=False, convert_to_numpy=True, prompt=""
        )
        return unit(np.asarray(vectors, dtype=np.float32))


def load_reference(spec: ModelFolder, *, threads: int | None = None) -> SentenceTransformer:
    """The model in sentence-transformers, on the CPU, without a look at the network.

    Raises ModelUnavailableError where the library or the model's files cannot be loaded.
    """
    with offline():
        try:
            import torch
            from sentence_transformers import SentenceTransformer
            from transformers.utils import logging as transformers_logging

            transformers_logging.disable_progress_bar()
            if threads:
                torch.set_num_threads(threads)
            model: SentenceTransformer = SentenceTransformer(
                str(spec.folder), device="cpu", local_files_only=True, trust_remote_code=False
            )
        except Exception as error:  # every library below has its own errors for a damaged file
            raise ModelUnavailableError(
                f"the embedding model {spec.name!r} in {spec.folder} cannot be loaded: {error}",
                remedy="install the model again, or name another in [models] embedding",
            ) from error
    return model.eval()


@contextmanager
def offline() -> Iterator[None]:
    """The hub's libraries, where first imported inside, never ask the network."""
    before = {name: os.environ.get(name) for name in OFFLINE}
    os.environ.update(OFFLINE)
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                os.environ.pop(name, None)
            else:
                os.environ[name] = value


OFFLINE = {"HF_HUB_OFFLINE": "1", "TRANSFORMERS_OFFLINE": "1", "HF_HUB_DISABLE_TELEMETRY": "1"}


def _fast_tokenizer(model: SentenceTransformer, spec: ModelFolder) -> WindowTokenizer | None:
    """Windows for `model`, or None where its first module is no transformer or has no fast tokenizer."""
    from sentence_transformers.models import Transformer
    from tokenizers import Tokenizer

    if not isinstance(model[0], Transformer):
        return None
    if spec.tokenizer_file.is_file():
        fast: object = load_tokenizer(spec.tokenizer_file)
    else:
        fast = getattr(model.tokenizer, "backend_tokenizer", None)
    if not isinstance(fast, Tokenizer):
        return None
    return WindowTokenizer(fast, max_tokens=spec.max_tokens, lowercase=spec.lowercase)
