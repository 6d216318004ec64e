"""What a fetch run is asked to do: the flow's parameters, a form in Prefect's pages and JSON on its wire."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

from flows.engines import EngineOptions, Engines
from flows.events import GatherOptions
from flows.fetching import FetchRun, fetch_sources
from schemas.stored import FetchReport
from schemas.web import SourceSpec
from sources.web import FetchOptions
from storage.sqlite import Store


@dataclass(frozen=True, slots=True, kw_only=True)
class FetchParameters:
    """How the web is asked, what of it is wanted (stories dated from `since` on, before `before`), which models run.

    `pause` and `timeout` are seconds.
    """

    contact: str | None = None
    allow_hosts: tuple[str, ...] = ()
    pause: float = 1.0
    timeout: float = 30.0
    max_bytes: int = 20_000_000
    since: datetime | None = None
    before: datetime | None = None
    limit: int | None = None
    embedding: str | None = None
    precision: Literal["auto", "f32", "bf16"] = "auto"
    model_cache: str | None = None
    taggers: dict[str, str] = field(default_factory=dict)

    @property
    def run(self) -> FetchRun:
        """The part that fetching needs."""
        return FetchRun(
            web=FetchOptions(
                contact=self.contact,
                allow_hosts=self.allow_hosts,
                pause=self.pause,
                timeout=self.timeout,
                max_bytes=self.max_bytes,
            ),
            wanted=GatherOptions(since=self.since, before=self.before, limit=self.limit),
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


@dataclass(frozen=True, slots=True, kw_only=True)
class FetchWork:
    """Sources and where what they have goes. Running it twice stores nothing twice."""

    sources: list[SourceSpec]
    db: str
    engines: Engines
    run: FetchRun

    def do(self) -> FetchReport:
        """Ask the sources and store what is new."""
        with Store(self.db, encoder=self.engines.encoder, mode="a") as store:
            return fetch_sources(self.sources, store, self.engines, run=self.run)
