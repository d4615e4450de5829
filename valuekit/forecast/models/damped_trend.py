"""Damped local trend on the logarithm: relative growth that fades, and shocks that move both.

The continuous form of exponential smoothing with a damped trend and a single source of error: growth
decays towards zero, and every shock moves the level and its growth together. Innovations of relative
growth are Gaussian; fat tails would make the mean of the level infinite.
"""

from math import log
from typing import Final

from valuekit.forecast.models.gaussian import Prior
from valuekit.forecast.models.growth import Coefficients, Growth
from valuekit.forecast.models.log_integrated_ou import LEVEL, START

_PANEL: Final = (
    "fits to 150 windows of 8 to 20 years of mobile subscriptions by country, China left out "
    "(benchmarks/priors.py)"
)
PRIORS: Final = (
    Prior(
        "theta", "rate at which relative growth fades, 1/year", "LogNormal(log 0.16, 0.55)",
        log(0.16), 0.55, f"{_PANEL}: together 0.16; alone 0.16 in the median, sd of the logarithm 0.54",
    ),
    Prior(
        "spread", "standard deviation of relative growth, 1/year", "LogNormal(log 0.08, 0.7)",
        log(0.08), 0.7, f"{_PANEL}: together 0.13; alone 0.07 in the median, sd of the logarithm 0.67",
    ),
    Prior(
        "shift", "shocks of the logarithm, 1/sqrt(year)", "LogNormal(log 0.08, 0.8)",
        log(0.08), 0.8, f"{_PANEL}: together 0.14; alone 0.08 in the median, sd of the logarithm 0.84",
    ),
)  # fmt: skip
COEFFICIENTS: Final = Coefficients(level=LEVEL, start=START, limit=(0.0, 0.0), tied=1.0)
MODEL: Final = Growth("damped_trend", "pooled", logarithmic=True, coefficients=COEFFICIENTS, priors=PRIORS)
