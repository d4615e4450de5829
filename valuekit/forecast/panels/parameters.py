"""The pooled parameters: what each means, its scale for sampling, its prior and the reason for it."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit

FloatArray = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Pooled:
    """A parameter that all series of a panel share.

    Attributes
    ----------
    name, meaning : str
    scale : str
        ``identity``, ``log`` or ``logit``: on this scale the prior is normal and the sampler works.
    location, spread : float
        Mean and standard deviation of that normal.
    reason : str
        Where the numbers come from; never from a series of the panel.
    """

    name: str
    meaning: str
    scale: str
    location: float
    spread: float
    reason: str


_NATURAL: Final[dict[str, Callable[[FloatArray], FloatArray]]] = {
    "identity": lambda values: values,
    "log": np.exp,
    "logit": expit,
}

PARAMETERS: Final = (
    Pooled("pace", "share of the own long-run pace in the growth a series reverts to", "identity", 0.3, 0.5,
           "0: all revert to one growth; 1: each to the straight line through its history"),
    Pooled("fading", "log of what a growth of 0.1 a year loses of its distance to the pace in a year", "log",
           -1.9, 1.0, "0.15: damped trends of the forecasting competitions keep 0.5 to 0.97 a year"),
    Pooled("slowing", "share of the fading that is due to growth itself and ends with it", "logit", 0.0, 1.5,
           "0: geometric decay (Gompertz); 1: growth g becomes g / (1 + c g), as on a straight line"),
    Pooled("long_run", "growth a year that all revert to, beside their own pace", "identity", 0.02, 0.03,
           "stocks of mature services grow about as fast as population and income"),
    Pooled("transitory", "share of shock variance that moves the level and not the growth", "logit", 0.0, 1.5,
           "not known: 5 to 95 %"),
    Pooled("calm", "growth below which the size of shocks no longer falls", "log", -2.5, 1.0,
           "0.08 a year; 0.01 to 0.6"),
    Pooled("shock", "size of a year's regular shock where growth is 0.1 a year", "log", -2.7, 1.0,
           "yearly growth of stocks varies by 0.02 to 0.3"),
    Pooled("unevenness", "spread of the log sizes between series and years", "log", -0.7, 0.5,
           "a factor of 1.6 between typical series"),
    Pooled("persistence", "what remains of a log size after a year", "logit", 2.5, 1.0,
           "how noisy a series is belongs to it: 0.65 to 0.99"),
    Pooled("phase", "power with which shock variance follows squared growth", "log", -0.3, 0.3,
           "near 1: shocks in proportion to growth, as in diffusion curves"),
    Pooled("outliers", "share of shocks that are outliers (breaks, purges)", "logit", -2.0, 1.0,
           "one in eight; 2 to 50 %"),
    Pooled("outlier_size", "size of an outlier over that of a regular shock", "log", 1.4, 0.3,
           "about four times"),
)  # fmt: skip
NAMES: Final = tuple(parameter.name for parameter in PARAMETERS)
LOCATION: Final = np.array([parameter.location for parameter in PARAMETERS])
SPREAD: Final = np.array([parameter.spread for parameter in PARAMETERS])


def natural(points: FloatArray) -> FloatArray:
    """Sampling scale to the parameters' own units; shape (draw, parameter) both ways."""
    columns = [_NATURAL[parameter.scale](points[:, i]) for i, parameter in enumerate(PARAMETERS)]
    return np.stack(columns, axis=1)


def log_prior(points: FloatArray) -> FloatArray:
    """Log prior density up to a constant, shape (draw,)."""
    density: FloatArray = -0.5 * (((points - LOCATION) / SPREAD) ** 2).sum(axis=1)
    return density
