"""Random draws that are the same on every machine: integers only, one stream for each subject.

Logarithms and exponentials may differ in their last bit between processors, and a draw through
them would then differ between machines; whole numbers do not.
"""

from collections.abc import Mapping
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

SEED: Final = 20260101

Ints = NDArray[np.int64]
Texts = NDArray[np.object_]


def stream(subject: str) -> np.random.Generator:
    """A generator of one subject, so that a change in one leaves the others as they were."""
    return np.random.default_rng([SEED, *subject.encode()])


def weighted(rng: np.random.Generator, weights: Mapping[str, int], size: int) -> Texts:
    """Draw names with integer weights."""
    names: Any = np.array(list(weights), dtype=object)
    urn = np.repeat(np.arange(len(names)), list(weights.values()))
    return np.asarray(names[urn[rng.integers(0, len(urn), size)]], dtype=object)


def happens(rng: np.random.Generator, percent: int, size: int) -> NDArray[np.bool_]:
    """True in `percent` of 100 cases."""
    return rng.integers(0, 100, size) < percent


def between(rng: np.random.Generator, low: int, high: int, size: int) -> Ints:
    """Whole numbers from `low` to `high`, both included."""
    return rng.integers(low, high, size, endpoint=True)
