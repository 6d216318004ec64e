"""Which COPYDESK_ variables of the environment mean nothing, and what was likely meant."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import fields
from difflib import get_close_matches

from copydesk.settings import ENV_PREFIX, FetchSettings, ModelSettings, Settings, source_specs

_OTHERS = ("DB", "CONFIG", "TRACEBACK")
_IN_FILES_ONLY = ("tagger",)


def known_variables() -> tuple[str, ...]:
    """The variables that copydesk reads.

    >>> known_variables()[:2], "COPYDESK_FETCH_MAX_BYTES" in known_variables()
    (('COPYDESK_DB', 'COPYDESK_CONFIG'), True)
    """
    sections = (("FETCH", FetchSettings), ("MODELS", ModelSettings))
    named = [
        f"{section}_{field.name.upper()}"
        for section, kind in sections
        for field in fields(kind)
        if field.name not in _IN_FILES_ONLY
    ]
    return tuple(ENV_PREFIX + name for name in (*_OTHERS, *named))


def stray_variables(environment: Mapping[str, str], settings: Settings) -> Iterator[str]:
    """What to say of each variable with our prefix that is no setting, by name; values are never shown.

    A variable that a source of the settings takes a secret from is not stray.
    """
    known = known_variables()
    wanted = _taken_by_sources(settings)
    for name in sorted(environment):
        upper = name.upper()
        if name in known or name in wanted or not upper.startswith(ENV_PREFIX):
            continue
        bare = {each.removeprefix(ENV_PREFIX): each for each in known}
        near = get_close_matches(upper.removeprefix(ENV_PREFIX), bare, n=1)
        hint = f"did you mean {bare[near[0]]}?" if near else f"settings are {', '.join(known)}"
        yield f"the variable {name} is no setting; {hint}"


def _taken_by_sources(settings: Settings) -> set[str]:
    found: set[str] = set()
    for spec in source_specs(settings):
        values = (*(value for _, value in spec.headers), spec.proxy or "")
        found.update(v.removeprefix("env:") for v in values if v.startswith("env:"))
        found.add(spec.cookies_env or "")
    return found
