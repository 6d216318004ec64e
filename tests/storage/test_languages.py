"""Search in six languages beside English: floors of ranking, and what an English model does not read goes by its words.

tests/storage/languages/*.toml hold twelve paragraphs a language, about the same things in each, and eight queries with the
paragraphs that answer them, mostly in other forms of the words than the paragraphs have.
"""

from __future__ import annotations

import math
import tomllib
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Literal, NamedTuple

import numpy as np
import pytest

from flows.engines import Engines
from schemas.article import Article, Paragraph
from schemas.document import RawDocument
from schemas.protocols import Encoder
from schemas.provenance import Provenance
from schemas.stored import PreparedArticle
from storage.sqlite import Store
from storage.unread import count_paragraphs
from storage.values import sha256

OpenStore = Callable[..., Store]
Prepare = Callable[..., PreparedArticle]

FILES = sorted((Path(__file__).parent / "languages").glob("*.toml"))
SAID = {path.stem: tomllib.loads(path.read_text(encoding="utf-8")) for path in FILES}
FLOORS = {"words": 0.95, "hybrid": 0.95}


class English:
    """An encoder as it is, but for saying that it reads English alone."""

    languages = ("en",)

    def __init__(self, encoder: Encoder) -> None:
        self.provenance, self.dim = encoder.provenance, encoder.dim
        self.encode_windows, self.encode = encoder.encode_windows, encoder.encode
        self.encode_query = encoder.encode_query


class Desk(NamedTuple):
    """A store of all languages, and the vectors of its texts."""

    store: Store
    encoder: Encoder


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory, engines: Engines) -> Iterator[Desk]:
    """Every paragraph is an article of its own; all are embedded at once."""
    encoder = engines.encoder()
    texts = [text for said in SAID.values() for text in said["paragraphs"]]
    windows = dict(zip(texts, encoder.encode_windows(texts), strict=True))
    path = tmp_path_factory.mktemp("languages") / "news.db"
    with Store(path, encoder=lambda: encoder, mode="a") as store:
        store.put(
            [
                one_paragraph(f"https://example.org/{language}/{n}", text, language, encoder, windows[text])
                for language, said in SAID.items()
                for n, text in enumerate(said["paragraphs"])
            ]
        )  # fmt: skip
        yield Desk(store, encoder)


def one_paragraph(
    url: str, text: str, language: str, encoder: Encoder, windows: np.ndarray
) -> PreparedArticle:
    return PreparedArticle(
        document=RawDocument(
            content=text.encode(),
            media_type="text/plain",
            origin=url,
            url=url,
            fetched_at=datetime(2024, 1, 1, tzinfo=UTC),
        ),
        article=Article(
            url=url,
            language=language,
            paragraphs=(Paragraph(index=0, kind="text", text=text),),
        ),
        vectors={sha256(text): windows},
        made_by=(Provenance(stage="clean", name="test", version="1"), encoder.provenance),
    )


def ndcg(urls: list[str | None], relevant: set[str]) -> float:
    gained = sum(1 / math.log2(i + 2) for i, url in enumerate(urls) if url in relevant)
    return gained / sum(1 / math.log2(i + 2) for i in range(len(relevant)))


def quality(
    store: Store, language: str, mode: Literal["words", "hybrid"], lang: str | None
) -> tuple[float, float]:
    """Mean nDCG@10 of the language's queries, and the share of them whose first hit answers."""
    found, firsts = [], []
    for query in SAID[language]["queries"]:
        relevant = {f"https://example.org/{language}/{n}" for n in query["relevant"]}
        hits = store.search(query["text"], mode=mode, lang=lang)
        found.append(ndcg([hit.url for hit in hits], relevant))
        firsts.append(bool(hits) and hits[0].url in relevant)
    return float(np.mean(found)), float(np.mean(firsts))


