import numpy as np
import pytest

from valuekit.forecast.models import MODELS
from valuekit.forecast.prior_predictive import prior_predictive


@pytest.fixture(scope="module")
def table():
    return prior_predictive().set_index(["model", "years"])


def test_every_model_thinks_that_stocks_grow_but_may_fall(table):
    ahead = table.xs(2.0, level="years")
    assert set(ahead.index) == set(MODELS)
    assert (ahead["q50"] > 1.0).all()
    assert ahead["below"].between(0.01, 0.5).all()


def test_no_prior_explodes(table):
    """Fewer than one stock in twenty grows fourfold within two years, or twentyfold within five."""
    assert table.xs(2.0, level="years")["q95"].max() < 4.0
    assert table.xs(5.0, level="years")["q95"].max() < 20.0


def test_widths_grow_with_the_years(table):
    width = (table["q95"] - table["q05"]).unstack()
    assert (np.diff(width[[1.0, 2.0, 5.0]].to_numpy(), axis=1) > 0).all()
