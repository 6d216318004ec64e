"""What holds for every plain text, Markdown file, mail and record, whatever stands in it."""

from __future__ import annotations

import json
import textwrap
import unicodedata
from collections import Counter
from datetime import UTC, datetime

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from enrichers.cleaning.clean import clean
from enrichers.cleaning.lines import one_line
from schemas.article import Article
from schemas.document import MARKDOWN, PLAIN_TEXT, RECORD, Hints, RawDocument

LEAD = "The council approved the new tram line on Tuesday after a debate of six hours, and building may begin in spring."
SECOND = "Supporters said the line would bring 12,000 people a day to the harbour, while shop owners feared two years of dust."
LINES = [
    LEAD, SECOND, textwrap.fill(LEAD, 60), textwrap.fill(SECOND, 40), "TRAM LINE APPROVED", "Tram line approved", "Who pays for the tram?", "By Ana Ruiz and Tom Berg", "July 8, 2024",
    f"EASTPORT, July 8 (Reuters) - {LEAD}", "LONDON, 3 March 2024", "Reporting by Ana Ruiz; Editing by Tom Berg", "Scroll to Top", "Share", "Photo: Reuters", "- one", "1. one", "2. two", "> quoted",
    "Tom wrote:", "-- ", "Ann", "Best regards,", "From: Ann Lee\nDate: 8 July 2024\nSubject: Trams", "---------- Forwarded message ---------", "市议会星期二批准了新的电车线路，\n讨论持续了六个小时。", "قال الوزير إن الأسعار سترتفع؟",
    "port\tships\n12\t4", "\u200fرقم 5\u200f", "Dear Ann,", "Sent from my iPhone", "© 2024 Harbour Press", "---", "12", "a\xadb",
]  # fmt: skip
SIGNS = st.sampled_from("aZ9 .,:;!?>-–—*#|()[]中。؟א\u200f\u200c\u3000'’“”/=_@\t")
TEXTS = st.lists(
    st.one_of(st.sampled_from(LINES), st.text(SIGNS, max_size=15)), min_size=1, max_size=12
)


def cleaned(text: str, media_type: str = PLAIN_TEXT, *, title: str | None = "") -> Article | None:
    return clean(
        RawDocument(
            content=text.encode("utf-8", "replace"),
            media_type=media_type,
            origin="test",
            fetched_at=datetime(2024, 8, 1, tzinfo=UTC),
            hints=Hints(title=title),
        )
    )


def texts(article: Article | None) -> list[str]:
    return [row.text for row in article.paragraphs] if article else []


def letters(text: str) -> Counter[str]:
    return Counter(
        character for character in unicodedata.normalize("NFC", text) if character.isalnum()
    )


@settings(max_examples=150, suppress_health_check=[HealthCheck.too_slow], deadline=None)
@example(["> quoted", "---------- Forwarded message ---------"], "\n")
@given(st.lists(st.sampled_from(LINES), min_size=1, max_size=12), st.sampled_from(["\n", "\n\n"]))
def test_a_cleaned_text_cleans_to_itself(lines: list[str], glue: str) -> None:
    once = texts(cleaned(glue.join(lines)))
    assert texts(cleaned("\n\n".join(once))) == once


@settings(max_examples=100, suppress_health_check=[HealthCheck.too_slow], deadline=None)
@given(TEXTS, st.sampled_from([PLAIN_TEXT, RECORD]))
def test_what_is_kept_and_dropped_is_the_text_and_no_more(
    lines: list[str], media_type: str
) -> None:
    text = "\n".join(lines)
    content = json.dumps({"text": text}) if media_type == RECORD else text
    article = cleaned(content, media_type)
    found = [*texts(article), *(line.text for line in article.dropped)] if article else []
    assert letters("".join(found)) <= letters(text)
    assert all(line == one_line(line) for line in found)


@settings(max_examples=60, suppress_health_check=[HealthCheck.too_slow], deadline=None)
@given(st.lists(st.sampled_from([LEAD, SECOND]), min_size=2, max_size=5), st.integers(60, 90))
def test_every_sentence_of_a_wrapped_text_is_kept(sentences: list[str], width: int) -> None:
    wrapped = "\n\n".join(textwrap.fill(sentence, width) for sentence in sentences)
    assert texts(cleaned(wrapped)) == sentences


