import pytest
from hypothesis import given
from hypothesis import strategies as st

from valuekit.domain.money import Money, decimal_text, parse_minor, scale_of


@given(st.integers(-(10**30), 10**30), st.integers(0, 4))
def test_printing_and_parsing_are_inverse(minor, scale):
    assert parse_minor(decimal_text(minor, scale), scale) == minor


@pytest.mark.parametrize(
    ("text", "scale", "minor"),
    [
        ("-1,234.5", 2, -123450),
        ("+0.05", 2, 5),
        ("1000", 0, 1000),
        ("1.500", 2, 150),
        ("-0.00", 2, 0),
        (" 12.30 ", 2, 1230),
        ("1,234,567.891", 3, 1234567891),
    ],
)
def test_amounts_are_read_exactly(text, scale, minor):
    assert parse_minor(text, scale) == minor


@pytest.mark.parametrize(
    "text", ["", "1e30", "NaN", "inf", "12,34", "1.2.3", "--1", "１２", "(5)", "5-", "0x10", "1 000"]
)
def test_anything_else_is_refused(text):
    with pytest.raises(ValueError, match="not a decimal amount"):
        parse_minor(text, 2)


def test_an_amount_finer_than_the_minor_unit_is_refused():
    with pytest.raises(ValueError, match="finer than 2 decimals"):
        parse_minor("0.005", 2)


@pytest.mark.parametrize(("code", "scale"), [("CNY", 2), ("JPY", 0), ("KWD", 3), ("USD", 2)])
def test_the_minor_unit_depends_on_the_currency(code, scale):
    assert scale_of(code) == scale


@pytest.mark.parametrize("code", ["cny", "CN", "YUAN", ""])
def test_a_currency_is_three_capital_letters(code):
    with pytest.raises(ValueError, match="ISO 4217"):
        scale_of(code)


def test_money_adds_and_reverses_within_one_currency():
    assert Money(100, "CNY") + -Money(150, "CNY") == Money(-50, "CNY")
    assert str(Money(-50, "CNY")) == "CNY -0.50"
    assert str(Money(7, "JPY")) == "JPY 7"


def test_currencies_do_not_mix():
    with pytest.raises(ValueError, match="convert first"):
        Money(1, "CNY") + Money(1, "USD")
