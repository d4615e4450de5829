from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from valuekit.forecast.api import forecast
from valuekit.forecast.result import Forecast
from valuekit.forecast.series import Series


@pytest.fixture(scope="session")
def china() -> Series:
    """The published series, as it ships with the package."""
    frame = pd.read_csv(
        Path(__file__).parents[2] / "valuekit/datasets/files/china_mobile_iot/connections.csv"
    )
    return Series.from_frame(frame[frame["series"] == "iot_connections"])


def synthetic(count: int = 20, *, step: int = 3, seed: int = 5) -> pd.DataFrame:
    """A growing stock published every third month, to two decimals."""
    rng = np.random.default_rng(seed)
    periods = pd.period_range("2019-03", periods=count * step, freq="M")[::step].astype(str)
    levels = np.cumsum(rng.normal(0.6, 0.2, count)) + 5.0
    return pd.DataFrame({"period": periods, "value": levels.round(2), "rounding": 0.005})


@pytest.fixture(scope="session")
def cache(tmp_path_factory) -> Path:
    """A cache of the tests' own."""
    return tmp_path_factory.mktemp("cache")


@pytest.fixture(autouse=True)
def _own_cache(cache, monkeypatch):
    monkeypatch.setenv("VALUEKIT_CACHE", str(cache))


@pytest.fixture(scope="session")
def drifting(cache) -> Forecast:
    """A forecast by the one model that is drawn exactly: no graph to compile."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("VALUEKIT_CACHE", str(cache))
        return forecast(synthetic(), "2025-12", threshold=20.0, models=["random_walk"])
