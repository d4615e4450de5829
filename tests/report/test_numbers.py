"""Numbers are printed as pages.md says, from exact decimals."""

import subprocess
import sys
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from valuekit.domain.money import decimal_text, parse_minor
from valuekit.report.numbers import (
    MINUS,
    exact_text,
    format_cell,
    format_change,
    format_interval,
    format_probability,
    format_value,
    unit_words,
)


@pytest.mark.parametrize(
    ("value", "unit", "english", "chinese"),
    [
        ("4527100000.00", "CNY", "CNY 4.53 billion", "45.27 亿元"),
        ("1234567.00", "CNY", "CNY 1.23 million", "123.46 万元"),
        ("1234.56", "CNY", "CNY 1,234.56", "1,234.56 元"),
        ("-1234567.00", "CNY", "CNY −1.23 million", "−123.46 万元"),
        ("0.00", "CNY", "CNY 0.00", "0.00 元"),
        ("2500000000", "JPY", "JPY 2.50 billion", "25.00 亿日元"),
        ("12.5", "CHF", "CHF 12.50", "12.50 CHF"),
        (28.88, "1e8 connections", "2.888 billion", "28.88 亿"),
        (0.3512, "1e8 connections", "35.12 million", "3,512 万"),
        (0.0001, "1e8 connections", "10,000", "1.000 万"),
        ("1.5732", "CNY per connection", "CNY 1.57", "1.57 元"),
        ("123456789.00", "CNY per month", "CNY 123,456,789.00", "123,456,789.00 元"),
        ("2027-12", "month", "2027-12", "2027年12月"),
        ("2027-03", "month", "2027-03", "2027年3月"),
        (0.953, "share", "95.3 %", "95.3%"),
        (1.0, "share", "100.0 %", "100.0%"),
        (24, "months", "24", "24"),
        (1234567, "lines", "1,234,567", "1,234,567"),
        (0.25, "", "0.25", "0.25"),
        (None, "CNY", "–", "–"),
        (float("nan"), "probability", "–", "–"),
    ],
)
def test_values_by_unit_and_language(value, unit, english, chinese):
    assert format_value(value, unit, "en") == english
    assert format_value(value, unit, "zh") == chinese


@pytest.mark.parametrize(
    ("probability", "mcse", "printed"),
    [
        (0.0, None, "< 0.1 %"),
        (0.0009, None, "< 0.1 %"),
        (0.001, None, "0.1 %"),
        (0.0499, None, "5.0 %"),
        (0.05, None, "5 %"),
        (0.5049, None, "50 %"),
        (0.95, None, "95 %"),
        (0.9512, None, "95.1 %"),
        (0.9995, None, "> 99.9 %"),
        (1.0, None, "> 99.9 %"),
        (0.021, 0.0004, "2.1 %"),
        (0.021, 0.002, "2 %"),
        (0.004, 0.002, "< 1 %"),
        (0.996, 0.002, "> 99 %"),
    ],
)
def test_probabilities(probability, mcse, printed):
    assert format_probability(probability, "en", mcse=mcse) == printed
    assert format_probability(probability, "zh", mcse=mcse) == printed.replace(" %", "%")


@pytest.mark.parametrize(
    ("low", "high", "unit", "english", "chinese"),
    [
        (0.08, 0.2, "probability", "8 to 20 %", "8 至 20%"),
        (27.5, 30.2, "1e8 connections", "2.750 to 3.020 billion", "27.50 至 30.20 亿"),
        (0.95, 1.2, "1e8 connections", "95.00 to 120.0 million", "9,500 万 至 1.200 亿"),
        ("-1.00", "2.00", "CNY", "CNY −1.00 to 2.00", "−1.00 至 2.00 元"),
        ("2027-03", "2028-01", "month", "2027-03 to 2028-01", "2027年3月 至 2028年1月"),
        (None, 0.2, "probability", "– to 20 %", "– 至 20%"),
    ],
)
def test_intervals(low, high, unit, english, chinese):
    assert format_interval(low, high, unit, "en") == english
    assert format_interval(low, high, unit, "zh") == chinese


@pytest.mark.parametrize(
    ("value", "previous", "unit", "english", "chinese"),
    [
        (0.061, 0.048, "probability", "+1.3 pp", "+1.3 个百分点"),
        ("10.00", "12.50", "CNY", "−CNY 2.50", "−2.50 元"),
        (33.0, 32.5, "1e8 connections", "+50.00 million", "+5,000 万"),
        ("2028-01", "2027-11", "month", "+2 months", "+2 个月"),
        (5, 5, "areas", "±0", "±0"),
        (5, None, "areas", "–", "–"),
    ],
)
def test_changes(value, previous, unit, english, chinese):
    assert format_change(value, previous, unit, "en") == english
    assert format_change(value, previous, unit, "zh") == chinese


@pytest.mark.parametrize(
    ("value", "kind", "options", "printed"),
    [
        (123456, "minor", {"currency": "CNY"}, "1,234.56"),
        (-1, "minor", {"currency": "CNY"}, "−0.01"),
        (1234, "minor", {"currency": "JPY"}, "1,234"),
        (12345, "integer", {}, "12,345"),
        (1234.5678, "number", {"decimals": 1}, "1,234.6"),
        (-0.001, "number", {"decimals": 2}, "0.00"),
        (0.123, "share", {}, "12.3 %"),
        (0.021, "probability", {"mcse": 0.003}, "2 %"),
        (True, "flag", {}, "yes"),
        ("2027-12", "month", {}, "2027-12"),
        ("total", "month", {}, "total"),
        ("=1+1", "text", {}, "=1+1"),
        (None, "minor", {}, "–"),
        (float("inf"), "number", {}, "–"),
    ],
)
def test_cells_by_kind(value, kind, options, printed):
    assert format_cell(value, kind, "en", **options) == printed


def test_words_behind_a_value():
    assert unit_words("1e8 connections", "zh") == "连接"
    assert unit_words("CNY per connection and year", "en") == "per connection and year"
    assert unit_words("CNY per connection and year", "zh") == "每连接每年"
    assert unit_words("1e8 connections per month", "zh") == "连接（每月）"
    assert unit_words("months", "zh") == "个月"
    assert unit_words("probability", "en") == unit_words("CNY", "zh") == ""


@given(st.integers(-(10**24), 10**24))
def test_full_amounts_read_back_exactly(minor):
    printed = format_cell(minor, "minor", "en", currency="CNY").replace(MINUS, "-")
    assert parse_minor(printed, 2) == minor
    assert parse_minor(exact_text(minor, "minor", "CNY"), 2) == minor


@given(st.integers(10**8, 10**22))
def test_amounts_by_size_are_within_half_of_their_last_digit(minor):
    words = format_value(decimal_text(minor, 2), "CNY", "zh").removesuffix("元").split()
    size = {"亿": 10**8, "万": 10**4}[words[1]] if len(words) == 2 and words[1] else 1
    assert abs(Decimal(words[0].replace(",", "")) * size - Decimal(minor) / 100) <= Decimal(size) / 200


@given(st.floats(0, 1))
def test_a_probability_never_prints_as_certain_or_impossible(probability):
    for language in ("en", "zh"):
        assert format_probability(probability, language).rstrip(" %") not in {"0", "0.0", "100", "100.0"}


def test_numbers_needs_the_standard_library_alone():
    code = (
        "import sys, valuekit.report.numbers;"
        "print(sorted({n.split('.')[0] for n in sys.modules} & {'numpy', 'pandas', 'jinja2', 'ruamel', 'altair'}))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
