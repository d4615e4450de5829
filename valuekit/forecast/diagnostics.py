"""Whether the chains have converged, and how exact a probability from them is."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

import arviz_stats.base as arviz
import numpy as np
from numpy.typing import NDArray

from valuekit.errors import Finding, RunFailed

FloatArray = NDArray[np.float64]

MAX_RHAT: Final = 1.01
MIN_ESS: Final = 400.0
# Importance weights with a heavier tail have no mean error that could be relied on (Vehtari et al. 2024).
MAX_PARETO_K: Final = 0.7
# Levels are floored at 0; where that touches more draws than this the model does not fit a stock.
MAX_FLOORED: Final = 0.01
# Typed as Any: arviz-stats publishes its array functions without types.
_STATS: Final[Any] = arviz.array_stats  # type: ignore[attr-defined]
# Quantiles at which a tail must hold enough effective draws.
TAILS: Final = (0.05, 0.95)


@dataclass(frozen=True, slots=True)
class Diagnostics:
    """Verdict on all fits of a forecast.

    Attributes
    ----------
    findings : tuple of Finding
        What failed; empty when everything converged.
    """

    findings: tuple[Finding, ...]

    @property
    def passed(self) -> bool:
        """Whether nothing failed."""
        return not self.findings

    @property
    def failed(self) -> tuple[str, ...]:
        """Names of the models of which a fit failed, each once."""
        return tuple(dict.fromkeys(finding.source.partition(" ")[0] for finding in self.findings))

    def require(self) -> None:
        """Fail the run when a fit did not converge.

        Raises
        ------
        RunFailed
            With every finding.
        """
        if self.findings:
            raise RunFailed("\n".join(str(finding) for finding in self.findings))


def convergence(parameters: Mapping[str, FloatArray], divergences: int) -> dict[str, Any]:
    """Worst rank-normalised R-hat and effective sample sizes over parameters of shape (chain, draw)."""
    chains = {"chain_axis": 0, "draw_axis": 1}
    values = list(parameters.values())
    return {
        "rhat": max(float(_STATS.rhat(v, **chains)) for v in values),
        "ess_bulk": min(float(_STATS.ess(v, method="bulk", **chains)) for v in values),
        "ess_tail": min(float(_STATS.ess(v, method="tail", prob=TAILS, **chains)) for v in values),
        "divergences": int(divergences),
    }


def convergence_findings(where: str, facts: Mapping[str, Any]) -> list[Finding]:
    """What is wrong with a fit; an exact draw has no chains and nothing to fail there."""
    findings = []
    remedy = "do not use the figures; report the series with the seed"
    if facts.get("rhat") is not None:
        if not facts["rhat"] < MAX_RHAT:
            findings.append(Finding(where, f"R-hat is {facts['rhat']:.3f}, not below {MAX_RHAT}", remedy))
        findings += [
            Finding(where, f"{name} is {facts[name]:.0f}, not above {MIN_ESS:.0f}", remedy)
            for name in ("ess_bulk", "ess_tail")
            if not facts[name] > MIN_ESS
        ]
        if facts["divergences"]:
            findings.append(Finding(where, f"{facts['divergences']} divergences after tuning", remedy))
    if facts.get("pareto_k") is not None and not facts["pareto_k"] < MAX_PARETO_K:
        findings.append(
            Finding(
                where, f"Pareto k of the weights is {facts['pareto_k']:.2f}, not below {MAX_PARETO_K}", remedy
            )
        )
    if facts.get("floored", 0.0) > MAX_FLOORED:
        findings.append(
            Finding(where, f"{facts['floored']:.1%} of the draws fall to 0 by the horizon", remedy)
        )
    return findings


def effective_draws(values: FloatArray, chains: int) -> float:
    """Effective sample size of the mean of `values`, shape (chains * draws,), chain after chain."""
    if np.ptp(values) == 0.0:
        return float(len(values))
    shaped = values.reshape(chains, -1)
    return float(_STATS.ess(shaped, method="mean", chain_axis=0, draw_axis=1))


def probability_mcse(hits: FloatArray, chains: int) -> float:
    """Monte Carlo standard error of the share of `hits`, from its effective sample size.

    With no or only hits the error is that of the rule of three's half draw, never 0.
    """
    share = (float(hits.sum()) + 0.5) / (len(hits) + 1.0)
    return float(np.sqrt(share * (1.0 - share) / effective_draws(hits, chains)))
