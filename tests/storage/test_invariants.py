"""Whatever is put in, forced, rendered again, deleted and forgotten, in any order: the tables agree."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from schemas.protocols import Encoder
from schemas.stored import PreparedArticle
from storage.sqlite import Store

Prepare = Callable[..., PreparedArticle]
TEXTS = ("The port of Oslo closed.", "Ann Lee left Oslo.", "Rain fell.", "Oslo again.")
PLACES = ("/a", "/b", None)
ADDRESSES = (None, None, "https://e.org/1", "https://e.org/2?utm_source=x")

AGREEMENTS = {
    "each article has one current rendering": """SELECT a.id FROM articles a WHERE 1 <>
        (SELECT count(*) FROM renderings r WHERE r.article_id = a.id AND r.current = 1)""",
    "the current rendering is of the newest version": """SELECT r.id FROM renderings r
        JOIN versions v ON v.id = r.version_id WHERE r.current = 1
        AND v.n <> (SELECT max(n) FROM versions w WHERE w.article_id = r.article_id)""",
    "the words of current rows are indexed": """SELECT p.id FROM paragraphs p JOIN renderings r
        ON r.id = p.rendering_id AND r.current = 1 WHERE p.id NOT IN (SELECT rowid FROM paragraphs_fts)""",
    "no other words are": """SELECT rowid FROM paragraphs_fts WHERE rowid NOT IN (SELECT p.id
        FROM paragraphs p JOIN renderings r ON r.id = p.rendering_id AND r.current = 1)""",
    "each text has its vector": """SELECT text_sha256 FROM paragraphs
        WHERE text_sha256 NOT IN (SELECT text_sha256 FROM embeddings)""",
    "no vector is of a text that is gone": """SELECT text_sha256 FROM embeddings
        WHERE text_sha256 NOT IN (SELECT text_sha256 FROM paragraphs)""",
    "no bytes are kept for nothing": """SELECT sha256 FROM raw_documents
        WHERE sha256 NOT IN (SELECT raw_sha256 FROM versions)""",
    "an entity is mentioned": """SELECT id FROM entities WHERE id NOT IN (SELECT entity_id FROM mentions)
        AND id NOT IN (SELECT name_id FROM appearances)""",
    "a name's entity is its mentions'": """SELECT a.rendering_id, a.entity_id FROM appearances a WHERE NOT EXISTS (
        SELECT 1 FROM paragraphs p JOIN mentions m ON m.paragraph_id = p.id
        WHERE p.rendering_id = a.rendering_id AND m.entity_id = a.entity_id)""",
    "no deleted article is there": """SELECT a.id FROM articles a JOIN tombstones t
        ON t.name = 'key:' || a.key""",
    "no reference leads nowhere": "PRAGMA foreign_key_check",
}

STEPS = st.lists(
    st.tuples(
        st.sampled_from(["put", "put", "put", "force", "delete", "erase", "forget"]),
        st.integers(0, len(TEXTS) - 1),
        st.sampled_from(PLACES),
        st.sampled_from(ADDRESSES),
    ),
    max_size=14,
)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("invariants")


@settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(steps=STEPS)
def test_the_tables_agree_after_any_steps(
    folder: Path,
    prepare_article: Prepare,
    fake_encoder: Encoder,
    steps: list[tuple[str, int, str | None, str | None]],
) -> None:
    for file in folder.glob("news.db*"):
        file.unlink()
    with Store(folder / "news.db", encoder=lambda: fake_encoder, mode="a") as store:
        for verb, number, place, address in steps:
            take(store, prepare_article, verb, number, place, address)
            for what, sql in AGREEMENTS.items():
                assert store._connection.execute(sql).fetchall() == [], (what, verb)


def take(
    store: Store,
    prepare_article: Prepare,
    verb: str,
    number: int,
    place: str | None,
    address: str | None,
) -> None:
    if verb in ("put", "force"):
        prepared = prepare_article(
            TEXTS[number],
            origin=place or "stdin",
            origin_id=place,
            url=address,
            names=[("Oslo", "GPE"), ("Ann Lee", "PERSON")],
        )
        foreseen = store.foresee(prepared, force=verb == "force")
        done = store.put([prepared], force=verb == "force")[0]
        assert (foreseen.status, foreseen.key) == (done.status, done.key)
        if done.status in ("stored", "unchanged", "updated"):
            assert store.article(done.key or "").id == done.id
            assert store.put([prepared])[0].status == "unchanged"
        return
    if verb == "forget":
        store.forget(number + 1)
        return
    store.delete([number + 1], tombstone=verb == "delete")
    assert store.article_id(number + 1) is None
