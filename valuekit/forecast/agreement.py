"""Whether the product's sampler and NUTS draw from the same posterior: the PyMC models as a check."""

from collections.abc import Sequence
from pathlib import Path
from typing import Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from valuekit.forecast.fits import FULL, NUTS, Fit
from valuekit.forecast.models import DEFAULT, growth_model
from valuekit.forecast.models.gaussian import GrowthModel
from valuekit.forecast.sampling import ensure, open_store
from valuekit.forecast.series import Series, as_series
from valuekit.forecast.store import Store
from valuekit.frames.schemas import SAMPLER_AGREEMENT

FloatArray = NDArray[np.float64]

_YEARS_AHEAD: Final = 2.0


def sampler_agreement(
    series: Series | pd.DataFrame | str | Path, models: Sequence[str] | None = None, *, seed: int = 1
) -> pd.DataFrame:
    """Compare importance sampling with NUTS, one row a parameter (schema SAMPLER_AGREEMENT).

    The PyMC model of each name is compiled once per machine (minutes) and sampled by nutpie.

    Parameters
    ----------
    series : Series, DataFrame or path
        Schema SERIES.
    models : sequence of str, optional
        The default is every model that is sampled.
    seed : int

    Returns
    -------
    DataFrame
        ``apart`` beyond 4 would say that the samplers disagree.

    Raises
    ------
    InvalidInput
        For a wrong series or an unknown model.
    RunFailed
        If a sampling process fails.
    """
    checked = as_series(series)
    names = [name for name in models or DEFAULT if growth_model(name).graph]
    relative = checked.relative()
    years = np.array([relative.span + _YEARS_AHEAD])
    pairs = {
        name: [Fit(name, f"agreement {checked.as_of}", relative, years, how, seed) for how in (FULL, NUTS)]
        for name in names
    }
    with open_store() as store:
        ensure([fit for pair in pairs.values() for fit in pair], store)
        rows = [row for name, pair in pairs.items() for row in _rows(growth_model(name), pair, store)]
    return pd.DataFrame(rows, columns=list(SAMPLER_AGREEMENT.names)).astype({"divergences": "Int64"})


def _rows(model: GrowthModel, pair: Sequence[Fit], store: Store) -> list[dict[str, object]]:
    (ours, own), (theirs, facts) = (store.load(fit.key) for fit in pair)
    held = {
        prior.parameter: tuple(
            np.log(arrays[f"parameter:{prior.parameter}"]) if prior.positive
            else arrays[f"parameter:{prior.parameter}"]
            for arrays in (ours, theirs)
        )
        for prior in model.priors
    }  # fmt: skip
    held["level"] = (ours["paths"][:, -1], theirs["paths"][:, -1])
    return [
        {"model": model.name, "parameter": name}
        | _compared(left, right, (float(own["ess_bulk"]), float(facts["ess_bulk"])))
        | {"divergences": facts["divergences"], "rhat": facts["rhat"]}
        for name, (left, right) in held.items()
    ]


def _compared(left: FloatArray, right: FloatArray, effective: tuple[float, float]) -> dict[str, float]:
    error = np.sqrt(left.var() / effective[0] + right.var() / effective[1])
    return {
        "importance_mean": float(left.mean()),
        "nuts_mean": float(right.mean()),
        "importance_sd": float(left.std()),
        "nuts_sd": float(right.std()),
        "apart": float((left.mean() - right.mean()) / error),
    }
