import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from valuekit.domain.period import Month
from valuekit.forecast.passage import first_passage, passage_months
from valuekit.frames import schemas

PATHS = arrays(float, st.tuples(st.integers(1, 30), st.integers(1, 20)), elements=st.floats(0.0, 10.0))


def months(count):
    return tuple(Month(2026, 1) + i for i in range(count))


def slowly(paths, threshold):
    """Plain reference: the first month of each path above the threshold."""
    return [next((i for i, level in enumerate(path) if level > threshold), None) for path in paths.tolist()]


@given(PATHS, st.floats(0.0, 10.0))
def test_each_draw_passes_once_or_never(paths, threshold):
    table = first_passage(paths, months(paths.shape[1]), threshold)
    first = slowly(paths, threshold)
    for month, share in enumerate(table["first"]):
        assert share == pytest.approx(first.count(month) / len(paths))
    assert table["by_then"].iloc[-1] == pytest.approx(1 - first.count(None) / len(paths))
    assert list(table.columns) == list(schemas.FIRST_PASSAGE.names)


@given(PATHS, st.floats(0.0, 10.0))
def test_having_passed_is_never_less_probable_than_being_above(paths, threshold):
    table = first_passage(paths, months(paths.shape[1]), threshold)
    assert (table["by_then"] >= table["held"] - 1e-12).all()
    assert table["by_then"].is_monotonic_increasing


def test_a_path_that_falls_back_has_passed_but_does_not_hold():
    table = first_passage(np.array([[1.0, 3.0, 1.0]]), months(3), 2.0).set_index("period")
    assert table.loc["2026-03"].to_dict() == {"first": 0.0, "by_then": 1.0, "held": 0.0}


def test_quantiles_of_the_date_are_read_off_the_distribution_and_may_be_missing():
    passage = pd.DataFrame(
        {"period": ["2027-10", "2027-11", "2027-12"], "by_then": [0.1, 0.3, 0.6], "first": 0.0, "held": 0.0}
    )
    found = passage_months(passage).set_index("chance")["period"]
    assert [found[chance] for chance in (0.1, 0.25, 0.5)] == ["2027-10", "2027-11", "2027-12"]
    assert found.loc[[0.75, 0.9]].isna().all()
