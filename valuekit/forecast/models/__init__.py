"""Growth models, one file each: priors with their reasons, mean, covariance, PyMC graph."""

from typing import Final

from valuekit.errors import InvalidInput
from valuekit.forecast.models import bass, integrated_ou, logistic, random_walk
from valuekit.forecast.models.gaussian import GrowthModel

MODELS: Final[dict[str, GrowthModel]] = {
    model.name: model for model in (integrated_ou.MODEL, random_walk.MODEL, bass.MODEL, logistic.MODEL)
}
DEFAULT: Final = tuple(MODELS)


def growth_model(name: str) -> GrowthModel:
    """Find a model by its name.

    Raises
    ------
    InvalidInput
        If there is no such model.
    """
    if name not in MODELS:
        raise InvalidInput.at("models", f"{name!r} is not a model", f"choose from {', '.join(MODELS)}")
    return MODELS[name]
