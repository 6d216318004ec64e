"""What the flows are asked to do: their parameters, a form in Prefect's pages and JSON on its wire."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated, Final, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, WithJsonSchema
from pydantic.config import JsonDict

from enrichers.cleaning.metadata_dates import parse_time
from flows.engines import EngineOptions
from flows.events import GatherOptions
from flows.fetching import FetchRun
from flows.plugins import BUILT_IN_KINDS, SOURCES, enricher_names, installed
from flows.stages import STAGES, Stage
from schemas.web import SourceSpec
from schemas.webhooks import ArticleEvent, Webhook
from sources.files import ReadOptions
from sources.formats import FORMATS
from sources.web import FetchOptions

_FORM = ConfigDict(frozen=True, extra="forbid")
_MAX_BYTES = 20_000_000
# Not every server of Prefect's looks at formats, all look at patterns. What they let through and is no day (31 February),
# the flow refuses.
_DAY: Final = r"\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])"
_INSTANT: Final = rf"^{_DAY}T\d{{2}}:\d{{2}}:\d{{2}}(\.\d+)?(Z|[+-]\d{{2}}:\d{{2}})$"
_DAY_OR_INSTANT: Final = (
    rf"^{_DAY}([T ]\d{{2}}:\d{{2}}(:\d{{2}}(\.\d+)?)?(Z|[+-]\d{{2}}:?\d{{2}})?)?$"
)


def _date_readable(text: str) -> str:
    if parse_time(text) is None:
        said = "it is no date: write 2024-07-08 or 2024-07-08T10:00+02:00"
        raise ValueError(said)  # pydantic makes its own error of it
    return text


def _aware(when: datetime) -> datetime:
    return when if when.tzinfo else when.replace(tzinfo=UTC)


def _known_kinds(schema: JsonDict) -> None:
    """What a form offers as kinds: those of this installation, plug-ins' too."""
    schema["enum"] = [*BUILT_IN_KINDS, *installed(SOURCES)]


def _known_stages(schema: JsonDict) -> None:
    """What a form offers as stages: ours, and those that packages of this installation add."""
    schema["items"] = {"type": "string", "enum": [*STAGES, *enricher_names()]}


Instant = Annotated[
    datetime,
    AfterValidator(_aware),
    WithJsonSchema({"type": "string", "format": "date-time", "pattern": _INSTANT}),
]
Published = Annotated[
    str,
    AfterValidator(_date_readable),
    WithJsonSchema({"type": "string", "pattern": _DAY_OR_INSTANT}),
]
FormatName = Annotated[str, WithJsonSchema({"type": "string", "enum": list(FORMATS)})]

Workers = Annotated[
    int | None,
    Field(
        ge=1,
        le=64,
        description="Processes that clean and tag: 1 is this one, none named means as many as pay.",
    ),
]
KeepAll = Annotated[
    bool,
    Field(
        description="Store sections, error pages and consent walls too, marked as what they are."
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


class WebhookParameters(BaseModel):
    """A web address that is told of each article when the run has ended: the keys of a [[webhook]] in the settings."""

    model_config = _FORM

    name: str = Field(
        min_length=1, max_length=100, description="What the database knows it by, and status."
    )
    url: str = Field(
        min_length=1, description='Its address; a secret one as "env:NAME" or "file:PATH".'
    )
    on: tuple[ArticleEvent, ...] = Field(
        default=("stored", "updated"), min_length=1, description="What it is told of."
    )
    headers: dict[str, str] = Field(
        default={}, description='Headers; write a secret as "env:NAME" or "file:PATH".'
    )

    @property
    def webhook(self) -> Webhook:
        """The same for those who deliver."""
        return Webhook(
            name=self.name, url=self.url, on=self.on, headers=tuple(self.headers.items())
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
    link: str | None = Field(
        default=None,
        description="Address of the desk, for the run's table and for notices; else the dashboard's.",
    )
    notify: Notify = Field(default=Notify(), description="Who hears of a failure.")
    limits: tuple[str, ...] = Field(
        default=(),
        description="Global concurrency limits of the server; each task holds a slot of all of them.",
    )
    webhooks: tuple[WebhookParameters, ...] = Field(
        default=(),
        description="Who is told of each article when the run has ended; `copydesk serve` does that by itself.",
    )


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
    query_prefix: str | None = Field(
        default=None, description="What stands before a query. None: what the model's settings say."
    )
    passage_prefix: str | None = Field(
        default=None, description="What stands before a text. None: what the model's settings say."
    )
    taggers: dict[str, str] = Field(
        default={}, description="spaCy pipeline of a language: en, de ..."
    )
    names: str | None = Field(
        default=None, description="TOML file of names that go before what taggers say."
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
            names=self.names,
            threads=self.threads,
            query_prefix=self.query_prefix,
            passage_prefix=self.passage_prefix,
        )


class IngestParameters(BaseModel):
    """How files are read, and what is done with what is unchanged."""

    model_config = _FORM

    format: FormatName | None = Field(
        default=None, description="txt, md, html, json ... None: as each file says."
    )
    url: str | None = Field(default=None, description="The article's address (one document).")
    published: Published | None = Field(
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
    keep_all: KeepAll = False
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


class SourceParameters(BaseModel):
    """One place that news comes from: the keys of a [[source]] in the settings."""

    model_config = _FORM

    name: str = Field(min_length=1, description="What it is called, in tables and in status.")
    kind: str = Field(json_schema_extra=_known_kinds, description="What stands at its address.")
    url: str | None = Field(default=None, description="Its address.")
    path: str | None = Field(
        default=None, description="Its file or folder, in place of an address."
    )
    language: str | None = Field(
        default=None, description="The language: en, de ... None: it is found."
    )
    pause: float | None = Field(
        default=None, ge=0, description="Seconds between two requests. None: as the run says."
    )
    headers: tuple[tuple[str, str], ...] = Field(
        default=(),
        description='Headers, each a name and a value; write a secret as "env:NAME" or "file:PATH".',
    )
    cookies_env: str | None = Field(
        default=None, description="Variable of the worker that has the cookies."
    )
    proxy: str | None = Field(
        default=None, description='Proxy; one with a password as "env:NAME" or "file:PATH".'
    )
    user_agent: str | None = Field(default=None, description="What servers are told who asks.")
    fetcher: str | None = Field(
        default=None, description="Plug-in that loads its pages. None: the one built in."
    )
    enabled: bool = Field(default=True, description="Whether it is on.")

    @property
    def spec(self) -> SourceSpec:
        """The same for those who fetch."""
        return SourceSpec(**dict(self))


def source_parameters(spec: SourceSpec) -> SourceParameters:
    """A source as the form has it."""
    return SourceParameters.model_validate(spec, from_attributes=True)


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
    since: Instant | None = Field(
        default=None, description="Only stories dated from then on: 2024-01-31T00:00:00Z."
    )
    before: Instant | None = Field(default=None, description="Only stories dated before then.")
    limit: int | None = Field(
        default=None, ge=1, description="At most so many stories of each source."
    )
    keep_all: KeepAll = False
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
            keep_all=self.keep_all,
            workers=self.workers,
        )


class EnrichParameters(BaseModel):
    """Which stages are brought up to date."""

    model_config = _FORM

    stages: tuple[Stage, ...] = Field(
        default=(),
        json_schema_extra=_known_stages,
        description="clean, entities, figures, quotations, salience, vectors, or a package's; none named means all.",
    )
    models: ModelParameters = Field(default=ModelParameters(), description="Which models run.")
    run: RunContext = Field(default=RunContext(), description="On whose behalf; empty by hand.")
