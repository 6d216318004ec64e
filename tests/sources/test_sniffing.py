"""What bytes look like: signatures, encodings, formats."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sources.sniffing import binary_kind, decode, sniff_format, wide_encoding


@pytest.mark.parametrize(
    "text",
    ["BZhukov said", "PAR1S is a code", "ID3 tags are old", "RIFF raff", "PK won", "Rar! cried he"],
)
def test_a_word_that_begins_like_a_signature_is_text(text: str) -> None:
    assert binary_kind(text.encode()) is None


def test_a_bzip2_file_is_known() -> None:
    assert binary_kind(b"BZh91AY&SY\x12") == "bzip2-compressed"


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be", "utf-32-le", "utf-32-be"])
@pytest.mark.parametrize("text", ["Oil prices rose.", "Цены на нефть выросли, а газ подешевел."])
def test_text_of_two_or_four_bytes_a_letter_is_known_without_a_mark(
    encoding: str, text: str
) -> None:
    assert wide_encoding(text.encode(encoding)) == encoding


def test_a_mark_wins_over_the_declared_encoding_and_that_over_a_guess() -> None:
    assert decode("Öl".encode("utf-8-sig"), "latin-1") == "Öl"
    assert decode("Öl".encode(), "cp1250") == "Ă–l"
    assert decode("Öl".encode("latin-1"), "utf-8") is None


def test_latin_1_is_what_the_web_means_by_it() -> None:
    assert decode(b"\x935 \x80\x94", "iso8859-1") == "“5 €”"


def test_one_broken_letter_does_not_make_utf_8_another_encoding() -> None:
    content = ("Über Köln, Düsseldorf und Münster fällt Schnee. " * 9).encode()
    text = decode(content.replace("Köln".encode(), b"K\xf6ln", 1), None)
    assert text is not None
    assert text.startswith("Über K\ufffdln, Düsseldorf")


def test_an_undeclared_encoding_is_found_by_its_letters() -> None:
    text = "Die Regierung erhöht die Förderung für Bäuerinnen und Bauern um fünf Prozent. " * 3
    assert decode(text.encode("cp1252"), None) == text


@pytest.mark.parametrize(
    ("head", "expected"),
    [
        ('{"a": 1}\n{"a": 2}', "jsonl"),
        ('{"a": 1}\n', "json"),
        ("{\n}", "json"),
        ('[{"a": 1}]', "json"),
        ("{curly} words", "txt"),
        ("[1] A footnote", "txt"),
        ("3 < 4 <p", "txt"),
        ("<p>One</p>", "html"),
        ("# Oil up\n\nOil rose.", "md"),
        ("---\ntitle: x\n---\n# Oil up\n\nOil rose.", "md"),
        ("Oil up\n\n## Gas\n\nfell [as said](https://a.example/).", "md"),
        ("Oil rose.\n---\n## Gas fell\n## Coal too\n---\n", "md"),
        ("#1 on the list\n\nOil rose [1] (again).", "txt"),
        ("Oil rose\n# of barrels: 5", "txt"),
        ("Intro <!DOCTYPE html><html>", "html"),
        ("<rss version='2.0'>", None),
        ("\0\1\2\3" * 20, None),
    ],
)
def test_the_format_is_told_from_the_beginning(head: str, expected: str | None) -> None:
    assert sniff_format(head.encode(), None) == expected


@given(st.binary(max_size=80))
def test_sniffing_never_raises(head: bytes) -> None:
    assert sniff_format(head, None) in {"json", "jsonl", "html", "md", "txt", None}
    assert decode(head, None) is None or isinstance(decode(head, None), str)
