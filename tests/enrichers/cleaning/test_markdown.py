from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from enrichers.cleaning.front_matter import split_front_matter
from enrichers.cleaning.markdown import split_markdown
from enrichers.cleaning.text import split_paragraphs

PAGE = """# Harbour reopens

The *harbour* of [Eastport](https://example.org/x) reopened on **Friday**, `pilot` boats first. ![a ship](ship.png)

## What changed

- Two cranes
- One quay

> It was about time, a docker said.

| Port | Ships |
|------|-------|
| East | 12 |

<div>Raw <b>block</b></div>

```
tide = 4
```
"""


def test_each_kind_of_block_is_kept_as_plain_text() -> None:
    title, blocks = split_markdown(PAGE)
    assert title == "Harbour reopens"
    assert [(block.kind, block.text) for block in blocks] == [
        ("text", "The harbour of Eastport reopened on Friday, pilot boats first."),
        ("heading", "What changed"),
        ("list", "Two cranes"),
        ("list", "One quay"),
        ("quote", "It was about time, a docker said."),
        ("table", "Port | Ships"),
        ("table", "East | 12"),
        ("text", "Raw block"),
        ("text", "tide = 4"),
    ]


def test_a_second_level_one_heading_is_a_heading() -> None:
    title, blocks = split_markdown("# One\n\nText.\n\n# Two\n\nMore.")
    assert title == "One"
    assert [block.kind for block in blocks] == ["text", "heading", "text"]


def test_a_line_that_is_a_link_is_known_as_linked() -> None:
    _, blocks = split_markdown("[Another story](https://example.org)\n\nPlain words.")
    assert [block.linked for block in blocks] == [1.0, 0.0]


def test_front_matter_is_taken_off_the_top() -> None:
    values, rest = split_front_matter("---\ntitle: Steel\ndate: 2024-07-08\n---\n\nBody.")
    assert values["title"] == "Steel"
    assert rest.strip() == "Body."


def test_broken_front_matter_is_just_text() -> None:
    for text in ("---\n: [\n---\nBody.", "---\njust words\n---\nBody.", "---\ntitle: x\nno end"):
        assert split_front_matter(text) == ({}, text)


@given(st.text())
def test_no_markdown_raises(text: str) -> None:
    values, rest = split_front_matter(text)
    _, blocks = split_markdown(rest)
    assert isinstance(values, dict)
    assert all(block.text.strip() for block in blocks)


def test_chinese_lines_are_joined_without_a_blank_and_latin_ones_with_one() -> None:
    _, blocks = split_markdown("石油价格\n星期一上涨。\n\nOil prices\nrose.")
    assert [block.text for block in blocks] == ["石油价格星期一上涨。", "Oil prices rose."]


def test_front_matter_may_be_toml_and_have_the_line_ends_of_windows() -> None:
    values, rest = split_front_matter('+++\r\ntitle = "Steel"\r\ndate = 2024-07-08\r\n+++\r\nBody.')
    assert (values["title"], rest) == ("Steel", "Body.")
    assert split_front_matter("---\r\ntitle: Steel\r\n---\r\nBody.") == (
        {"title": "Steel"},
        "Body.",
    )
    assert split_front_matter("+++\ntitle\n+++\nBody.")[0] == {}


@pytest.mark.parametrize("flood", ["*a" * 100_001, "[a" * 100_001, "\n" * 50_001])
def test_a_flood_of_marks_or_lines_is_read_as_plain_text(flood: str) -> None:
    flood = f"Oil rose.\n\n{flood}"
    assert split_markdown(flood) == (None, split_paragraphs(flood))
