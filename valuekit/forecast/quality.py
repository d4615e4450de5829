"""How far forecasts of a series can be trusted: every check in one place, with a verdict."""

from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import pandas as pd

from valuekit.domain.figure import Figure
from valuekit.errors import RunFailed
from valuekit.forecast.calibration import pit_tests, predictive_checks
from valuekit.forecast.diagnostics import convergence_findings
from valuekit.forecast.members import STACK
from valuekit.forecast.prior_sensitivity import HORIZON, prior_sensitivity
from valuekit.forecast.result import Forecast
from valuekit.forecast.sbc import REPLICATIONS, SimulatedCalibration, simulated_calibration
from valuekit.frames.schemas import CONVERGENCE, QUALITY

#: Failures of these mean that a model's draws are wrong; the others say how little is known.
DECIDING: Final = ("convergence", "sbc")
_FACTS: Final = ("rhat", "ess_bulk", "ess_tail", "divergences", "pareto_k")


@dataclass(frozen=True, slots=True)
class ForecastQuality:
    """All checks of a forecast.

    Attributes
    ----------
    forecast : Forecast
    simulated : SimulatedCalibration
        Of its models, on series that their priors simulate.
    predictive, pit, priors : DataFrame
        Schemas PREDICTIVE_CHECKS, PIT_TESTS and PRIOR_SENSITIVITY.
    """

    forecast: Forecast
    simulated: SimulatedCalibration
    predictive: pd.DataFrame
    pit: pd.DataFrame
    priors: pd.DataFrame

    def convergence(self) -> pd.DataFrame:
        """Facts of each model's fit and whether they are within limits (schema CONVERGENCE)."""
        rows = [
            {"model": name, **{fact: member.facts.get(fact) for fact in _FACTS}}
            | {"floored": member.facts.get("floored", 0.0)}
            | {"passed": not convergence_findings(name, member.facts)}
            for name, member in self.forecast.ensemble.members.items()
        ]
        table = pd.DataFrame(rows)[list(CONVERGENCE.names)]
        numbers = dict.fromkeys(("rhat", "ess_bulk", "ess_tail", "pareto_k"), "float64")
        return table.astype({**numbers, "divergences": "Int64"})

    def summary(self) -> pd.DataFrame:
        """One row a check (schema QUALITY), keyed by ``check``; failures of baselines are not counted."""
        levels = self.priors[self.priors["quantity"] == HORIZON]
        ours = self.pit[self.pit["model"].isin([*self.forecast.ensemble.members, STACK])]
        counted = {
            "convergence": ~self.convergence()["passed"].to_numpy(dtype=bool),
            "sbc": ~self.simulated.tests()["passed"].to_numpy(dtype=bool),
            "predictive": ~self.predictive["passed"].to_numpy(dtype=bool),
            "pit": ~ours["passed"].to_numpy(dtype=bool),
            "priors": (levels["diagnosis"] != "informed").to_numpy(dtype=bool),
        }
        rows = [_row(check, failed) for check, failed in counted.items()]
        return pd.DataFrame(rows)[list(QUALITY.names)]

    @property
    def failed(self) -> tuple[str, ...]:
        """Models of which a deciding check failed, each once."""
        table = self.convergence()
        models = [*table.loc[~table["passed"], "model"], *self.simulated.rejected]
        return tuple(dict.fromkeys(map(str, models)))

    def require(self) -> None:
        """Fail the run when a deciding check failed.

        Raises
        ------
        RunFailed
            With the models and what to do.
        """
        if self.failed:
            raise RunFailed(
                f"{', '.join(self.failed)}: not converged, or rejected on series of the model's own prior; "
                "do not use the figures; report the series with the seed"
            )

    def figures(self) -> list[Figure]:
        """How many tests of each check failed, from the table ``quality``."""
        table = self.summary()
        return [
            Figure(
                f"quality.{row['check']}", int(row["failed"]), "",
                table="quality", row=str(row["check"]), column="failed",
            )
            for row in table.to_dict("records")
        ]  # fmt: skip


def check_forecast(
    forecast: Forecast, *, replications: int = REPLICATIONS, fresh: bool = False
) -> ForecastQuality:
    """Check how far a forecast can be trusted.

    Parameters
    ----------
    forecast : Forecast
    replications : int
        Series simulated for each of its models; their ranks are kept from run to run.
    fresh : bool
        Simulate again.

    Returns
    -------
    ForecastQuality

    Raises
    ------
    RunFailed
        If a sampling process fails.
    """
    simulated = simulated_calibration(
        list(forecast.ensemble.members), replications=replications, seed=forecast.seed, fresh=fresh
    )
    return ForecastQuality(
        forecast,
        simulated,
        predictive_checks(forecast),
        pit_tests(forecast.backtest.records),
        prior_sensitivity(forecast),
    )


def _row(check: str, failed: "np.typing.NDArray[np.bool_]") -> dict[str, Any]:
    count, decides = int(failed.sum()), check in DECIDING
    verdict = "passed" if not count else "failed" if decides else "noted"
    return {"check": check, "tests": len(failed), "failed": count, "decides": decides, "verdict": verdict}
