"""How well past forecasts of an own mix did, beside two plain ones: the last share, and a straight line."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any, Final

import numpy as np
import pandas as pd
import scoringrules as sr
from numpy.typing import NDArray

from valuekit.domain.period import Month
from valuekit.forecast.mix_input import MIN_MONTHS
from valuekit.forecast.mix_model import MixProblem, share_draws
from valuekit.frames.schemas import MIX_SCORES

FloatArray = NDArray[np.float64]

MAX_ORIGINS: Final = 8
_DRAWS: Final = 500
MODELS: Final = ("substitution", "last_share", "straight_line")


def mix_scores(problem: MixProblem, legacy: Sequence[str], seed: int) -> pd.DataFrame:
    """Scores of the 4G/5G share over rolling origins (schema MIX_SCORES); rows are keyed by ``model``.

    Each of the last origins with four months behind it is fitted anew; every later month is scored.
    ``straight_line`` is Fisher and Pry's: least squares through the log-odds.
    """
    observed = modern_shares(problem, legacy)
    months = list(observed)
    origins = months[MIN_MONTHS - 1 : -1][-MAX_ORIGINS:]
    rows = [row for origin in origins for row in _origin_rows(problem, legacy, observed, origin, seed)]
    if not rows:
        return pd.DataFrame(columns=list(MIX_SCORES.names))
    scored = pd.DataFrame(rows)
    found = scored.groupby("model", sort=False).agg(
        origins=("origin", "nunique"), forecasts=("period", "size"), mae=("error", "mean"),
        crps=("crps", "mean"), coverage80=("inside", "mean"),
    )  # fmt: skip
    return found.reset_index()[list(MIX_SCORES.names)]


def modern_shares(problem: MixProblem, legacy: Sequence[str]) -> dict[Month, float]:
    """Published share of 4G/5G by month, where old generations are counted."""
    sums: dict[Month, list[float]] = {}
    for reading in problem.readings:
        held = sums.setdefault(reading.period, [0.0, 0.0])
        held[reading.technology in legacy] += reading.amount
    return {month: new / (new + old) for month, (new, old) in sorted(sums.items()) if old > 0 and new > 0}


def _origin_rows(
    problem: MixProblem, legacy: Sequence[str], observed: dict[Month, float], origin: Month, seed: int
) -> Iterator[dict[str, Any]]:
    later = [month for month in observed if month > origin]
    known = tuple(r for r in problem.readings if r.period <= origin)
    started = {r.technology for r in known}
    names = tuple(name for name in problem.technologies if name in started)
    grid = tuple(sorted({r.period for r in known} | set(later)))
    retired = tuple(r for r in problem.retirements if r.technology in started and r.start <= origin)
    past = replace(problem, technologies=names, readings=known, months=grid, retirements=retired)
    shares, _ = share_draws(past, _DRAWS, seed)
    old = [names.index(name) for name in legacy if name in names]
    line = _line({month: share for month, share in observed.items() if month <= origin})
    for month in later:
        draws = 1.0 - shares[:, old, grid.index(month)].sum(axis=1)
        head = {"origin": str(origin), "period": str(month)}
        yield head | _drawn(draws, observed[month])
        for model, share in (("last_share", observed[origin]), ("straight_line", line(month))):
            error = abs(share - observed[month])
            yield head | {"model": model, "error": error, "crps": error, "inside": np.nan}


def _drawn(draws: FloatArray, truth: float) -> dict[str, Any]:
    low, median, high = np.quantile(draws, [0.1, 0.5, 0.9])
    return {
        "model": MODELS[0], "error": float(abs(median - truth)),
        "crps": float(sr.crps_ensemble(truth, draws, backend="numpy")), "inside": float(low <= truth <= high),
    }  # fmt: skip


def _line(observed: dict[Month, float]) -> Any:
    """The straight line through the log-odds, as a function of the month."""
    ordinals = np.array([month.ordinal for month in observed], dtype=float)
    shares = np.array(list(observed.values()))
    slope, start = np.polyfit(ordinals - ordinals[-1], np.log(shares / (1.0 - shares)), 1)
    return lambda month: float(1.0 / (1.0 + np.exp(-(start + slope * (month.ordinal - ordinals[-1])))))
