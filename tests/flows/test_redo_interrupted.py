"""A stage done again, stopped at any point and begun anew, ends in the rows of a run that nobody stopped."""

from __future__ import annotations

import random
import re
import shutil
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import pytest

import flows.redo
from flows.engines import Engines
from flows.redo import list_out_of_date, redo
from schemas.article import Article
from schemas.filters import make_filters
from schemas.marks import Mention
from schemas.provenance import Provenance
from schemas.stored import PreparedArticle
from storage import derived
from storage.sqlite import Store
from tests.conftest import TAGGER

MakeDesk = Callable[..., Engines]
OpenStore = Callable[..., Store]
Prepare = Callable[..., PreparedArticle]
ARTICLES = 11
TABLES = {
    "mentions": "SELECT p.rendering_id, p.n, m.start, m.text, m.label, m.name, e.name FROM mentions m"
    " JOIN paragraphs p ON p.id = m.paragraph_id JOIN entities e ON e.id = m.entity_id",
    "entities": "SELECT name, label, name_key FROM entities",
    "aliases": "SELECT e.name, a.alias FROM aliases a JOIN entities e ON e.id = a.entity_id",
    "stages": "SELECT d.rendering_id, s.stage, s.name, s.version FROM stage_done d JOIN stages s ON s.id = d.stage_id",
}  # fmt: skip


class Capitals:
    """Takes words with a capital for people, but for those it no longer knows."""

    def __init__(self, version: str, stop: Callable[[], None] = lambda: None) -> None:
        self.provenance = Provenance(stage="entities", name="capitals", version=version)
        self._stop = stop

    def supports(self, _language: str | None) -> bool:
        return True

    def enrich(self, batch: Sequence[Article]) -> list[list[Mention]]:
        self._stop()
        return [[*self._mentions(article)] for article in batch]

    def _mentions(self, article: Article) -> Iterator[Mention]:
        for row in article.rows:
            for found in re.finditer(r"[A-Z]\w+ [A-Z]\w+", row.text):
                yield Mention(
                    paragraph=row.index, start=found.start(), end=found.end(), text=found[0], label="PERSON", name=found[0]
                )  # fmt: skip


@pytest.fixture(scope="module")
def bodies() -> list[str]:
    chance = random.Random(7)  # noqa: S311  the same articles each time
    names = [f"{first} {last}" for first in ("Ann", "Bo", "Cy") for last in ("Lee", "Marsh", "Roy")]
    return [
        f"Yesterday {chance.choice(names)} met {chance.choice(names)} in port {i}."
        for i in range(ARTICLES)
    ]


@pytest.fixture
def filled(
    bodies: list[str], open_store: OpenStore, prepare_article: Prepare, tmp_path: Path
) -> Path:
    """A store whose entities an older tagger made: it found other names as well."""
    path = tmp_path / "filled.db"
    store = open_store(path)
    for i, body in enumerate(bodies):
        name = f"old {i % 3}"
        store.put([prepare_article(f"{body} The {name}.", origin=f"/{i}.txt", names=[(name, "PERSON")])])  # fmt: skip
    store.close()
    return path


def rows_of(store: Store) -> dict[str, list[tuple[object, ...]]]:
    return {name: sorted(store.connection.execute(sql).fetchall()) for name, sql in TABLES.items()}


@pytest.mark.parametrize("seed", range(1, 6))
def test_it_ends_in_the_same_rows(
    seed: int,
    filled: Path,
    open_store: OpenStore,
    make_desk: MakeDesk,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(flows.redo, "BATCH_ARTICLES", 3)
    paths = [tmp_path / "straight.db", tmp_path / "stopped.db"]
    for path in paths:
        shutil.copy(filled, path)
    straight, stopped = (open_store(path, mode="w") for path in paths)
    assert redo(straight, make_desk(tagger=Capitals("2")), ["entities"]).done == {
        "entities": ARTICLES
    }
    chance = random.Random(seed)  # noqa: S311  the same stops each time

    def stop() -> None:
        if chance.random() < 0.2:
            raise KeyboardInterrupt

    mark_done = derived.mark_done

    def mark_or_stop(*given: object) -> None:
        stop()
        mark_done(*given)  # type: ignore[arg-type]

    monkeypatch.setattr(derived, "mark_done", mark_or_stop)
    engines = make_desk(tagger=Capitals("2", stop))
    stops, before = 0, len(rows_of(stopped)["mentions"])
    assert before
    while True:
        try:
            redo(stopped, engines, ["entities"], tell=lambda _stage, _number: stop())
        except KeyboardInterrupt:
            stops += 1
            assert stopped.article(1).mentions  # old or new, something serves
        else:
            break
    assert stops
    assert rows_of(stopped) == rows_of(straight)


def test_a_run_that_ends_after_its_last_batch_leaves_no_name_behind(
    filled: Path, open_store: OpenStore, make_desk: MakeDesk
) -> None:
    store = open_store(filled, mode="w")

    def stop(_stage: str, _number: int) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        redo(store, make_desk(tagger=Capitals("2")), ["entities"], tell=stop)
    assert not [name for name, _, _ in rows_of(store)["entities"] if str(name).startswith("old")]


def test_what_is_out_of_date_is_listed_with_who_made_it_under_filters(
    filled: Path, open_store: OpenStore, make_desk: MakeDesk
) -> None:
    store = open_store(filled, mode="w")
    engines = make_desk(tagger=Capitals("2"))
    (todo,) = list_out_of_date(store, engines, ["entities"])
    assert (todo.articles, todo.made_by) == (ARTICLES, [(TAGGER, ARTICLES)])
    assert todo.maker == Provenance(stage="entities", name="capitals", version="2")
    later = make_filters(since="2024-04-01")
    assert list_out_of_date(store, engines, ["entities"], filters=later)[0].articles == 0
    assert redo(store, engines, ["entities"], filters=later).done == {"entities": 0}
