"""t-SNE and UMAP: maps that keep neighbours together. Each takes seconds to minutes and tells how far it is.

Both begin at the principal components, so that the same vectors give the same picture, and get their neighbours from
`all_neighbours`, which is exact.
"""

import importlib.util
import re
import warnings
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np

from app.transforms.projection import FloatArray, Metric, RowArray, all_neighbours, principal_components

Method = Literal["tsne", "umap"]

Told = Callable[[float, str, FloatArray | None], None]
"""Called with the share that is done, in [0, 1], what is done now, and coordinates so far, (n, dims), or None."""

FEWEST_POINTS = 5

_MOST_DIMENSIONS = 256  # more are reduced to their principal components before neighbours are looked for
_PACKAGES: Mapping[str, tuple[str, str]] = {"tsne": ("openTSNE", "t-SNE"), "umap": ("umap", "UMAP")}
_NEIGHBOUR_SHARE = 0.2  # of the whole time, about
_TOLD_EVERY = 10  # iterations
_MANY_POINTS = 5000  # from which on threads save more than they wait for each other
_EARLY = 0.25  # share of t-SNE's iterations in which clusters are pulled together
_SIZE = 1e-4  # of the picture that t-SNE begins with, its standard deviation
_UMAP_SIZE = 10.0
_PROGRESS = re.compile(r"(\d+)/(\d+)")


@dataclass(frozen=True, slots=True, kw_only=True)
class Parameters:
    """How a map is computed. Those of the other method have no effect.

    Attributes:
        dims: 2 or 3.
        metric: by which points are near.
        perplexity: t-SNE: about how many neighbours count; at most a third of the points are taken.
        iterations: t-SNE: steps of the descent; UMAP: epochs.
        neighbours: UMAP: of how many neighbours the picture is made; at most all points are taken.
        min_dist: UMAP: how close points may lie.
    """

    dims: int = 2
    metric: Metric = "euclidean"
    perplexity: float = 30.0
    iterations: int = 500
    neighbours: int = 15
    min_dist: float = 0.1

    def __post_init__(self) -> None:
        bounds: tuple[tuple[str, float, float], ...] = (
            ("dims", 2, 3),
            ("perplexity", 2, 200),
            ("iterations", 50, 5000),
            ("neighbours", 2, 200),
            ("min_dist", 0, 1),
        )
        for name, low, high in bounds:
            value = getattr(self, name)
            if not low <= value <= high:
                raise ValueError(f"{name} must be from {low:g} to {high:g}, not {value:g}.")


class MissingPackageError(RuntimeError):
    """The package that a method needs is not installed."""

    def __init__(self, method: Method) -> None:
        module, title = _PACKAGES[method]
        package = {"umap": "umap-learn"}.get(module, module)
        super().__init__(
            f"{title} needs the package {package}, which is not installed where the app runs: "
            f"pip install {package}, or pip install 'tailboard[embeddings]'. PCA and own axes need nothing more."
        )


def missing(method: Method) -> str:
    """Return what to install for a method, in a sentence; empty where it is there."""
    return "" if importlib.util.find_spec(_PACKAGES[method][0]) else str(MissingPackageError(method))


def embed(vectors: FloatArray, method: Method, parameters: Parameters, told: Told) -> FloatArray:
    """Compute a map.

    Args:
        vectors: float32 of shape (n, d), finite.
        method: which.
        parameters: how.
        told: called every few iterations.

    Returns:
        float32 of shape (n, dims).

    Raises:
        MissingPackageError: its package is not installed.
        ValueError: there are fewer than 5 points.
    """
    if missing(method):
        raise MissingPackageError(method)
    n = len(vectors)
    if n < FEWEST_POINTS:
        raise ValueError(f"There are {n} points, and a map needs {FEWEST_POINTS} at least.")
    start = principal_components(vectors, max(parameters.dims, _MOST_DIMENSIONS)).coordinates
    points = start if vectors.shape[1] > _MOST_DIMENSIONS else vectors
    perplexity = min(parameters.perplexity, (n - 1) / 3)
    count = min(n - 1, int(3 * perplexity) if method == "tsne" else max(1, parameters.neighbours - 1))
    rows, distances = all_neighbours(
        points, count, parameters.metric, lambda done: told(done * _NEIGHBOUR_SHARE, "finding neighbours", None)
    )
    run = _tsne if method == "tsne" else _umap
    start = _begun(start, parameters.dims)
    return np.asarray(run(vectors, rows, distances, start, parameters, told), dtype=np.float32)


