"""Which encoder goes with what a store has: the settings' one, another precision of it, or the one that it was made by."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from enrichers.vectors import conversion, export
from enrichers.vectors.served import EncoderSettings, ServedEncoders, foreseen_maker, weights_of
from schemas.errors import ModelUnavailableError
from schemas.models import ModelChoice, StoredModel
from schemas.provenance import Provenance
from tests.tiny_model import DIM, build_tiny_model

LONG = "The council met to weigh a plan for the old tannery by the river. " * 30


@pytest.fixture(scope="session")
def tiny(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return build_tiny_model(tmp_path_factory.mktemp("served") / "tiny", max_tokens=64)


@pytest.fixture(scope="session")
def other(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """As the first but for a prompt that its own settings name."""
    folder = tmp_path_factory.mktemp("served") / "prompted"
    return build_tiny_model(
        folder, max_tokens=64, prompts={"query": "query: ", "document": "passage: "}
    )


@pytest.fixture(scope="session")
def models(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("served-cache")


@pytest.fixture(autouse=True)
def convert_here(monkeypatch: pytest.MonkeyPatch) -> None:
    """The real conversion without a process of its own, whose imports take ten seconds."""
    monkeypatch.setattr(conversion, "_run_export", export.convert)


def served(
    models: Path, folder: Path, notes: list[str] | None = None, **choice: str
) -> ServedEncoders:
    wanted = ModelChoice(model=str(folder), **choice)
    settings = EncoderSettings(choice=wanted, precision="f32", cache=models)
    told: list[str] = [] if notes is None else notes
    return ServedEncoders(settings, convert=True, notify=told.append)


def stored(maker: Provenance, choice: ModelChoice | None = None) -> StoredModel:
    return StoredModel(id=1, maker=maker, dim=DIM, choice=choice)


def test_what_the_settings_name_serves_what_it_made(models: Path, tiny: Path) -> None:
    encoders = served(models, tiny)
    wanted = encoders.of(None)
    assert encoders.of(stored(wanted.provenance)) is wanted
    assert encoders.choices[wanted.provenance].model == str(tiny)
    assert foreseen_maker(ModelChoice(model=str(tiny)), "f32", models) == wanted.provenance


def test_a_fallback_of_the_same_weights_serves_too_and_is_not_loaded_twice(
    models: Path, tiny: Path
) -> None:
    encoders = served(models, tiny)
    wanted = encoders.of(None)
    by_reference = replace(wanted.provenance, backend="sentence-transformers")
    assert encoders.of(stored(by_reference)) is wanted


def test_stored_vectors_of_another_model_are_asked_by_that_model(
    models: Path, tiny: Path, other: Path
) -> None:
    first = served(models, tiny)
    maker = first.of(None).provenance
    notes: list[str] = []
    encoders = served(models, other, notes)
    encoder = encoders.of(stored(maker, first.choices[maker]))
    assert encoder.provenance == maker
    assert encoders.of(stored(maker, first.choices[maker])) is encoder
    assert [note for note in notes if "serves on" in note] == notes[-1:]
    assert encoders.wanted().provenance != maker


@pytest.mark.parametrize("choice", [None, ModelChoice(model="/no/such/model"), ModelChoice()])
def test_where_the_old_model_is_gone_the_wanted_one_stands_in_and_it_is_said(
    models: Path, tiny: Path, choice: ModelChoice | None
) -> None:
    notes: list[str] = []
    encoders = served(models, tiny, notes)
    wanted = encoders.wanted()
    gone = replace(wanted.provenance, name="gone", sha256="0" * 64)
    assert encoders.of(stored(gone, choice)) is wanted
    assert "by gone, which cannot be opened" in notes[-1]
    assert len([note for note in notes if "gone" in note]) == 1


def test_a_wrong_setting_is_an_error_whatever_is_stored(models: Path, tiny: Path) -> None:
    maker = served(models, tiny).of(None).provenance
    encoders = served(models, Path("/no/such/model"))
    for found in (None, stored(maker)):
        with pytest.raises(ModelUnavailableError, match="no/such"):
            encoders.of(found)


def test_prefixes_of_the_settings_stand_over_the_models_own(
    models: Path, tiny: Path, other: Path
) -> None:
    plain = served(models, tiny).wanted()
    named = served(models, tiny, query_prefix="query: ", passage_prefix="passage: ").wanted()
    own = served(models, other).wanted()
    without = served(models, other, query_prefix="", passage_prefix="").wanted()
    text = "The rain fell on the river."
    np.testing.assert_allclose(named.encode([text]), plain.encode([f"passage: {text}"]), atol=1e-6)
    np.testing.assert_allclose(
        named.encode_query(text), plain.encode_query(f"query: {text}"), atol=1e-6
    )
    np.testing.assert_allclose(own.encode([text]), named.encode([text]), atol=1e-6)
    np.testing.assert_allclose(without.encode([text]), plain.encode([text]), atol=1e-6)
    versions = [one.provenance.version for one in (plain, named, own, without)]
    assert versions[0] == versions[3] != versions[1] == versions[2]


def test_a_prefix_for_queries_alone_makes_no_other_vectors(models: Path, tiny: Path) -> None:
    plain = weights_of(ModelChoice(model=str(tiny)), models)
    assert weights_of(ModelChoice(model=str(tiny), query_prefix="query: "), models) == plain
    assert weights_of(ModelChoice(model=str(tiny), passage_prefix="passage: "), models) != plain


def test_every_window_of_a_long_text_has_the_prefix(models: Path, tiny: Path) -> None:
    named = served(models, tiny, passage_prefix="passage: ").wanted()
    tokenizer = named._tokenizer  # type: ignore[attr-defined]
    ((lead, colon, *_), *_) = [tokenizer._ids("passage: ")]
    (windows,) = tokenizer.windows([LONG], prompt="passage: ")
    assert len(windows) > 3
    assert all(window[1:3] == [lead, colon] and len(window) <= 64 for window in windows)
    told = [token for window in windows for token in window[3:-1]]
    assert set(tokenizer._ids(LONG)) == set(told)
    (short,) = tokenizer.windows(["Rain."], prompt="passage: ")
    assert short == tokenizer.windows(["passage: Rain."])[0]
    (crowded,) = tokenizer.windows([LONG], prompt="a b c " * 100)
    assert all(len(window) <= 64 for window in crowded)
