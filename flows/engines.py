"""What the stages need to run: each engine is made at its first use, and says who it is without being loaded."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from enrichers.entities.tagger import DEFAULT_MODELS, EntityTagger
from enrichers.figures.grammar import FigureFinder
from enrichers.quotations.finder import QuotationFinder
from enrichers.vectors.served import EncoderSettings, ServedEncoders
from flows.enricher_plugins import EnricherPlugins
from schemas.models import ModelChoice, StoredModel
from schemas.protocols import Encoder
from schemas.provenance import Provenance

if TYPE_CHECKING:
    from flows.workers import WorkerPool


@dataclass(frozen=True, slots=True, kw_only=True)
class EngineOptions:
    """Which models run the stages; small and picklable, so that a worker process can make its own engines.

    `threads` embed: by default the cores of this machine.
    """

    embedding: str | None = None
    precision: Literal["auto", "f32", "bf16"] = "auto"
    cache: str | None = None
    taggers: Mapping[str, str] = field(default_factory=dict)
    threads: int | None = None
    query_prefix: str | None = None
    passage_prefix: str | None = None
    names: str | None = None


class Engines:
    """The engines of one process. `pool` is where `flows.workers` keeps the processes that work for it, while it does.

    `convert` lets the embedding model be converted for OpenVINO where that was not done yet; `notify` gets sentences
    for people.
    """

    def __init__(
        self,
        options: EngineOptions | None = None,
        *,
        convert: bool = True,
        notify: Callable[[str], None] | None = None,
    ) -> None:
        self.options = options or EngineOptions()
        self._encoders = ServedEncoders(self._encoder_settings(), convert=convert, notify=notify)
        self.pool: WorkerPool | None = None

    @cached_property
    def tagger(self) -> EntityTagger:
        """Finds entities; the settings' taggers stand over the packaged ones."""
        return EntityTagger({**DEFAULT_MODELS, **self.options.taggers}, names=self.options.names)

    @cached_property
    def figures(self) -> FigureFinder:
        """Finds figures."""
        return FigureFinder()

    @cached_property
    def quotations(self) -> QuotationFinder:
        """Finds who said what."""
        return QuotationFinder()

    @cached_property
    def plugins(self) -> EnricherPlugins:
        """The enrichers that other packages add."""
        return EnricherPlugins()

    def encoder(self) -> Encoder:
        """Makes vectors by the model of the settings. Raises ModelUnavailableError where it is not on this machine."""
        return self._encoders.wanted()

    def encoder_of(self, stored: StoredModel | None) -> Encoder:
        """Makes vectors like those of a stored model; where there are none, and where it cannot be opened, as `encoder`."""
        return self._encoders.of(stored)

    @property
    def model_choices(self) -> Mapping[Provenance, ModelChoice]:
        """How each encoder that was opened here can be opened again."""
        return self._encoders.choices

    def give_up(self) -> None:
        """End the encoding that is under way on another thread: of what it makes nothing would be kept."""
        self._encoders.give_up()

    def preload(self, stored: StoredModel | None = None) -> None:
        """Begin to load the encoder of what is stored beside whatever else is loading."""
        self._encoders.preload(lambda: stored)

    def _encoder_settings(self) -> EncoderSettings:
        options = self.options
        return EncoderSettings(
            choice=ModelChoice(
                model=options.embedding,
                query_prefix=options.query_prefix,
                passage_prefix=options.passage_prefix,
            ),
            precision=options.precision,
            cache=Path(options.cache) if options.cache else None,
            threads=options.threads,
        )
