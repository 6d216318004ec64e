"""Words are found folded and stemmed in their language, and marked where they stand."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import get_args

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from schemas.stored import Mode, PreparedArticle
from storage.sqlite import Store

Prepare = Callable[..., PreparedArticle]
NAMES = [("Lena Ort", "PERSON"), ("Gdansk", "GPE"), ("Norvik", "ORG")]
ANYTHING = settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


@pytest.mark.parametrize(
    ("text", "language", "query", "marked"),
    [
        ("Ministers were visiting Élysée palace.", "en", "elysee", ["Élysée"]),
        ("Ministers were visiting the palace.", "en", "visits minister", ["Ministers", "visiting"]),
        ("Die Häuser in Köln brannten.", "de", "haus köln", ["Häuser", "Köln"]),
        ("Die Häuser in Köln brannten.", "de", "KOLN", ["Köln"]),
        ("Die Straße war gesperrt.", "de", "strasse", ["Straße"]),
        ("Les marchés européens reculent.", "fr", "marche europeen", ["marchés", "européens"]),
        ("東京都知事が辞任した。", "ja", "東京", ["東京"]),
        ("北京市政府发布公告。", "zh", "北京市政府", ["北京市政府"]),
        ("กรุงเทพมหานครมีฝนตก", "th", "กรุงเทพ", ["กรุงเทพ"]),
        ("Цены на нефть выросли.", "ru", "нефти", ["нефть"]),
        ("Η τιμή του πετρελαίου.", "el", "ΠΕΤΡΕΛΑΊΟΥ", ["πετρελαίου"]),
        ("किसानों ने प्रदर्शन किया", "hi", "प्रदर्शन", ["प्रदर्शन"]),
        ("정부는 예산을 늘렸다.", "ko", "정부 예산", ["정부", "예산"]),
        ("정부는 예산을 늘렸다.", "ko", "\u110c\u1165\u11bc\u1107\u116e", ["정부"]),
        ("집에서 일한다.", "ko", "집", ["집"]),
        ("中国扩大石油贸易。", "zh", "石油", ["石油"]),
        ("中国扩大石油贸易。", "zh", "油", ["油"]),
        ("中国扩大石油。", "zh", "油", ["油"]),
        ("政府は増税を決めた。", "ja", "税", ["税"]),
        ("ราคาน้ำมันสูงขึ้น", "th", "น้ำมัน", ["น้ำมัน"]),
        ("ລາຄານ້ຳມັນ", "lo", "ນ້ຳມັນ", ["ນ້ຳມັນ"]),
        ("Die Regierungen einigten sich.", "de", "Regierung", ["Regierungen"]),
        ("Die Regierung stürzt.", "de", "Regie\u00adrungen", ["Regierung"]),
        ("قررت الحكومات رفع الأسعار.", "ar", "حكومة", ["الحكومات"]),
        ("قررت الحكومة رفع الأسعار.", "ar", "حُكُومَة", ["الحكومة"]),
        (
            "Правительства повысили налоги.",
            "ru",
            "правительство налог",
            ["Правительства", "налоги"],
        ),
        (
            "Les gouvernements augmentent l’impôt.",
            "fr",
            "gouvernement impots",
            ["gouvernements", "impôt"],
        ),
        (
            "Los gobiernos suben los impuestos.",
            "es",
            "gobierno impuesto",
            ["gobiernos", "impuestos"],
        ),
        (
            "La economía alemana subió.",
            "es",
            "económicos alemán sube",
            ["economía", "alemana", "subió"],
        ),
        ("La economía alemana subió.", "es", "economia subio", ["economía", "subió"]),
        ("Une banque privée augmentée.", "fr", "privés", ["privée"]),
        ("Новый нефтяной план.", "ru", "новые нефтяная", ["Новый", "нефтяной"]),
        ("الاقتصاد والحكومة بعد الانتخابات", "ar", "حكومة انتخابات", ["والحكومة", "الانتخابات"]),
        ("the oil_price file", "en", "oil_price", ["oil_price"]),
        ("Kivi maksaa euron.", "xx", "maksaa", ["maksaa"]),
    ],
)
def test_words_are_found_folded_and_stemmed_and_marked_where_they_stand(
    store: Store,
    prepare_article: Prepare,
    text: str,
    language: str,
    query: str,
    marked: Sequence[str],
) -> None:
    store.put([prepare_article(text, language=language)])
    store.put([prepare_article("Nothing of the kind.", origin="/other")])
    hits = store.search(query, mode="words")
    assert [hit.article_id for hit in hits] == [1]
    found = "|".join(text[start:end] for start, end in hits[0].matches)
    assert found.replace("|", "") == "".join(marked)


def test_rows_of_a_ninth_language_are_found_too(store: Store, prepare_article: Prepare) -> None:
    for i, language in enumerate(
        ["en", "de", "fr", "es", "it", "pt", "nl", "sv", "ru", "da", "no"]
    ):
        for j in range(2):
            store.put([prepare_article(f"Text {i} {j}.", origin=f"/{i}/{j}", language=language)])
    store.put([prepare_article("Talot paloivat yöllä.", origin="/fi", language="fi")])
    hits = store.search("talo", mode="words")
    assert [hit.text for hit in hits] == ["Talot paloivat yöllä."]


def test_a_stop_word_of_a_rarer_language_is_a_word(store: Store, prepare_article: Prepare) -> None:
    store.put([prepare_article("The war goes on.", origin="/1")])
    store.put([prepare_article("Rain goes on.", origin="/2")])
    store.put([prepare_article("Es war ein Tag im Mai.", origin="/3", language="de")])
    assert 1 in {hit.article_id for hit in store.search("war", mode="words")}
    assert [h.article_id for h in store.search("the war", mode="words", lang="en")] == [1]
    wer = store.search("wer war das im Mai", mode="words")
    assert [hit.article_id for hit in wer] == [3]


def test_a_query_of_stop_words_alone_still_searches(store: Store, prepare_article: Prepare) -> None:
    store.put([prepare_article("To be or not to be.")])
    assert store.search("to be", mode="words")


def test_title_and_summary_are_found_as_rows_of_their_own(
    store: Store, prepare_article: Prepare
) -> None:
    store.put([prepare_article("Body.", title="Glaciers melt", summary="A warm summer.")])
    hits = [store.search(query, mode="words")[0] for query in ("glacier", "summer", "body")]
    assert [(hit.kind, hit.paragraph) for hit in hits] == [
        ("title", None),
        ("summary", None),
        ("text", 0),
    ]


def test_masked_rows_and_pages_that_are_no_articles_stay_out(
    store: Store, prepare_article: Prepare
) -> None:
    masked = prepare_article("Sign up for glacier news.", "Glaciers melt.")
    rows = masked.article.paragraphs
    article = replace(masked.article, paragraphs=(replace(rows[0], masked=True), rows[1]))
    store.put([replace(masked, article=article, mentions=[])])
    store.put(
        [
            prepare_article("Glaciers and glaciers.", origin=f"/{kind}", page_kind=kind)
            for kind in ("section", "error", "consent", "paywalled")
        ]
    )
    for mode in get_args(Mode):
        hits = store.search("glacier", mode=mode, k=99)
        assert [(hit.article_id, hit.text) for hit in hits] == [(1, "Glaciers melt.")]
    assert store.article(1).paragraphs[0].masked


def test_hits_carry_the_marks_of_their_row(store: Store, prepare_article: Prepare) -> None:
    store.put([prepare_article("Rain.", "Lena Ort met the board of Norvik.", names=NAMES)])
    hit = store.search("board", mode="words")[0]
    assert hit.paragraph == 1
    assert [(m.text, hit.text[m.start : m.end]) for m in hit.mentions] == [
        ("Lena Ort", "Lena Ort"),
        ("Norvik", "Norvik"),
    ]


@ANYTHING
@given(text=st.text(), language=st.sampled_from(["en", "de", "hi", "ja", "tr", None, "xx"]))
@example(text="The İstanbul ﬁle's naïve CAFÉ_2 — ½ ² №", language="tr")
def test_words_are_indexed_as_they_are_marked(text: str, language: str | None) -> None:
    from storage.words import Wanted, find_matches, index_words

    stems = index_words(text, language).split(" ")
    marked = find_matches(text, Wanted([[stem] for stem in stems]), language)
    assert bool(marked) == (stems != [""])


@ANYTHING
@given(
    text=st.text(alphabet=st.characters(max_codepoint=0x2FF) | st.sampled_from("\u0301\u0308’ 石")),
    language=st.sampled_from(["en", "de", "es", "fr", None]),
)
def test_words_between_blanks_are_the_same_beside_characters_in_pairs(
    text: str, language: str | None
) -> None:
    from storage.words import Wanted, find_matches, index_words, split_words

    stems = index_words(text, language).split()
    both = index_words(f"{text} 石", language).split()
    assert sorted([*stems, "石"]) == sorted(both)
    for wanted in (Wanted([stems[:2]]), Wanted([stems[-1:]], tuple(split_words(text)[:1]))):
        if "石" not in (*wanted.stems[0], *wanted.prefixes):
            assert find_matches(text, wanted, language) == find_matches(
                f"{text} 石", wanted, language
            )
