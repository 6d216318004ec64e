"""What is said of a value in the settings that will not do, and where it was said; secrets are never shown."""

from __future__ import annotations

import re
from collections.abc import Mapping
from difflib import get_close_matches
from typing import Any

from schemas.errors import SettingsError

_SECRETS = frozenset(["headers", "cookies_env", "proxy", "url"])
_SECRETIVE = ("source", "webhook", "notify")


def refused(error: Any, origins: Mapping[str, str]) -> SettingsError:
    """The error for the first of pydantic's complaints."""
    key = ".".join(str(part) for part in error["loc"] if part != "[key]")
    missing = error["type"] == "missing"
    said = "is missing" if missing else _wrongly(error["loc"], error["input"])
    why = KINDS.get(error["type"]) or error["msg"] + _nearest_kind(error)
    return wrong(key, said, origins, why=why)


def may_hold_secret(table: int | str) -> bool:
    """Whether what stands in a table of the settings may let somebody in."""
    return table in _SECRETIVE


def _wrongly(place: tuple[int | str, ...], value: object) -> str:
    """What is said of a value: itself, but for one that may hold a secret."""
    is_whole = place[0] in _SECRETIVE and (len(place) < 3 or isinstance(value, dict))
    if is_whole or _SECRETS & set(place):
        return "is wrong"
    return f"= {value!r} is wrong"


def _nearest_kind(error: Any) -> str:
    if error["type"] != "literal_error" or not isinstance(error["input"], str):
        return ""
    known = re.findall("'([^']+)'", error["ctx"]["expected"])
    near = get_close_matches(error["input"], known, n=1)
    return f"; did you mean {near[0]}?" if near else ""


KINDS = {
    "missing": "it has to be there",
    "dataclass_type": "it has to be a table, as in [section]",
    "mapping_type": "it has to be a table, as in [section]",
    "tuple_type": 'it has to be a list: ["..."], or [[section]] where it holds tables',
    "string_type": "it has to be a text in quotes",
    "int_type": "it has to be a whole number",
    "int_parsing": "it has to be a whole number",
    "bool_parsing": "it has to be true or false",
}


def wrong(key: str, said: str, origins: Mapping[str, str], *, why: str) -> SettingsError:
    """The error for a value: where it was said, by which key, what of it, and why it will not do."""
    return SettingsError(
        f"{origin_of(key, origins)}: {key} {said}: {why}",
        remedy="see copydesk.example.toml for what may stand there",
    )


def origin_of(key: str, origins: Mapping[str, str]) -> str:
    """Where a key was said: itself, what it stands in, or what stands in it."""
    names = [key, ".".join(key.split(".")[:2]), key.split(".", maxsplit=1)[0]]
    names += [name for name in origins if name.startswith(f"{key}.")]
    return next((origins[name] for name in names if name in origins), "settings")
