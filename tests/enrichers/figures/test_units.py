from decimal import Decimal

import pytest

from enrichers.figures.grammar import find_figures


@pytest.mark.parametrize(
    ("text", "span", "value", "unit"),
    [
        ("It ran 12km.", "12km", "12", "kilometre"),
        ("A 3.5-litre engine.", "3.5-litre", "3.5", "litre"),
        ("Winds of 80 m.p.h. hit.", "80 m.p.h.", "80", "mile/hour"),
        ("It does 188 miles an hour.", "188 miles an hour", "188", "mile/hour"),
        (
            "It pumps 2 million barrels per day.",
            "2 million barrels per day",
            "2000000",
            "barrel/day",
        ),
        ("It makes 450 Nm.", "450 Nm", "450", "newton metre"),
        ("An area of 20 sq km.", "20 sq km", "20", "square kilometre"),
        ("It was 42°C.", "42°C", "42", "celsius"),
        ("It fell to -5 degrees Celsius.", "-5 degrees Celsius", "-5", "celsius"),
        ("Temperatures hit 90F.", "90F", "90", "fahrenheit"),
        ("He is 5 feet 6 inches.", "5 feet 6 inches", "5.5", "foot"),
        ("A 10 1/2 mile walk.", "10 1/2 mile", "10.5", "mile"),
        ("A current of 1.3 A/cm2.", "1.3 A/cm2", "1.3", "ampere/square centimetre"),
        ("A magnitude 6.8 quake.", "6.8", "6.8", "magnitude"),
    ],
)
def test_a_quantity_has_its_unit(text: str, span: str, value: str, unit: str) -> None:
    figure = find_figures([text])[0][0]
    assert (figure.kind, figure.text, figure.unit) == ("quantity", span, unit)
    assert figure.value == Decimal(value)


def test_units_lead_to_their_base() -> None:
    length, heat = find_figures(["It ran 12 km at 20 °C."])[0]
    assert (length.base_value, length.base_unit) == (Decimal(12_000), "metre")
    assert (heat.base_value, heat.base_unit) == (Decimal("293.15"), "kelvin")


def test_a_temperature_below_zero_keeps_its_zero() -> None:
    figure = find_figures(["It was -10 °C."])[0][0]
    assert figure.base_value == Decimal("263.15")


@pytest.mark.parametrize(
    ("text", "kind", "value"),
    [
        ("A 100m race.", "quantity", "100"),
        ("It has 35m users.", "count", "35000000"),
        ("It sold 2.7m of its phones.", "count", "2700000"),
        ("He is 1.8m tall.", "quantity", "1.8"),
    ],
)
def test_m_is_metre_or_million_by_what_follows(text: str, kind: str, value: str) -> None:
    figure = find_figures([text])[0][0]
    assert (figure.kind, figure.value) == (kind, Decimal(value))


@pytest.mark.parametrize(
    ("text", "span", "value", "unit"),
    [
        ("A two-day visit.", "two-day", "2", "day"),
        ("An 18-month ban.", "18-month", "18", "month"),
        ("He waited an hour and a half.", "an hour and a half", "1.5", "hour"),
        ("She is 29 years old.", "29 years old", "29", "year"),
        ("A 29-year-old man.", "29-year-old", "29", "year"),
        ("A man aged 29.", "29", "29", "year"),
        ("Ana Ruiz, 47, won.", "47", "47", "year"),
        ("The pope, 87, rested.", "87", "87", "year"),
        ("In the last three weeks.", "last three weeks", "3", "week"),
    ],
)
def test_durations_and_ages_are_durations(text: str, span: str, value: str, unit: str) -> None:
    figure = find_figures([text])[0][0]
    assert (figure.kind, figure.text, figure.unit) == ("duration", span, unit)
    assert figure.value == Decimal(value)


def test_the_verb_last_begins_no_duration() -> None:
    assert [f.text for f in find_figures(["The ban will last 18 months."])[0]] == ["18 months"]


def test_an_age_in_her_forties_is_a_range() -> None:
    figure = find_figures(["A woman in her 40s."])[0][0]
    assert (figure.low, figure.high, figure.unit) == (Decimal(40), Decimal(49), "year")


@pytest.mark.parametrize(
    ("text", "unit", "value"),
    [
        ("up 2.5%", "percent", "2.5"),
        ("up five per cent", "percent", "5"),
        ("up 0.5 percentage points", "percentage_point", "0.5"),
        ("up 25 basis points", "basis_point", "25"),
        ("up half a percentage point", "percentage_point", "0.5"),
        ("minus 3 pct", "percent", "-3"),
    ],
)
def test_percent_knows_its_points(text: str, unit: str, value: str) -> None:
    figure = find_figures([text])[0][0]
    assert (figure.kind, figure.unit, figure.value) == ("percent", unit, Decimal(value))


def test_a_minus_after_a_number_is_no_range() -> None:
    found = find_figures(["LOW 113.40 -1.62 -1.41%"])[0]
    assert [(f.text, f.value) for f in found][1:] == [
        ("-1.62", Decimal("-1.62")),
        ("-1.41%", Decimal("-1.41")),
    ]
