"""Series as trainings log them, for property tests: noise, plateaus, gaps, divergence, repeated and backward steps."""

import math

import numpy as np
from hypothesis import strategies as st

from app.readers.contract import Columns
from tests.arrays import START

ODD = st.sampled_from([math.nan, math.inf, -math.inf])
FINITE = st.floats(-1e6, 1e6)


def values(min_size: int = 0, max_size: int = 60, odd: bool = True) -> st.SearchStrategy[np.ndarray]:
    """Any values; with `odd`, NaN and infinities among them."""
    one = st.one_of(FINITE, FINITE, FINITE, ODD) if odd else FINITE
    free = st.lists(one, min_size=min_size, max_size=max_size)
    constant = st.builds(lambda value, count: [value] * count, one, st.integers(min_size, max_size))
    return st.one_of(free, free, constant).map(lambda found: np.array(found, np.float64))


@st.composite
def real_looking(draw: st.DrawFn, max_size: int = 3_000) -> np.ndarray:
    """A noisy loss or accuracy curve, with some values missing and some blown up."""
    count = draw(st.integers(1, max_size))
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    time = np.linspace(0, 5, count)
    curve = draw(st.sampled_from([np.exp(-time), 1 - np.exp(-time), np.sin(5 * time), np.zeros(count)]))
    found = curve + draw(st.sampled_from([0.0, 0.05, 1.0])) * rng.normal(size=count)
    found[rng.random(count) < draw(st.sampled_from([0.0, 0.01, 0.5]))] = np.nan
    found[rng.random(count) < draw(st.sampled_from([0.0, 0.01]))] = np.inf
    found[rng.random(count) < draw(st.sampled_from([0.0, 0.001]))] = 1e30
    return found


def steps(count: int) -> st.SearchStrategy[np.ndarray]:
    """Steps of `count` points: dense, sparse, repeated, or going back."""
    gaps = st.sampled_from([st.just(1), st.integers(0, 3), st.integers(1, 100), st.integers(-5, 10)])
    return gaps.flatmap(lambda gap: st.lists(gap, min_size=count, max_size=count)).map(
        lambda found: np.cumsum(np.array(found, np.int64))
    )


@st.composite
def series(draw: st.DrawFn, min_size: int = 1, max_size: int = 60) -> Columns:
    """A short series with any steps and times that go on."""
    value = draw(values(min_size, max_size))
    gaps = draw(st.lists(st.floats(0, 10), min_size=len(value), max_size=len(value)))
    return Columns(draw(steps(len(value))), START + np.cumsum(np.array(gaps, np.float64)), value)
