"""Bass diffusion: innovation and imitation towards a ceiling, with an autocorrelated discrepancy."""

from typing import Final

from valuekit.forecast.models.saturation import SHAPE, Saturation

MODEL: Final = Saturation("bass", "pooled", innovates=True, priors=SHAPE)
