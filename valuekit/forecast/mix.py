"""`forecast_mix`: shares of the radio technologies by month, and the probability of a 4G/5G share."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from valuekit.domain.figure import Figure
from valuekit.domain.period import Month
from valuekit.errors import Finding, InvalidInput, RunFailed
from valuekit.forecast.elicitation import CHINA_BELIEFS, CHINA_RETIREMENTS, TECHNOLOGIES, Belief, Retirement
from valuekit.forecast.mix_backtest import mix_scores
from valuekit.forecast.mix_input import check_retirements, from_beliefs, legacy_of, read_mix
from valuekit.forecast.mix_model import MixProblem, ShareReading, share_draws
from valuekit.forecast.mix_sensitivity import sensitivity_cases
from valuekit.forecast.mix_tables import MODERN, mix_path, mix_readings, mix_table
from valuekit.frames.schemas import MIX_SCORES, MIX_SENSITIVITY

FloatArray = NDArray[np.float64]
Hits = NDArray[np.bool_]

DRAWS: Final = 2000
TARGET_SHARE: Final = 0.95
MIN_EFFECTIVE: Final = 400.0
MAX_AHEAD: Final = 120
# Months after the horizon, for the month in which a share is reached.
BEYOND: Final = 36
_CHART_STEP: Final = 3


@dataclass(frozen=True, slots=True)
class MixForecast:
    """Joint draws of technology shares.

    Attributes
    ----------
    problem : MixProblem
        Readings, retirements and priors behind them.
    shares : array, shape (draw, technology, month)
        1 over the technologies.
    legacy : tuple of str
        Technologies that do not count as 4G/5G.
    horizon : Month
    beliefs : tuple of Belief
        What was elicited; empty where a series was given.
    effective : float
        Effective number of draws behind the scales.
    seed : int
    """

    problem: MixProblem
    shares: FloatArray
    legacy: tuple[str, ...]
    horizon: Month
    beliefs: tuple[Belief, ...]
    effective: float
    seed: int

    @property
    def elicited(self) -> bool:
        """Whether beliefs stand where nothing is published; say so wherever a number is shown."""
        return bool(self.beliefs)

    @property
    def basis(self) -> str:
        """``elicited`` or ``data``."""
        return "elicited" if self.elicited else "data"

    @property
    def technologies(self) -> tuple[str, ...]:
        """In the order of the first axis but one of `shares`."""
        return self.problem.technologies

    @property
    def last(self) -> Month:
        """The last month with a reading."""
        return max(reading.period for reading in self.problem.readings)

    def at(self, due: str | Month) -> FloatArray:
        """Shares of a month, shape (draw, technology)."""
        month = due if isinstance(due, Month) else Month.parse(due)
        if month not in self.problem.months:
            raise InvalidInput.at(
                "mix",
                f"{month} has no draws",
                f"choose a month from {self.last} to {self.problem.months[-1]}",
            )
        return self.shares[:, :, self.problem.months.index(month)]

    def modern(self, due: str | Month | None = None) -> FloatArray:
        """Share of 4G and 5G (all but `legacy`) at a month, shape (draw,)."""
        old = [self.technologies.index(name) for name in self.legacy]
        return np.asarray(1.0 - self.at(due or self.horizon)[:, old].sum(axis=1))

    def p_at_least(self, share: float = TARGET_SHARE, due: str | Month | None = None) -> float:
        """Probability that the 4G/5G share is at least `share` (0 to 1) at the month `due`."""
        return float((self.modern(due) >= _share(share)).mean())

    def hits(self, share: float, due: str | Month, count: int) -> Hits:
        """Whether each of `count` draws has at least the share: for joint attainment.

        Draws are evenly spaced and in no order, so they are independent of whatever they are joined with.
        """
        held = self.modern(due) >= _share(share)
        return held[(2 * np.arange(count) + 1) * len(held) // (2 * count)]

    def mcse(self, share: float = TARGET_SHARE, due: str | Month | None = None) -> float:
        """Monte Carlo standard error of that probability, from the effective number of draws."""
        chance = (self.p_at_least(share, due) * self.effective + 0.5) / (self.effective + 1.0)
        return float(np.sqrt(chance * (1.0 - chance) / self.effective))

    def levels(self, connections: FloatArray, due: str | Month) -> FloatArray:
        """Connections by technology, shape (draw, technology), summing to each draw of all connections."""
        count = len(connections)
        chosen = (2 * np.arange(count) + 1) * len(self.shares) // (2 * count)
        return np.asarray(self.at(due)[chosen] * connections[:, None])

    def table(self, due: str | Month | None = None) -> pd.DataFrame:
        """Every technology at a month, 4G/5G last (schema MIX); rows are keyed by ``technology``."""
        return mix_table(self, due or self.horizon)

    def path(self) -> pd.DataFrame:
        """Every technology and 4G/5G by month up to the horizon (schema MIX_PATH)."""
        return mix_path(self)

    def readings(self) -> pd.DataFrame:
        """What was published or believed, beside what the draws imply (schema MIX_READINGS)."""
        return mix_readings(self)

    def sensitivity(self, share: float = TARGET_SHARE, due: str | Month | None = None) -> pd.DataFrame:
        """The answer under other beliefs, retirements and priors (MIX_SENSITIVITY), keyed by ``case``."""
        month = due if isinstance(due, Month) else Month.parse(due) if due else self.horizon
        rows = [self._case("base", self, share, month)]
        for case, problem in sensitivity_cases(self.problem, self.beliefs, self.legacy):
            sparse = replace(problem, months=tuple(sorted({r.period for r in problem.readings} | {month})))
            shares, scales = share_draws(sparse, len(self.shares), self.seed)
            other = replace(self, problem=sparse, shares=shares, effective=min(scales.effective, DRAWS))
            rows.append(self._case(case, other, share, month))
        return pd.DataFrame(rows)[list(MIX_SENSITIVITY.names)]

    def scores(self) -> pd.DataFrame:
        """Past forecasts of the 4G/5G share beside two plain ones (MIX_SCORES); beliefs have no past."""
        if self.elicited:
            return pd.DataFrame(columns=list(MIX_SCORES.names))
        return mix_scores(self.problem, self.legacy, self.seed)

    def date_reaching(self, chance: float, share: float = TARGET_SHARE) -> str | None:
        """First month from the last reading on whose probability of at least `share` is at least `chance`."""
        months = [month for month in self.problem.months if month >= self.last]
        return next((str(m) for m in months if self.p_at_least(share, m) >= chance), None)

    def figures(self, share: float = TARGET_SHARE) -> list[Figure]:
        """Headline figures: the 4G/5G share at the horizon, and the probability of the share asked for."""
        low, median, high = np.quantile(self.modern(), [0.1, 0.5, 0.9]).tolist()
        return [
            Figure(
                "mix.share_4g5g", median, "share", low=low, high=high, interval="80 %", tier="estimated",
                table="mix", row=MODERN, column="q50",
            ),
            Figure(
                "mix.probability", self.p_at_least(share), "probability", tier="estimated",
                table="mix_sensitivity", row="base", column="probability",
            ),
        ]  # fmt: skip

    def require_convergence(self) -> None:
        """Fail the run when the scales rest on too few effective draws.

        Raises
        ------
        RunFailed
        """
        if self.effective <= MIN_EFFECTIVE:
            raise RunFailed(str(Finding("mix", f"{self.effective:.0f} effective draws", "report the series")))

    @staticmethod
    def _case(case: str, forecast: "MixForecast", share: float, due: str | Month) -> dict[str, Any]:
        low, median, high = np.quantile(forecast.modern(due), [0.1, 0.5, 0.9])
        return {
            "case": case, "q10": low, "q50": median, "q90": high,
            "probability": forecast.p_at_least(share, due), "mcse": forecast.mcse(share, due),
            "basis": forecast.basis,
        }  # fmt: skip


def forecast_mix(
    source: pd.DataFrame | str | Path | None = None,
    horizon: str | Month = "2027-12",
    seed: int = 1,
    *,
    beliefs: Sequence[Belief] | None = None,
    retirements: Sequence[Retirement] | None = None,
    legacy: Sequence[str] | None = None,
) -> MixForecast:
    """Forecast the shares of the radio technologies.

    Parameters
    ----------
    source : DataFrame or path, optional
        Your own mix: ``period``, ``technology``, ``value`` (schema MIX_SERIES), months with gaps. Without it
        the shares are elicited, and every table says so.
    horizon : str or Month
    seed : int
    beliefs : sequence of Belief, optional
        In place of the beliefs about China that ship with valuekit; only without `source`.
    retirements : sequence of Retirement, optional
        Networks that are retired; by default 2G/3G from the end of 2025 for the elicited mix, none for a
        series.
    legacy : sequence of str, optional
        Technologies that do not count as 4G/5G; by default those whose names begin with 2G or 3G.

    Raises
    ------
    InvalidInput
        With everything that is wrong; nothing was computed.

    Examples
    --------
    >>> forecast_mix(horizon="2027-12").elicited
    True
    """
    if source is not None and beliefs is not None:
        raise InvalidInput.at("mix", "has both a series and beliefs", "give one of them")
    believed = () if source is not None else tuple(CHINA_BELIEFS if beliefs is None else beliefs)
    readings = from_beliefs(believed) if source is None else read_mix(source)
    technologies = _technologies(readings)
    old = legacy_of(technologies, legacy)
    default = (
        () if source is not None else tuple(r for r in CHINA_RETIREMENTS if r.technology in technologies)
    )
    retired = check_retirements(default if retirements is None else retirements, technologies)
    last = _horizon(readings, horizon)
    problem = MixProblem(technologies, _grid(readings, last), readings, retired)
    shares, scales = share_draws(problem, DRAWS, seed)
    return MixForecast(problem, shares, old, last, believed, min(scales.effective, DRAWS), seed)


def _technologies(readings: Sequence[ShareReading]) -> tuple[str, ...]:
    """In the order of generations where they are known, then as they come."""
    found = dict.fromkeys(reading.technology for reading in readings)
    known = [name for name in TECHNOLOGIES if name in found]
    return (*known, *(name for name in found if name not in known))


def _grid(readings: Sequence[ShareReading], horizon: Month) -> tuple[Month, ...]:
    """Months of readings, quarters between them, and every month from the last reading on."""
    read = {reading.period for reading in readings}
    first, last = min(read), max(read)
    between = {first + i for i in range(0, last - first, _CHART_STEP)}
    after = {last + i for i in range(horizon + BEYOND - last + 1)}
    return tuple(sorted(read | between | after))


def _horizon(readings: Sequence[ShareReading], horizon: str | Month) -> Month:
    last = max(reading.period for reading in readings)
    try:
        month = horizon if isinstance(horizon, Month) else Month.parse(str(horizon))
    except ValueError as error:
        raise InvalidInput.at("horizon", str(error), "write it as YYYY-MM, such as 2027-12") from error
    if not 0 < month - last <= MAX_AHEAD:
        raise InvalidInput.at(
            "horizon", f"{month} is {month - last} months after the last reading {last}",
            f"choose a month from {last + 1} to {last + MAX_AHEAD}",
        )  # fmt: skip
    return month


def _share(share: float) -> float:
    if not 0.0 < share < 1.0:
        raise InvalidInput.at("share", f"is {share!r}", "give a share between 0 and 1, such as 0.95")
    return share
