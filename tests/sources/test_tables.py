"""CSV: rows to records, whatever the delimiter, the quoting and the case of the header."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from schemas.document import RawDocument
from sources.files import BadDocument, ReadOptions, open_documents


def read(path: Path, content: str | bytes, **options: object) -> list[RawDocument | BadDocument]:
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    settled = ReadOptions(**options)  # type: ignore[arg-type]
    return list(open_documents([str(path)], options=settled))


def codes(outcomes: list[RawDocument | BadDocument]) -> list[str]:
    return [item.error.code if isinstance(item, BadDocument) else "read" for item in outcomes]


def record(outcome: RawDocument | BadDocument) -> dict[str, str]:
    assert isinstance(outcome, RawDocument), outcome
    found: dict[str, str] = json.loads(outcome.content)
    return found


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_the_delimiter_is_found(tmp_path: Path, delimiter: str) -> None:
    lines = [
        delimiter.join(("Title", "Text", "Date")),
        delimiter.join(("Oil", "It rose", "2026-01-02")),
    ]
    (outcome,) = read(tmp_path / "a.csv", "\n".join(lines))
    assert record(outcome) == {"Title": "Oil", "Text": "It rose", "Date": "2026-01-02"}
    assert isinstance(outcome, RawDocument)
    assert (outcome.hints.title, outcome.hints.published) == ("Oil", "2026-01-02")


def test_the_delimiter_excel_names_is_believed(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    (outcome,) = read(path, "sep=;\r\ntitle;text\r\nOil;It rose\r\n")
    assert record(outcome)["text"] == "It rose"
    assert outcome.origin == f"{path}:3"


def test_a_row_is_named_by_the_line_it_begins_on(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    outcomes = read(path, 'title,text\nOne,"first\n\nsecond"\n\nTwo,short\n')
    assert [outcome.origin for outcome in outcomes] == [f"{path}:2", f"{path}:6"]
    assert record(outcomes[0])["text"] == "first\n\nsecond"


def test_header_names_may_carry_blanks_and_capitals(tmp_path: Path) -> None:
    (outcome,) = read(
        tmp_path / "a.csv", '\ufeff" Headline ", BODY , URL\nOil,It rose,https://example.org/a\n'
    )
    assert isinstance(outcome, RawDocument)
    assert (outcome.hints.title, outcome.url) == ("Oil", "https://example.org/a")


def test_a_row_without_text_is_empty_and_the_rest_goes_on(tmp_path: Path) -> None:
    assert codes(read(tmp_path / "a.csv", "title,text\nOne, \nTwo\nThree,text\n")) == [
        "empty",
        "empty",
        "read",
    ]


def test_no_column_for_the_text_is_one_bad_document_that_names_the_columns(tmp_path: Path) -> None:
    (outcome,) = read(tmp_path / "a.csv", "headline,price\nOne,2\nTwo,3\n")
    assert isinstance(outcome, BadDocument)
    assert outcome.error.code == "malformed"
    assert "headline, price" in outcome.error.message
    assert "text" in outcome.error.remedy


def test_a_text_broken_by_its_own_commas_is_malformed_and_not_cut(tmp_path: Path) -> None:
    assert codes(read(tmp_path / "a.csv", "title,text\nOne,it rose, then fell\nTwo,fine,,\n")) == [
        "malformed",
        "read",
    ]


def test_a_header_alone_is_empty(tmp_path: Path) -> None:
    assert codes(read(tmp_path / "a.csv", "title,text\n")) == ["empty"]


def test_a_long_field_is_read(tmp_path: Path) -> None:
    (outcome,) = read(tmp_path / "a.csv", "text\n" + "word " * 60_000)
    assert len(record(outcome)["text"]) > 131_072  # the csv module's own limit


def test_an_encoding_can_be_declared_or_found(tmp_path: Path) -> None:
    content = "title,text\nZürich,Die Straße wird für drei Wochen gesperrt, hieß es.\n"
    content = content.replace("gesperrt,", "gesperrt;").replace(";", " und")
    for options in ({"encoding": "cp1252"}, {}):
        (outcome,) = read(tmp_path / "a.csv", content.encode("cp1252"), **options)
        assert record(outcome)["title"] == "Zürich"


_CELLS = st.text(
    st.characters(exclude_categories=["Cs"], exclude_characters="\0"), min_size=1
).filter(lambda text: text.strip())


@given(
    rows=st.lists(st.tuples(_CELLS, _CELLS), min_size=1, max_size=5),
    delimiter=st.sampled_from(",;\t|"),
)
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
def test_what_the_csv_module_writes_is_read_back(
    tmp_path: Path, rows: list[tuple[str, str]], delimiter: str
) -> None:
    buffer = io.StringIO()
    writer = csv.writer(buffer, delimiter=delimiter, quoting=csv.QUOTE_ALL)
    writer.writerows([("title", "text"), *rows])
    records = [record(outcome) for outcome in read(tmp_path / "a.csv", buffer.getvalue())]
    assert [(found["title"], found["text"]) for found in records] == rows
