"""Front matter: the lines on the very top of a text or Markdown file between two `---` (YAML) or two `+++` (TOML)."""

from __future__ import annotations

import re
import tomllib

FENCED = re.compile(
    r"\A\ufeff?\s*(?:---[ \t]*\r?\n(?P<yaml>.*?)\r?\n(?:---|\.\.\.)|\+\+\+[ \t]*\r?\n(?P<toml>.*?)\r?\n\+\+\+)[ \t]*(?:\r?\n|\Z)",
    re.S,
)
MAX_CHARACTERS = 20_000


def split_front_matter(text: str) -> tuple[dict[str, object], str]:
    r"""The mapping at the top of `text` and the text after it; no mapping, or a broken one, is just text.

    >>> split_front_matter("---\ntitle: Oil\n---\nBody.")
    ({'title': 'Oil'}, 'Body.')
    >>> split_front_matter("+++\ntitle = 'Oil'\n+++\nBody.")[0], split_front_matter("---\n: [\n---\nBody.")[0]
    ({'title': 'Oil'}, {})
    """
    match = FENCED.match(text)
    if not match or match.end() > MAX_CHARACTERS:
        return {}, text
    values = _read_toml(match["toml"]) if match["yaml"] is None else _read_yaml(match["yaml"])
    if not isinstance(values, dict) or not all(isinstance(key, str) for key in values):
        return {}, text
    return values, text[match.end() :]


def _read_yaml(text: str) -> object:
    import yaml

    try:
        return yaml.safe_load(text)
    except (yaml.YAMLError, ValueError, RecursionError, OverflowError, TypeError):
        return None


def _read_toml(text: str) -> object:
    try:
        return tomllib.loads(text.replace("\r\n", "\n"))
    except (tomllib.TOMLDecodeError, ValueError, RecursionError):
        return None
