"""Encoders over a backend: texts become windows, windows become vectors, a text's vector is the mean of its windows.

Knows nothing of where the model came from; see `encoder` for that.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from enrichers.vectors.backends import Backend, OpenVinoBackend, SentenceTransformersBackend
from enrichers.vectors.batches import unit
from enrichers.vectors.model_folder import ModelFolder
from enrichers.vectors.model_languages import languages_of
from enrichers.vectors.tokens import Window, WindowTokenizer, checked_texts, without_lone_surrogates
from schemas.protocols import Matrix
from schemas.provenance import Provenance

MOST_QUERY_WINDOWS = 8
"""Some 1,500 words: whoever pastes a book by mistake waits no minute for a search."""


class WindowEncoder:
    """An encoder that cuts texts into windows of the model's length and means them; see `schemas.protocols.Encoder`.

    The vector of a text does not depend on the batch it is in but for rounding: below 1e-5 a component in f32.
    """

    def __init__(
        self,
        backend: Backend,
        tokenizer: WindowTokenizer,
        spec: ModelFolder,
        provenance: Provenance,
    ) -> None:
        self._backend = backend
        self._tokenizer = tokenizer
        self._spec = spec
        self.provenance = provenance
        self.dim = backend.dim
        self.languages = languages_of(spec)

    def encode_windows(self, texts: Sequence[str]) -> list[Matrix]:
        """One matrix a text, one row a window, input order."""
        return self._encode_windows(checked_texts(texts), prompt=self._spec.document_prompt)

    def encode(self, texts: Sequence[str]) -> Matrix:
        """Shape (len(texts), dim): the mean of each text's windows, brought back to unit length."""
        return _means(self.encode_windows(texts), self.dim)

    def encode_query(self, text: str) -> Matrix:
        """Shape (1, dim), with the model's own prefix for queries where it names one; of a long one the first windows."""
        self._begin()
        windows = self._tokenizer.windows(checked_texts([text]), prompt=self._spec.query_prompt)[0]
        return _means([self._backend.run(windows[:MOST_QUERY_WINDOWS])], self.dim)

    def give_up(self) -> None:
        """End the call that is under way on another thread, where the backend can, with KeyboardInterrupt."""
        if isinstance(self._backend, OpenVinoBackend):
            self._backend.given_up.set()

    def _encode_windows(self, texts: Sequence[str], *, prompt: str) -> list[Matrix]:
        self._begin()
        windows_by_text = self._tokenizer.windows(texts, prompt=prompt)
        flat: list[Window] = [window for windows in windows_by_text for window in windows]
        ends = np.cumsum([len(windows) for windows in windows_by_text], dtype=np.int64)
        return np.split(self._backend.run(flat), ends[:-1]) if texts else []

    def _begin(self) -> None:
        if isinstance(self._backend, OpenVinoBackend):
            self._backend.given_up.clear()  # that was another call


class WholeTextEncoder:
    """An encoder for models that take no windows of tokens (static word vectors): each text is one window."""

    def __init__(
        self, backend: SentenceTransformersBackend, spec: ModelFolder, provenance: Provenance
    ) -> None:
        self._backend = backend
        self._spec = spec
        self.provenance = provenance
        self.dim = backend.dim
        self.languages = languages_of(spec)

    def encode_windows(self, texts: Sequence[str]) -> list[Matrix]:
        """One matrix of one row a text."""
        return [row[None, :] for row in self.encode(texts)]

    def encode(self, texts: Sequence[str]) -> Matrix:
        """Shape (len(texts), dim)."""
        return self._encode(texts, prompt=self._spec.document_prompt)

    def encode_query(self, text: str) -> Matrix:
        """Shape (1, dim)."""
        return self._encode([text], prompt=self._spec.query_prompt)

    def _encode(self, texts: Sequence[str], *, prompt: str) -> Matrix:
        return self._backend.encode_whole(
            [prompt + without_lone_surrogates(text) for text in checked_texts(texts)]
        )


def _means(windows_by_text: Sequence[Matrix], dim: int) -> Matrix:
    if not windows_by_text:
        return np.empty((0, dim), dtype=np.float32)
    return unit(np.stack([windows.mean(axis=0) for windows in windows_by_text]))
