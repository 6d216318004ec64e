"""Currency rates as users write them, and what is refused of them."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.errors import UsageError
from schemas.rate_files import parse_csv, parse_toml, rates_of

WORTH = {"USD": Decimal(1), "EUR": Decimal("1.08"), "JPY": Decimal("0.0064")}


@pytest.mark.parametrize(
    "text",
    [
        'base = "USD"\n[rates]\nEUR = 1.08\nJPY = 0.0064\n',
        '[rates]\nbase = "usd"\neur = 1.08\n"JPY" = "0.0064"\nUSD = 1\n',
        'EUR = 1.08\nJPY = 64e-4\nbase = "USD"\n',
        "currency,USD\nEUR,1.08\nJPY,0.0064\n",
        "# of today\n\nCurrency, usd\r\n eur , 1.08\r\nJPY,0.0064",
    ],
)
def test_rates_are_read_from_toml_and_from_csv(text: str, tmp_path: Path) -> None:
    path = tmp_path / "rates"
    path.write_text(text, encoding="utf-8")
    assert (rates_of(path).base, rates_of(str(path)).worth) == ("USD", WORTH)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ('base = "USD"\nEUR = 0', "line 2, EUR"),
        ('base = "USD"\nEUR = -1.08', "line 2, EUR"),
        ('base = "USD"\nEUR = nan', "line 2, EUR"),
        ('base = "USD"\nEUR = inf', "line 2, EUR"),
        ('base = "USD"\nEUR = 1e-400', "line 2, EUR"),
        ('base = "USD"\nEUR = true', "line 2, EUR"),
        ('base = "USD"\nEUR = "much"', "'much' is no rate"),
        ('base = "USD"\nEUR = [1]', "line 2, EUR"),
        (f'base = "USD"\nEUR = 0x{"f" * 9000}', "line 2, EUR"),
        (f'base = "USD"\nEUR = 1{"0" * 9000}', "is no TOML"),
        ('base = "USD"\nEUX = 1', "line 2: unknown currency 'EUX'"),
        ('base = "parsnips"', "line 1: unknown currency 'parsnips'"),
        ('base = "USD"\nUSD = 2', "one USD is worth 2 USD"),
        ('base = "USD"\nEUR = 1\neur = 2', "line 3: EUR stands there twice"),
        ("EUR = 1.08", "names no base currency"),
        ("", "names no base currency"),
        ("base = USD", "line 1"),
        ("[" * 9000, "is no TOML"),
    ],
)
def test_a_rate_that_is_none_is_told_with_its_line(text: str, told: str) -> None:
    with pytest.raises(UsageError) as error:
        parse_toml(text, "rates.toml")
    assert "rates.toml" in str(error.value)
    assert told in str(error.value)
    assert error.value.remedy


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("USD,1\nEUR,1.08", "line 1: ['USD', '1']"),
        ("currency,USD\nEUR;1.08", "line 2: ['EUR;1.08']"),
        ("currency,USD\nEUR,1.08,2024-07-08", "line 2"),
        ('currency,USD\nEUR,"1,08"', "line 2, EUR: '1,08' is no rate"),
        ("currency,USD\n\nEUR,1\nEUR,2", "EUR stands there twice"),
        ('currency,USD\n"EUR', "is no CSV"),
        ("currency,rate\nEUR,1.08", "line 1: unknown currency 'rate'"),
    ],
)
def test_a_line_of_csv_that_is_no_rate_is_told(text: str, told: str) -> None:
    with pytest.raises(UsageError) as error:
        parse_csv(text, "rates.csv")
    assert told in str(error.value)


def test_a_file_that_cannot_be_read_is_told(tmp_path: Path) -> None:
    (tmp_path / "latin.toml").write_bytes(b"base = '\xe9'")
    (tmp_path / "long.csv").write_bytes(b"#" * 1_000_001)
    for name in ("none.toml", "", "latin.toml", "long.csv", "a\0b"):
        with pytest.raises(UsageError):
            rates_of(str(tmp_path / name))
    with pytest.raises(UsageError):
        rates_of(5)  # type: ignore[arg-type]


@given(st.text(max_size=80))
def test_any_text_is_rates_or_a_usage_error(text: str) -> None:
    for parse in (parse_toml, parse_csv):
        try:
            rates = parse(text, "f")
        except UsageError:
            continue
        assert rates.worth[rates.base] == 1
