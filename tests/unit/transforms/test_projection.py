"""Coordinates of vectors against the plain ways to compute them."""

import numpy as np
import pytest

from app.transforms.projection import (
    Axis,
    all_neighbours,
    along,
    finite_rows,
    neighbours,
    on_sphere,
    principal_components,
)


def cloud(n, d, seed=0):
    """Vectors that spread less in each further direction, away from zero."""
    rng = np.random.default_rng(seed)
    spread = 0.8 ** np.arange(min(n, d))
    turn = np.linalg.qr(rng.normal(size=(d, min(n, d))))[0]
    return (rng.normal(size=(n, min(n, d))) * spread @ turn.T + 3).astype(np.float32)


def by_svd(vectors, count):
    """Coordinates up to their sign, and shares of the variance."""
    centred = vectors.astype(np.float64) - vectors.mean(axis=0, dtype=np.float64)
    sides, sizes, _ = np.linalg.svd(centred, full_matrices=False)
    return sides[:, :count] * sizes[:count], sizes[:count] ** 2 / (sizes**2).sum()


@pytest.mark.parametrize(("n", "d"), [(200, 30), (30, 200), (1100, 1200)])
def test_components_are_those_of_a_plain_decomposition(n, d):
    vectors = cloud(n, d)
    found = principal_components(vectors, 5)
    coordinates, explained = by_svd(vectors, 5)
    assert found.explained == pytest.approx(explained, rel=1e-2)
    assert np.abs(found.coordinates) == pytest.approx(np.abs(coordinates), abs=0.05)


def test_components_have_one_sign_and_are_not_more_than_there_are_dimensions():
    vectors = cloud(50, 3)
    first, mirrored = principal_components(vectors), principal_components(vectors[::-1].copy())
    assert first.coordinates.shape == (50, 3)
    assert first.explained.sum() == pytest.approx(1)
    assert first.coordinates[::-1] == pytest.approx(mirrored.coordinates, abs=1e-4)


@pytest.mark.parametrize("vectors", [np.zeros((4, 3)), np.ones((1, 2)), np.full((3, 2), 1e38), np.zeros((0, 3))])
def test_vectors_without_a_spread_have_components_that_are_finite(vectors):
    found = principal_components(vectors.astype(np.float32))
    assert np.isfinite(found.coordinates).all()
    assert found.explained.tolist() == [0.0] * len(found.explained)


def test_an_own_axis_goes_from_the_mean_of_some_points_to_that_of_others():
    vectors = np.array([[0, 0], [0, 2], [4, 0], [4, 2], [2, 9]], np.float32)
    found = along(vectors, [Axis(start=(0, 1), end=(2, 3)), Axis(dimension=1)])
    assert found.tolist() == [[0, 0], [0, 2], [1, 0], [1, 2], [0.5, 9]]


@pytest.mark.parametrize(
    ("axis", "words"),
    [
        (Axis(dimension=2), "Axis 1 is dimension 2, and the vectors have 0 to 1"),
        (Axis(start=(0,)), "needs points to begin at and points to end at"),
        (Axis(start=(0,), end=(9,)), "names a point that is not there"),
        (Axis(start=(0,), end=(0,)), "begins and ends at the same place"),
    ],
)
def test_an_axis_that_makes_no_sense_is_refused_in_words(axis, words):
    with pytest.raises(ValueError, match=words):
        along(np.eye(2, dtype=np.float32), [axis])


def plain_distances(vectors, row, metric):
    apart = vectors.astype(np.float64)
    if metric == "euclidean":
        return np.linalg.norm(apart - apart[row], axis=1)
    lengths = np.linalg.norm(apart, axis=1)
    return 1 - apart @ apart[row] / (lengths * lengths[row])


@pytest.mark.parametrize("metric", ["cosine", "euclidean"])
def test_neighbours_are_those_that_comparing_with_each_finds(metric):
    vectors = cloud(300, 8)
    rows, distances = neighbours(vectors, 7, 12, metric)
    plain = plain_distances(vectors, 7, metric)
    plain[7] = np.inf
    assert rows.tolist() == np.argsort(plain)[:12].tolist()
    assert distances == pytest.approx(np.sort(plain)[:12], abs=1e-5)
    of_all, apart = all_neighbours(vectors, 12, metric)
    assert set(of_all[7].tolist()) == set(rows.tolist())
    assert apart[7] == pytest.approx(distances, abs=2e-3)


def test_few_points_have_fewer_neighbours_and_zeros_are_apart_from_all():
    vectors = np.array([[0, 0], [1, 0], [2, 0]], np.float32)
    rows, distances = neighbours(vectors, 0, 10, "cosine")
    assert (rows.tolist(), distances.tolist()) == ([1, 2], [1, 1])
    assert [found.tolist() for found in neighbours(vectors[:1], 0, 10, "euclidean")] == [[], []]


def test_a_row_that_is_not_finite_is_told():
    vectors = np.array([[1, 2], [np.nan, 0], [np.inf, -np.inf], [3e38, 3e38]], np.float32)
    assert finite_rows(vectors).tolist() == [True, False, False, True]


def test_on_the_sphere_all_have_one_length_whatever_their_size():
    vectors = on_sphere(np.array([[1e30, 0], [-1e30, 0], [0, 2e30], [0, -2e30]], np.float32))
    assert np.linalg.norm(vectors, axis=1) == pytest.approx(np.ones(4))
