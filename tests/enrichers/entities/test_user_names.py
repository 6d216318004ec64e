from __future__ import annotations

from pathlib import Path

import pytest

from enrichers.entities.tagger import EntityTagger, find_entities
from enrichers.entities.user_names import read_user_names
from schemas.errors import SettingsError

LIST = """
[[entity]]
name = "Dalia Renko"
aliases = ["the Cod Queen", "Renko"]
type = "person"
id = "Q42"

[[entity]]
name = "Paris Fund"
aliases = ["Paris"]
type = "ORG"
"""


@pytest.fixture
def names(tmp_path: Path) -> Path:
    path = tmp_path / "names.toml"
    path.write_text(LIST, encoding="utf-8")
    return path


def test_the_users_own_list_takes_precedence_over_lists_and_model(names: Path) -> None:
    tagger = EntityTagger(names=str(names))
    (found,) = find_entities(["Critics call her the Cod Queen. Renko left Paris for Oslo."], tagger)
    told = {m.text: (m.name, m.label, m.ref, m.joined_by) for m in found}
    assert told["the Cod Queen"] == ("Dalia Renko", "PERSON", "Q42", "own list")
    assert told["Renko"] == ("Dalia Renko", "PERSON", "Q42", "own list")
    assert told["Paris"][:2] == ("Paris Fund", "ORG")
    assert tagger.provenance != EntityTagger().provenance


def test_a_surname_is_joined_to_a_full_name_of_the_list(names: Path) -> None:
    names.write_text(
        '[[entity]]\nname = "Dalia Renko"\ntype = "PERSON"\nid = "Q42"', encoding="utf-8"
    )
    text = "Dalia Renko won the race in Oslo. Renko thanked her team."
    (found,) = find_entities([text], EntityTagger(names=str(names)))
    people = [(m.text, m.name, m.ref, m.joined_by) for m in found if m.label == "PERSON"]
    assert people == [
        ("Dalia Renko", "Dalia Renko", "Q42", ""),
        ("Renko", "Dalia Renko", "Q42", "surname"),
    ]


@pytest.mark.parametrize(
    "text",
    [
        "",
        "entity = 5",
        '[[entity]]\nname = "x"',
        '[[entity]]\nname = "x y"\ntype = "NOBODY"',
        '[[entity]]\nname = 5\ntype = "ORG"',
        '[[entity]]\nname = "Orsa"\naliases = "Orsa Inc"\ntype = "ORG"',
        '[[entity]]\nname = "Orsa"\ntype = "ORG"\nid = 42',
        '[[entity]]\nname = "Orsa"\ntype = "ORG"\nq = 1',
        '[[entity]]\nname = "Orsa"\ntype = "ORG"\n[[entity]]\nname = "ORSA"\ntype = "GPE"',
        "[[entity]\n",
        "\x00",
    ],
)
def test_a_list_that_is_none_says_what_is_wrong(names: Path, text: str) -> None:
    names.write_text(text, encoding="utf-8")
    with pytest.raises(SettingsError, match="the list of names"):
        read_user_names(names)
    with pytest.raises(SettingsError, match="cannot be read"):
        read_user_names(names.parent / "nowhere.toml")
