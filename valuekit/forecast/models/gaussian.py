"""What every growth model is: a Gaussian process on relative levels, given a few scale parameters.

Levels, start values and growth states are Gaussian given the parameters, so they are marginalised:
the observed months follow one multivariate normal, and paths follow by conditioning (`predict`).
The formulas are written once and serve PyTensor (scalars against (n, 1) and (1, n)) and NumPy
(parameters of shape (draws, 1, 1) against (1, n, 1) and (1, 1, m)).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final, Protocol

import numpy as np
from numpy.typing import NDArray

from valuekit.forecast.series import Relative

FloatArray = NDArray[np.float64]
Draws = Mapping[str, FloatArray]

# The first level, in multiples of the last: anything from nothing to a few times the last level.
LEVEL_MEAN: Final = 0.5
LEVEL_VARIANCE: Final = 1.0


@dataclass(frozen=True, slots=True)
class Prior:
    """A prior with the reason for it.

    Attributes
    ----------
    parameter, meaning : str
        Name in the model and what it is, with its unit.
    distribution : str
        As in the method note, such as ``LogNormal(log 0.33, 0.5)``.
    location, scale : float
        Its two numbers (of the logarithm for a log-normal).
    reason : str
        Where the numbers come from; never from the series that is forecast.
    """

    parameter: str
    meaning: str
    distribution: str
    location: float
    scale: float
    reason: str


class GrowthModel(Protocol):
    """A model file's one object."""

    @property
    def name(self) -> str:
        """Name in tables."""

    @property
    def role(self) -> str:
        """``pooled`` or ``scenario``."""

    @property
    def graph(self) -> str | None:
        """Name of the compiled graph; None for a model that is drawn exactly."""

    @property
    def priors(self) -> tuple[Prior, ...]:
        """The sampled parameters, in order."""

    def mean(self, draws: Draws, years: FloatArray, span: float) -> FloatArray:
        """Prior mean, shape (draw, n), of the relative level at `years` given the parameters."""

    def covariance(self, draws: Draws, left: FloatArray, right: FloatArray, span: float) -> FloatArray:
        """Prior covariance, shape (draw, len(left), len(right)), given the parameters."""

    def simulate(self, draws: Draws, years: FloatArray, span: float, rng: np.random.Generator) -> FloatArray:
        """Prior paths less their mean, shape (draw, n), with the covariance above."""


class SampledModel(GrowthModel, Protocol):
    """A model whose parameters PyMC samples."""

    def data(self, relative: Relative) -> dict[str, FloatArray]:
        """The graph's data."""

    def build(self) -> Any:
        """The `pymc.Model`, for any number of months."""


class ExactModel(GrowthModel, Protocol):
    """A model whose parameters have a conjugate posterior."""

    def draw(self, relative: Relative, count: int, rng: np.random.Generator) -> dict[str, FloatArray]:
        """Exact posterior draws of the parameters, each of shape (count,)."""


def column(draws: Draws, name: str, axes: int) -> FloatArray:
    """A parameter with `axes` trailing axes of length one, ready to broadcast."""
    values = np.asarray(draws[name], dtype=np.float64)
    return values.reshape(values.shape + (1,) * axes)


def observations(relative: Relative) -> dict[str, FloatArray]:
    """The published months as a graph takes them; their number may differ from fit to fit.

    The compiled graph is polymorphic in the length, so that one compilation serves every origin of
    every series and nothing has to be padded (a padded month costs as much as a real one).
    """
    return {"years": relative.years, "values": relative.values, "noise": relative.noise}


def blank() -> Relative:
    """A series to build a graph with; every fit replaces it."""
    return Relative(np.linspace(0.0, 1.0, 3), np.ones(3), np.full(3, 1e-4))


def observe(pm: Any, pt: Any, data: Mapping[str, Any], moments: tuple[Any, Any]) -> None:
    """State the marginal likelihood of the published months, given their mean and covariance."""
    mean, covariance = moments
    factor = pt.linalg.cholesky(covariance + pt.diag(data["noise"]))
    pm.MvNormal("levels", mean, chol=factor, observed=data["values"])


def steps(years: FloatArray) -> FloatArray:
    """Time since the previous point, the first since year 0; shape (n,)."""
    return np.diff(years, prepend=0.0)


def brownian(years: FloatArray, count: int, rng: np.random.Generator) -> FloatArray:
    """Standard Brownian paths from 0 at year 0; shape (count, n)."""
    noise: FloatArray = rng.standard_normal((count, len(years))) * np.sqrt(steps(years))
    return np.cumsum(noise, axis=1)
