"""Integrated Ornstein-Uhlenbeck growth on the logarithm: a scenario of growth in proportion to the level.

Growth that stays proportional is the least cautious assumption that is made here; on rising levels its
paths fan out upwards. It is shown beside the others and enters the stack only when its past earns it.
"""

from math import log
from typing import Final

from valuekit.forecast.models.gaussian import PANEL, Prior
from valuekit.forecast.models.growth import Coefficients, Growth

PRIORS: Final = (
    Prior(
        "theta", "rate at which growth returns to its limit, 1/year",
        "LogNormal(log 0.18, 0.55)", log(0.18), 0.55,
        f"{PANEL}: together 0.18; alone 0.19, 10 to 90 % 0.10 to 0.40, sd of the logarithm 0.56",
    ),
    Prior(
        "spread", "standard deviation of relative growth, 1/year",
        "LogNormal(log 0.17, 0.65)", log(0.17), 0.65,
        f"{PANEL}: together 0.17; alone 0.10, 10 to 90 % 0.04 to 0.26, sd of the logarithm 0.65",
    ),
    Prior(
        "shift", "Brownian shifts of the logarithm, 1/sqrt(year)",
        "LogNormal(log 0.14, 0.8)", log(0.14), 0.8,
        f"{PANEL}: together 0.14; alone 0.08, 10 to 90 % 0.025 to 0.23, sd of the logarithm 0.83",
    ),
)  # fmt: skip
# The first level lies anywhere from a hundredth to a few times the last; relative growth starts where
# the panel's windows start (0.05 to 0.78) and tends to what saturated countries show.
LEVEL: Final = (-1.5, 1.5)
START: Final = (0.44, 0.30)
COEFFICIENTS: Final = Coefficients(level=LEVEL, start=START, limit=(0.045, 0.05))
MODEL: Final = Growth(
    "log_integrated_ou", "scenario", logarithmic=True, coefficients=COEFFICIENTS, priors=PRIORS
)
