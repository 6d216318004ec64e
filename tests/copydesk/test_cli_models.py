"""copydesk models, and a change to a real small model of other length: built here, converted, stored, searched."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from enrichers.vectors import conversion, export
from enrichers.vectors.converted import cache_folder
from tests.tiny_model import DIM, build_tiny_model

PACKAGED = "all-MiniLM-L6-v2"


@pytest.fixture(scope="session")
def tiny(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return build_tiny_model(tmp_path_factory.mktemp("models") / "tiny-bert")


@pytest.fixture(scope="session")
def cache(example_db: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A cache of models with what is in the user's, where the small one does not go."""
    found = tmp_path_factory.mktemp("cache")
    for kept in cache_folder(None).iterdir():
        (found / kept.name).symlink_to(kept)
    return found


@pytest.fixture
def place(
    db: Path, tiny: Path, cache: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Path:
    """A desk with the example articles, the small model in ./models, and a cache of models of its own."""
    (tmp_path / "models").mkdir()
    (tmp_path / "models" / "tiny-bert").symlink_to(tiny)
    (tmp_path / "copydesk.toml").write_text(
        f'# the desk of tests\n[models]\ncache = "{cache}"  # its own\n', encoding="utf-8"
    )
    # The real conversion without a process of its own, whose imports take ten seconds.
    monkeypatch.setattr(conversion, "_run_export", export.convert)
    return db


def hits(cli: Any) -> list[tuple[int, float]]:
    found = cli("search", "oil imports of India", "--mode", "meaning", "--json").json["hits"]
    return [(hit["article_id"], hit["similarity"]) for hit in found]


def models(cli: Any) -> dict[str, dict[str, Any]]:
    return {row["name"]: row for row in cli("models", "list", "--json").json["models"]}


def test_list_tells_of_each_model_and_what_the_database_has_by_it(cli: Any, place: Path) -> None:
    found = models(cli)
    assert list(found) == [PACKAGED, "tiny-bert"]
    packaged, tiny = found.values()
    assert (packaged["origin"], packaged["dim"], packaged["languages"]) == ("packaged", 384, ["en"])
    assert (packaged["serves"], packaged["is_set"], packaged["problem"]) == (True, True, None)
    assert packaged["size_bytes"] > 80_000_000
    (stored,) = packaged["stored"]
    assert stored["texts"] >= stored["articles"] > 0
    assert (stored["precision"], stored["backend"]) == (packaged["precision"], packaged["backend"])
    assert (tiny["origin"], tiny["dim"], tiny["languages"]) == ("folder", DIM, ["de", "no"])
    assert (tiny["serves"], tiny["is_set"], tiny["stored"]) == (False, False, [])
    text = cli("models", "list").out
    assert "serves" in text.splitlines()[0]
    assert PACKAGED in text.splitlines()[1]
    assert len(cli("models", "list", "--csv").out.splitlines()) == 3


def test_use_and_enrich_change_the_model_and_the_old_one_serves_until_then(
    cli: Any, place: Path
) -> None:
    before = hits(cli)
    articles = cli("status", "--json").json["articles"]
    used = cli("models", "use", "tiny-bert")
    assert used.code == 0, used.err
    assert f"{articles} articles to embed, while {PACKAGED} serves on" in used.out
    settings = Path("copydesk.toml").read_text()
    assert settings.startswith("# the desk of tests\n[models]\nembedding = ")
    assert "# its own" in settings
    assert hits(cli) == before
    todo = cli("enrich", "--stage", "vectors", "--dry-run", "--json").json["stages"]
    assert todo == {"vectors": articles}
    done = cli("enrich", "--stage", "vectors", "--json")
    assert done.code == 0, done.err
    assert done.json["stages"] == {"vectors": articles}
    assert done.json["model"]["new"]["name"] == "tiny-bert"
    assert done.json["model"]["removed"] > articles
    found = models(cli)
    assert (found["tiny-bert"]["serves"], found["tiny-bert"]["is_set"]) == (True, True)
    assert found["tiny-bert"]["backend"] == "openvino"
    assert found["tiny-bert"]["stored"][0]["articles"] == articles
    assert found[PACKAGED]["stored"] == []
    after = hits(cli)
    assert after
    assert after != before
    assert cli("similar", "1", "--json").json["hits"]
    again = cli("models", "use", "tiny-bert", "--json").json
    assert (again["serves"], again["articles"], again["next"]) == ("tiny-bert", 0, None)


def test_what_is_ingested_before_the_change_is_made_gets_vectors_by_the_model_that_serves(
    cli: Any, place: Path, story: Path
) -> None:
    cli("models", "use", "tiny-bert")
    told = cli("ingest", story)
    assert told.code == 0, told.err
    found = cli("search", "a bridge in Bergen", "--mode", "meaning", "-k", "1", "--json").json[
        "hits"
    ]
    assert found[0]["title"] == "Bridge over the Fjord opens"
    assert found[0]["similarity"] > 0.5
    assert models(cli)["tiny-bert"]["stored"] == []


def test_an_old_model_that_is_gone_is_said_and_new_vectors_can_be_made(
    cli: Any, place: Path, tiny: Path
) -> None:
    cli("models", "use", "tiny-bert")
    cli("enrich", "--stage", "vectors", "--quiet")
    Path("models/tiny-bert").unlink()
    tiny.rename(tiny.with_name("moved"))
    try:
        cli("models", "use", PACKAGED)
        found = cli("search", "oil imports", "--mode", "meaning")
        assert found.code == 0
        assert "which cannot be opened" in found.err
        assert {"origin": "database", "serves": True}.items() <= models(cli)["tiny-bert"].items()
        assert cli("enrich", "--stage", "vectors", "--quiet").code == 0
        assert hits(cli)
        assert list(models(cli)) == [PACKAGED]
    finally:
        tiny.with_name("moved").rename(tiny)


def test_check_compares_with_the_reference(cli: Any, place: Path) -> None:
    answer = cli("models", "check", "tiny-bert", "--json")
    assert answer.code == 0, answer.err
    assert answer.json["holds"]
    (f32,) = [one for one in answer.json["agreements"] if one["precision"] == "f32"]
    assert f32["worst_cosine"] > 0.9999
    assert f32["same_nearest"] > 0.99
    assert f32["texts_per_s"] > 0
    assert answer.json["texts"] > 90


def test_check_fails_where_the_vectors_differ(
    cli: Any, place: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from enrichers.vectors import comparison

    monkeypatch.setitem(comparison.LEAST_SAME, "f32", 1.1)
    monkeypatch.setitem(comparison.LEAST_SAME, "bf16", 1.1)
    answer = cli("models", "check", "tiny-bert")
    assert answer.code == 1
    assert "DIFFERS" in answer.out


@pytest.mark.parametrize("verb", ["use", "check"])
@pytest.mark.parametrize("name", ["tiny-brt", "no/such", "", "\x00", "x" * 3000])
def test_a_wrong_name_is_told_with_the_nearest_known(
    cli: Any, place: Path, verb: str, name: str
) -> None:
    before = Path("copydesk.toml").read_bytes()
    answer = cli("models", verb, "--", name)
    assert answer.code == 2
    assert PACKAGED in answer.err
    assert "Nothing is downloaded" in answer.err
    assert ("did you mean tiny-bert?" in answer.err.lower()) == (name == "tiny-brt")
    assert Path("copydesk.toml").read_bytes() == before


def test_without_a_database_there_are_models_all_the_same(cli: Any, tmp_path: Path) -> None:
    assert models(cli)[PACKAGED]["stored"] == []
    used = cli("models", "use", PACKAGED)
    assert (used.code, "Nothing is stored" in used.out) == (0, True)
    assert Path("copydesk.toml").read_text() == f'[models]\nembedding = "{PACKAGED}"\n'
    assert not Path("copydesk.db").exists()


def test_a_variable_that_stands_over_the_file_is_named(
    cli: Any, place: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COPYDESK_MODELS_EMBEDDING", PACKAGED)
    used = cli("models", "use", "tiny-bert")
    assert "COPYDESK_MODELS_EMBEDDING stands over it" in used.err
