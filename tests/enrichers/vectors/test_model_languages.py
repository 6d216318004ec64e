"""Which languages a model reads is what its card says."""

from __future__ import annotations

from pathlib import Path

import pytest

from enrichers.vectors.model_folder import find_model
from enrichers.vectors.model_languages import languages_in, languages_of


@pytest.mark.parametrize(
    ("card", "languages"),
    [
        ("---\nlanguage: en\nlicense: mit\n---\n", ("en",)),
        ("---\nlicense: mit\nlanguage:\n- de\n- fr\ntags:\n- it\n---\n", ("de", "fr")),
        ("---\nlanguage:\n  - 'no'\n  - zh-TW\n---\n", ("no", "zh-TW")),
        ("---\nlanguage: [en, \"fr\"]\n---\n", ("en", "fr")),
        ("---\nlanguage: multilingual # all\n---\n", ("multilingual",)),
        ("---\nlanguage:\n---\n", ()),
        ("---\nlicense: mit\n---\nlanguage: en\n", ()),
        ("# A model\n\nlanguage: en\n", ()),
        ("", ()),
    ],
)  # fmt: skip
def test_languages_are_those_at_the_head_of_the_card(card: str, languages: tuple[str, ...]) -> None:
    assert languages_in(card) == languages


def test_the_packaged_model_reads_english_as_its_card_says() -> None:
    spec = find_model(None)
    assert languages_of(spec) == ("en",)
    assert languages_in((Path(spec.folder) / "README.md").read_text(encoding="utf-8")) == ("en",)
