from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from enrichers.figures.grammar import FigureFinder, find_figures, provenance
from schemas.article import Article, Paragraph
from schemas.errors import UsageError
from schemas.marks import Figure

REFERENCE = date(2024, 7, 10)  # a Wednesday


def read(text: str, reference: date | None = REFERENCE) -> list[Figure]:
    return find_figures([text], [reference])[0]


def article(*paragraphs: str, language: str | None = None, title: str | None = None) -> Article:
    return Article(
        title=title,
        language=language,
        published_at=datetime(2024, 7, 10, 9, tzinfo=UTC),
        paragraphs=tuple(
            Paragraph(index=index, kind="text", text=text) for index, text in enumerate(paragraphs)
        ),
    )


def test_a_change_has_a_delta_a_target_and_an_origin() -> None:
    delta, target, origin = read("Income rose 3.2% to $4.1 billion from $3.9 billion.")
    assert (delta.role, delta.change, delta.value) == ("delta", "up", Decimal("3.2"))
    assert (target.role, target.value) == ("to", Decimal("4100000000"))
    assert (origin.role, origin.change) == ("from", None)


def test_a_figure_takes_the_only_period_of_its_sentence() -> None:
    money, period = read("Trade came to $12 billion in the fiscal year 2021-22.")
    assert (money.about_start, money.about_end) == (period.date_start, period.date_end)


def test_the_year_of_what_was_before_is_no_others() -> None:
    now, before, _ = read("Turnout was 61.2 percent, up from 58 percent in 2020.")
    assert (now.about_start, before.about_start) == (None, date(2020, 1, 1))
    new, old = [f for f in read("In 2023, sales rose to $5m from $4m in 2022.") if f.unit]
    assert (new.about_start, old.about_start) == (date(2023, 1, 1), date(2022, 1, 1))


def test_the_year_in_which_a_thing_began_is_no_figures() -> None:
    found = read("The firm, founded in 1987, has 1,500 staff. Opened in 2001, it made $3m in 2023.")
    assert [f.about_start for f in found if f.kind != "date"] == [None, date(2023, 1, 1)]
    born, _ = read("300 children were born in 2023.")
    assert born.about_start == date(2023, 1, 1)


def test_two_periods_in_a_sentence_give_no_figure_a_time() -> None:
    found = read("It sold 40 cars in 2019 and 60 trucks in 2021.")
    assert [f.about_start for f in found if f.kind == "count"] == [None, None]


def test_a_stated_fiscal_year_holds_for_the_whole_article() -> None:
    rows = FigureFinder().enrich(
        [
            article(
                "Sales grew in fiscal year 2022-23.",
                "The financial year runs from July to June.",
            )
        ]
    )[0]
    assert (rows[0].date_start, rows[0].date_end) == (date(2022, 7, 1), date(2023, 6, 30))


def test_the_title_is_read_as_row_minus_two() -> None:
    found = FigureFinder().enrich([article("Nothing here.", title="Blaze kills 12 people")])[0]
    assert [(f.paragraph, f.text, f.noun) for f in found] == [(-2, "12", "people")]


def test_another_language_gives_only_what_needs_no_words() -> None:
    text = "Il 2024-05-03 il prezzo è salito del 3,5 % a 1.200,50 €; ne restano seven."
    found = FigureFinder().enrich([article(text, language="it")])[0]
    assert [(f.kind, f.value) for f in found] == [
        ("date", None),
        ("percent", Decimal("3.5")),
        ("money", Decimal("1200.50")),
    ]


def test_an_amount_with_an_unknown_scale_word_is_left_out_rather_than_wrong() -> None:
    assert FigureFinder().enrich([article("Kostuje €5 mld.", language="pl")]) == [[]]


def test_no_figure_crosses_a_line_break() -> None:
    found = read("It cost 5\nmillion dollars and 7\r\nkilometres.")
    assert [(f.kind, f.text) for f in found] == [("count", "5"), ("count", "7")]


def test_sentence_spans_hold_their_figures() -> None:
    text = "Mr. Lee left the U.S. in 2019. He took 40 boxes."
    assert [text[f.sentence_start : f.sentence_end] for f in read(text)] == [
        "Mr. Lee left the U.S. in 2019.",
        "He took 40 boxes.",
    ]


def test_provenance_carries_a_hash_of_the_data() -> None:
    assert provenance() == FigureFinder().provenance
    assert len(provenance().sha256 or "") == 64


@pytest.mark.parametrize(
    "text",
    [
        "She flew in a Boeing 737 MAX and an F-16.",
        "Section 230, Route 66, COVID-19 and the G7.",
        "A 20th Century Fox film about World War II.",
        "The iPhone 15 runs on Windows 11.",
        "Call 555-123-4567, case no. 12-345.",
        "Version 2.0.1 is at https://example.org/2024/05.",
        "Write to a1@example.org or #best2024.",
        "One of them said no one knew; she was the one.",
        "After 9/11 it was open 24/7.",
    ],
)
def test_names_and_addresses_are_no_figures(text: str) -> None:
    assert read(text) == []


