import math
from dataclasses import astuple

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from valuekit.domain.period import Month
from valuekit.errors import InvalidInput
from valuekit.forecast.series import Series, as_series

from .conftest import synthetic


def changed(**columns) -> pd.DataFrame:
    return synthetic().assign(**columns)


def with_cell(column, value, row=3) -> pd.DataFrame:
    frame = synthetic().astype({column: object})
    frame.loc[row, column] = value
    return frame


def test_published_digits_give_the_rounding(china):
    rounding = dict(zip(china.observed["period"], china.observed["rounding"], strict=True))
    assert rounding["2025-12"] == 0.005
    assert rounding["2018-09"] == 0.05
    assert rounding["2022-05"] == 0.05  # "the exact value is about 15.95" does not make 15.9 exact


@pytest.mark.parametrize("period", ["2025-05", "2025-10", "2025-11"])
def test_a_value_noted_as_exact_has_all_digits(china, period):
    row = china.observed.set_index("period").loc[period]
    assert row["rounding"] == 0.005


def test_the_published_series_has_37_months_in_1e8(china):
    assert len(china.months) == 37
    assert (china.months[0], china.as_of, china.scale) == (Month(2018, 9), Month(2025, 12), 28.88)
    assert china.unit == "1e8 connections"


def test_text_keeps_trailing_zeros(tmp_path):
    path = tmp_path / "cards.csv"
    values = ["27.80", "28.1", "28.25", "28.4", "28.5", "28.6", "28.7", "28.9"]
    rows = [f"2025-{i + 1:02d},{value}" for i, value in enumerate(values)]
    path.write_text("period,value\n" + "\n".join(rows) + "\n", encoding="utf-8")
    series = as_series(str(path))
    assert series.name == "cards"
    assert series.observed["rounding"].tolist()[:3] == [0.005, 0.05, 0.005]


def test_whole_numbers_are_rounded_to_one():
    frame = changed(value=[float(1000 + i) for i in range(20)]).drop(columns="rounding")
    assert set(Series.from_frame(frame).observed["rounding"]) == {0.5}


def test_low_confidence_is_marked_and_left_out():
    frame = changed(confidence=["low"] + ["high"] * 19)
    series = Series.from_frame(frame)
    assert len(series.frame) == 20
    assert len(series.months) == 19
    assert series.frame["used"].tolist()[0] is False


def test_rows_are_sorted_by_month():
    assert Series.from_frame(synthetic().iloc[::-1]).digest == Series.from_frame(synthetic()).digest


def test_until_forgets_what_was_published_later(china):
    known = china.until(Month(2023, 6))
    assert known.as_of == Month(2023, 6)
    assert known.relative().span == pytest.approx(57 / 12)


@pytest.mark.parametrize(
    ("frame", "says"),
    [
        (with_cell("period", "2025-13"), "YYYY-MM"),
        (with_cell("period", "2025-1"), "YYYY-MM"),
        (with_cell("period", "2019-03"), "twice"),
        (with_cell("value", -1.0), "above 0"),
        (with_cell("value", 0.0), "above 0"),
        (with_cell("value", math.inf), "finite"),
        (with_cell("value", "many"), "finite"),
        (with_cell("value", 4e30), "another unit"),
        (with_cell("value", 1e-12), "another unit"),
        (synthetic(7), "at least 8"),
        (synthetic(0), "no rows"),
        (changed(value=5.0), "constant"),
        (changed(value=math.nan), "missing"),
        (changed(confidence="low"), "low confidence"),
        (synthetic().rename(columns={"value": "cards"}), "period and value"),
        (changed(series=["a"] * 10 + ["b"] * 10), "several series"),
    ],
)
def test_a_wrong_series_gets_a_clear_answer(frame, says):
    with pytest.raises(InvalidInput, match=says):
        Series.from_frame(frame, name="cards.csv")


def test_every_mistake_is_told_at_once():
    frame = with_cell("period", "soon").astype({"value": object})
    frame.loc[5, "value"] = -2.0
    with pytest.raises(InvalidInput) as caught:
        Series.from_frame(frame)
    assert [finding.source for finding in caught.value.findings] == ["series, row 5", "series, row 7"]


def test_an_absent_file_is_wrong_input(tmp_path):
    with pytest.raises(InvalidInput, match="cannot be read"):
        Series.read_csv(tmp_path / "absent.csv")


@given(st.floats(0.01, 1e9))
def test_models_see_no_unit(factor):
    """In another unit the relative series is the same, so every prior means the same."""
    plain = astuple(Series.from_frame(synthetic()).relative())
    scaled = synthetic().assign(value=lambda f: f["value"] * factor, rounding=0.005 * factor)
    other = astuple(Series.from_frame(scaled).relative())
    for mine, theirs in zip(other, plain, strict=True):
        assert mine == pytest.approx(theirs, rel=1e-9)
