"""The index of vectors has at every moment just the lines that the database has, whatever happened to both."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from schemas.protocols import Encoder
from schemas.stored import PreparedArticle
from storage.candidates import nearest
from storage.sqlite import Store
from storage.vector_index import RowVectors, VectorIndex
from tests.vectors_plainly import brute, lines_of

Prepare = Callable[..., PreparedArticle]
OpenStore = Callable[..., Store]

TEXTS = (
    "Oil rose.",
    "Gas fell again.",
    "The port was closed for a day.",
    " ".join(f"word{n}" for n in range(50)),
)
KINDS = ("article", "article", "paywalled", "tombstone")


def check(index: VectorIndex, encoder: Encoder, include: tuple[str, ...] = ()) -> RowVectors:
    """The index and the database agree; windows of a row stand side by side."""
    rows = index.rows(encoder.provenance, encoder.dim, include)
    assert lines_of(rows) == brute(index._connection, encoder.provenance, encoder.dim, include)
    assert len(np.unique(rows.row_ids)) == int((np.diff(rows.row_ids, prepend=-1) != 0).sum())
    query = encoder.encode_query("oil port word3")[0]
    matrix = rows._table.units(rows._numbers(np.arange(len(rows))))
    assert np.allclose(rows.cosines(query), matrix @ query, atol=1e-6)
    kept = nearest(rows, query, None, count=len(rows))
    assert np.array_equal(kept, np.arange(len(rows)))
    return rows


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Where the files of the index go."""
    return tmp_path / "news.db.vectors"


def the_files(folder: Path) -> list[Path]:
    return sorted(path for path in folder.rglob("*") if path.is_file() and path.name != "lock")


STEPS = st.lists(
    st.tuples(
        st.sampled_from(
            ("put", "put", "put", "delete", "mask", "late", "read", "new reader", "break")
        ),
        st.integers(0, 5),
        st.integers(0, 255),
    ),
    max_size=25,
)


@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(steps=STEPS, exact=st.sampled_from((0, 4, 1000)))
def test_the_index_agrees_with_the_database_after_any_steps(
    tmp_path: Path,
    prepare_article: Prepare,
    fake_encoder: Encoder,
    make_encoder: Callable[..., Encoder],
    steps: list[tuple[str, int, int]],
    exact: int,
) -> None:
    for file in tmp_path.rglob("news.db*"):
        if file.is_file():
            file.unlink()
    folder = tmp_path / f"vectors{os.urandom(4).hex()}"
    with Store(tmp_path / "news.db", encoder=lambda: fake_encoder, mode="a") as store:
        reader = VectorIndex(store.connection, folder, smallest=1, exact=exact)
        for verb, number, chance in steps:
            if verb == "new reader":
                reader = VectorIndex(store.connection, folder, smallest=1, exact=exact)
            elif verb == "break":
                break_one(folder, number, chance)
            elif verb != "read":
                other = make_encoder(precision="bf16")
                change(store, prepare_article, other, verb, number, chance)
                continue
            check(reader, fake_encoder, ("paywalled",) if chance % 2 else ())
        check(reader, fake_encoder)
        check(VectorIndex(store.connection, folder, smallest=1, exact=exact), fake_encoder)


def change(
    store: Store, prepare_article: Prepare, other: Encoder, verb: str, number: int, chance: int
) -> None:
    """One step of a writer."""
    if verb == "delete":
        store.delete([number + 1], tombstone=False)
    elif verb == "mask":
        with store.transaction():
            store.connection.execute(
                "UPDATE paragraphs SET masked = 1 - masked WHERE id % 3 = ?", (number % 3,)
            )
    else:
        texts = [text for i, text in enumerate(TEXTS) if chance >> i & 1] or ["Nothing else."]
        prepared = prepare_article(
            *texts,
            url=f"https://e.org/{number}",
            origin=f"/{number}",
            content=f"{number} {chance}".encode(),
            page_kind=KINDS[chance >> 4 & 3],
            encoder=other if chance >> 6 & 1 else None,
        )
        if verb == "late":
            prepared = replace(prepared, vectors={}, made_by=prepared.made_by[:-1])
        store.put([prepared])


def break_one(folder: Path, number: int, chance: int) -> None:
    """Delete, shorten, or overwrite one of the files, or add to it, as nobody should."""
    files = the_files(folder)
    if not files:
        return
    path = files[number % len(files)]
    content = path.read_bytes()
    path.unlink()  # never in place: a mapped file that is shortened takes its reader with it
    if chance % 4 == 1:
        path.write_bytes(content[: len(content) * chance // 256])
    elif chance % 4 == 2:
        path.write_bytes(b"\0" * len(content))
    elif chance % 4 == 3:
        path.write_bytes(content + b"x")
