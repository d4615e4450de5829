"""Integrated Ornstein-Uhlenbeck growth on the level: additions wander around a limit of their own."""

from math import log
from typing import Final

from valuekit.forecast.models.gaussian import LEVEL_MEAN, LEVEL_VARIANCE, Prior
from valuekit.forecast.models.growth import Coefficients, Growth

_PANEL: Final = (
    "windows of 8 to 20 years of mobile subscriptions of 150 countries (ITU through Gapminder, China left "
    "out), each fitted alone (benchmarks/priors.py)"
)
PRIORS: Final = (
    Prior(
        "theta", "rate at which growth returns to its limit, 1/year",
        "LogNormal(log 0.22, 0.4)", log(0.22), 0.4,
        f"{_PANEL}: median 0.22, 10 to 90 % 0.14 to 0.34, sd of the logarithm 0.4; together 0.23",
    ),
    Prior(
        "spread", "standard deviation of growth around its limit, levels/year",
        "LogNormal(log 0.058, 0.5)", log(0.058), 0.5,
        f"{_PANEL}: median 0.058, 10 to 90 % 0.03 to 0.1, sd of the logarithm 0.49; together 0.07",
    ),
    Prior(
        "shift", "Brownian shifts of the level, levels/sqrt(year)",
        "LogNormal(log 0.04, 0.7)", log(0.04), 0.7,
        f"{_PANEL}: median 0.04, 10 to 90 % 0.016 to 0.097, sd of the logarithm 0.69; together 0.065",
    ),
)  # fmt: skip
# In the same panel yearly additions over the last level are 0.09 in the median and 0.05 to 0.16 over
# a window.
COEFFICIENTS: Final = Coefficients(
    level=(LEVEL_MEAN, LEVEL_VARIANCE**0.5), start=(0.10, 0.15), limit=(0.09, 0.10)
)
MODEL: Final = Growth("integrated_ou", "pooled", logarithmic=False, coefficients=COEFFICIENTS, priors=PRIORS)
