"""A fit as a task: what is sampled from what, with a key that names everything it depends on."""

import hashlib
import json
from dataclasses import dataclass
from functools import cache
from typing import Any, Final, Self

import numpy as np
from numpy.typing import NDArray

from valuekit.forecast.cache import environment, source_digest
from valuekit.forecast.series import Relative

FloatArray = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Settings:
    """How much is sampled.

    Attributes
    ----------
    chains, tune, draws : int
        Independent runs, points of the last round or tuning steps, draws of each run.
    target_accept : float
        Of NUTS.
    paths : int
        Predictive paths per posterior draw.
    sampler : str
        ``importance`` compiles nothing; ``nuts`` samples the PyMC model through nutpie, as a check.
    """

    chains: int
    tune: int
    draws: int
    target_accept: float = 0.0
    paths: int = 1
    sampler: str = "importance"

    @property
    def count(self) -> int:
        """Posterior draws over all chains."""
        return self.chains * self.draws


FULL: Final = Settings(chains=4, tune=1024, draws=1000)
REFIT: Final = Settings(chains=1, tune=512, draws=600, paths=4)
NUTS: Final = Settings(chains=4, tune=1000, draws=1000, target_accept=0.99, sampler="nuts")


@dataclass(frozen=True, slots=True)
class Fit:
    """One fit: a model or baseline, the months known to it, and the months asked of it.

    Attributes
    ----------
    model : str
        Growth model or baseline.
    label : str
        For progress and seeds, such as ``origin 2023-06``.
    relative : Relative
        The series at the origin.
    years : array, shape (m,)
        Months to predict, in years since the first published month.
    settings : Settings
    seed : int
        The run's seed; the fit's own is derived from it, the model and the label.
    """

    model: str
    label: str
    relative: Relative
    years: FloatArray
    settings: Settings
    seed: int

    @property
    def key(self) -> str:
        """SHA-256 of the task, our sources, the packages and the processor."""
        return _key(json.dumps(self.as_dict(), sort_keys=True))

    def seeds(self) -> tuple[int, np.random.Generator]:
        """The sampler's seed (its chains derive theirs from it) and the generator for everything else."""
        text = f"{self.seed}|{self.model}|{self.label}"
        entropy = int.from_bytes(hashlib.sha256(text.encode()).digest()[:16])
        sampler, other = np.random.SeedSequence(entropy).spawn(2)
        return int(sampler.generate_state(1)[0]), np.random.default_rng(other)

    def as_dict(self) -> dict[str, Any]:
        """Everything as JSON values; floats survive the round trip."""
        return {
            "model": self.model,
            "label": self.label,
            "observed": [self.relative.years.tolist(), self.relative.values.tolist()],
            "noise": self.relative.noise.tolist(),
            "years": self.years.tolist(),
            "settings": [getattr(self.settings, name) for name in Settings.__slots__],
            "seed": self.seed,
        }

    @classmethod
    def from_dict(cls, given: dict[str, Any]) -> Self:
        """Read back what `as_dict` wrote."""
        years, values = (np.array(part, dtype=np.float64) for part in given["observed"])
        relative = Relative(years, values, np.array(given["noise"], dtype=np.float64))
        asked = np.array(given["years"], dtype=np.float64)
        settings = Settings(*given["settings"])
        return cls(given["model"], given["label"], relative, asked, settings, given["seed"])


@cache
def _key(task: str) -> str:
    return hashlib.sha256(f"{task}\n{source_digest()}\n{environment()}".encode()).hexdigest()
