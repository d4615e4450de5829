"""Growth models, one file each: priors with their reasons, mean, covariance, PyMC graph."""

from typing import Final

from valuekit.errors import InvalidInput
from valuekit.forecast.models import (
    bass,
    damped_trend,
    integrated_ou,
    log_integrated_ou,
    logistic,
    purges,
    random_walk,
)
from valuekit.forecast.models.gaussian import GrowthModel

# The pooled ones first. Each makes another assumption about growth: it wanders around an average of its
# own, it is a constant, it ends at a ceiling, it is a share of the level that fades. Chosen before any of
# them was scored together on the ministry's series; the others vary one of these and are scenarios.
MODELS: Final[dict[str, GrowthModel]] = {
    model.name: model
    for model in (
        integrated_ou.MODEL,
        random_walk.MODEL,
        bass.MODEL,
        damped_trend.MODEL,
        purges.MODEL,
        log_integrated_ou.MODEL,
        logistic.MODEL,
    )
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
