"""The tables of a technology mix."""

from typing import TYPE_CHECKING, Any, Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from valuekit.domain.period import Month
from valuekit.frames.schemas import MIX, MIX_PATH, MIX_READINGS

if TYPE_CHECKING:
    from valuekit.forecast.mix import MixForecast

FloatArray = NDArray[np.float64]

MODERN: Final = "4g5g"
LEGACY_GENERATION: Final = "2g3g"
_QUANTILES: Final = {
    "q025": 0.025,
    "q10": 0.1,
    "q25": 0.25,
    "q50": 0.5,
    "q75": 0.75,
    "q90": 0.9,
    "q975": 0.975,
}


def mix_table(forecast: "MixForecast", due: str | Month) -> pd.DataFrame:
    """Schema MIX: each technology at a month, and 4G/5G last."""
    last = forecast.readings()
    rows = [_mix_row(forecast, name, draws, last) for name, draws in _named(forecast, due)]
    return pd.DataFrame(rows)[list(MIX.names)]


def mix_path(forecast: "MixForecast") -> pd.DataFrame:
    """Schema MIX_PATH: each technology and 4G/5G, by month."""
    months = [month for month in forecast.problem.months if month <= forecast.horizon]
    rows = [
        {"period": str(month), "technology": name, "mean": float(draws.mean())}
        | dict(zip(_QUANTILES, np.quantile(draws, list(_QUANTILES.values())).tolist(), strict=True))
        | {"basis": forecast.basis}
        for month in months
        for name, draws in _named(forecast, month)
    ]
    return pd.DataFrame(rows)[list(MIX_PATH.names)]


def mix_readings(forecast: "MixForecast") -> pd.DataFrame:
    """Schema MIX_READINGS: what was given, beside what the draws imply."""
    given = _beliefs(forecast) if forecast.elicited else _published(forecast)
    implied = [
        _among_present(forecast, period, technology, given)
        for period, technology in zip(given["period"], given["technology"], strict=True)
    ]
    low, median, high = np.quantile(implied, [0.05, 0.5, 0.95], axis=1)
    table = given.assign(implied=median, implied_low90=low, implied_high90=high)
    return table[list(MIX_READINGS.names)]


def _among_present(forecast: "MixForecast", period: str, technology: str, given: pd.DataFrame) -> FloatArray:
    """Share among the technologies of the month: one that is not counted yet is in no published share."""
    present = [
        forecast.technologies.index(name) for name in given.loc[given["period"] == period, "technology"]
    ]
    shares = forecast.at(period)
    return np.asarray(shares[:, forecast.technologies.index(technology)] / shares[:, present].sum(axis=1))


def _named(forecast: "MixForecast", due: str | Month) -> list[tuple[str, FloatArray]]:
    shares = forecast.at(due)
    each = [(name, shares[:, place]) for place, name in enumerate(forecast.technologies)]
    return [*each, (MODERN, forecast.modern(due))]


def _mix_row(forecast: "MixForecast", name: str, draws: FloatArray, given: pd.DataFrame) -> dict[str, Any]:
    read = given[given["period"] == str(forecast.last)].set_index("technology")["share"]
    old = read.reindex(list(forecast.legacy)).sum()
    low, median, high = np.quantile(draws, [0.1, 0.5, 0.9]).tolist()
    return {
        "technology": name,
        "generation": LEGACY_GENERATION if name in forecast.legacy else MODERN,
        "last_period": str(forecast.last),
        "last_share": float(read.sum() - old) if name == MODERN else float(read.get(name, 0.0)),
        "q10": low, "q50": median, "q90": high, "basis": forecast.basis,
    }  # fmt: skip


def _beliefs(forecast: "MixForecast") -> pd.DataFrame:
    return pd.DataFrame([
        {
            "period": str(b.period), "technology": b.technology, "share": b.median,
            "low90": b.low, "high90": b.high, "basis": b.basis, "reason": b.reason,
        }
        for b in forecast.beliefs
    ])  # fmt: skip


def _published(forecast: "MixForecast") -> pd.DataFrame:
    rows = [(str(r.period), r.technology, r.amount) for r in forecast.problem.readings]
    frame = pd.DataFrame(rows, columns=["period", "technology", "amount"])
    share = frame["amount"] / frame.groupby("period")["amount"].transform("sum")
    return frame.assign(share=share, low90=np.nan, high90=np.nan, basis="data", reason="")
