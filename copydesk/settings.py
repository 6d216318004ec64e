"""The settings: what they are, what they default to, and where each value came from.

Order: flag > environment (COPYDESK_DB, COPYDESK_MODELS_EMBEDDING ...) > ./copydesk.toml (or --config) > the user's file >
default. Read once, at the edge, and passed on as arguments. Pydantic checks what a file says and is loaded only where
there is a file: a search without settings does not wait for it.
"""

from __future__ import annotations

import os
import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field, fields, is_dataclass
from difflib import get_close_matches
from functools import cache
from pathlib import Path
from typing import Any, Literal

from copydesk.settings_faults import KINDS, may_hold_secret, origin_of, refused, wrong
from schemas.errors import SettingsError
from schemas.schedule import FlowName
from schemas.web import SourceSpec
from schemas.webhooks import ArticleEvent

CONFIG_NAME = "copydesk.toml"
DEFAULT_DB = "copydesk.db"
ENV_PREFIX = "COPYDESK_"

_DURATION = re.compile(r"(\d+(?:\.\d+)?)\s*([smhdw]?)", re.ASCII)
_SECONDS = {"s": 1, "m": 60, "h": 3600, "d": 86_400, "w": 604_800}
Duration = float | str
"""Seconds, or a number with a unit: "15m", "1s", "2h", "1d"."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FetchSettings:
    """[fetch]: how the web is read. `allow_hosts` are the only "host:port" that may be private; `contact` is in the User-Agent."""

    allow_hosts: tuple[str, ...] = ()
    pause: Duration = 1.0
    timeout: Duration = 30.0
    max_bytes: int = 20_000_000
    contact: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class CleanSettings:
    """[clean]: whether what a site repeats under different titles is masked as template."""

    site_memory: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelSettings:
    """[models]: the embedding model (name or folder), its precision, where converted models are kept, taggers.

    `names` is a file of names that go before what taggers say (docs/entities.md).

    A prefix stands before each query or passage, in the place of what the model's own settings say; "" is none.
    """

    embedding: str | None = None
    precision: Literal["auto", "f32", "bf16"] = "auto"
    cache: str | None = None
    query_prefix: str | None = None
    passage_prefix: str | None = None
    names: str | None = None
    tagger: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceSettings:
    """[[source]]: one place that news comes from. Values of headers and the proxy may be "env:NAME" or "file:PATH"."""

    name: str
    kind: str
    url: str | None = None
    path: str | None = None
    language: str | None = None
    pause: Duration | None = None
    headers: Mapping[str, str] = field(default_factory=dict)
    cookies_env: str | None = None
    proxy: str | None = None
    user_agent: str | None = None
    fetcher: str | None = None
    enabled: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class ScheduleSettings:
    """[[schedule]]: a flow and when it runs."""

    name: str
    flow: FlowName
    sources: tuple[str, ...] = ()
    path: str | None = None
    cron: str | None = None
    every: Duration | None = None
    timezone: str | None = None
    enabled: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class WebhookSettings:
    """[[webhook]]: an address that is told of articles. It, and values of headers, may be "env:NAME" or "file:PATH"."""

    name: str
    url: str
    on: tuple[ArticleEvent, ...] = ("stored", "updated")
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class NotifySettings:
    """[notify]: who hears of a run that failed, the log, an address (or "env:NAME"), a program; `link` is where the desk is."""

    log: bool = True
    link: str | None = None
    webhook: str | None = None
    command: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """All settings. `origins` says where each value that is not a default came from, by dotted key."""

    db: str = DEFAULT_DB
    fetch: FetchSettings = field(default_factory=FetchSettings)
    clean: CleanSettings = field(default_factory=CleanSettings)
    models: ModelSettings = field(default_factory=ModelSettings)
    source: tuple[SourceSettings, ...] = ()
    schedule: tuple[ScheduleSettings, ...] = ()
    webhook: tuple[WebhookSettings, ...] = ()
    notify: NotifySettings = field(default_factory=NotifySettings)
    origins: Mapping[str, str] = field(default_factory=dict)


VARIABLE_SECTIONS = {"fetch": FetchSettings, "clean": CleanSettings, "models": ModelSettings}
"""The tables whose keys may stand in the environment."""


def load_settings(
    *,
    db: str | None = None,
    config: str | None = None,
    environment: Mapping[str, str] | None = None,
) -> Settings:
    """The settings in force, from flags, environment and files.

    Raises SettingsError for a file that is missing (where it was named), unreadable or no TOML, an unknown key (with the
    nearest known one), or a value of the wrong kind.
    """
    values = os.environ if environment is None else environment
    tables: dict[str, Any] = {}
    origins: dict[str, str] = {}
    for path, must_be in _files(config, values):
        if must_be or path.is_file():
            _merge(tables, _read(path), str(path), origins)
    _merge(tables, _from_environment(values), "environment", origins)
    if db is not None:
        _merge(tables, {"db": db}, "flag", origins)
    if not tables:
        return Settings()
    return _validated(tables, origins)


def _files(config: str | None, environment: Mapping[str, str]) -> list[tuple[Path, bool]]:
    home = environment.get("XDG_CONFIG_HOME") or str(Path.home() / ".config")
    user = Path(home) / "copydesk" / CONFIG_NAME
    named = config or environment.get(f"{ENV_PREFIX}CONFIG")
    return [(user, False), (Path(named or CONFIG_NAME), named is not None)]


def _read(path: Path) -> dict[str, Any]:
    try:
        with path.open("rb") as file:
            tables = tomllib.load(file)
    except OSError as error:
        raise SettingsError(
            f"the settings file {path} cannot be read ({error.strerror})",
            remedy="check the path given with --config",
        ) from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise SettingsError(
            f"{path} is not valid TOML: {error}", remedy="mend the file there"
        ) from error
    if not isinstance(tables.get("db", ""), str):
        raise wrong(
            "db", f"= {tables['db']!r} is wrong", {"db": str(path)}, why=KINDS["string_type"]
        )
    # A path in a file is meant from where the file is.
    if "db" in tables and "://" not in tables["db"]:
        tables["db"] = str(path.parent / tables["db"])
    models = tables.get("models")
    if isinstance(models, dict) and isinstance(models.get("names"), str):
        models["names"] = str(path.parent / models["names"])
    for table in (*_tables(tables, "source"), *_tables(tables, "schedule")):
        place = table.get("path")
        if isinstance(place, str) and place and "://" not in place:
            table["path"] = str(path.parent / place)
    return tables


def _tables(tables: dict[str, Any], key: str) -> list[dict[str, Any]]:
    listed = tables.get(key)
    return [one for one in listed if isinstance(one, dict)] if isinstance(listed, list) else []


def _from_environment(environment: Mapping[str, str]) -> dict[str, Any]:
    tables: dict[str, Any] = {}
    if database := environment.get(f"{ENV_PREFIX}DB"):
        tables["db"] = database
    for section, kind in VARIABLE_SECTIONS.items():
        for name in (f.name for f in fields(kind) if f.name != "tagger"):
            value = environment.get(f"{ENV_PREFIX}{section.upper()}_{name.upper()}")
            if value is not None:
                parsed = _listed(value) if name == "allow_hosts" else value
                tables.setdefault(section, {})[name] = parsed
    return tables


def _listed(text: str) -> list[str]:
    return [item.strip() for item in text.split(",") if item.strip()]


def _merge(
    tables: dict[str, Any], more: Mapping[str, Any], origin: str, origins: dict[str, str]
) -> None:
    for key, value in more.items():
        if isinstance(value, dict) and isinstance(tables.get(key, {}), dict):
            tables[key] = {**tables.get(key, {}), **value}
            origins.update({f"{key}.{name}": origin for name in value})
        else:
            tables[key] = value
            origins[key] = origin


def _validated(tables: dict[str, Any], origins: dict[str, str]) -> Settings:
    _check_keys(tables, Settings, "", origins)
    from pydantic import TypeAdapter, ValidationError

    try:
        settings = TypeAdapter(Settings).validate_python({**tables, "origins": origins})
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        # The cause would show every value, and a traceback shows the cause.
        cause = None if may_hold_secret(first["loc"][0]) else error
        raise refused(first, origins) from cause
    from copydesk.settings_checks import check_values

    check_values(settings)
    return settings


def source_specs(settings: Settings) -> tuple[SourceSpec, ...]:
    """The sources of the settings, in the file's order; references in headers and proxies stay as they are written."""
    return tuple(
        SourceSpec(
            name=place.name,
            kind=place.kind,
            url=place.url,
            path=place.path,
            language=place.language,
            pause=None if place.pause is None else seconds(place.pause),
            headers=tuple(place.headers.items()),
            cookies_env=place.cookies_env,
            proxy=place.proxy,
            user_agent=place.user_agent,
            fetcher=place.fetcher,
            enabled=place.enabled,
        )
        for place in settings.source
    )


