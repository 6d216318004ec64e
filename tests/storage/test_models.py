"""Which model serves: the first one, the most used of an older file, and after a change that was cut off at its end."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

import storage.models
from schemas.models import ModelChoice
from schemas.protocols import Encoder, Matrix
from schemas.stored import PreparedArticle
from storage.models import serving_model_in
from storage.serving_tables import SERVING_MODEL
from storage.sqlite import Store
from storage.values import sha256

Prepare = Callable[..., PreparedArticle]
MakeEncoder = Callable[..., Encoder]


@pytest.fixture
def two_models(store: Store, prepare_article: Prepare, make_encoder: MakeEncoder) -> Store:
    """One article by the small encoder, three by another."""
    other = make_encoder(weights="w2")
    store.put([prepare_article("Oil rose.", origin="/0")])
    texts = ["Gas rose.", "Rain fell.", "Grain rotted."]
    store.put([prepare_article(text, origin=text, encoder=other) for text in texts])
    return store


def test_the_first_model_serves_and_others_come_in_beside_it(two_models: Store) -> None:
    first, second = two_models.models()
    assert (first.serves, second.serves) == (True, False)
    assert (first.maker.sha256, second.maker.sha256) == ("w1", "w2")
    assert [(one.texts, one.articles) for one in (first, second)] == [(1, 1), (3, 3)]


def test_of_an_older_file_the_model_of_most_articles_serves(two_models: Store) -> None:
    two_models.connection.execute("UPDATE models SET serves = 0")
    (update,) = [sql for sql in SERVING_MODEL if sql.startswith("UPDATE")]
    two_models.connection.execute(update)
    serving = two_models.serving_model()
    assert serving is not None
    assert serving.maker.sha256 == "w2"


def test_a_removal_that_was_cut_off_is_finished_by_the_next_call(
    two_models: Store, monkeypatch: pytest.MonkeyPatch, make_encoder: MakeEncoder
) -> None:
    maker = make_encoder(weights="w2").provenance
    two_models.delete([1], tombstone=False)
    two_models.connection.execute(
        "INSERT INTO embeddings SELECT 1, text_sha256, part, vector FROM embeddings"
    )
    two_models.connection.execute("UPDATE models SET serves = (id = 1)")

    def stop(*_: object) -> int:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(storage.models, "_remove_some", stop)
        with pytest.raises(KeyboardInterrupt):
            two_models.change_model(maker, 24)
    serving = two_models.serving_model()
    assert serving is not None
    assert serving.maker == maker
    assert two_models.has_other_vectors()
    change = two_models.change_model(maker, 24)
    assert change is not None
    assert (change.new, change.removed) == (maker, 3)
    assert not two_models.has_other_vectors()
    assert [one.maker for one in two_models.models()] == [maker]


def test_a_text_is_compared_with_what_serves_when_it_is(
    two_models: Store,
    make_encoder: MakeEncoder,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    old, new = make_encoder(), make_encoder(weights="w2", turn=-1.0)
    two_models.put_vectors([], new.provenance, {sha256("Oil rose."): new.encode(["Oil rose."])})

    encode_windows = old.encode_windows

    def encode(texts: Sequence[str]) -> list[Matrix]:
        two_models.connection.execute("UPDATE models SET serves = 0")
        two_models.connection.execute("UPDATE models SET serves = 1 WHERE sha256 = 'w2'")
        return encode_windows(texts)

    monkeypatch.setattr(old, "encode_windows", encode)
    by_weights = {"w1": old, "w2": new}
    store = Store(
        two_models.path,
        encoder=lambda: old,
        mode="r",
        encoder_of=lambda known: by_weights[str(known.maker.sha256)] if known else old,
    )
    with store:
        hits = store.similar(text="Oil rose.", k=1)
    assert [hit.similarity for hit in hits] == [pytest.approx(1.0, abs=1e-3)]


def test_looking_ahead_reads_what_serves_and_leaves_nothing_behind(
    two_models: Store, tmp_path: Path
) -> None:
    path = two_models.path
    two_models.note_choices({two_models.models()[0].maker: ModelChoice(model="/m")})
    two_models.close()
    found = serving_model_in(path)
    assert found is not None
    assert (found.maker.sha256, found.choice) == ("w1", ModelChoice(model="/m"))
    assert sorted(one.name for one in tmp_path.iterdir() if "-" in one.name) == []


@pytest.mark.parametrize("content", [None, b"", b"no database", b"SQLite format 3\0" + bytes(200)])
def test_looking_ahead_into_what_is_no_database_finds_none(
    tmp_path: Path, content: bytes | None
) -> None:
    path = tmp_path / "some.db"
    if content is not None:
        path.write_bytes(content)
    assert serving_model_in(path) is None


@pytest.mark.parametrize("text", ["", "{", "[]", '{"model": 3}', '{"other": null}', "null"])
def test_a_broken_note_of_how_a_model_was_opened_is_none(two_models: Store, text: str) -> None:
    two_models.connection.execute("UPDATE models SET opened_as = ?", (text,))
    assert [one.choice for one in two_models.models()] == [None, None]
