"""copydesk doctor: how many paragraphs there are in which language, and which of them have words only."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from copydesk.doctor import _languages
from copydesk.settings import Settings
from schemas.stored import PreparedArticle
from storage.sqlite import Store


def test_paragraphs_are_counted_by_language(
    tmp_path: Path,
    open_store: Callable[..., Store],
    prepare_article: Callable[..., PreparedArticle],
) -> None:
    path = tmp_path / "copydesk.db"
    assert _languages(Settings(db=str(path))) == []
    with open_store(path) as store:
        store.put([prepare_article("One.", "Two.", language="en", origin="/1")])
    (check,) = _languages(Settings(db=str(path)))
    assert check.found == "paragraphs: en 2; all are ranked by meaning too"
    with open_store(path) as store:
        store.put([prepare_article("Eins.", title="Zahl", language="de", origin="/2")])
        store.put([prepare_article("?", language=None, origin="/3")])
    (check,) = _languages(Settings(db=str(path)))
    assert check.ok
    assert check.found == (
        "paragraphs: de 2, en 2, none told 1; "
        "2 that all-MiniLM-L6-v2 does not read (de) are ranked by words only"
    )
