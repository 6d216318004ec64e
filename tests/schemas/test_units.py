import pytest
from hypothesis import given
from hypothesis import strategies as st

from enrichers.figures.grammar import find_figures
from schemas.units import nearest_unit, stored_units


@pytest.mark.parametrize(
    ("typed", "names"),
    [
        ("km", ("kilometre",)),
        ("KM", ("kilometre",)),
        ("kilometers", ("kilometre",)),
        ("km/h", ("kilometre/hour",)),
        ("$", ("USD",)),
        ("dollars", ("USD",)),
        ("usd", ("USD",)),
        ("C$", ("CAD",)),
        ("%", ("percent",)),
        ("percentage points", ("percentage_point",)),
        ("tonnes", ("tonne",)),
        ("dollars a barrel", ("USD/barrel",)),
        ("$/barrel", ("USD/barrel",)),
        ("euros per share", ("EUR/share",)),
        ("barrels per day", ("barrel/day",)),
        ("Mb", ("megabit",)),
        ("pounds", ("GBP", "pound")),
        ("parsnips", ()),
        ("", ()),
        ("/", ()),
    ],
)
def test_what_people_call_a_unit_is_its_stored_name(typed: str, names: tuple[str, ...]) -> None:
    assert stored_units(typed) == names


@pytest.mark.parametrize(
    "text",
    ["5 km", "5 km/h", "$5", "5 dollars", "USD 5", "5%", "5 tonnes", "5 per cent", "£5", "5 lbs"],
)
def test_a_unit_means_for_the_filter_what_it_means_in_a_text(text: str) -> None:
    figure = find_figures([f"It was {text}."])[0][0]
    assert figure.unit in stored_units(text.replace("5", "").strip())


def test_a_slip_of_the_pen_is_told_the_nearest_name() -> None:
    assert nearest_unit("kilometrs") in ("kilometres", "kilometre")
    assert nearest_unit("qqqqqqqq") is None


@given(st.text(max_size=60))
def test_any_text_may_be_asked_for(text: str) -> None:
    assert stored_units(stored_units(text)[0] if stored_units(text) else "km")
    nearest_unit(text)
