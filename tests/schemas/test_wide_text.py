"""Wide text without a mark, in many scripts, and what is none."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.wide_text import is_misread, unmarked_wide

TEXTS = (
    "Oil prices rose on Monday.",
    "Le pétrole a monté à Paris – de 5 %.",
    "Цены на нефть выросли.",
    "Οι τιμές αυξήθηκαν.",
    "رفع البنك المركزي أسعار الفائدة.",
    "भारतीय रिज़र्व बैंक ने दरें नहीं बदलीं।",
    "ธนาคารแห่งประเทศไทยคงอัตราดอกเบี้ยนโยบาย",
    "央行周三宣布降息。",
    "油价上涨\n国际原油价格周一上涨百分之三。\n",
    "台北市政府今日表示，捷運新線將於明年動工。",
    "日本銀行は金融政策決定会合で政策金利を据え置いた。",
    "한국은행은 기준금리를 동결했다고 밝혔다.",
)
NARROW = ["utf-8", "cp1252", "cp1251", "koi8_r", "gb18030", "big5", "cp932", "euc_jp", "euc_kr"]


@pytest.mark.parametrize("codec", ["utf-16-le", "utf-16-be"])
@pytest.mark.parametrize("text", TEXTS)
def test_wide_text_of_any_script_is_known_without_a_mark(text: str, codec: str) -> None:
    assert unmarked_wide(text.encode(codec)) == codec


@pytest.mark.parametrize("codec", NARROW)
def test_text_of_one_byte_or_a_changing_number_is_not_taken_for_wide(codec: str) -> None:
    for text in (*TEXTS, "1\t2\t3\t4\t5\t6\t7\t8\n"):
        assert unmarked_wide(text.encode(codec, "ignore")) is None, text


@pytest.mark.parametrize(
    ("codec", "declared", "wrong"),
    [
        ("utf-8", "utf-16", True),
        ("utf-8", "utf-32", True),
        ("utf-8", "cp037", True),
        ("utf-8", "ascii", True),
        ("utf-8", "utf-8", False),
        ("utf-8", "cp1252", False),
        ("cp1252", "utf-8", True),
        ("cp1252", "cp1252", False),
        ("cp037", "cp037", False),
        ("utf-16-le", "utf-16", False),
        ("utf-16-le", "utf-16-le", False),
        ("utf-16-be", "utf-16-le", True),
    ],
)
def test_a_declared_encoding_is_held_against_the_bytes(
    codec: str, declared: str, *, wrong: bool
) -> None:
    assert is_misread("Der Ölpreis in Köln steigt.".encode(codec), declared) is wrong


@given(st.binary(max_size=300), st.sampled_from(["utf-8", "utf-16", "utf-16-be", "cp037", "x"]))
def test_no_bytes_raise(content: bytes, declared: str) -> None:
    assert unmarked_wide(content) in {None, "utf-16-le", "utf-16-be", "utf-32-le", "utf-32-be"}
    assert is_misread(content, declared) in {True, False}
