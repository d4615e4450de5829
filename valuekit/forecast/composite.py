"""Several Gaussian processes seen through sums and differences of them at single months.

Each reading is a weighted sum of the parts at one month: one operator; the total of all operators with
their discrepancy; the log-ratio of two technologies. Parts are independent; each is a sum of kernels that
parts share, so that a kernel is built and factored once however many parts there are. Given the scales
of the kernels everything is Gaussian: the likelihood of the readings is one multivariate normal, and
joint paths follow by Matheron's rule: simulate parts and readings, then move the parts by the covariance
times the solved residual.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray
from threadpoolctl import threadpool_limits  # type: ignore[import-untyped]

FloatArray = NDArray[np.float64]

# Small enough for the processor cache: larger pieces take twice as long.
_CHUNK: Final = 16
# Smooth paths have covariances of nearly full rank; this share of their variance is added to factor them.
_JITTER: Final = 1e-9
_TINY: Final = 1e-200


@dataclass(frozen=True, slots=True)
class Moments:
    """Prior mean and kernels for given scales.

    Attributes
    ----------
    mean : array, shape (b, part, month)
    kernels : tuple of array, each of shape (b, month, month) or (1, month, month)
    """

    mean: FloatArray
    kernels: tuple[FloatArray, ...]


@dataclass(frozen=True, slots=True)
class Composite:
    """Independent parts made of kernels that they share.

    Attributes
    ----------
    loading : array, shape (kernel, part)
        Variance with which a kernel enters a part: a part's covariance is the sum of loading times kernel.
    moments : callable
        From scales, shape (b, p), to `Moments`.
    """

    loading: FloatArray
    moments: Callable[[FloatArray], Moments]


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


def log_likelihood(composite: Composite, readings: Readings, scales: FloatArray) -> FloatArray:
    """Marginal log likelihood of the readings, shape (b,), for scales of shape (b, p)."""
    moments = composite.moments(scales)
    residual = readings.value - readings.observed(moments.mean)
    factor = np.linalg.cholesky(_of_readings(composite, moments, readings))
    white = np.linalg.solve(factor, residual[:, :, None])[:, :, 0]
    logs = np.log(np.diagonal(factor, axis1=1, axis2=2)).sum(axis=1)
    constant = 0.5 * residual.shape[1] * np.log(2.0 * np.pi)
    return np.asarray(-0.5 * (white**2).sum(axis=1) - logs - constant)


def chunked(values: FloatArray) -> Iterator[FloatArray]:
    """Rows in pieces that fit the memory."""
    return (values[i : i + _CHUNK] for i in range(0, len(values), _CHUNK))


def conditional_parts(
    composite: Composite,
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
        return np.concatenate([
            _moved(composite, composite.moments(part), readings, given, rng) for part, given in pieces
        ])  # fmt: skip


def simulate(composite: Composite, moments: Moments, rng: np.random.Generator) -> FloatArray:
    """Prior paths of the parts, shape (b, part, month)."""
    paths = moments.mean.copy()
    for loading, kernel in zip(composite.loading, moments.kernels, strict=True):
        used = np.flatnonzero(loading)
        noise = rng.standard_normal((len(paths), len(used), kernel.shape[-1]))
        drawn = noise @ _factor(kernel).transpose(0, 2, 1)
        paths[:, used] += np.sqrt(loading[used])[:, None] * drawn
    return paths


def _factor(kernel: FloatArray) -> FloatArray:
    largest = np.einsum("bmm->bm", kernel).max(axis=1)[:, None, None]
    return np.linalg.cholesky(kernel + (_JITTER * largest + _TINY) * np.eye(kernel.shape[-1]))


def _of_readings(composite: Composite, moments: Moments, readings: Readings) -> FloatArray:
    """Covariance of the readings, shape (b, n, n)."""
    rows, columns = readings.month[:, None], readings.month[None, :]
    covariance = np.broadcast_to(readings.noise, (len(moments.mean), *readings.noise.shape)).copy()
    for loading, kernel in zip(composite.loading, moments.kernels, strict=True):
        covariance += ((readings.weight * loading) @ readings.weight.T) * kernel[:, rows, columns]
    return covariance


def _moved(
    composite: Composite,
    moments: Moments,
    readings: Readings,
    values: FloatArray,
    rng: np.random.Generator,
) -> FloatArray:
    paths = simulate(composite, moments, rng)
    errors = rng.standard_normal(values.shape) @ _root(readings.noise).T
    residual = values - readings.observed(paths) - errors
    solved = np.linalg.solve(_of_readings(composite, moments, readings), residual[:, :, None])[:, :, 0]
    pulled = solved[:, None, :] * readings.weight.T
    for loading, kernel in zip(composite.loading, moments.kernels, strict=True):
        used = np.flatnonzero(loading)
        reach = kernel[:, readings.month, :]
        paths[:, used] += loading[used][:, None] * (pulled[:, used] @ reach)
    return paths


def _root(noise: FloatArray) -> FloatArray:
    values, vectors = np.linalg.eigh(noise)
    return np.asarray(vectors * np.sqrt(np.maximum(values, 0.0)))
