from __future__ import annotations

import textwrap

import pytest
from hypothesis import given
from hypothesis import strategies as st

from enrichers.cleaning.text import split_paragraphs

STEEL = "The ministry said on Tuesday that it would lower the tariff on imported steel by a third, a step that exporters had asked for since the spring, when prices fell."
PLANTS = "Exporters welcomed the decision. Some of them said it had come too late for the plants along the river, which closed in March and may never open again."
GERMAN = "Die Regierung senkt den Zoll auf Stahl um ein Drittel, wie das Ministerium am Montag in der Hauptstadt mitteilte. Die Unternehmen hatten das seit dem Frühjahr gefordert, weil die Preise stark gefallen waren."
CHINESE = "港务局星期一说，今年经过东部港口的货物比去年多了三成，码头的工人们因此在夜里也要上班。居民抱怨噪音，市议会将在秋天讨论新的规定，港务局希望明年春天以前找到解决的办法。"
JAPANESE = "港湾局は月曜日、今年の東港の貨物量が昨年より三割増えたと発表した。作業員は夜間も働いており、住民からは騒音への苦情が出ている。市議会は秋に新しい規則を話し合う予定だ。"
KOREAN = "항만청은 월요일 올해 동쪽 항구를 지나간 화물이 지난해보다 삼분의 일 늘었다고 밝혔다. 주민들은 밤에 나는 소음을 불평하고 있으며 시의회는 가을에 새로운 규칙을 논의할 예정이다."
RUSSIAN = "Министерство сообщило во вторник, что пошлина на ввозимую сталь будет снижена на треть, о чём экспортёры просили с весны, когда упали цены. Заводы на реке закрылись ещё в марте."


def texts(text: str) -> list[str]:
    return [block.text for block in split_paragraphs(text)]


def kinds(text: str) -> list[tuple[str, str]]:
    return [(block.kind, block.text) for block in split_paragraphs(text)]


def cut(text: str, width: int) -> str:
    return "\n".join(text[place : place + width] for place in range(0, len(text), width))


@pytest.mark.parametrize("width", [64, 72, 80])
@pytest.mark.parametrize("text", [STEEL, GERMAN, RUSSIAN, KOREAN])
def test_a_text_wrapped_at_any_usual_width_is_joined(text: str, width: int) -> None:
    width = width // 2 if text == KOREAN else width
    wrapped = textwrap.fill(text, width)
    assert texts(f"{wrapped}\n\n{wrapped}\n\n{wrapped}") == [text] * 3


@pytest.mark.parametrize("text", [CHINESE, JAPANESE])
@pytest.mark.parametrize("width", [24, 36, 40])
def test_scripts_without_blanks_are_joined_without_one(text: str, width: int) -> None:
    assert texts(f"{cut(text, width)}\n\n{cut(text, width)}") == [text, text]


def test_first_lines_that_are_indented_begin_paragraphs() -> None:
    indented = [textwrap.fill(text, 72, initial_indent="    ") for text in (STEEL, PLANTS, STEEL)]
    assert texts("\n".join(indented)) == [STEEL, PLANTS, STEEL]


def test_chinese_paragraphs_begin_with_two_wide_blanks() -> None:
    wrapped = [cut(f"\u3000\u3000{CHINESE}", 36), cut(f"\u3000\u3000{CHINESE}", 36)]
    assert texts("\n".join(wrapped)) == [CHINESE, CHINESE]


def test_verse_tables_and_addresses_beside_wrapped_prose_stay_in_lines() -> None:
    verse = ["The tide came in at seven", "And took the boats away", "The men went up to heaven", "The women had to stay"]  # fmt: skip
    address = ["Harbour Authority", "12 Quay Street", "Eastport"]
    rows = ["Port      Ships   Tons", "East      12      4000", "West      7       900"]
    prose = textwrap.fill(STEEL, 72)
    lines = ["\n".join(verse), "\n".join(address), "\n".join(rows)]
    found = kinds("\n\n".join([prose, *lines, prose]))
    assert found == [
        ("text", STEEL),
        *(("text", line) for line in (*verse, *address)),
        *(("table", " ".join(row.split())) for row in rows),
        ("text", STEEL),
    ]


def test_even_verse_alone_is_not_joined() -> None:
    lines = [
        "Upon the quay the harbour master stood",
        "And saw the tide go out and not return",
        "The boats lay on their sides as boats all should",
        "When nothing else is left for boats to learn",
        "He wrote the hour down and shut the book",
        "Went up the stairs and never had a look",
    ]
    assert texts("\n".join(lines)) == lines


def test_wrapped_items_are_joined_each_to_itself() -> None:
    items = (
        "- the first of the items is long enough to be wrapped by the program at\n"
        "  its width, and goes on here\n- the second is short"
    )
    found = kinds(f"{textwrap.fill(STEEL, 72)}\n\n{items}")
    assert found[1:] == [
        (
            "list",
            "- the first of the items is long enough to be wrapped by the program at its width, and goes on here",
        ),
        ("list", "- the second is short"),
    ]


def test_a_day_or_a_dash_at_the_start_of_a_line_is_no_item() -> None:
    text = (
        "Der Rat tagte nach langem Streit über die neue Brücke im Hafen am\n"
        "8. Juli bis in die Nacht, und der Bürgermeister, der die Sitzung\n"
        "- anders als sonst - selbst leitete, sprach danach nicht mit denen,\n"
        "die gewartet hatten."
    )
    assert texts(f"{text}\n\n{text}") == [text.replace("\n", " ")] * 2


def test_a_broken_word_loses_its_hyphen_only_where_the_text_has_it_whole() -> None:
    text = (
        "The long-standing policy of the harbour and its many years of govern-\n"
        "ment by decree ended when the new government was sworn in on a well-\n"
        "known quay, where co-operation had always been spoken of by all but\n"
        "never seen."
    )
    (found,) = texts(text)
    assert "years of government by decree" in found
    assert "a well-known quay" in found


def test_a_soft_hyphen_at_the_end_of_a_line_joins_its_word() -> None:
    assert texts("The govern\xad\nment fell.") == ["The government fell."]


def test_a_headline_in_capitals_over_wrapped_lines_stays_apart() -> None:
    title = "MINISTRY LOWERS THE TARIFF ON IMPORTED STEEL BY A THIRD FROM MAY ON"
    wrapped = textwrap.fill(STEEL, 72)
    assert texts(f"{title}\n{wrapped}\n\n{wrapped}")[0] == title


def test_a_long_address_does_not_hide_the_width() -> None:
    wrapped = "\n\n".join([textwrap.fill(STEEL, 72)] * 12)
    link = "https://harbour.example.org/news/2024/07/08/" + "tariff-" * 7
    assert texts(f"{wrapped}\n\nSee there:\n{link}")[:12] == [STEEL] * 12


def test_lines_that_are_paragraphs_stay_paragraphs() -> None:
    lines = [f"Ship number {n} came in with {n * 7} containers and left the same night." for n in range(9)]  # fmt: skip
    assert texts("\n".join(lines)) == lines


@given(st.text(st.sampled_from("abÄ中文。. -\n\t\u3000\xad1)>"), max_size=400))
def test_no_letter_is_lost_or_invented_by_joining(text: str) -> None:
    kept = "".join("".join(texts(text)).split())
    given_ = "".join(text.replace("\xad", "").split())
    letters = [character for character in given_ if character.isalnum()]
    assert [character for character in kept if character.isalnum()] == letters
    assert len(kept) <= len(given_)
