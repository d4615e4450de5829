"""Simulation-based calibration: whether posteriors are right for series that the model's own prior simulates.

Parameters are drawn from the prior, a series from them, and the model is fitted to it as to any series.
If prior, likelihood and sampler agree, the rank of the true value among its posterior draws is uniform
(Talts et al. 2018). The ranks of each parameter and of the level two years ahead, which depends on the
data, are tested by chi-square in ten bins and by Kolmogorov and Smirnov; p-values are corrected for
their number by Holm's rule. The design is the same for every series, so that a check is kept.
"""

import hashlib
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.stats import chisquare, kstest

from valuekit.forecast.fits import Fit, Settings
from valuekit.forecast.models import DEFAULT, growth_model
from valuekit.forecast.prior_draws import prior_draws, simulate
from valuekit.forecast.sampling import ensure, open_store
from valuekit.forecast.series import Relative
from valuekit.forecast.store import Store
from valuekit.frames.schemas import SBC, SBC_RANKS

FloatArray = NDArray[np.float64]

REPLICATIONS: Final = 200
LEVEL: Final = 0.01
BINS: Final = 10
AHEAD: Final = "level_ahead"
# Twenty months of seven years, unevenly spaced as publications are; half a digit of rounding is 0.0005.
_YEARS: Final = np.array([0, 3, 15, 18, 21, 24, 27, 33, 36, 39, 45, 48, 51, 57, 60, 66, 72, 76, 82, 84]) / 12
DESIGN: Final = Relative(_YEARS, np.ones(len(_YEARS)), np.full(len(_YEARS), 0.0005**2 / 3.0))
_YEARS_AHEAD: Final = 2.0
_SETTINGS: Final = Settings(chains=1, tune=512, draws=500)


@dataclass(frozen=True, slots=True)
class SimulatedCalibration:
    """Ranks of what is known among what is inferred.

    Attributes
    ----------
    ranks : DataFrame
        One row a model, quantity and replication: ``model, quantity, rank``, the rank from 0 to 1.
    replications : int
    """

    ranks: pd.DataFrame
    replications: int

    def tests(self) -> pd.DataFrame:
        """One row a model and quantity (schema SBC): both p-values, corrected, and the verdict."""
        grouped = self.ranks.groupby(["model", "quantity"], sort=False)["rank"]
        rows = [{"model": m, "quantity": q, **uniformity(held.to_numpy())} for (m, q), held in grouped]
        table = pd.DataFrame(rows)
        both = holm(table[["p_chi2", "p_ks"]].to_numpy(dtype=float).reshape(-1)).reshape(-1, 2)
        table["p_holm"] = both.min(axis=1)
        table["replications"] = self.replications
        table["passed"] = table["p_holm"] >= LEVEL
        return table[list(SBC.names)]

    def histogram(self) -> pd.DataFrame:
        """Share of the ranks in ten bins (schema SBC_RANKS)."""
        rows = [
            {"model": m, "quantity": q, "bin_low": i / BINS, "bin_high": (i + 1) / BINS, "share": share}
            for (m, q), held in self.ranks.groupby(["model", "quantity"], sort=False)["rank"]
            for i, share in enumerate(_counts(held.to_numpy()) / len(held))
        ]
        return pd.DataFrame(rows)[list(SBC_RANKS.names)]

    @property
    def rejected(self) -> list[str]:
        """Models of which a quantity is rejected at 1 % after correction, each once."""
        table = self.tests()
        return list(dict.fromkeys(table.loc[~table["passed"], "model"]))


def simulated_calibration(
    models: Sequence[str] | None = None,
    *,
    replications: int = REPLICATIONS,
    seed: int = 1,
    fresh: bool = False,
) -> SimulatedCalibration:
    """Check models against series that their priors simulate.

    Parameters
    ----------
    models : sequence of str, optional
        Growth models; the default is all.
    replications : int
        Series for each model.
    seed : int
    fresh : bool
        Ignore kept ranks.

    Returns
    -------
    SimulatedCalibration

    Raises
    ------
    InvalidInput
        For an unknown model.
    RunFailed
        If a sampling process fails.
    """
    with open_store(fresh=fresh) as store:
        held = [_ranks(name, replications, seed, store) for name in models or DEFAULT]
    return SimulatedCalibration(pd.concat(held, ignore_index=True), replications)


