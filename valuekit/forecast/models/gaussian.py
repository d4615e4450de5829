"""What every growth model is: a Gaussian process on relative levels, given a few scale parameters.

Levels, start values and growth states are Gaussian given the parameters, so they are marginalised:
the observed months follow one multivariate normal, and paths follow by conditioning (`predict`).
The formulas are written once and serve PyTensor (scalars against (n, 1) and (1, n)) and NumPy
(parameters of shape (draws, 1, 1) against (1, n, 1) and (1, 1, m)).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final, Protocol, runtime_checkable

import numpy as np
from numpy.typing import NDArray

from valuekit.forecast.series import Relative

FloatArray = NDArray[np.float64]
Draws = Mapping[str, FloatArray]

# Where most priors come from.
PANEL: Final = (
    "windows of 8 to 20 years of mobile subscriptions of 150 countries (ITU through Gapminder, China left "
    "out), fitted together and each alone (benchmarks/priors.py)"
)
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

    @property
    def positive(self) -> bool:
        """Whether the parameter's logarithm is the normal one."""
        return self.distribution.startswith("LogNormal")

    def at(self, standard: FloatArray) -> FloatArray:
        """Value of the parameter where its prior is a standard normal at `standard`."""
        value = self.location + self.scale * standard
        return np.exp(value) if self.positive else value


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
    def logarithmic(self) -> bool:
        """Whether it is Gaussian on the logarithm of the level."""

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
    """A model whose parameters are sampled: by importance, or by PyMC through nutpie."""

    def log_likelihood(self, draws: Draws, relative: Relative) -> FloatArray:
        """Log density of the published months, shape (draw,); `relative` is on the model's scale."""

    def data(self, relative: Relative) -> dict[str, FloatArray]:
        """The graph's data."""

    def build(self) -> Any:
        """The `pymc.Model`, for any number of months."""


@runtime_checkable
class EventfulModel(SampledModel, Protocol):
    """A model that is Gaussian given events as well: their number and months are drawn too."""

    def events(self, draws: Draws, relative: Relative, rng: np.random.Generator) -> dict[str, FloatArray]:
        """Draw the events of the published months given parameters; the arrays join the draws."""

    def ahead(self, draws: Draws, years: FloatArray, span: float, rng: np.random.Generator) -> FloatArray:
        """What events after the last published month add to each path, shape (draw, n)."""


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


def on_scale(model: GrowthModel, relative: Relative) -> Relative:
    """The series on the scale where the model is Gaussian; rounding carries over by its derivative."""
    if not model.logarithmic:
        return relative
    return Relative(relative.years, np.log(relative.values), relative.noise / relative.values**2)


def log_normal_density(mean: FloatArray, covariance: FloatArray, relative: Relative) -> FloatArray:
    """Log density, shape (draw,), of the published months; minus infinity where it cannot be computed.

    Parameters
    ----------
    mean : array, shape (draw, n)
    covariance : array, shape (draw, n, n)
        Without the rounding.
    relative : Relative
        On the scale of the two.
    """
    factor = cholesky(covariance + np.diag(relative.noise))
    residual = (relative.values - mean)[:, :, None]
    with np.errstate(all="ignore"):
        solved = np.linalg.solve(factor, residual)[:, :, 0]
        size = np.log(np.diagonal(factor, axis1=1, axis2=2)).sum(axis=1)
        density = -0.5 * (solved**2).sum(axis=1) - size - 0.5 * len(relative.years) * np.log(2 * np.pi)
    return np.where(np.isfinite(density), density, -np.inf)


def cholesky(covariance: FloatArray) -> FloatArray:
    """Factors of many covariances; one that is not positive definite becomes an infinite one.

    NumPy refuses the whole batch for one bad matrix; those are then found one by one.
    """
    try:
        return np.asarray(np.linalg.cholesky(covariance))
    except np.linalg.LinAlgError:
        return np.stack([_factor(matrix) for matrix in covariance])


def _factor(matrix: FloatArray) -> FloatArray:
    try:
        return np.asarray(np.linalg.cholesky(matrix))
    except np.linalg.LinAlgError:
        # Infinite, so that the density comes out as minus infinity.
        return np.eye(len(matrix)) * np.inf


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
