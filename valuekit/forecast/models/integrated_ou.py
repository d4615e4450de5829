"""Integrated Ornstein-Uhlenbeck growth on the level: additions wander around a limit of their own."""

from math import log
from typing import Final

from valuekit.forecast.models.gaussian import LEVEL_MEAN, LEVEL_VARIANCE, PANEL, Prior
from valuekit.forecast.models.growth import Coefficients, Growth

# The medians of an earlier draw of windows, wider than this one's spread: of the two, these forecast the
# panel (China left out) better, a mean scaled WIS of 0.717 against 0.742.
PRIORS: Final = (
    Prior(
        "theta", "rate at which growth returns to its limit, 1/year",
        "LogNormal(log 0.33, 0.5)", log(0.33), 0.5,
        f"{PANEL}: together 0.23; alone 0.22, 10 to 90 % 0.14 to 0.34, sd of the logarithm 0.40",
    ),
    Prior(
        "spread", "standard deviation of growth around its limit, levels/year",
        "LogNormal(log 0.08, 0.6)", log(0.08), 0.6,
        f"{PANEL}: together 0.07; alone 0.06, 10 to 90 % 0.03 to 0.10, sd of the logarithm 0.49",
    ),
    Prior(
        "shift", "Brownian shifts of the level, levels/sqrt(year)",
        "LogNormal(log 0.03, 0.7)", log(0.03), 0.7,
        f"{PANEL}: together 0.065; alone 0.04, 10 to 90 % 0.016 to 0.10, sd of the logarithm 0.69",
    ),
)  # fmt: skip
# In the same panel yearly additions over the last level are 0.09 in the median and 0.05 to 0.16 over
# a window.
COEFFICIENTS: Final = Coefficients(
    level=(LEVEL_MEAN, LEVEL_VARIANCE**0.5), start=(0.10, 0.15), limit=(0.09, 0.10)
)
MODEL: Final = Growth("integrated_ou", "pooled", logarithmic=False, coefficients=COEFFICIENTS, priors=PRIORS)
