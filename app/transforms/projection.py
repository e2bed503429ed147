"""From vectors to few coordinates: principal components, own axes, and the nearest neighbours of points.

Knows arrays only. The methods that take long are in `maps.py`.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt

FloatArray = npt.NDArray[np.float32]
Float64Array = npt.NDArray[np.float64]
RowArray = npt.NDArray[np.int32]

Metric = Literal["cosine", "euclidean"]

MOST_COMPONENTS = 10

_WIDE = 1024  # dimensions from which the covariance is not formed whole
_OVERSAMPLES = 16
_POWER_STEPS = 4
_BLOCK_NUMBERS = 4 << 20  # distances held at a time: 16 MB


@dataclass(frozen=True, slots=True)
class Components:
    """Principal components of vectors.

    Attributes:
        coordinates: float32 of shape (n, c): of each vector, along each component, largest variance first.
        explained: float64 of shape (c,): share of the whole variance along each, in [0, 1].
    """

    coordinates: FloatArray
    explained: Float64Array


@dataclass(frozen=True, slots=True)
class Axis:
    """One own axis: a dimension as it is, or the direction from the mean of some points to that of others.

    Attributes:
        dimension: number of the dimension, from 0; None for a direction.
        start, end: rows of the points whose means are at 0 and at 1 of the axis.
    """

    dimension: int | None = None
    start: Sequence[int] = ()
    end: Sequence[int] = ()


def finite_rows(vectors: FloatArray) -> npt.NDArray[np.bool_]:
    """Tell of each row of (n, d) whether all of its numbers are finite; shape (n,)."""
    finite: npt.NDArray[np.bool_] = np.logical_and.reduce(np.isfinite(vectors), axis=1)
    return finite


def on_sphere(vectors: FloatArray) -> FloatArray:
    """Centre vectors of shape (n, d) and give each the length 1; one at the centre stays there."""
    centred = vectors - vectors.mean(axis=0, dtype=np.float64).astype(np.float32)
    return unit(centred)


def unit(vectors: FloatArray) -> FloatArray:
    """Give each row of (n, d) the length 1; rows of zeros stay."""
    with np.errstate(over="ignore"):
        biggest = np.abs(vectors).max(axis=1, keepdims=True, initial=0)
    scaled = vectors / np.where(biggest > 0, biggest, 1)  # or squares of large numbers overflow
    lengths = np.sqrt((scaled * scaled).sum(axis=1, keepdims=True))
    return np.asarray(scaled / np.where(lengths > 0, lengths, 1), dtype=np.float32)


def principal_components(vectors: FloatArray, count: int = MOST_COMPONENTS) -> Components:
    """Return the components of the largest variance.

    Up to 1,024 dimensions exactly, by the eigenvectors of the covariance; above by a randomised subspace of always
    the same seed (Halko, Martinsson and Tropp 2011, algorithm 4.4), to about three digits. The sign of a component is
    such that its loading of the largest size is positive.

    Args:
        vectors: float32 of shape (n, d), finite.
        count: components wanted; fewer where n or d is smaller.
    """
    n, d = vectors.shape
    count = min(count, d, n)
    if not count:
        return Components(np.zeros((n, 0), np.float32), np.zeros(0))
    scale = float(np.abs(vectors).max()) or 1.0  # squares of large numbers would overflow
    centred = vectors / np.float32(scale)
    centred -= centred.mean(axis=0, dtype=np.float64).astype(np.float32)
    total = float((centred * centred).sum(dtype=np.float64))
    loadings, squares = _by_covariance(centred, count) if min(n, d) <= _WIDE else _by_subspace(centred, count)
    loadings *= np.sign(loadings[np.abs(loadings).argmax(axis=0), np.arange(count)] + 1e-30)
    coordinates = (centred @ loadings.astype(np.float32)) * np.float32(scale)
    return Components(coordinates, np.clip(squares / total, 0, 1) if total else np.zeros(count))


def _by_covariance(centred: FloatArray, count: int) -> tuple[Float64Array, Float64Array]:
    """Return loadings (d, count) and sums of squares (count,), by the smaller of both products."""
    n, d = centred.shape
    if d <= n:
        squares, vectors = np.linalg.eigh((centred.T @ centred).astype(np.float64))
        return vectors[:, ::-1][:, :count].copy(), np.maximum(squares[::-1][:count], 0)
    squares, sides = np.linalg.eigh((centred @ centred.T).astype(np.float64))
    squares = np.maximum(squares[::-1][:count], 0)
    loadings = centred.T.astype(np.float64) @ sides[:, ::-1][:, :count]
    return loadings / np.maximum(np.linalg.norm(loadings, axis=0), 1e-30), squares


def _by_subspace(centred: FloatArray, count: int) -> tuple[Float64Array, Float64Array]:
    start = np.random.default_rng(0).standard_normal((centred.shape[1], count + _OVERSAMPLES)).astype(np.float32)
    basis = np.linalg.qr(centred @ start)[0]
    for _ in range(_POWER_STEPS):
        basis = np.linalg.qr(centred @ np.linalg.qr(centred.T @ basis)[0])[0]
    _, sizes, loadings = np.linalg.svd((basis.T @ centred).astype(np.float64), full_matrices=False)
    return loadings[:count].T.copy(), sizes[:count] ** 2


def along(vectors: FloatArray, axes: Sequence[Axis]) -> FloatArray:
    """Return the coordinates of vectors along own axes.

    Args:
        vectors: shape (n, d).
        axes: which. Along a direction the mean of its `start` lies at 0 and that of its `end` at 1.

    Returns:
        Shape (n, axes).

    Raises:
        ValueError: a dimension or row that is not there, or a direction from a place to itself.
    """
    return np.stack([_along(vectors, axis, number) for number, axis in enumerate(axes, 1)], axis=1)


def _along(vectors: FloatArray, axis: Axis, number: int) -> FloatArray:
    n, d = vectors.shape
    if axis.dimension is not None:
        if not 0 <= axis.dimension < d:
            raise ValueError(f"Axis {number} is dimension {axis.dimension}, and the vectors have 0 to {d - 1}.")
        return vectors[:, axis.dimension]
    if not axis.start or not axis.end:
        raise ValueError(f"Axis {number} needs points to begin at and points to end at; one of both has none.")
    if not all(0 <= row < n for row in (*axis.start, *axis.end)):
        raise ValueError(f"Axis {number} names a point that is not there: there are 0 to {n - 1}.")
    start = vectors[list(axis.start)].mean(axis=0, dtype=np.float64)
    direction = vectors[list(axis.end)].mean(axis=0, dtype=np.float64) - start
    square = float(direction @ direction)
    if not square > 0:
        raise ValueError(f"Axis {number} begins and ends at the same place.")
    return np.asarray((vectors - start) @ (direction / square), dtype=np.float32)


def neighbours(vectors: FloatArray, row: int, count: int, metric: Metric) -> tuple[RowArray, FloatArray]:
    """Return the points nearest to one of them, by comparing with all.

    Args:
        vectors: shape (n, d).
        row: of the point, which is left out of the answer.
        count: how many at most.
        metric: "euclidean", or "cosine": one less the cosine of the angle, in [0, 2]; a vector of zeros is 1 from all.

    Returns:
        Their rows and distances, each of shape (k,), nearest first.
    """
    distances = _from_one(vectors, vectors[row], metric)
    distances[row] = np.inf
    count = min(count, len(vectors) - 1)
    nearest = np.argpartition(distances, count - 1)[:count] if count else np.zeros(0, np.intp)
    nearest = nearest[np.lexsort((nearest, distances[nearest]))]
    return nearest.astype(np.int32), distances[nearest].astype(np.float32)


def _from_one(vectors: FloatArray, one: FloatArray, metric: Metric) -> FloatArray:
    if metric == "cosine":
        sizes = np.sqrt(np.einsum("ij,ij->i", vectors, vectors)) * np.sqrt(one @ one)
        return np.asarray(1 - (vectors @ one) / np.where(sizes > 0, sizes, np.inf), dtype=np.float32)
    apart = vectors - one
    return np.asarray(np.sqrt(np.einsum("ij,ij->i", apart, apart)), dtype=np.float32)


def all_neighbours(
    vectors: FloatArray, count: int, metric: Metric, told: Callable[[float], None] = lambda _share: None
) -> tuple[RowArray, FloatArray]:
    """Return the nearest points of every point, by comparing all with all in blocks.

    Exact, and with this many dimensions not slower than an index: 10,000 points of 256 dimensions take two seconds.

    Args:
        vectors: shape (n, d).
        count: how many of each, less than n.
        metric: as in `neighbours`.
        told: called with the share that is done, in [0, 1].

    Returns:
        Rows and distances, each of shape (n, count), nearest first, the point itself left out.
    """
    n = len(vectors)
    points = unit(vectors) if metric == "cosine" else vectors - vectors.mean(axis=0)
    squares = np.einsum("ij,ij->i", points, points)
    rows, distances = np.empty((n, count), np.int32), np.empty((n, count), np.float32)
    block = max(1, _BLOCK_NUMBERS // n)
    for start in range(0, n, block):
        some = slice(start, min(n, start + block))
        apart = squares - 2 * (points[some] @ points.T)
        apart[np.arange(len(apart)), np.arange(some.start, some.stop)] = np.inf
        nearest = np.argpartition(apart, count - 1, axis=1)[:, :count]
        values = np.take_along_axis(apart, nearest, axis=1)
        order = np.argsort(values, axis=1)
        rows[some] = np.take_along_axis(nearest, order, axis=1)
        square = np.maximum(np.take_along_axis(values, order, axis=1) + squares[some, None], 0)
        distances[some] = square / 2 if metric == "cosine" else np.sqrt(square)
        told(some.stop / n)
    return rows, distances