def test_a_wire_story_gives_its_parts() -> None:
    body = textwrap.fill(f"EASTPORT, July 8 (Reuters) - {LEAD}", 72)
    article = cleaned(
        f"TRAM LINE APPROVED!\nBy Ana Ruiz and Tom Berg, Reuters\nJuly 8, 2024, 10:15 GMT\n\n{body}\n\n"
        f"{textwrap.fill(SECOND, 72)}\n\n(Reporting by Lea Roe in Paris; Editing by Max Orr)",
        title=None,
    )
    assert article is not None
    assert (article.title, article.authors) == ("TRAM LINE APPROVED!", ("Ana Ruiz", "Tom Berg"))
    assert (article.published_at, article.published_from) == (datetime(2024, 7, 8, 10, 15, tzinfo=UTC), "text")  # fmt: skip
    assert article.dateline == "EASTPORT, July 8 (Reuters)"
    assert texts(article) == [f"EASTPORT, July 8 (Reuters) - {LEAD}", SECOND]
    assert [line.reason for line in article.dropped] == ["byline", "dateline", "credit"]


def test_an_agencys_reporters_are_authors_where_no_byline_is() -> None:
    article = cleaned(f"{LEAD}\n\n{SECOND}\n\nReporting by Lea Roe in Paris; Editing by Max Orr")
    assert article is not None
    assert article.authors == ("Lea Roe",)


def test_markdown_and_records_take_author_and_day_from_their_lines() -> None:
    text = f"*By Ana Ruiz*\n\nUpdated 9 July 2024\n\n{LEAD}\n\n{SECOND}"
    for content, media_type in ((f"# Trams\n\n{text}", MARKDOWN), (json.dumps({"title": "Trams", "text": text.replace("*", "")}), RECORD)):  # fmt: skip
        article = cleaned(content, media_type, title=None)
        assert article is not None
        assert (article.title, article.authors) == ("Trams", ("Ana Ruiz",))
        assert (article.modified_at, article.published_at) == (datetime(2024, 7, 9, tzinfo=UTC), None)  # fmt: skip
        assert texts(article) == [LEAD, SECOND]


def test_what_a_record_says_wins_over_its_lines() -> None:
    record = {"title": "Trams", "author": "Lea Roe", "date": "2024-07-01", "text": f"By Ana Ruiz\n\nJuly 8, 2024\n\n{LEAD}"}  # fmt: skip
    article = cleaned(json.dumps(record), RECORD, title=None)
    assert article is not None
    assert (article.authors, article.published_from) == (("Lea Roe",), "record")


@pytest.mark.parametrize(
    ("line", "kept"),
    [
        ("قال «محمد» (NATO\u200f) أيضا؟", "قال «محمد» (NATO\u200f) أيضا؟"),
        ("\u200fהמחיר \u2066$5\u2069 ליום", "\u200fהמחיר \u2066$5\u2069 ליום"),
        ("The \u200eprice\u200f rose", "The price rose"),
        ("می\u200cخواهم، بله", "می\u200cخواهم، بله"),
        ("क्\u200dष से शुरू।", "क्\u200dष से शुरू।"),
        ("oil\u200b \ufeffrose\u2060", "oil rose"),
        ("石油价格上涨。", "石油价格上涨。"),
        ("abc \u202egpj.exe", "abc gpj.exe"),
    ],
)
def test_marks_of_direction_and_joiners_stay_where_their_script_needs_them(
    line: str, kept: str
) -> None:
    assert one_line(line) == kept
    assert one_line(kept) == kept


@pytest.mark.parametrize("broken", ["cp1252", "latin-1"])
def test_mojibake_is_undone_and_curly_quotes_stay(broken: str) -> None:
    whole = "Der Bürgermeister sagte, die Straßen wären für Fußgänger schöner geworden."
    assert texts(cleaned(whole.encode().decode(broken))) == [whole]
    quoted = "“Fine”, he said – it’s 5 € for a café crème, in Saint-Étienne."
    assert texts(cleaned(quoted)) == [quoted]
