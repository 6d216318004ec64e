"""What the flows are asked to do: their parameters, a form in Prefect's pages and JSON on its wire."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from flows.engines import EngineOptions
from flows.events import GatherOptions
from flows.fetching import FetchRun
from flows.redo import Stage
from sources.files import ReadOptions
from sources.web import FetchOptions

_FORM = ConfigDict(frozen=True, extra="forbid")
_MAX_BYTES = 20_000_000

Workers = Annotated[
    int | None,
    Field(
        ge=1,
        le=64,
        description="Processes that clean and tag: 1 is this one, none named means as many as pay.",
    ),
]
MaxBytes = Annotated[int, Field(gt=0, description="Largest document that is read, in bytes.")]


class Notify(BaseModel):
    """Who hears of a run that failed or crashed."""

    model_config = _FORM

    log: bool = Field(default=True, description="Write it to the log.")
    webhook: str | None = Field(default=None, description="Address that is sent the facts as JSON.")
    command: tuple[str, ...] | None = Field(
        default=None,
        description="Program and arguments; it reads the facts as JSON from its input.",
    )


class RunContext(BaseModel):
    """On whose behalf a run is: filled in by `copydesk serve`, empty for runs that are started by hand."""

    model_config = _FORM

    schedule: str | None = Field(default=None, description="Schedule that the run is one of.")
    state_folder: str | None = Field(
        default=None,
        description="Folder of locks beside the database; with it, runs of a schedule never overlap.",
    )
    desk: str | None = Field(default=None, description="Which copydesk registered the run.")
    link: str | None = Field(default=None, description="Address of the desk's own pages.")
    notify: Notify = Field(default=Notify(), description="Who hears of a failure.")


class ModelParameters(BaseModel):
    """Which models run, and on how many threads."""

    model_config = _FORM

    embedding: str | None = Field(
        default=None,
        description="Embedding model: a folder, or a name in the local cache. None: the one that ships.",
    )
    precision: Literal["auto", "f32", "bf16"] = Field(
        default="auto", description="What the embedding is computed in."
    )
    model_cache: str | None = Field(default=None, description="Folder for the converted model.")
    taggers: dict[str, str] = Field(
        default={}, description="spaCy pipeline of a language: en, de ..."
    )
    threads: int | None = Field(
        default=None, ge=1, description="Threads that embed. None: the cores of this machine."
    )

    @property
    def engines(self) -> EngineOptions:
        """The same for the engines."""
        return EngineOptions(
            embedding=self.embedding,
            precision=self.precision,
            cache=self.model_cache,
            taggers=self.taggers,
            threads=self.threads,
        )


class IngestParameters(BaseModel):
    """How files are read, and what is done with what is unchanged."""

    model_config = _FORM

    format: str | None = Field(
        default=None, description="txt, md, html, json ... None: as each file says."
    )
    url: str | None = Field(default=None, description="The article's address (one document).")
    published: str | None = Field(
        default=None, description="When it was published: a day or an instant."
    )
    source: str | None = Field(default=None, description="The site's name.")
    language: str | None = Field(
        default=None, description="The language: en, de ... None: it is found."
    )
    encoding: str | None = Field(
        default=None, description="The charset of the files. None: it is found."
    )
    max_bytes: MaxBytes = _MAX_BYTES
    force: bool = Field(default=False, description="Do again what is unchanged.")
    workers: Workers = None
    models: ModelParameters = Field(default=ModelParameters(), description="Which models run.")
    run: RunContext = Field(default=RunContext(), description="On whose behalf; empty by hand.")

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


class FetchParameters(BaseModel):
    """How the web is asked, and what of it is wanted."""

    model_config = _FORM

    contact: str | None = Field(default=None, description="Address or mail that servers are told.")
    allow_hosts: tuple[str, ...] = Field(
        default=(), description="HOST:PORT that may be asked although it is not public."
    )
    pause: float = Field(default=1.0, ge=0, description="Seconds between two requests to a host.")
    timeout: float = Field(default=30.0, ge=0, description="Seconds that a whole answer may take.")
    max_bytes: MaxBytes = _MAX_BYTES
    since: datetime | None = Field(default=None, description="Only stories dated from then on.")
    before: datetime | None = Field(default=None, description="Only stories dated before.")
    limit: int | None = Field(
        default=None, ge=1, description="At most so many stories of each source."
    )
    workers: Workers = None
    models: ModelParameters = Field(default=ModelParameters(), description="Which models run.")
    run: RunContext = Field(default=RunContext(), description="On whose behalf; empty by hand.")

    @property
    def fetching(self) -> FetchRun:
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
            workers=self.workers,
        )


class EnrichParameters(BaseModel):
    """Which stages are brought up to date."""

    model_config = _FORM

    stages: tuple[Stage, ...] = Field(
        default=(), description="clean, entities, figures, vectors; none named means all."
    )
    models: ModelParameters = Field(default=ModelParameters(), description="Which models run.")
    run: RunContext = Field(default=RunContext(), description="On whose behalf; empty by hand.")
