from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from enrichers.cleaning.clean import clean
from enrichers.cleaning.dateline import find_dateline, read_place_line
from schemas.article import Article
from schemas.document import HTML, MARKDOWN, PLAIN_TEXT, RawDocument

BODY = "The council met until midnight and closed two of the four bridges over the river, the mayor said on Monday."


def cleaned(text: str, media_type: str = PLAIN_TEXT) -> Article:
    at = datetime(2024, 8, 1, tzinfo=UTC)
    article = clean(
        RawDocument(content=text.encode(), media_type=media_type, origin="a", fetched_at=at)
    )
    assert article is not None
    return article


@pytest.mark.parametrize(
    ("dateline", "dash"),
    [
        ("MOSCOW, July 8 (Agency)", " - "), ("MOSCOW, July 8 (Reuters)", " - "), ("WASHINGTON (AP)", " — "), ("PORTLAND, Ore. (AP)", " — "), ("WASHINGTON/BEIJING (Reuters)", " - "), ("(Reuters)", " - "),
        ("LONDON", " — "), ("LONDON, July 8 /PRNewswire/", " -- "), ("BERLIN, 8. Juli (dpa)", " - "), ("Berlin/Moskau (dpa)", " - "), ("Kiel (abc)", " - "), ("PARIS, 8 juil (AFP)", " - "), ("Madrid, 8 jul (EFE)", ".- "),
        ("(ANSA) - ROMA, 08 LUG", " - "), ("São Paulo, 8 de julho de 2024 (Lusa)", " - "), ("Warszawa, 8.07.2024 (PAP)", " – "), ("OSLO (NTB)", ": "), ("ANKARA (AA)", " - "),
        ("Jakarta, CNN Indonesia", " -- "), ("Москва. 8 июля. INTERFAX", " - "), ("МОСКВА, 8 июля. /ТАСС/", ". "), ("МОСКВА, 8 июля - РИА Новости", ". "), ("КИЇВ. 8 липня. УНН", ". "),
        ("موسكو 8 يوليو (رويترز)", " - "), ("नई दिल्ली, 8 जुलाई (भाषा)", " "), ("北京7月8日电", " "), ("新华社莫斯科7月8日电（记者李明）", ""), ("【北京＝共同】", ""), ("[東京　８日　ロイター]", " - "), ("[서울=뉴시스]", " "),
        ("Kyiv, Ukraine – July 8, 2024", " – "), ("RIO DE JANEIRO, Brazil (AP)", " — "), ("ST. LOUIS (AP)", " — "),
    ],
)  # fmt: skip
def test_a_dateline_is_recognised_and_stays_in_its_paragraph(dateline: str, dash: str) -> None:
    text = f"{dateline}{dash}{BODY}"
    found = find_dateline(text)
    assert found is not None
    assert (found.text, text[found.end :]) == (dateline, BODY)
    article = cleaned(f"Bridges close\n\n{text}\n\n{BODY}")
    assert " ".join(dateline.split()) == article.dateline
    assert article.paragraphs[0].text == " ".join(text.split())


@pytest.mark.parametrize(
    "text",
    [
        "Oil prices - up by a third - fell.", "NATO — the alliance — met.", "UPDATE - The pound fell.", "EXCLUSIVE — The pound fell.", "John Smith, May 4 - the day", "Smith (Labour) - a former miner", "Smith (SPD) - The mayor said so.",
        "Monday, July 8 - The pound fell.", "On July 8, 2024 - a Monday - it fell.", "Company (NYSE: ABC) - The share fell.", "Paris - the city of light - shone.", "Dr. Smith said so.", "AP - the agency - said so.",
        "U.S. stocks fell.", "WHO (World Health Organization) - the body", "7月8日，北京的天气很好。", "【独自】中国の港", "I. M. Pei - The architect", "",
    ],
)  # fmt: skip
def test_a_sentence_that_only_looks_like_one_has_no_dateline(text: str) -> None:
    assert find_dateline(text) is None


@pytest.mark.parametrize("media_type", [PLAIN_TEXT, MARKDOWN, HTML])
def test_a_day_with_its_year_counts_where_nothing_else_gives_one(media_type: str) -> None:
    text = f"GENEVA, 8 July 2024 (Reuters) - {BODY}"
    page = f"<html><body><article><h1>Bridges close</h1><p>{text}</p><p>{BODY}</p></article></body></html>"
    article = cleaned(
        page if media_type == HTML else f"Bridges close\n\n{text}\n\n{BODY}", media_type
    )
    assert article.dateline == "GENEVA, 8 July 2024 (Reuters)"
    assert article.published_at == datetime(2024, 7, 8, tzinfo=UTC)
    assert (article.published_precision, article.published_from) == ("day", "dateline")


def test_a_day_without_its_year_is_no_publication() -> None:
    assert cleaned(f"Bridges close\n\nGENEVA, July 8 (Reuters) - {BODY}").published_at is None


def test_a_day_later_than_the_fetch_is_refused_and_kept_as_a_candidate() -> None:
    article = cleaned(f"Bridges close\n\nGENEVA, 8 July 2031 (Reuters) - {BODY}")
    assert article.published_at is None
    assert [(one.source, one.refused) for one in article.published_candidates] == [
        ("dateline", "after the fetch")
    ]


def test_the_reporters_of_a_chinese_dateline_are_its_authors() -> None:
    article = cleaned(
        f"两座桥关闭\n\n新华社北京7月8日电（记者李明 王华）{'市议会决定关闭两座桥。' * 6}"
    )
    assert article.authors == ("李明", "王华")


def test_a_dateline_on_a_line_of_its_own_is_dropped_as_a_date_line() -> None:
    article = cleaned(f"Bridges close\n\nLONDON, 3 March 2024\n\n{BODY}\n\n{BODY}")
    assert (article.title, article.dateline) == ("Bridges close", "LONDON, 3 March 2024")
    assert [(line.text, line.reason) for line in article.dropped] == [("LONDON, 3 March 2024", "dateline")]  # fmt: skip
    assert article.published_at == datetime(2024, 3, 3, tzinfo=UTC)


@pytest.mark.parametrize("line", ["Oil Prices Rise, 8 July 2024", "Prices, 8 July", "Tram Line Approved", "London, March"])  # fmt: skip
def test_a_headline_with_a_day_is_no_place_line(line: str) -> None:
    assert read_place_line(line) is None


@given(st.text(st.sampled_from("ABab ,.-–—()[]/7日月电=MarchJuly8"), max_size=130))
def test_any_beginning_is_read_without_error_and_cut_from_it(text: str) -> None:
    found = find_dateline(text)
    if found:
        assert found.text in text
        assert 0 < found.end <= len(text)
