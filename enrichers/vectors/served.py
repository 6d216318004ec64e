"""The encoders of one process: the one that the settings name, and the one whose vectors a store has, where they differ.

Each is opened at its first use and kept. What is stored is told by whoever has the store.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING

from enrichers.vectors.lazy import LazyEncoder
from enrichers.vectors.model_folder import PACKAGED_NAME, existing_folder, find_model
from schemas.errors import ModelUnavailableError
from schemas.models import ModelChoice, StoredModel
from schemas.provenance import Provenance

if TYPE_CHECKING:
    from enrichers.vectors.encoder import AskedPrecision, Notify
    from schemas.protocols import Encoder


@dataclass(frozen=True, slots=True, kw_only=True)
class EncoderSettings:
    """The model that is wanted, and how it runs here."""

    choice: ModelChoice = field(default_factory=ModelChoice)
    precision: AskedPrecision = "auto"
    cache: Path | None = None
    threads: int | None = None


class ServedEncoders:
    """Encoders by what is stored. `choices` says how each that was opened can be opened again.

    `convert` lets a model be converted for OpenVINO where that was not done yet; `notify` gets sentences for people.
    """

    def __init__(
        self, settings: EncoderSettings, *, convert: bool, notify: Notify | None = None
    ) -> None:
        self._settings = settings
        self._convert = convert
        self._notify = notify or _ignore
        self._lock = threading.RLock()
        self._wanted = LazyEncoder(self._open_wanted)
        self._by_model: dict[tuple[int, Provenance], Encoder] = {}
        self._preloading: LazyEncoder | None = None
        self.choices: dict[Provenance, ModelChoice] = {}

    def wanted(self) -> Encoder:
        """The encoder that the settings name. Raises ModelUnavailableError where it is not on this machine."""
        return self._wanted()

    def of(self, stored: StoredModel | None) -> Encoder:
        """The encoder whose vectors are comparable with those of `stored`; where nothing is stored, the one that is wanted.

        Where what made them is not on this machine, people are told, and it is the wanted one.
        """
        if stored is None:
            return self.wanted()
        with self._lock:
            key = (stored.id, stored.maker)
            if key not in self._by_model:
                self._by_model[key] = self._open_stored(stored)
            return self._by_model[key]

    def preload(
        self, look: Callable[[], StoredModel | None] = lambda: None, *, daemon: bool = True
    ) -> None:
        """Begin to open the encoder of what `look` finds stored, on another thread."""
        if self._preloading is None and not self._by_model:
            self._preloading = LazyEncoder(lambda: self.of(look()))
            self._preloading.preload(daemon=daemon)

    def give_up(self) -> None:
        """End the encoding that is under way on another thread, where the encoder can."""
        self._wanted.give_up()
        for encoder in list(self._by_model.values()):
            end = getattr(encoder, "give_up", None)
            if end is not None:
                end()

    def _open_wanted(self) -> Encoder:
        return self._open(self._settings.choice, self._settings.precision)

    def _open(self, choice: ModelChoice, precision: AskedPrecision) -> Encoder:
        from enrichers.vectors.encoder import (
            open_encoder,
        )  # numpy and more: not before it is needed

        encoder = open_encoder(
            choice.model,
            precision=precision,
            cache=self._settings.cache,
            threads=self._settings.threads,
            convert=self._convert,
            notify=self._notify,
            query_prefix=choice.query_prefix,
            passage_prefix=choice.passage_prefix,
        )
        self.choices[encoder.provenance] = _lasting(choice)
        return encoder

    def _open_stored(self, stored: StoredModel) -> Encoder:
        made = self._wanted.made
        if made is not None and made.provenance == stored.maker:
            return made
        settings = self._settings
        # Not "bf16": where the processor has none, that would be told at each search.
        precision: AskedPrecision = "f32" if stored.maker.precision == "f32" else "auto"
        if stored.has_weights_of(weights_of(settings.choice, settings.cache)):
            as_wanted = precision == settings.precision.replace("bf16", "auto")
            return self.wanted() if as_wanted else self._open(settings.choice, precision)
        try:
            encoder = self._open(self._choice_of(stored), precision)
        except ModelUnavailableError as error:
            self._notify(
                f"the stored vectors are by {stored.maker.name}, which cannot be opened ({error.message}); "
                "make new ones with: copydesk enrich --stage vectors"
            )
            return self.wanted()
        self._notify(
            f"the stored vectors are by {stored.maker.name}, which serves on; the model of the settings takes over with: "
            "copydesk enrich --stage vectors"
        )
        return encoder

    def _choice_of(self, stored: StoredModel) -> ModelChoice:
        """How a stored model is opened again. Raises ModelUnavailableError where it is not there as it was."""
        choice = stored.choice
        if choice is None and stored.maker.name == PACKAGED_NAME:
            choice = ModelChoice()
        if choice is None or not stored.has_weights_of(weights_of(choice, self._settings.cache)):
            raise ModelUnavailableError("it is not where it was, or not as it was")
        return choice


def weights_of(choice: ModelChoice, cache: Path | None) -> Provenance:
    """Who would make vectors, without precision and backend: nothing is loaded.

    Raises ModelUnavailableError where the model is not on this machine.
    """
    from enrichers.vectors.converted import cache_folder, version_of, weights_sha256

    spec = find_model(choice.model).with_prefixes(choice.query_prefix, choice.passage_prefix)
    return Provenance(
        stage="vectors",
        name=spec.name,
        version=version_of(spec),
        sha256=weights_sha256(spec, cache_folder(cache)),
    )


def foreseen_maker(
    choice: ModelChoice, precision: AskedPrecision, cache: Path | None
) -> Provenance:
    """Who will make vectors here, as far as that can be said before a model is converted: nothing is loaded.

    Raises ModelUnavailableError where the model is not on this machine.
    """
    from enrichers.vectors.backends import processor_precisions
    from enrichers.vectors.encoder import describe_model

    weights = weights_of(choice, cache)
    told = describe_model(choice.model, cache)
    can_convert = told["problem"] is None and find_model(choice.model).unconvertible is None
    if not (told["converted"] or can_convert):
        return replace(weights, backend="sentence-transformers", precision="f32")
    computed = "bf16" if "bf16" in processor_precisions() else "f32"
    if told["converted"]:
        computed = str(told["precision"])
    return replace(weights, backend="openvino", precision="f32" if precision == "f32" else computed)


def _lasting(choice: ModelChoice) -> ModelChoice:
    """The choice as it holds from any folder."""
    folder = None if choice.model is None else existing_folder(choice.model)
    model = choice.model if folder is None else str(folder)
    return ModelChoice(
        model=model, query_prefix=choice.query_prefix, passage_prefix=choice.passage_prefix
    )


def _ignore(_message: str) -> None:
    return
