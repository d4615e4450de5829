"""What a model's prior says before it has seen anything: parameters, and the months they would publish."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from valuekit.forecast.models import growth_model, purges, random_walk
from valuekit.forecast.models.gaussian import Draws, EventfulModel, GrowthModel
from valuekit.forecast.series import Relative

FloatArray = NDArray[np.float64]

_TWO: Final = 2


@dataclass(frozen=True, slots=True)
class Simulated:
    """Series that a model's prior simulates.

    Attributes
    ----------
    parameters : dict of str to array, shape (count,)
        Which made them.
    published : list of Relative
        The months of each, with the rounding that the model assumes.
    ahead : array, shape (count,)
        Level of each at the month ahead, none below 0.
    """

    parameters: dict[str, FloatArray]
    published: list[Relative]
    ahead: FloatArray


def prior_draws(name: str, count: int, rng: np.random.Generator) -> dict[str, FloatArray]:
    """Draws of a model's parameters from their priors, each of shape (count,)."""
    if name == random_walk.MODEL.name:
        return _conjugate(count, rng)
    return {p.parameter: p.at(rng.standard_normal(count)) for p in growth_model(name).priors}


def with_events(model: GrowthModel, draws: Draws, span: float, rng: np.random.Generator) -> Draws:
    """The draws with months of events within `span` years, where the model has events."""
    return {**draws, **_purges(draws, span, rng)} if isinstance(model, EventfulModel) else draws


def simulate(
    name: str, draws: Mapping[str, FloatArray], design: Relative, ahead: float, rng: np.random.Generator
) -> Simulated:
    """Simulate published months and a later level, one series a draw.

    Parameters
    ----------
    design : Relative
        Months, and the variance of their rounding as a share of the level squared; its values are not used.
    ahead : float
        Years after the last month.
    """
    model, span = growth_model(name), design.span
    months = len(design.years)
    years = np.append(design.years, span + ahead)
    full = with_events(model, draws, span, rng)
    paths = model.mean(full, years, span) + model.simulate(full, years, span, rng)
    if isinstance(model, EventfulModel):
        paths = paths + model.ahead(full, years, span, rng)
    shown = paths[:, :months] + rng.standard_normal((len(paths), months)) * np.sqrt(design.noise)
    later = paths[:, months]
    if model.logarithmic:
        shown, later = np.exp(shown), np.exp(later)
    # The rounding of a logarithm is that of the level over the level: constant, as it was simulated.
    noise = design.noise * shown**2 if model.logarithmic else np.broadcast_to(design.noise, shown.shape)
    published = [Relative(design.years, *pair) for pair in zip(shown, noise, strict=True)]
    return Simulated(dict(draws), published, np.maximum(later, 0.0))


def _conjugate(count: int, rng: np.random.Generator) -> dict[str, FloatArray]:
    variance = random_walk.RATE / rng.gamma(random_walk.SHAPE, 1.0, count)
    deviation = np.sqrt(variance / random_walk.DRIFT_YEARS)
    return {
        "drift": random_walk.DRIFT_MEAN + deviation * rng.standard_normal(count),
        "sigma": np.sqrt(variance),
    }


def _purges(draws: Draws, span: float, rng: np.random.Generator) -> dict[str, FloatArray]:
    """Years of up to two purges, as the model's likelihood has them; infinite where there is none."""
    expected = np.asarray(draws["rate"]) * span
    chances = np.stack([np.ones_like(expected), expected, 0.5 * expected**2])
    level = rng.random(len(expected)) * chances.sum(axis=0)
    number = (np.cumsum(chances, axis=0) < level).sum(axis=0)
    times = np.sort(rng.uniform(0.0, span, (_TWO, len(expected))), axis=0)
    times[1, number == 1] = np.inf
    times[:, number == 0] = np.inf
    return dict(zip(purges.TIMES, times, strict=True))
