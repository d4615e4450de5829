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

# Prior mean (b, part, month) and covariance (b, part, month, month) of the parts, for scales (b, p).
Moments = Callable[[FloatArray], tuple[FloatArray, FloatArray]]

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


def log_likelihood(moments: tuple[FloatArray, FloatArray], readings: Readings) -> FloatArray:
    """Marginal log likelihood of the readings, shape (b,), for prior moments of the parts."""
    mean, prior = moments
    residual = readings.value - readings.observed(mean)
    factor = np.linalg.cholesky(_of_readings(prior, readings))
    white = np.linalg.solve(factor, residual[:, :, None])[:, :, 0]
    logs = np.log(np.diagonal(factor, axis1=1, axis2=2)).sum(axis=1)
    constant = 0.5 * residual.shape[1] * np.log(2.0 * np.pi)
    return np.asarray(-0.5 * (white**2).sum(axis=1) - logs - constant)


def chunked(values: FloatArray) -> Iterator[FloatArray]:
    """Rows in pieces that fit the memory."""
    return (values[i : i + _CHUNK] for i in range(0, len(values), _CHUNK))


def conditional_parts(
    moments: Moments,
    readings: Readings,
    scales: FloatArray,
    rng: np.random.Generator,
    *,
    values: FloatArray | None = None,
) -> FloatArray:
    """Joint paths of the parts given the readings, shape (draw, part, month): one a row of `scales`.

    Parameters
    ----------
    values : array, shape (draw, n), optional
        Values of the readings that differ from draw to draw, in place of `readings.value`.
    """
    held = np.broadcast_to(readings.value, (len(scales), len(readings.value))) if values is None else values
    with threadpool_limits(1):  # more threads round differently
        pieces = zip(chunked(scales), chunked(held), strict=True)
        return np.concatenate([_moved(moments(part), readings, given, rng) for part, given in pieces])


def simulate(moments: tuple[FloatArray, FloatArray], rng: np.random.Generator) -> FloatArray:
    """Prior paths of the parts, shape (b, part, month)."""
    mean, prior = moments
    diagonal = np.einsum("bpmm->bpm", prior)
    lifted = prior + _JITTER * diagonal.max(axis=2)[:, :, None, None] * np.eye(prior.shape[-1])
    noise = rng.standard_normal((*prior.shape[:3], 1))
    return np.asarray(mean + (np.linalg.cholesky(lifted) @ noise)[..., 0])


def _of_readings(prior: FloatArray, readings: Readings) -> FloatArray:
    at = prior[:, :, readings.month[:, None], readings.month[None, :]]
    shared = np.einsum("ip,jp->pij", readings.weight, readings.weight)
    return np.asarray(np.einsum("bpij,pij->bij", at, shared) + readings.noise)


def _moved(
    moments: tuple[FloatArray, FloatArray],
    readings: Readings,
    values: FloatArray,
    rng: np.random.Generator,
) -> FloatArray:
    prior = moments[1]
    paths = simulate(moments, rng)
    errors = rng.standard_normal(values.shape) @ _root(readings.noise).T
    residual = values - readings.observed(paths) - errors
    solved = np.linalg.solve(_of_readings(prior, readings), residual[:, :, None])[:, :, 0]
    pulled = np.einsum("bn,np->bpn", solved, readings.weight)
    moves = np.einsum("bpmn,bpn->bpm", prior[:, :, :, readings.month], pulled)
    return np.asarray(paths + moves)


def _root(noise: FloatArray) -> FloatArray:
    values, vectors = np.linalg.eigh(noise)
    return np.asarray(vectors * np.sqrt(np.maximum(values, 0.0)))