@pytest.mark.parametrize(
    "text",
    [
        "a" * 200_000,
        "9" * 200_000,
        "9" * 5_000,
        "1 " * 2_000,
        "1/" * 2_000,
        "$" * 20_000 + "5",
        "A-" * 20_000 + "1",
        "one hundred " * 1_000,
        "the last " * 3_000,
        "5 to " * 2_000,
        '5" ' * 2_000,
        "a ago " * 3_000,
        "٣٤٥ ４５ ²³ ½¼",
        "£ ² third year",
        "İ" * 500 + " first aid 5 km",
    ],
)
def test_hostile_lines_are_read_without_an_error(text: str) -> None:
    check(text, read(text))


def check(text: str, figures: list[Figure]) -> None:
    end = 0
    for figure in figures:
        assert text[figure.start : figure.end] == figure.text
        assert end <= figure.start < figure.end
        assert figure.sentence_start <= figure.start
        assert figure.end <= figure.sentence_end
        assert figure.rule
        if figure.kind != "score" and figure.low is not None and figure.high is not None:
            assert figure.low <= figure.high
        end = figure.end


WORDS = st.sampled_from(
    [
        "5",
        "12",
        "1,200",
        "3.5",
        "40",
        "2019",
        "2023-24",
        "1/2",
        "½",
        "two",
        "twenty",
        "hundred",
        "million",
        "billion",
        "dozen",
        "half",
        "third",
        "a",
        "an",
        "the",
        "of",
        "and",
        "to",
        "from",
        "between",
        "in",
        "over",
        "at",
        "least",
        "nearly",
        "$",
        "€",
        "£",
        "US$",
        "Rs",
        "USD",
        "dollars",
        "euros",
        "cents",
        "pounds",
        "%",
        "percent",
        "points",
        "km",
        "mph",
        "°C",
        "m",
        "bn",
        "k",
        "years",
        "year-old",
        "days",
        "ago",
        "earlier",
        "last",
        "this",
        "next",
        "week",
        "month",
        "Monday",
        "Friday",
        "May",
        "June",
        "July",
        "8",
        "8,",
        "Q3",
        "quarter",
        "fiscal",
        "year",
        "first",
        "21st",
        "people",
        "soldiers",
        "Indian",
        "killed",
        "rose",
        "fell",
        "by",
        "up",
        "down",
        ".",
        ",",
        ";",
        "(",
        ")",
        "-",
        "–",
        '"',
        "'",
        "aged",
        "one",
        "no",
        "5",
        "p.m.",
        "noon",
        "1990s",
        "times",
        "doubled",
        "-",
        "0",
        "2-1",
        "A.D.",
        "99999999999",
        "-5",
        "minus",
        "lakh",
        "crore",
        "per",
        "barrel",
        "hour",
        "x10",
        "²",
        "third",
    ]
)


@given(
    st.lists(st.tuples(WORDS, st.sampled_from([" ", "", "-", "\n"])), max_size=30),
    st.dates() | st.none(),
)
@settings(max_examples=400, deadline=None)
def test_any_mixture_of_the_grammars_words_gives_exact_disjoint_spans(
    parts: list[tuple[str, str]], reference: date | None
) -> None:
    text = "".join(word + gap for word, gap in parts)
    check(text, read(text, reference))


@given(st.text(max_size=200), st.dates() | st.none())
@settings(max_examples=300, deadline=None)
def test_any_text_gives_exact_disjoint_spans(text: str, reference: date | None) -> None:
    check(text, read(text, reference))


@given(st.text(alphabet="0123456789.,-/ $%€kmM", max_size=60))
@settings(max_examples=300, deadline=None)
def test_any_string_of_digits_and_signs_gives_exact_spans_in_every_language(text: str) -> None:
    check(text, read(text))
    if text.strip():
        rows = FigureFinder().enrich([article(text, language="fr")])[0]
        check(text, rows)


@given(st.integers(min_value=0, max_value=10**12))
def test_a_written_amount_is_read_back(amount: int) -> None:
    figure = read(f"It cost ${amount:,} in all.")[0]
    assert (figure.value, figure.unit) == (Decimal(amount), "USD")


def test_a_range_that_is_written_falling_has_its_lower_bound_first_and_a_score_its_sides() -> None:
    cut = read("It is cut by 5-4% a year.")[0]
    assert (cut.low, cut.high) == (Decimal(4), Decimal(5))
    match = read("They won the match 5-3.")[0]
    assert (match.kind, match.low, match.high) == ("score", Decimal(5), Decimal(3))


def test_texts_without_a_date_each_are_a_usage_error() -> None:
    with pytest.raises(UsageError, match="2 texts, but 1"):
        find_figures(["a", "b"], [REFERENCE])
