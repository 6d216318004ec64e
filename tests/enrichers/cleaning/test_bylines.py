from __future__ import annotations

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from enrichers.cleaning.bylines import Byline, read_agency_credit, read_byline, read_stamp
from enrichers.cleaning.lines import one_line
from enrichers.cleaning.months import western

ANA, TOM = "Ana Ruiz", "Tom Berg"


@pytest.mark.parametrize(
    ("line", "names"),
    [
        ("By Ana Ruiz", (ANA,)), ("By Per Holm", ("Per Holm",)), ("By Ana Ruiz and Dec Foy", (ANA, "Dec Foy")), ("BY ANA RUIZ AND TOM BERG", ("ANA RUIZ", "TOM BERG")), ("By Ana Ruiz in London", (ANA,)), ("By Ana Ruiz and Tom Berg, Reuters", (ANA, TOM)),
        ("By Ana Ruiz in Kyiv and Tom Berg in New York", (ANA, TOM)), ("By Ana Ruiz, Staff Writer", (ANA,)), ("By Ana Ruiz, Harbour Times", (ANA,)), ("By Ana Ruiz for the Harbour Times", (ANA,)),
        ("By Ana Ruiz | Moscow correspondent", (ANA,)), ("By Ana Ruiz, Tom Berg and Lea O'Neil", (ANA, TOM, "Lea O'Neil")), ("Von Ana Ruiz und Tom Berg, dpa", (ANA, TOM)),
        ("Von Jana Müller aus Berlin", ("Jana Müller",)), ("Par Ana Ruiz avec AFP", (ANA,)), ("Par Ana Ruiz à Paris", (ANA,)), ("Por Ana Ruiz y Tom Berg", (ANA, TOM)), ("Por Ana Ruiz en Madrid", (ANA,)),
        ("Di Ana Ruiz", (ANA,)), ("Door Jan de Vries", ("Jan de Vries",)), ("Av Ana Ruiz", (ANA,)), ("Autor: Ana Ruiz", (ANA,)), ("Text: Ana Ruiz", (ANA,)), ("Автор: Иван Петров", ("Иван Петров",)),
        ("Oleh Budi Santoso", ("Budi Santoso",)), ("作者：李明", ("李明",)), ("文/张三 李四", ("张三", "李四")), ("记者 李明", ("李明",)), ("홍길동 기자", ("홍길동",)), ("بقلم: أحمد علي", ("أحمد علي",)),
        ("लेखक: राम कुमार", ("राम कुमार",)),
    ],
)  # fmt: skip
def test_the_people_of_a_byline_are_read_in_many_languages(
    line: str, names: tuple[str, ...]
) -> None:
    assert read_byline(line) == Byline(names=names)


@pytest.mark.parametrize(
    ("line", "when"),
    [
        ("By Ana Ruiz, July 8, 2024", "July 8, 2024"),
        ("By Ana Ruiz | 8 July 2024, 10:15 GMT", "8 July 2024, 10:15 GMT"),
        ("Von Ana Ruiz – 8. Juli 2024", "8. Juli 2024"),
    ],
)
def test_a_byline_may_give_the_day_too(line: str, when: str) -> None:
    assert read_byline(line) == Byline(names=(ANA,), when=when)


@pytest.mark.parametrize(
    "line",
    [
        "By the harbour, prices rose", "By Monday prices had doubled", "By May 2024 prices had doubled", "By Fri 8 Jul", "By Jul 8, 2024", "Von der Leyen Wins Again", "By far the best", "Text: 500 words", "From Russia With Love",
        "By Ana Ruiz.", "Ana Ruiz", "Par exemple", "作者说他不知道", "By Ana Ruiz who saw it all and wrote it down",
    ],
)  # fmt: skip
def test_a_line_that_only_begins_like_a_byline_is_none(line: str) -> None:
    assert read_byline(line) is None


@pytest.mark.parametrize(
    ("line", "published", "modified"),
    [
        ("Published: 8 July 2024, 10:15 GMT", "Published: 8 July 2024, 10:15 GMT", None), ("Stand: 08.07.2024 10:15 Uhr", "Stand: 08.07.2024 10:15 Uhr", None),
        ("Publié le 8 juillet 2024, mis à jour le 9 juillet 2024", "Publié le 8 juillet 2024,", "mis à jour le 9 juillet 2024"), ("8 июля 2024 года", "8 июля 2024 года", None),
        ("发布时间：2024年7月8日 10:15", "2024-07-08 10:15", None), ("입력 2024.07.08 10:15", "2024.07.08 10:15", None), ("٨ يوليو ٢٠٢٤", "2024-07-08", None), ("8 जुलाई 2024", "2024-07-08", None),
        ("Updated 9 July 2024", None, "Updated 9 July 2024"), ("8 July 2024 | Updated 9 July 2024", "8 July 2024", "Updated 9 July 2024"),
    ],
)  # fmt: skip
def test_a_line_that_is_a_date_says_what_it_is_the_date_of(
    line: str, published: str | None, modified: str | None
) -> None:
    stamp = read_stamp(line)
    assert stamp is not None
    assert (stamp.published, stamp.modified) == (published, modified)


@pytest.mark.parametrize(
    "line", ["On 8 July 2024 prices fell", "8 July", "10:15", "Euro 2024", "2024"]
)
def test_a_line_that_holds_more_or_less_than_a_date_is_none(line: str) -> None:
    assert read_stamp(line) is None


@pytest.mark.parametrize(
    ("line", "names"),
    [
        ("Reporting by Ana Ruiz in Madrid and Tom Berg in Paris; Editing by Lea Roe", (ANA, TOM)),
        ("(Reporting by Ana Ruiz; Writing by Tom Berg; Editing by Lea Roe)", (ANA,)),
        ("Reporting by Ana Ruiz; additional reporting by Tom Berg, editing by Lea Roe", (ANA, TOM)),
        ("Editing by Lea Roe", ()),
        ("Reporting by satellite is slow.", None),
        ("Written by hand, the letter was lost.", None),
    ],
)
def test_the_last_line_of_an_agency_names_its_reporters(
    line: str, names: tuple[str, ...] | None
) -> None:
    assert read_agency_credit(line) == names


@given(st.text(max_size=120))
@example("A\x1b-\rA")
def test_any_line_is_read_without_error_and_invents_no_name(text: str) -> None:
    line = one_line(f"By {text}")
    byline = read_byline(line)
    for name in byline.names if byline else ():
        assert all(word.strip(".,") in line for word in name.split())
    assert read_stamp(line) is None or any(character.isdecimal() for character in line)
    assert western(western(line)) == western(line)


def test_a_city_behind_a_name_is_no_second_author() -> None:
    found = read_byline("By Camila Nogueira, São Paulo · 9 March 2026")
    assert found is not None
    assert (found.names, found.when) == (("Camila Nogueira",), "9 March 2026")
    both = read_byline("By Camila Nogueira and Ines Paris, New York")
    assert both is not None
    assert both.names == ("Camila Nogueira", "Ines Paris")
