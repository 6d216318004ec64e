"""The languages that an embedding model's card names, read from the head of its README.md without a parser of YAML.

A search asks at each start; what else a card says is not looked at.
"""

from __future__ import annotations

import re

from enrichers.vectors.model_folder import PACKAGED_NAME, ModelFolder

_HEAD_CHARACTERS = 20_000
_SAID = re.compile(
    r"^language:[ \t]*(?P<one>[^\n]*)\n(?P<listed>(?:[ \t]*-[ \t]+[^\n]+\n)*)", re.MULTILINE
)
_CODE = re.compile(r"multilingual|[A-Za-z]{2,3}(?:-[A-Za-z0-9]+)*")


def languages_of(spec: ModelFolder) -> tuple[str, ...]:
    """The codes of the languages that the model's card names; none where it has no card, or names none."""
    if spec.name == PACKAGED_NAME:
        return ("en",)
    try:
        with (spec.folder / "README.md").open(encoding="utf-8", errors="replace") as file:
            return languages_in(file.read(_HEAD_CHARACTERS))
    except OSError:
        return ()


def languages_in(card: str) -> tuple[str, ...]:
    r"""The codes under `language` at the head of a card.

    >>> languages_in("---\nlanguage:\n- de\n- 'no'\nlicense: mit\n---\n# A model")
    ('de', 'no')
    """
    if not card.startswith("---"):
        return ()
    said = _SAID.search(card.partition("\n---")[0] + "\n")
    return tuple(_CODE.findall(f"{said['one'].partition('#')[0]} {said['listed']}")) if said else ()