def _begun(components: FloatArray, dims: int) -> FloatArray:
    """Return the picture to begin with: (n, dims) of spread 1, with a little noise so that no two points are one."""
    n, d = components.shape
    start = np.zeros((n, dims), np.float32)
    start[:, :d] = components[:, :dims]
    start /= max(float(start[:, 0].std()), 1e-30)
    return start + np.random.default_rng(0).normal(scale=1e-3, size=start.shape).astype(np.float32)


def _tsne(
    _vectors: FloatArray, rows: RowArray, distances: FloatArray, start: FloatArray, how: Parameters, told: Told
) -> Any:
    from openTSNE import TSNEEmbedding, affinity, nearest_neighbors

    threads = -1 if len(rows) >= _MANY_POINTS else 1
    near = nearest_neighbors.PrecomputedNeighbors(rows, distances)
    perplexity = min(how.perplexity, rows.shape[1] / 3)
    weights = affinity.PerplexityBasedNN(knn_index=near, perplexity=perplexity, n_jobs=threads)
    early = max(1, int(how.iterations * _EARLY))

    def tell(before: int) -> Callable[[int, float, Any], None]:
        def iterated(iteration: int, _error: float, embedding: Any) -> None:
            done = before + iteration
            share = _NEIGHBOUR_SHARE + (1 - _NEIGHBOUR_SHARE) * done / how.iterations
            told(share, f"iteration {done:,} of {how.iterations:,}", np.asarray(embedding, dtype=np.float32))

        return iterated

    picture = TSNEEmbedding(
        start.astype(np.float64) * _SIZE,
        weights,
        n_jobs=threads,
        negative_gradient_method="fft" if how.dims == 2 else "bh",
        random_state=0,
        callbacks_every_iters=_TOLD_EVERY,
    )
    picture = picture.optimize(early, exaggeration=12, momentum=0.5, callbacks=tell(0))
    return picture.optimize(how.iterations - early, momentum=0.8, callbacks=tell(early))


class _Told:
    """What umap-learn prints its progress to: `12/200`."""

    def __init__(self, told: Told) -> None:
        self._told = told

    def write(self, text: str) -> None:
        if match := _PROGRESS.search(text):
            done, of = map(int, match.groups())
            self._told(_NEIGHBOUR_SHARE + (1 - _NEIGHBOUR_SHARE) * done / of, f"epoch {done:,} of {of:,}", None)

    def flush(self) -> None:
        pass


def _umap(
    vectors: FloatArray, rows: RowArray, distances: FloatArray, start: FloatArray, how: Parameters, told: Told
) -> Any:
    told(_NEIGHBOUR_SHARE, "compiling UMAP, which takes some seconds", None)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # it tells that precomputed neighbours cannot be used for new points
        from umap import UMAP

        n = len(vectors)
        rows = np.hstack([np.arange(n, dtype=np.int32)[:, None], rows])  # it counts the point itself
        distances = np.hstack([np.zeros((n, 1), np.float32), distances])
        return UMAP(
            n_neighbors=rows.shape[1],
            min_dist=how.min_dist,
            n_components=how.dims,
            n_epochs=how.iterations,
            init=start * np.float32(_UMAP_SIZE / 2),
            precomputed_knn=(rows, distances, None),
            random_state=0,
            n_jobs=1,
            force_approximation_algorithm=True,
            verbose=True,
            tqdm_kwds={"file": _Told(told), "bar_format": "{n}/{total}", "mininterval": 0.2},
        ).fit_transform(vectors)
