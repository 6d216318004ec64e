"""YAML front matter: the lines between two `---` at the very top of a text or Markdown file."""

from __future__ import annotations

import re

FENCED = re.compile(r"\A\s*---[ \t]*\n(.*?)\n(?:---|\.\.\.)[ \t]*(?:\n|\Z)", re.S)
MAX_CHARACTERS = 20_000


def split_front_matter(text: str) -> tuple[dict[str, object], str]:
    r"""The mapping at the top of `text` and the text after it; no mapping, or a broken one, is just text.

    >>> split_front_matter("---\ntitle: Oil\n---\nBody.")
    ({'title': 'Oil'}, 'Body.')
    >>> split_front_matter("---\n: [\n---\nBody.")[0]
    {}
    """
    import yaml

    match = FENCED.match(text)
    if not match or len(match[1]) > MAX_CHARACTERS:
        return {}, text
    try:
        values = yaml.safe_load(match[1])
    except (yaml.YAMLError, ValueError, RecursionError, OverflowError, TypeError):
        return {}, text
    if not isinstance(values, dict) or not all(isinstance(key, str) for key in values):
        return {}, text
    return values, text[match.end() :]
