"""What an ingest run is asked to do: the flow's parameters, a form in Prefect's pages and JSON on its wire."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from flows.engines import EngineOptions
from sources.files import ReadOptions


@dataclass(frozen=True, slots=True, kw_only=True)
class IngestParameters:
    """How files are read, which models run, and whether what is unchanged is done again."""

    format: str | None = None
    url: str | None = None
    published: str | None = None
    source: str | None = None
    language: str | None = None
    encoding: str | None = None
    max_bytes: int = 20_000_000
    force: bool = False
    embedding: str | None = None
    precision: Literal["auto", "f32", "bf16"] = "auto"
    model_cache: str | None = None
    taggers: dict[str, str] = field(default_factory=dict)

    @property
    def reading(self) -> ReadOptions:
        """The part that sources need."""
        return ReadOptions(
            format=self.format,
            url=self.url,
            published=self.published,
            site=self.source,
            language=self.language,
            encoding=self.encoding,
            max_bytes=self.max_bytes,
        )

    @property
    def engines(self) -> EngineOptions:
        """The part that the engines need."""
        return EngineOptions(
            embedding=self.embedding,
            precision=self.precision,
            cache=self.model_cache,
            taggers=self.taggers,
        )
