"""A small panel's posterior by our sampler and by PyMC's slice sampler: means and deviations compared.

    python benchmarks/panel_posterior.py --draws 1000 --tune 100 --seed 1

PyMC gets our density as a black box, in coordinates whitened by our draws: the target is the same, and a
sampler without gradients needs axes of one length. So this holds our sampler to another one; the density is
held to plain Python in tests/forecast/panels. Twenty series of twelve years, synthetic. Ours is run eight
times over: one run stops at some 500 effective draws, too few to compare deviations by.
"""

import argparse
import time
from typing import Any, Final

import numpy as np
import pymc as pm
import pytensor
import pytensor.tensor as pt
from numpy.typing import NDArray
from panels import synthetic
from pytensor.graph.basic import Apply
from pytensor.graph.op import Op

from valuekit.forecast.diagnostics import _STATS
from valuekit.forecast.panels.panel import Panel
from valuekit.forecast.panels.parameters import NAMES
from valuekit.forecast.panels.posterior import Target
from valuekit.forecast.panels.sampler import sample

FloatArray = NDArray[np.float64]

SERIES: Final = 20
YEARS: Final = 12
RUNS: Final = 8


class Density(Op):  # type: ignore[misc, unused-ignore]
    """Our log density of one point."""

    def __init__(self, target: Target) -> None:
        self.target = target

    def make_node(self, point: Any) -> Apply:
        """One vector in, one number out."""
        return Apply(self, [pt.as_tensor_variable(point)], [pt.dscalar()])

    def perform(self, _node: Apply, inputs: Any, outputs: Any) -> None:
        """Evaluate the density."""
        outputs[0][0] = np.array(self.target.log_density(inputs[0][None])[0])


def by_ours(target: Target, seed: int) -> FloatArray:
    """Chains of all runs on the sampling scale, shape (chain, draw, parameter), as long as the shortest."""
    runs = [sample(target, np.random.default_rng([seed, run])) for run in range(RUNS)]
    shortest = min(chains.shape[1] for chains in runs)
    return np.concatenate([chains[:, :shortest] for chains in runs])


def by_pymc(target: Target, ours: FloatArray, asked: argparse.Namespace) -> FloatArray:
    """PyMC's chains on the sampling scale, shape (chain, draw, parameter)."""
    flat = ours.reshape(-1, len(NAMES))
    mean, factor = flat.mean(axis=0), np.linalg.cholesky(np.cov(flat.T))
    with pytensor.config.change_flags(mode="FAST_COMPILE"), pm.Model():
        whitened = pm.Flat("whitened", shape=len(NAMES))
        pm.Potential("density", Density(target)(mean + pt.dot(factor, whitened)))
        made = pm.sample(
            draws=asked.draws,
            tune=asked.tune,
            chains=4,
            cores=1,
            step=pm.Slice(),
            random_seed=asked.seed,
            progressbar=False,
            compute_convergence_checks=False,
        )
    return np.asarray(mean + made["posterior"]["whitened"].to_numpy() @ factor.T)


def effective(chains: FloatArray, method: str) -> FloatArray:
    """Effective draws of each parameter's mean or sd."""
    columns = np.moveaxis(chains, 2, 0)
    return np.array([_STATS.ess(column, method=method, chain_axis=0, draw_axis=1) for column in columns])


def _error_of_log_sd(chains: FloatArray) -> FloatArray:
    """Squared standard error of the logarithm of each deviation; tails may be heavier than normal."""
    flat = chains.reshape(-1, len(NAMES))
    kurtosis = ((flat - flat.mean(axis=0)) ** 4).mean(axis=0) / flat.var(axis=0) ** 2
    return np.asarray((kurtosis - 1.0) / (4.0 * effective(chains, "sd")))


def compare(ours: FloatArray, theirs: FloatArray) -> None:
    """Print means, deviations, and their differences in standard errors."""
    first, second = (chains.reshape(-1, len(NAMES)) for chains in (ours, theirs))
    errors = first.var(axis=0) / effective(ours, "mean") + second.var(axis=0) / effective(theirs, "mean")
    means = (first.mean(axis=0) - second.mean(axis=0)) / np.sqrt(errors)
    spreads = np.log(first.std(axis=0) / second.std(axis=0))
    spreads /= np.sqrt(_error_of_log_sd(ours) + _error_of_log_sd(theirs))
    draws = effective(theirs, "mean")
    for i, name in enumerate(NAMES):
        print(
            f"{name:13s} mean {first[:, i].mean():7.3f} {second[:, i].mean():7.3f} z {means[i]:5.2f};"
            f" sd {first[:, i].std():.3f} {second[:, i].std():.3f} z {spreads[i]:5.2f};"
            f" PyMC ESS {draws[i]:.0f}"
        )


def main() -> None:
    """Sample by both and compare."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    for name, default in (("--draws", 1000), ("--tune", 100), ("--seed", 1)):
        parser.add_argument(name, type=int, default=default)
    asked = parser.parse_args()
    panel = Panel.from_frame(synthetic(SERIES, YEARS, per_year=1, seed=1), levels="yearly")
    target = Target.of(panel.log_levels(), panel.step)
    began = time.process_time()
    ours = by_ours(target, asked.seed)
    between = time.process_time()
    theirs = by_pymc(target, ours, asked)
    print(f"CPU s: ours {between - began:.1f}, PyMC {time.process_time() - between:.1f}")
    compare(ours, theirs)


if __name__ == "__main__":
    main()