def seconds(duration: Duration) -> float | None:
    """A duration in seconds, None for what is none.

    >>> seconds("15m"), seconds(0), seconds("1.5 h"), seconds("soon")
    (900.0, 0.0, 5400.0, None)
    """
    if isinstance(duration, str):
        match = _DURATION.fullmatch(duration.strip().lower())
        if match is None:
            return None
        value = float(match[1]) * _SECONDS[match[2] or "s"]
    else:
        value = float(duration)
    return value if 0 <= value < float("inf") else None


@cache
def _known_keys(kind: type) -> dict[str, type | None]:
    sections: dict[str, type | None] = {
        "fetch": FetchSettings,
        "clean": CleanSettings,
        "models": ModelSettings,
        "source": SourceSettings,
        "schedule": ScheduleSettings,
        "webhook": WebhookSettings,
        "notify": NotifySettings,
    }
    if not is_dataclass(kind):
        return {}
    names = [f.name for f in fields(kind) if f.name != "origins"]
    return {name: sections.get(name) if kind is Settings else None for name in names}


def _check_keys(
    tables: Mapping[str, Any], kind: type, prefix: str, origins: Mapping[str, str]
) -> None:
    known = _known_keys(kind)
    for key, value in tables.items():
        if key not in known:
            near = get_close_matches(key, known, n=1)
            hint = f"did you mean {near[0]}?" if near else f"known here: {', '.join(known)}"
            where = origin_of(f"{prefix}{key}", origins)
            raise SettingsError(f"{where}: unknown key {prefix}{key}", remedy=hint)
        inner = known[key]
        for n, table in enumerate(value) if isinstance(value, list) else [("", value)]:
            if inner is not None and isinstance(table, dict):
                _check_keys(table, inner, f"{key}.{n}.".replace("..", "."), origins)
