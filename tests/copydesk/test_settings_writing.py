"""One key of a settings file is written; all else stays, or nothing is."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from copydesk.settings_writing import with_key, write_setting
from schemas.errors import SettingsError


@pytest.mark.parametrize(
    "text",
    [
        "",
        'db = "a.db"',
        "[models]",
        '[models]\nembedding = "old" # why\ncache = "c"\n',
        '[models]\r\ncache = "c"\r\n\r\n[fetch]\r\npause = 1\r\n',
        '[models.tagger]\nde = "x"\n',
        '[clean]\nsite_memory = true\n\n  [ models ] # ours\n  embedding="a"\n[fetch]\nembedding = "b"\n',
        '[[source]]\nname = "a"\nkind = "feed"\n',
    ],
)
def test_only_the_key_is_changed(text: str) -> None:
    if "[fetch]\nembedding" in text:
        assert 'embedding = "b"' in (with_key(text, "models", "embedding", "new") or "")
    after = with_key(text, "models", "embedding", "new")
    assert after is not None
    wanted = tomllib.loads(text)
    wanted.setdefault("models", {})["embedding"] = "new"
    assert tomllib.loads(after) == wanted
    kept = [line for line in text.splitlines() if "embedding" not in line]
    assert [line for line in after.splitlines() if line in kept][: len(kept)] == kept


@pytest.mark.parametrize(
    "text",
    [
        'models = { cache = "c" }\n',
        'models.cache = "c"\n',
        "models = 3\n",
        'x = """\n[models]\n"""\n[models]\nembedding = "a"\n',
        '[models]\nembedding = """\nlong\n"""\n',
        "[models\n",
    ],
)
def test_what_cannot_be_edited_is_left(text: str) -> None:
    after = with_key(text, "models", "embedding", "new")
    assert after is None or tomllib.loads(after)["models"]["embedding"] == "new"


@given(st.text())
def test_any_value_comes_back_or_is_refused(value: str) -> None:
    after = with_key('a = 1\n[models]\nb = "c"\n', "models", "embedding", value)
    if after is not None:
        assert tomllib.loads(after) == {"a": 1, "models": {"embedding": value, "b": "c"}}


def test_a_file_that_cannot_be_edited_is_told_with_what_to_write(tmp_path: Path) -> None:
    path = tmp_path / "copydesk.toml"
    path.write_text('models = { cache = "c" }\n')
    with pytest.raises(SettingsError, match="in another form") as caught:
        write_setting(path, "models", "embedding", "new")
    assert 'write embedding = "new" under [models]' in caught.value.remedy
    path.write_bytes(b"\xff")
    with pytest.raises(SettingsError, match="not UTF-8"):
        write_setting(path, "models", "embedding", "new")
    with pytest.raises(SettingsError, match="cannot be written"):
        write_setting(tmp_path / "no" / "such" / "file", "models", "embedding", "new")


def test_a_link_and_the_rights_of_its_file_stay(tmp_path: Path) -> None:
    real, link = tmp_path / "real.toml", tmp_path / "copydesk.toml"
    real.write_text("[models]\n")
    real.chmod(0o600)
    link.symlink_to(real)
    write_setting(link, "models", "embedding", "new")
    assert link.is_symlink()
    assert real.read_text() == '[models]\nembedding = "new"\n'
    assert real.stat().st_mode & 0o777 == 0o600