@pytest.mark.parametrize("language", ["ar", "de", "es", "fr", "ru", "zh"])
@pytest.mark.parametrize("mode", ["words", "hybrid"])
def test_a_language_by_itself_is_ranked_no_worse_than_its_floor(
    desk: Desk, language: str, mode: Literal["words", "hybrid"]
) -> None:
    gain, hit_rate = quality(desk.store, language, mode, language)
    assert gain >= FLOORS[mode]
    assert hit_rate >= 0.85


@pytest.mark.parametrize("language", SAID)
def test_a_query_finds_its_own_language_among_all(desk: Desk, language: str) -> None:
    gain, _ = quality(desk.store, language, "hybrid", None)
    assert gain >= FLOORS["hybrid"]


def test_what_the_model_does_not_read_is_ranked_by_words_only_and_says_so(desk: Desk) -> None:
    from schemas.filters import make_filters

    found = desk.store.find("Zentralbank", mode="hybrid", k=10, filters=make_filters())
    assert found.hits[0].url == "https://example.org/de/0"
    assert [hit.ranked_by for hit in found.hits] == [
        "words" if hit.similarity is None else None for hit in found.hits
    ]
    assert found.hits[0].ranked_by == "words"
    number = sum(hit.ranked_by == "words" for hit in found.hits)
    verb = "is in a language" if number == 1 else "are in languages"
    name = desk.encoder.provenance.name
    assert found.notes == (
        f"{number} of 10 {verb} that {name} does not read: ranked by words only",
    )
    english = desk.store.find(
        "interest rates of central banks", mode="hybrid", k=10, filters=make_filters(lang="en")
    )
    assert not english.notes
    assert all(hit.ranked_by is None for hit in english.hits)


@pytest.mark.parametrize("mode", ["hybrid", "meaning"])
def test_what_is_not_read_is_found_all_the_same_as_far_as_the_filters_leave_it(
    desk: Desk, mode: Literal["hybrid", "meaning"]
) -> None:
    hits = desk.store.search("Zinsen der Zentralbanken", mode=mode, lang="de", k=99)
    assert len(hits) == 12
    assert hits[0].url == "https://example.org/de/0"
    assert {hit.ranked_by for hit in hits} == {"words"}
    whole = desk.store.search("interest rates", mode=mode, k=99)
    assert len(whole) == 12 * len(SAID)
    assert (whole[0].url, whole[0].ranked_by) == ("https://example.org/en/0", None)


def test_by_meaning_what_is_read_comes_first(desk: Desk) -> None:
    hits = desk.store.search("Zinsen der Zentralbanken", mode="meaning", k=20)
    assert [hit.ranked_by for hit in hits] == [None] * 12 + ["words"] * 8
    assert hits[12].url == "https://example.org/de/0"


def test_why_a_hit_is_there_adds_up_where_words_stand_alone(desk: Desk) -> None:
    for hit in desk.store.search("Zinsen der Zentralbanken", explain=True, k=30):
        assert hit.explain is not None
        sides = [side.part for side in (hit.explain.words, hit.explain.meaning) if side]
        assert hit.score == pytest.approx(sum(sides), abs=1e-5)


def test_a_model_that_names_no_languages_reads_all(
    store: Store, prepare_article: Prepare, open_store: OpenStore
) -> None:
    store.put([prepare_article("Die Bank hob den Zins an.", language="de")])
    (hit,) = store.search("Zins")
    assert (hit.ranked_by, hit.similarity is None) == (None, False)


def test_a_language_nobody_named_counts_as_read(
    open_store: OpenStore, prepare_article: Prepare, fake_encoder: Encoder
) -> None:
    with open_store(encoder=English(fake_encoder)) as store:
        store.put(
            [
                prepare_article("Bank one.", language=None, origin="/1"),
                prepare_article("Bank two.", language="en-GB", origin="/2"),
                prepare_article("Bank drei.", language="de", origin="/3"),
            ]
        )
        by_id = {hit.article_id: hit.ranked_by for hit in store.search("bank")}
        assert by_id == {1: None, 2: None, 3: "words"}
        assert count_paragraphs(store.connection) == {None: 1, "de": 1, "en-GB": 1}
