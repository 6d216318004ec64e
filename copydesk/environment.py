"""Which COPYDESK_ variables of the environment mean nothing, and what was likely meant."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import fields
from difflib import get_close_matches

from copydesk.settings import ENV_PREFIX, VARIABLE_SECTIONS, Settings, source_specs

_OTHERS = ("DB", "CONFIG", "TRACEBACK")
_IN_FILES_ONLY = ("tagger",)


def known_variables() -> tuple[str, ...]:
    """The variables that copydesk reads.

    >>> known_variables()[:2], "COPYDESK_FETCH_MAX_BYTES" in known_variables()
    (('COPYDESK_DB', 'COPYDESK_CONFIG'), True)
    """
    named = [
        f"{section.upper()}_{field.name.upper()}"
        for section, kind in VARIABLE_SECTIONS.items()
        for field in fields(kind)
        if field.name not in _IN_FILES_ONLY
    ]
    return tuple(ENV_PREFIX + name for name in (*_OTHERS, *named))


def stray_variables(environment: Mapping[str, str], settings: Settings) -> Iterator[str]:
    """What to say of each variable with our prefix that is no setting, by name; values are never shown.

    A variable that the settings take a secret from, for a source, a webhook or a notice, is not stray.
    """
    known = known_variables()
    wanted = _taken_from(settings)
    for name in sorted(environment):
        upper = name.upper()
        if name in known or name in wanted or not upper.startswith(ENV_PREFIX):
            continue
        bare = {each.removeprefix(ENV_PREFIX): each for each in known}
        near = get_close_matches(upper.removeprefix(ENV_PREFIX), bare, n=1)
        hint = f"did you mean {bare[near[0]]}?" if near else f"settings are {', '.join(known)}"
        yield f"the variable {name} is no setting; {hint}"


def _taken_from(settings: Settings) -> set[str]:
    """The variables that references of the settings ("env:NAME") name."""
    values = [settings.notify.webhook]
    for hook in settings.webhook:
        values += [hook.url, *hook.headers.values()]
    names = set()
    for spec in source_specs(settings):
        values += [spec.proxy, *(value for _, value in spec.headers)]
        names.add(spec.cookies_env or "")
    return names | {v.removeprefix("env:") for v in values if v and v.startswith("env:")}
