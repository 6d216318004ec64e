from decimal import Decimal

import pytest

from enrichers.figures.grammar import find_figures
from schemas.marks import Figure


def money(text: str) -> Figure:
    found = [figure for figure in find_figures([text])[0] if figure.kind == "money"]
    assert len(found) == 1, found
    return found[0]


@pytest.mark.parametrize(
    ("text", "span", "value", "unit"),
    [
        ("It paid £1.2bn for it.", "£1.2bn", "1200000000", "GBP"),
        ("A $1.5tn plan.", "$1.5tn", "1500000000000", "USD"),
        ("Worth US$ 3 trillion now.", "US$ 3 trillion", "3000000000000", "USD"),
        ("A A$300m loan.", "A$300m", "300000000", "AUD"),
        ("About HK$45 billion went.", "HK$45 billion", "45000000000", "HKD"),
        ("Some Rs 2 lakh crore is due.", "Rs 2 lakh crore", "2000000000000", "INR"),
        ("He owes 5 million Swiss francs.", "5 million Swiss francs", "5000000", "CHF"),
        ("It was sixty-five billion dollars.", "sixty-five billion dollars", "65000000000", "USD"),
        ("It was 40 €.", "40 €", "40", "EUR"),
        ("A 120 MEUR order.", "120 MEUR", "120000000", "EUR"),
        ("It fell by 19 cents.", "19 cents", "0.19", "USD"),
        ("The fare is 3 dollars 50 cents.", "3 dollars 50 cents", "3.5", "USD"),
        ("Crude was $80 a barrel.", "$80 a barrel", "80", "USD/barrel"),
        ("Rent is €900 per month.", "€900 per month", "900", "EUR/month"),
        ("bonds of $ 75 million were sold .", "$ 75 million", "75000000", "USD"),
        ("A deficit of $-5.8bn.", "$-5.8bn", "-5800000000", "USD"),
        ("A loss of $(5.2) million.", "$(5.2) million", "-5200000", "USD"),
        ("It costs half a million euros.", "half a million euros", "500000", "EUR"),
    ],
)
def test_an_amount_has_its_value_and_currency(text: str, span: str, value: str, unit: str) -> None:
    figure = money(text)
    assert (figure.text, figure.value, figure.unit) == (span, Decimal(value), unit)


@pytest.mark.parametrize(
    ("text", "low", "high"),
    [
        ("A $3-4 billion gap.", "3000000000", "4000000000"),
        ("Between 5 and 7 million euros went.", "5000000", "7000000"),
        ("It runs from $10 to $15 billion.", "10000000000", "15000000000"),
        ("Homes from $750,000 to $1 million.", "750000", "1000000"),
        ("Claims of $200 to $4 million.", "200", "4000000"),
    ],
)
def test_a_range_shares_the_scale_it_can_share(text: str, low: str, high: str) -> None:
    figure = money(text)
    assert (figure.low, figure.high, figure.value) == (Decimal(low), Decimal(high), None)
    assert figure.modifier == "range"


def test_a_change_from_one_amount_to_another_is_two_figures() -> None:
    found = find_figures(["Sales rose from $2bn to $3bn."])[0]
    assert [(f.text, f.role) for f in found] == [("$2bn", "from"), ("$3bn", "to")]


def test_pounds_are_a_weight_unless_something_is_paid() -> None:
    assert [f.unit for f in find_figures(["She lost 50 pounds.", "She paid 50 pounds."])[0]] == [
        "pound"
    ]
    assert money("She paid 50 pounds.").unit == "GBP"


def test_a_modifier_stands_outside_the_span() -> None:
    figure = money("It reached nearly $65 billion.")
    assert (figure.text, figure.modifier, figure.high) == (
        "$65 billion",
        "nearly",
        Decimal(65_000_000_000),
    )
    assert figure.low is None


@pytest.mark.parametrize(
    ("text", "amount", "counted"),
    [
        ("The state paid $5 million to 20,000 people.", "$5 million", "20,000"),
        ("The fund moved €3 billion to 12 banks.", "€3 billion", "12"),
    ],
)
def test_money_that_goes_to_a_number_of_people_is_no_range(
    text: str, amount: str, counted: str
) -> None:
    found = find_figures([text])[0]
    assert [(f.text, f.kind) for f in found] == [(amount, "money"), (counted, "count")]


def test_apostrophes_part_thousands() -> None:
    assert money("It cost CHF1'234'567.50.").value == Decimal("1234567.50")
    assert money("It cost 20’000 francs.").value == Decimal(20000)


def test_a_number_with_points_and_a_comma_can_only_be_read_the_continental_way() -> None:
    assert money("It cost 1.234.567,89 euros.").value == Decimal("1234567.89")
