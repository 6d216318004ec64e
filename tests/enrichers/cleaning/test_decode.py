from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from enrichers.cleaning.decode import codec_of, decode, repair
from schemas.document import HTML, PLAIN_TEXT
from schemas.errors import DocumentError

LATIN = st.text(st.characters(codec="cp1252", exclude_categories=("Cc", "Cs")), min_size=1)
POLISH = (
    "Zażółć gęślą jaźń. Łódź i Kraków podpisały wczoraj umowę o współpracy, a ceny biletów spadły."
)


def code_of(content: bytes, declared: str | None = None) -> str:
    with pytest.raises(DocumentError) as caught:
        decode(content, declared, PLAIN_TEXT)
    assert caught.value.remedy
    return caught.value.code


@pytest.mark.parametrize(
    "codec", ["utf-8-sig", "utf-16", "utf-32", "utf-16-le", "utf-16-be", "utf-8"]
)
def test_every_unicode_form_is_read_with_and_without_a_mark(codec: str) -> None:
    text = "Ölpreis steigt – “deutlich” – auf 80 € je Fass.\n" * 5
    assert decode(text.encode(codec), None, PLAIN_TEXT) == text


def test_a_byte_order_mark_wins_over_what_was_declared() -> None:
    assert decode("Köln".encode("utf-8-sig"), "cp1251", PLAIN_TEXT) == "Köln"


def test_a_declared_charset_wins_over_the_guess() -> None:
    assert decode("Łódź".encode("cp1250"), "windows-1250", PLAIN_TEXT) == "Łódź"


def test_latin_1_means_windows_1252_on_the_web() -> None:
    assert decode("“5 €”".encode("cp1252"), "ISO-8859-1", PLAIN_TEXT) == "“5 €”"


def test_a_declared_charset_that_does_not_fit_gives_way() -> None:
    assert decode("Zürich".encode("cp1252"), "utf-8", PLAIN_TEXT).startswith("Z")


def test_a_page_says_its_own_charset() -> None:
    page = f"<html><head><meta charset='iso-8859-2'></head><p>{POLISH}</p>"
    assert POLISH in decode(page.encode("iso-8859-2"), None, HTML)


def test_a_page_saved_as_utf_8_under_its_old_label_is_utf_8() -> None:
    page = "<meta charset='iso-8859-1'><p>Märkte, Öl, Zölle und Löhne</p>"
    assert "Märkte, Öl" in decode(page.encode(), None, HTML)


def test_a_page_with_an_unknown_charset_is_still_read() -> None:
    assert "Preise" in decode(b"<meta charset=klingon><p>Preise</p>", None, HTML)


def test_an_undeclared_code_page_is_guessed() -> None:
    russian = "Цены на нефть выросли в понедельник после решения министров сократить добычу. " * 3
    assert decode(russian.encode("cp1251"), None, PLAIN_TEXT) == russian


def test_utf_8_cut_in_the_last_letter_keeps_the_rest() -> None:
    assert (
        decode("Der Preis stieg in Köln é".encode()[:-1], None, PLAIN_TEXT)
        == "Der Preis stieg in Köln "
    )


@pytest.mark.parametrize("name", ["klingon", "base64", "rot13", "utf-7", "a\x00b", "idna"])
def test_a_declared_charset_nobody_knows_is_an_error(name: str) -> None:
    assert code_of(b"text", name) == "unknown_encoding"
    assert codec_of(name) is None


@pytest.mark.parametrize(
    "content",
    [
        b"\x89PNG\r\n\x1a\n" + bytes(50),
        b"%PDF-1.7 text",
        b"PK\x03\x04abc",
        b"\x1f\x8b\x08abc",
        bytes(range(32)) * 40,
        bytes(100),
    ],
)
def test_what_is_not_text_is_refused_as_binary(content: bytes) -> None:
    assert code_of(content) == "binary"


def test_a_sentence_may_begin_like_a_file_signature() -> None:
    assert decode(b"RIFF is a file format.", None, PLAIN_TEXT) == "RIFF is a file format."


def test_a_single_null_does_not_make_a_text_binary() -> None:
    assert decode(b"Oil prices rose\x00 on Monday.", None, PLAIN_TEXT).startswith("Oil prices rose")


def test_a_null_in_a_short_line_does_not_make_it_utf_16() -> None:
    line = "Text with \x00 inside it and 5 apples.\n"
    assert decode(line.encode(), None, PLAIN_TEXT) == line


def test_utf_16_of_few_zeros_is_read_without_a_mark() -> None:
    chinese = "中国政府宣布,将在三年内投资 5 亿元建设铁路。\n" * 3
    assert decode(chinese.encode("utf-16-le"), None, PLAIN_TEXT) == chinese


@pytest.mark.parametrize("end", ["café.", "café"])
def test_a_last_letter_in_a_code_page_is_no_cut_utf_8(end: str) -> None:
    text = f"She waited for the minister in the {end}"
    assert decode(text.encode("cp1252"), None, PLAIN_TEXT) == text


@pytest.mark.parametrize(
    "text", ["Profit was £5m, shares rose 3p to 45p.", "“Ford’s loss was £150 million”, he said – 5%…", "It costs 80 €."]
)  # fmt: skip
def test_signs_alone_are_windows_1252(text: str) -> None:
    assert decode(text.encode("cp1252"), None, PLAIN_TEXT) == text


def test_a_polish_letter_is_no_pound_sign() -> None:
    assert decode(POLISH.encode("cp1250"), None, PLAIN_TEXT) == POLISH


@pytest.mark.parametrize("text", ["“Fine”, she said – ‘no’.", "naïve café, Đorđe, Ærø", "Â"])
def test_sound_text_is_not_repaired(text: str) -> None:
    assert repair(text) == text


def test_mojibake_is_undone_and_quotes_stay_curly() -> None:
    assert repair("â€œcafÃ© pricesâ€\x9d") == "“café prices”"


@given(LATIN)
def test_a_declared_code_page_is_read_back_exactly(text: str) -> None:
    assert (
        decode(f"abcdefgh {text}".encode("cp1252"), "windows-1252", PLAIN_TEXT)
        == f"abcdefgh {text}"
    )


@given(st.text(st.characters(exclude_categories=("Cc", "Cs", "Co", "Cn")), min_size=1))
def test_utf_8_is_read_back_exactly(text: str) -> None:
    assert decode(text.encode(), None, PLAIN_TEXT) == text.removeprefix("\ufeff")


@given(
    st.binary(max_size=400),
    st.sampled_from([None, "utf-8", "utf-16", "latin-1", "big5", "ascii"]),
    st.sampled_from([HTML, PLAIN_TEXT]),
)
def test_no_bytes_raise_anything_but_a_document_error(
    content: bytes, declared: str | None, media_type: str
) -> None:
    try:
        assert isinstance(decode(content, declared, media_type), str)
    except DocumentError as problem:
        assert problem.code in ("binary", "undecodable")  # noqa: PT017  both outcomes are allowed