def _ranks(name: str, replications: int, seed: int, store: Store) -> pd.DataFrame:
    """Ranks of one model: kept ones, or from fits that are thrown away after."""
    growth_model(name)
    rng = _generator(name, seed)
    draws = prior_draws(name, replications, rng)
    made = simulate(name, draws, DESIGN, _YEARS_AHEAD, rng)
    fits = [_fit(name, i, published, seed) for i, published in enumerate(made.published)]
    key = hashlib.sha256("".join(["ranks", *(fit.key for fit in fits)]).encode()).hexdigest()
    if not store.has(key):
        with tempfile.TemporaryDirectory(prefix="valuekit-sbc-") as folder:
            thrown = Store(Path(folder))
            ensure(fits, thrown)
            posteriors = [thrown.load(fit.key)[0] for fit in fits]
        truth = {f"parameter:{p}": values for p, values in made.parameters.items()} | {"paths": made.ahead}
        store.save(key, {what: _among(truth[what], posteriors, what, rng) for what in truth}, {"model": name})
    arrays, _ = store.load(key)
    frames = [
        pd.DataFrame({"model": name, "quantity": _quantity(what), "rank": values})
        for what, values in arrays.items()
    ]
    return pd.concat(frames, ignore_index=True)


def _fit(name: str, number: int, published: Relative, seed: int) -> Fit:
    years = np.array([DESIGN.span + _YEARS_AHEAD])
    return Fit(name, f"sbc {number}", published, years, _SETTINGS, seed)


def _among(
    truth: FloatArray, posteriors: Sequence[Mapping[str, FloatArray]], what: str, rng: np.random.Generator
) -> FloatArray:
    """Rank of each true value among its draws, from 0 to 1, ties (levels at 0) broken at random."""
    held = np.stack([posterior[what].reshape(-1) for posterior in posteriors])
    below = (held < truth[:, None]).sum(axis=1)
    ties = (held == truth[:, None]).sum(axis=1)
    return np.asarray((below + rng.random(len(truth)) * (ties + 1)) / (held.shape[1] + 1))


def _quantity(what: str) -> str:
    return AHEAD if what == "paths" else what.removeprefix("parameter:")


def _generator(name: str, seed: int) -> np.random.Generator:
    entropy = hashlib.sha256(f"sbc|{name}|{seed}".encode()).digest()[:16]
    return np.random.default_rng(int.from_bytes(entropy))


def uniformity(ranks: FloatArray) -> dict[str, float]:
    """Mean and spread of ranks from 0 to 1, and two p-values for their being uniform.

    Examples
    --------
    >>> found = uniformity((np.arange(200) + 0.5) / 200)
    >>> round(found["mean"], 2), found["p_chi2"] > 0.99
    (0.5, True)
    """
    return {
        "mean": float(ranks.mean()),
        "deviation": float(ranks.std()),
        "p_chi2": float(chisquare(_counts(ranks)).pvalue),
        "p_ks": float(kstest(ranks, "uniform").pvalue),
    }


def _counts(ranks: FloatArray) -> FloatArray:
    return np.asarray(np.histogram(ranks, bins=BINS, range=(0.0, 1.0))[0])


def holm(p: FloatArray) -> FloatArray:
    """P-values corrected for their number by Holm's rule; shape as given.

    Examples
    --------
    >>> holm(np.array([0.01, 0.04, 0.03])).round(3).tolist()
    [0.03, 0.06, 0.06]
    """
    order = np.argsort(p)
    stepped = np.maximum.accumulate(p[order] * (len(p) - np.arange(len(p))))
    corrected = np.empty(len(p))
    corrected[order] = np.minimum(stepped, 1.0)
    return corrected
