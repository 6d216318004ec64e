"""Records: hints from their keys, names from bylines, addresses and ids."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.document import RawDocument
from sources.bylines import author_names
from sources.files import ReadOptions, open_documents


def read(tmp_path: Path, record: object, **options: object) -> RawDocument:
    path = tmp_path / "a.jsonl"
    path.write_text(json.dumps(record))
    settled = ReadOptions(**options)  # type: ignore[arg-type]
    (outcome,) = open_documents([str(path)], options=settled)
    assert isinstance(outcome, RawDocument), outcome
    return outcome


def test_the_keys_of_a_record_become_hints(tmp_path: Path) -> None:
    record = {
        "Headline": " Oil\n up ",
        "body": "It rose.",
        "URL": "https://example.org/a?utm_source=x",
        "datePublished": "2026-01-02T03:04:05Z",
        "byline": "By Ana Bell and Tom Reed",
        "source": {"id": 7, "name": "Example News"},
        "lang": "en",
    }
    document = read(tmp_path, record)
    hints = document.hints
    assert document.url == "https://example.org/a?utm_source=x"
    assert json.loads(document.content) == record
    assert (hints.title, hints.published, hints.site) == (
        "Oil up",
        "2026-01-02T03:04:05Z",
        "Example News",
    )
    assert (hints.authors, hints.language, hints.encoding) == (
        ("Ana Bell", "Tom Reed"),
        "en",
        "utf-8",
    )


def test_options_win_over_the_record(tmp_path: Path) -> None:
    record = {
        "text": "a",
        "date": "2020-01-01",
        "site": "Theirs",
        "language": "de",
        "url": "https://example.org/theirs",
    }
    document = read(
        tmp_path,
        record,
        published="2026-01-01",
        site="Ours",
        language="en",
        url="https://example.org/ours",
        encoding="latin-1",
    )
    hints = document.hints
    assert (hints.published, hints.site, hints.language) == ("2026-01-01", "Ours", "en")
    assert document.url == "https://example.org/ours"
    assert hints.encoding == "utf-8"  # the record's bytes are ours, whatever the file's were


@pytest.mark.parametrize(
    ("record", "title"), [({}, None), ({"title": " "}, ""), ({"title": None}, "")]
)
def test_no_title_and_an_empty_title_are_told_apart(
    tmp_path: Path, record: dict[str, object], title: str | None
) -> None:
    assert read(tmp_path, {**record, "text": "a"}).hints.title == title


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        (["one", " two ", "", None], "one\n\ntwo"),
        ([{"text": "one"}, {"type": "image"}, "two"], "one\n\ntwo"),
        ({"rendered": "<p>one</p>"}, "<p>one</p>"),
        (7, "7"),
    ],
)
def test_a_body_in_parts_becomes_one_text(tmp_path: Path, body: object, expected: str) -> None:
    assert json.loads(read(tmp_path, {"text": body}).content)["text"] == expected


def test_an_empty_body_gives_way_to_a_full_one(tmp_path: Path) -> None:
    content = json.loads(read(tmp_path, {"text": [], "body": "full"}).content)
    assert (content["text"], content["body"]) == ("", "full")


@pytest.mark.parametrize(
    "url", ["", "example.org/a", "ftp://example.org/a", 5, None, ["x"], {"a": 1}]
)
def test_what_is_no_web_address_is_no_url(tmp_path: Path, url: object) -> None:
    assert read(tmp_path, {"text": "a", "url": url}).url is None
    assert (
        read(tmp_path, {"text": "a", "url": url, "link": "https://example.org/b"}).url
        == "https://example.org/b"
    )


@pytest.mark.parametrize(
    ("identity", "expected"), [("n-7", "#n-7"), (7, "#7"), (True, None), ("", None), ([], None)]
)
def test_the_record_id_names_it_within_its_file(
    tmp_path: Path, identity: object, expected: str | None
) -> None:
    path = str((tmp_path / "a.jsonl").resolve())
    found = read(tmp_path, {"text": "a", "id": identity}).origin_id
    assert found == (None if expected is None else path + expected)


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (1709294400, "2024-03-01T12:00:00+00:00"),
        (1709294400000, "2024-03-01T12:00:00+00:00"),
        (1709294400.5, "2024-03-01T12:00:00+00:00"),
        ("20240301", "20240301"),
        ("", None),
        (False, None),
        ({}, None),
    ],
)
def test_seconds_since_1970_become_an_instant(
    tmp_path: Path, value: object, expected: str | None
) -> None:
    assert read(tmp_path, {"text": "a", "date": value}).hints.published == expected


@pytest.mark.parametrize(
    ("byline", "expected"),
    [
        ("Ana Bell", ("Ana Bell",)),
        ("By  Ana Bell", ("Ana Bell",)),
        ("Ana Bell; Tom Reed", ("Ana Bell", "Tom Reed")),
        ("Ana Bell, Tom Reed and Li van der Wei", ("Ana Bell", "Tom Reed", "Li van der Wei")),
        ("Ana Bell, Political Editor", ("Ana Bell",)),
        ("Ana Bell (ana@example.org)", ("Ana Bell",)),
        ("Von Anna Schmidt und Max Braun", ("Anna Schmidt", "Max Braun")),
        ("von der Heide", ("von der Heide",)),
        ("Bell, Ana", ("Bell, Ana",)),
        ("Department of Trade and Industry", ("Department of Trade and Industry",)),
        ("Sports Desk", ("Sports Desk",)),
        (
            ["Ana Bell", {"name": "Tom Reed"}, {"id": 3}, None, 4, "Ana Bell"],
            ("Ana Bell", "Tom Reed"),
        ),
        ({"@type": "Person", "name": "Ana Bell"}, ("Ana Bell",)),
        ("12", ()),
        (None, ()),
        (7, ()),
    ],
)
def test_names_are_taken_out_of_a_byline(byline: object, expected: tuple[str, ...]) -> None:
    assert author_names(byline) == expected


@given(st.text() | st.lists(st.text() | st.none()) | st.text(" \t,&and", max_size=2000))
def test_names_are_tidy_and_each_comes_once(byline: object) -> None:
    names = author_names(byline)
    assert len(set(names)) == len(names)
    assert all(name == " ".join(name.split()) and name for name in names)
