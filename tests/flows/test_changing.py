"""The change of the embedding model: the old vectors serve until every article has new ones, whatever happens meanwhile."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import pytest

import flows.redo
from flows.engines import Engines
from flows.pipeline import ingest_documents
from flows.redo import out_of_date, redo
from schemas.document import PLAIN_TEXT, RawDocument
from schemas.filters import make_filters
from schemas.models import ModelChoice, StoredModel
from schemas.protocols import Encoder, Matrix
from schemas.provenance import Provenance
from schemas.stored import SearchHit
from storage.sqlite import Store
from storage.vector_file import makers_in, vector_folder
from tests.conftest import NOON, FakeEncoder

TOPICS = [
    "Oil prices rose.",
    "The mayor opened a bridge.",
    "Grain rotted in the port.",
    "It rained.",
]
Desk = Callable[..., "TwoModels"]
Hits = list[tuple[int, float | None]]


class Wider(FakeEncoder):
    """Another model, of another length of vectors."""

    dim = 32


OLD, NEW = FakeEncoder(), Wider(weights="w2")
BY_MAKER = {encoder.provenance: encoder for encoder in (OLD, NEW)}


class TwoModels(Engines):
    """Engines that want one model, and can open the other."""

    def __init__(self, real: Engines, wanted: Encoder) -> None:
        super().__init__(real.options)
        self._real, self._one = real, wanted

    @property
    def tagger(self) -> object:  # type: ignore[override]
        return self._real.tagger

    def encoder(self) -> Encoder:
        return self._one

    def encoder_of(self, stored: StoredModel | None) -> Encoder:
        return self._one if stored is None else BY_MAKER.get(stored.maker, self._one)

    @property
    def model_choices(self) -> dict[Provenance, ModelChoice]:
        return {self._one.provenance: ModelChoice(model=f"/models/{self._one.dim}")}

    def preload(self, stored: StoredModel | None = None) -> None:
        """Nothing to load."""


def story(number: int) -> RawDocument:
    text = f"{TOPICS[number % len(TOPICS)]} That was report {number}.\n\nMore is told of it on day {number}."
    return RawDocument(
        content=text.encode(),
        media_type=PLAIN_TEXT,
        origin=f"/news/{number}.txt",
        origin_id=f"/news/{number}.txt",
        fetched_at=NOON,
    )


@pytest.fixture
def desk(engines: Engines) -> Desk:
    return lambda wanted: TwoModels(engines, wanted)


@pytest.fixture
def old_desk(desk: Desk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Store]:
    """A store of seven articles with vectors by the old model, and batches of two."""
    monkeypatch.setattr(flows.redo, "BATCH_ARTICLES", 2)
    with open_desk(tmp_path / "news.db") as store:
        ingest_documents([story(i) for i in range(7)], store, desk(OLD))
        yield store


def open_desk(path: Path, mode: str = "a") -> Store:
    def encoder_of(stored: StoredModel | None) -> Encoder:
        return NEW if stored is None else BY_MAKER[stored.maker]

    return Store(path, encoder=lambda: NEW, mode=mode, encoder_of=encoder_of)  # type: ignore[arg-type]


def hits(store: Store) -> Hits:
    return [(hit.article_id, hit.similarity) for hit in store.search("oil prices", mode="meaning")]


def similar(store: Store) -> Sequence[SearchHit]:
    return store.similar(1, k=3)


def test_in_the_middle_of_a_change_a_search_gives_the_old_results_then_at_once_the_new(
    old_desk: Store, desk: Desk
) -> None:
    before, alike = hits(old_desk), similar(old_desk)
    seen: list[Hits] = []

    def look(stage: str, _number: int) -> None:
        assert stage == "vectors"
        with open_desk(old_desk.path, "r") as reader:
            seen.append(hits(reader))
        assert (hits(old_desk), similar(old_desk)) == (before, alike)

    found = redo(old_desk, desk(NEW), ["vectors"], tell=look)
    assert (found.done, found.failed) == ({"vectors": 7}, {})
    assert seen == [before] * 4
    assert found.change is not None
    assert (found.change.old, found.change.new) == (OLD.provenance, NEW.provenance)
    assert found.change.removed > 0
    after = hits(old_desk)
    assert [article for article, _ in after] == [article for article, _ in before]
    assert after != before
    with open_desk(old_desk.path, "r") as reader:
        assert hits(reader) == after
    assert [(m.maker, m.dim, m.articles) for m in old_desk.models()] == [(NEW.provenance, 32, 7)]
    assert out_of_date(old_desk, desk(NEW), ["vectors"]) == {"vectors": 0}


def test_a_change_that_was_cut_off_goes_on_and_the_old_model_serves_until_then(
    old_desk: Store, desk: Desk
) -> None:
    before = hits(old_desk)
    encoded: list[int] = []

    class Counting(Wider):
        def encode_windows(self, texts: Sequence[str]) -> list[Matrix]:
            encoded.append(len(texts))
            return super().encode_windows(texts)

    def stop(_stage: str, number: int) -> None:
        if sum(encoded) >= 8:
            raise KeyboardInterrupt

    wanted = desk(Counting(weights="w2"))
    with pytest.raises(KeyboardInterrupt):
        redo(old_desk, wanted, ["vectors"], tell=stop)
    assert hits(old_desk) == before
    assert out_of_date(old_desk, wanted, ["vectors"]) == {"vectors": 3}
    assert redo(old_desk, wanted, ["vectors"]).change is not None
    assert sum(encoded) == 14  # no text twice
    assert hits(old_desk) != before


def test_what_is_stored_during_a_change_is_found_before_and_after_it(
    old_desk: Store, desk: Desk
) -> None:
    def store_more(_stage: str, _number: int) -> None:
        number = 100 + int(str(old_desk.status()["articles"]))
        with open_desk(old_desk.path) as other:
            ingest_documents([story(number)], other, desk(NEW))
        found = {hit.article_id for hit in old_desk.search("report", mode="meaning", k=50)}
        assert found == set(range(1, int(str(old_desk.status()["articles"])) + 1))

    found = redo(old_desk, desk(NEW), ["vectors"], tell=store_more)
    assert found.change is not None
    assert [m.articles for m in old_desk.models()] == [11]
    assert len(old_desk.search("report", mode="meaning", k=50)) == 11


def test_a_batch_embedded_by_the_old_model_just_before_the_change_gets_vectors_by_the_new(
    old_desk: Store, desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    put = Store.put
    changed: list[bool] = []

    def put_late(self: Store, *given: object, **named: object) -> object:
        if not changed:
            changed.append(True)
            with open_desk(self.path) as other:
                assert redo(other, desk(NEW), ["vectors"]).change is not None
        return put(self, *given, **named)  # type: ignore[arg-type]

    monkeypatch.setattr(Store, "put", put_late)
    report = ingest_documents([story(i) for i in range(20, 24)], old_desk, desk(OLD))
    assert report.counts["stored"] == 4
    assert [(m.maker, m.articles) for m in old_desk.models()] == [(NEW.provenance, 11)]
    assert len(old_desk.search("report", mode="meaning", k=50)) == 11


def test_a_part_of_the_articles_changes_nothing_yet(old_desk: Store, desk: Desk) -> None:
    before = hits(old_desk)
    late = make_filters(since="2030-01-01")
    found = redo(old_desk, desk(NEW), ["vectors"], filters=late)
    assert (found.done, found.change) == ({"vectors": 0}, None)
    assert hits(old_desk) == before


def test_who_thinks_better_of_it_has_the_old_vectors_still(old_desk: Store, desk: Desk) -> None:
    before = hits(old_desk)

    def stop(_stage: str, _number: int) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        redo(old_desk, desk(NEW), ["vectors"], tell=stop)
    assert len(old_desk.models()) == 2
    found = redo(old_desk, desk(OLD), ["vectors"])
    assert found.done == {"vectors": 2}
    assert [m.maker for m in old_desk.models()] == [OLD.provenance]
    assert hits(old_desk) == before


def test_another_precision_is_another_model(old_desk: Store, desk: Desk) -> None:
    coarse = FakeEncoder(precision="bf16", turn=-1.0)
    BY_MAKER[coarse.provenance] = coarse
    before = hits(old_desk)

    def look(_stage: str, _number: int) -> None:
        assert hits(old_desk) == before

    found = redo(old_desk, desk(coarse), ["vectors"], tell=look)
    assert found.done == {"vectors": 7}
    assert [m.maker.precision for m in old_desk.models()] == ["bf16"]


def test_the_old_models_files_go_with_its_vectors(
    old_desk: Store, desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    old_desk.index._smallest = 1
    hits(old_desk)
    folder = vector_folder(old_desk.path)
    assert [maker for maker, _ in makers_in(folder)] == [OLD.provenance]
    redo(old_desk, desk(NEW), ["vectors"])
    assert makers_in(folder) == [(NEW.provenance, 32)]
    assert len(list(folder.iterdir())) == 1


def test_how_a_model_was_opened_is_kept_with_it(old_desk: Store, desk: Desk) -> None:
    (kept,) = old_desk.models()
    assert kept.choice == ModelChoice(model="/models/24")
    redo(old_desk, desk(NEW), ["vectors"])
    (kept,) = old_desk.models()
    assert kept.choice == ModelChoice(model="/models/32")


def test_an_empty_store_has_no_model_to_keep(old_desk: Store, desk: Desk, tmp_path: Path) -> None:
    old_desk.delete(range(1, 8), tombstone=False)
    assert old_desk.serving_model() is None
    ingest_documents([story(1)], old_desk, desk(NEW))
    serving = old_desk.serving_model()
    assert serving is not None
    assert serving.maker == NEW.provenance
    assert redo(old_desk, desk(NEW), ["vectors"]).done == {"vectors": 0}
    assert [m.maker for m in old_desk.models()] == [NEW.provenance]
