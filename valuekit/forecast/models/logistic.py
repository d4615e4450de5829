"""Logistic growth to an unknown ceiling, with an autocorrelated discrepancy: a scenario.

S-curves without innovation fail confidently on young series; this one is shown beside the others
and enters the stack only when its own past scores earn it (`stacking`).
"""

from typing import Final

from valuekit.forecast.models.saturation import FADING, IMITATION, MISFIT, REACHED, Saturation

MODEL: Final = Saturation(
    "logistic", "scenario", innovates=False, priors=(REACHED, IMITATION, MISFIT, FADING)
)
