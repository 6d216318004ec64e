from decimal import Decimal

import pytest

from enrichers.figures.grammar import find_figures


@pytest.mark.parametrize(
    ("text", "span", "noun"),
    [
        ("At least 20 Indian soldiers died.", "20", "soldiers"),
        ("The 12 people killed were locals.", "12", "people"),
        ("A dozen angry protesters came.", "A dozen", "protesters"),
        ("It has 1,100 public housing properties.", "1,100", "properties"),
        ("He won four FA Cup finals with them.", "four", "finals"),
        ("They run 40 Kia and Hyundai garages.", "40", "garages"),
        ("Some 36,000 staff left.", "36,000", "staff"),
        ("There were 12 crew members aboard.", "12", "members"),
        ("It met 20 of the soldiers.", "20", "soldiers"),
        ("She saw 12 MPs.", "12", "MPs"),
        ("One person was hurt.", "One", "person"),
        ("A 300-seat hall.", "300", "seat"),
        ("Two sports clubs closed.", "Two", "clubs"),
    ],
)
def test_a_count_spans_the_number_and_knows_its_noun(text: str, span: str, noun: str) -> None:
    figure = find_figures([text])[0][0]
    assert (figure.kind, figure.text, figure.noun) == ("count", span, noun)


@pytest.mark.parametrize(
    ("text", "low", "high"),
    [
        ("Hundreds of homes burned.", "100", "1000"),
        ("Tens of thousands of people fled.", "10000", "100000"),
        ("Dozens were hurt.", "12", "120"),
    ],
)
def test_a_vague_count_has_bounds_and_no_value(text: str, low: str, high: str) -> None:
    figure = find_figures([text])[0][0]
    assert (figure.value, figure.modifier) == (None, "vague")
    assert (figure.low, figure.high) == (Decimal(low), Decimal(high))


@pytest.mark.parametrize(
    ("phrase", "modifier"),
    [
        ("over", "over"),
        ("more than", "over"),
        ("at least", "at_least"),
        ("up to", "at_most"),
        ("as many as", "at_most"),
        ("fewer than", "under"),
        ("nearly", "nearly"),
        ("about", "approx"),
        ("an estimated", "approx"),
    ],
)
def test_words_before_a_number_bend_it(phrase: str, modifier: str) -> None:
    assert find_figures([f"It hired {phrase} 40 cooks."])[0][0].modifier == modifier


def test_or_more_after_a_number_is_at_least() -> None:
    figure = find_figures(["It needs 40 or more."])[0][0]
    assert (figure.modifier, figure.low) == ("at_least", Decimal(40))


def test_two_bounds_make_one_range() -> None:
    figure = find_figures(["Take more than 40 and less than 50 plums."])[0][0]
    assert (figure.text, figure.low, figure.high) == (
        "40 and less than 50",
        Decimal(40),
        Decimal(50),
    )


@pytest.mark.parametrize(
    ("text", "value", "noun"),
    [
        ("A third of voters stayed home.", "0.3333333333333333333333333333", "voters"),
        ("Nearly half of the pupils left.", "0.5", "pupils"),
        ("One in four adults smokes.", "0.25", "adults"),
        ("Nine out of 10 dogs bark.", "0.9", "dogs"),
        ("It lost one-fifth of its trees.", "0.2", "trees"),
    ],
)
def test_shares_are_ratios(text: str, value: str, noun: str) -> None:
    figure = find_figures([text])[0][0]
    assert (figure.kind, figure.value, figure.noun) == ("ratio", Decimal(value), noun)


def test_multiples_are_words_or_numbers() -> None:
    found = find_figures(["Rent doubled, fines rose threefold, fees are 2.5 times higher."])[0]
    assert [(f.kind, f.value) for f in found] == [
        ("multiple", Decimal(2)),
        ("multiple", Decimal(3)),
        ("multiple", Decimal("2.5")),
    ]


def test_ordinals_know_their_noun_and_adverbs_are_none() -> None:
    found = find_figures(["First, it was his 21st visit and the twenty-second try."])[0]
    assert [(f.value, f.noun) for f in found] == [(Decimal(21), "visit"), (Decimal(22), "try")]


def test_the_noun_of_an_ordinal_ends_before_of() -> None:
    figure = find_figures(["It cost more than the first estimate of 2012."])[0][0]
    assert (figure.text, figure.noun) == ("first", "estimate")


def test_a_result_is_a_score() -> None:
    figure = find_figures(["They won 3–0 at home."])[0][0]
    assert (figure.kind, figure.text, figure.low, figure.high) == (
        "score",
        "3–0",
        Decimal(3),
        Decimal(0),
    )


def test_a_bare_number_takes_the_noun_it_is_compared_with() -> None:
    found = find_figures(["It sold 40 cars, up from 30, to us."])[0]
    assert [(f.value, f.noun) for f in found] == [(Decimal(40), "cars"), (Decimal(30), "cars")]
