"""Several Gaussian processes seen through sums and differences of them at single months.

Each reading is a weighted sum of the parts at one month: one operator; the total of all operators with
their discrepancy; the log-ratio of two technologies. Given the scales of the parts everything is
Gaussian, so the likelihood of the readings is one multivariate normal and joint paths follow by
Matheron's rule: simulate parts and readings, then move the parts by the covariance times the solved
residual.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray
from threadpoolctl import threadpool_limits  # type: ignore[import-untyped]

FloatArray = NDArray[np.float64]

# Prior covariance of the parts on the grid for given scales: (b, p) to (b, part, month, month).
Covariance = Callable[[FloatArray], FloatArray]

_CHUNK: Final = 64
# Smooth paths have covariances of nearly full rank; this share of their variance is added to factor them.
_JITTER: Final = 1e-9


@dataclass(frozen=True, slots=True)
class Readings:
    """What is known of the parts.

    Attributes
    ----------
    month : array of int, shape (n,)
        Index on the grid.
    weight : array, shape (n, part)
        Of each part in the sum.
    value : array, shape (n,)
    noise : array, shape (n, n)
        Covariance of the errors of the values.
    """

    month: NDArray[np.intp]
    weight: FloatArray
    value: FloatArray
    noise: FloatArray

    def observed(self, parts: FloatArray) -> FloatArray:
        """The sums of paths of the parts, shape (draw, part, month), without error: (draw, n)."""
        return np.asarray(np.einsum("np,bpn->bn", self.weight, parts[:, :, self.month]))


def log_likelihood(prior: FloatArray, mean: FloatArray, readings: Readings) -> FloatArray:
    """Marginal log likelihood of the readings, shape (b,), for prior covariances (b, part, month, month).

    Parameters
    ----------
    mean : array, shape (part, month)
    """
    residual = readings.value - readings.observed(mean[None])[0]
    factor = np.linalg.cholesky(_of_readings(prior, readings))
    white = np.linalg.solve(factor, np.broadcast_to(residual[:, None], (len(factor), len(residual), 1)))
    logs = np.log(np.diagonal(factor, axis1=1, axis2=2)).sum(axis=1)
    constant = 0.5 * len(residual) * np.log(2.0 * np.pi)
    return np.asarray(-0.5 * (white[:, :, 0] ** 2).sum(axis=1) - logs - constant)


def chunked(values: FloatArray) -> Iterator[FloatArray]:
    """Rows in pieces that fit the memory."""
    return (values[i : i + _CHUNK] for i in range(0, len(values), _CHUNK))


def conditional_parts(
    covariance: Covariance, mean: FloatArray, readings: Readings, scales: FloatArray, rng: np.random.Generator
) -> FloatArray:
    """Joint paths of the parts given the readings, shape (draw, part, month): one a row of `scales`."""
    with threadpool_limits(1):  # more threads round differently
        return np.concatenate([
            _moved(covariance(part), mean, readings, rng) for part in chunked(scales)
        ])  # fmt: skip


def simulate(prior: FloatArray, mean: FloatArray, rng: np.random.Generator) -> FloatArray:
    """Prior paths of the parts, shape (b, part, month)."""
    diagonal = np.einsum("bpmm->bpm", prior)
    lifted = prior + _JITTER * diagonal.max(axis=2)[:, :, None, None] * np.eye(prior.shape[-1])
    noise = rng.standard_normal((*prior.shape[:3], 1))
    return np.asarray(mean + (np.linalg.cholesky(lifted) @ noise)[..., 0])


def _of_readings(prior: FloatArray, readings: Readings) -> FloatArray:
    at = prior[:, :, readings.month[:, None], readings.month[None, :]]
    shared = np.einsum("ip,jp->pij", readings.weight, readings.weight)
    return np.asarray(np.einsum("bpij,pij->bij", at, shared) + readings.noise)


def _moved(prior: FloatArray, mean: FloatArray, readings: Readings, rng: np.random.Generator) -> FloatArray:
    paths = simulate(prior, mean, rng)
    errors = rng.standard_normal((len(paths), len(readings.value))) @ _root(readings.noise).T
    residual = readings.value - readings.observed(paths) - errors
    solved = np.linalg.solve(_of_readings(prior, readings), residual[:, :, None])[:, :, 0]
    pulled = np.einsum("bn,np->bpn", solved, readings.weight)
    return paths + np.einsum("bpmn,bpn->bpm", prior[:, :, :, readings.month], pulled)


def _root(noise: FloatArray) -> FloatArray:
    values, vectors = np.linalg.eigh(noise)
    return np.asarray(vectors * np.sqrt(np.maximum(values, 0.0)))
