"""The options that verbs share, and what they come to."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer
from typer.models import OptionInfo

from copydesk.present import Format, say
from copydesk.settings import ENV_PREFIX, Settings, load_settings
from schemas.errors import DatabaseError, UsageError
from schemas.filters import Filters, make_filters

if TYPE_CHECKING:
    from storage.sqlite import Store


def named(flag: str, metavar: str, text: str) -> OptionInfo:
    """An option with a value: its flag, what stands for the value in help, and the help."""
    option: OptionInfo = typer.Option(flag, metavar=metavar, help=text)
    return option


Db = Annotated[
    str | None, named("--db", "PATH", "The database (default ./copydesk.db, or COPYDESK_DB).")
]
Config = Annotated[
    str | None, named("--config", "FILE", "The settings file (default ./copydesk.toml).")
]
Json = Annotated[bool, typer.Option("--json", help="One JSON document on stdout.")]
JsonLines = Annotated[bool, typer.Option("--jsonl", help="One JSON object a line.")]
Track = Annotated[bool, typer.Option("--track", help="Run as a Prefect flow run (takes longer).")]
KeepAll = Annotated[
    bool,
    typer.Option(
        "--keep-all",
        help="Store sections, error pages and consent walls too (see search --include).",
    ),
]
Quiet = Annotated[bool, typer.Option("--quiet", "-q", help="Only errors.")]
Csv = Annotated[bool, typer.Option("--csv", help="CSV with a header line.")]
FailEmpty = Annotated[bool, typer.Option("--fail-empty", help="Exit 4 if nothing is found.")]
Since = Annotated[
    str | None,
    named("--since", "DATE", 'Published on or after: 2024-01-31, 2024, "7d", "this year".'),
]
Until = Annotated[str | None, named("--until", "DATE", "Published on or before that day.")]
Source = Annotated[str | None, named("--source", "NAME", "Only this site, by name or host.")]
Lang = Annotated[str | None, named("--lang", "CODE", "Only this language (en, de ...).")]
Entity = Annotated[
    str | None, named("--entity", "NAME", "Only rows that mention it, by any of its names.")
]
Label = Annotated[
    str | None, named("--label", "LABEL", "Only rows with such an entity: PERSON, ORG, GPE ...")
]
Speaker = Annotated[
    str | None,
    named("--speaker", "NAME", "Only what was said by that name: any name the speaker goes by."),
]
Include = Annotated[
    list[str] | None,
    named(
        "--include",
        "KIND",
        "Pages otherwise left out, too: paywalled, section, error or consent (repeatable).",
    ),
]
Count = Annotated[int, typer.Option("-k", "--limit", min=1, help="At most so many.")]


def examples(*lines: str) -> str:
    r"""The end of a verb's help; typer leaves lines after a \\b as they are."""
    return "\b\nExamples:\n" + "\n".join(f"  {line}" for line in lines)


def settings_of(db: str | None, config: str | None) -> Settings:
    """The settings in force for a call; of variables that look like one and are none, stderr is told."""
    settings = load_settings(db=db, config=config)
    if any(name.upper().startswith(ENV_PREFIX) for name in os.environ):
        from copydesk.environment import stray_variables

        for stray in stray_variables(os.environ, settings):
            say(f"copydesk: {stray}")
    return settings


def open_existing(
    settings: Settings, mode: Literal["r", "w"] = "r", *, by_meaning: bool = False
) -> Store:
    """The store that must be there; `by_meaning` loads the encoder while it is opened."""
    from copydesk.api import QueryEncoders, open_store_with

    encoder = QueryEncoders(settings, say)
    if by_meaning and Path(settings.db).is_file():
        encoder.preload(daemon=False)
    return open_store_with(settings.db, mode, settings, encoder=encoder)


def is_there(settings: Settings) -> bool:
    """Whether the database file is there. Raises DatabaseError where that cannot be told."""
    try:
        return Path(settings.db).exists()
    except OSError as error:
        raise DatabaseError(
            f"{settings.db} cannot be looked for: {error.strerror}",
            remedy="name a database in a folder that you may enter, with --db",
        ) from error


def format_of(*, json: bool, jsonl: bool = False, csv: bool = False) -> Format:
    """How the rows are to leave. Raises UsageError where two ways are asked for."""
    flags: dict[Format, bool] = {"json": json, "jsonl": jsonl, "csv": csv}
    asked = [form for form, wanted in flags.items() if wanted]
    if len(asked) > 1:
        raise UsageError(
            f"--{asked[0]} and --{asked[1]} cannot stand together", remedy="choose one of them"
        )
    return asked[0] if asked else "text"


def filters_of(
    since: str | None,
    until: str | None,
    source: str | None = None,
    lang: str | None = None,
    entity: str | None = None,
    label: str | None = None,
    include: list[str] | None = None,
) -> Filters:
    """The shared filters as typed."""
    return make_filters(
        spelled="--{}",
        since=since,
        until=until,
        source=source,
        lang=lang,
        entity=entity,
        label=label,
        include=include,
    )


def existing_file(name: str) -> Path | None:
    """The path, if a file of that name is there."""
    try:
        path = Path(name)
        return path if path.is_file() else None
    except (OSError, ValueError):
        return None
