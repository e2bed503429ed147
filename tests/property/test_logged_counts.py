"""What is counted of logged values, against a plain loop and against torch's own summaries."""

import math

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays
from torch.utils.tensorboard.summary import compute_curve

from trainer_hooks.kinds.curves import COUNTS, SHARES, encode_curve
from trainer_hooks.kinds.histogram import encode

DTYPES = st.sampled_from([np.float16, np.float32, np.float64, np.int8, np.int64, np.uint16, np.bool_])
VALUES = DTYPES.flatmap(lambda dtype: arrays.arrays(dtype, arrays.array_shapes(min_dims=0, max_side=12)))
EDGES = st.lists(st.floats(-1e6, 1e6), min_size=2, max_size=10, unique=True).map(sorted)
BINS = st.one_of(st.integers(1, 100), st.sampled_from(["auto", "fd", "doane", "scott", "tensorflow"]), EDGES)
SCORES = st.floats(0, 1, width=32) | st.sampled_from([0.0, 0.5, 1.0])


@given(values=VALUES, bins=BINS)
def test_every_value_is_counted_once(values, bins):
    meta = encode(values, bins).meta
    finite = [float(value) for value in values.reshape(-1) if math.isfinite(value)]
    assert sum(meta["counts"]) == meta["num"] == len(finite)
    assert meta["nan"] == sum(math.isnan(value) for value in values.reshape(-1))
    assert meta["inf"] == sum(math.isinf(value) for value in values.reshape(-1))
    assert meta["zeros"] == sum(value == 0 for value in finite)
    if finite:
        assert (meta["min"], meta["max"]) == (min(finite), max(finite))
        edges = np.array(meta["edges"])
        assert (edges[1:] > edges[:-1]).all()
        assert edges[0] <= min(finite)
        assert max(finite) <= edges[-1]


@given(values=arrays.arrays(np.float64, st.integers(1, 60), elements=st.floats(-1e3, 1e3)), bins=st.integers(1, 30))
def test_bins_of_one_width_hold_what_lies_between_their_edges(values, bins):
    meta = encode(values, bins).meta
    edges, below = np.array(meta["edges"]), np.concatenate([[0], np.cumsum(meta["counts"])])
    slack = 1e-9 * (1 + np.abs(edges).max())
    for edge, count in zip(edges[1:-1], below[1:-1], strict=True):
        assert (values < edge - slack).sum() <= count <= (values <= edge + slack).sum()


@given(
    samples=st.lists(st.tuples(st.booleans(), SCORES, st.floats(0, 10)), min_size=1, max_size=50),
    thresholds=st.integers(2, 127),
)
def test_curves_are_counted_as_torch_counts_them(samples, thresholds):
    labels, scores, weights = (np.array(column) for column in zip(*samples, strict=True))
    scores = scores.astype(np.float32)
    meta = encode_curve((labels, scores), thresholds, weights).meta
    theirs = compute_curve(labels, scores, thresholds, weights)
    for name, expected in zip((*COUNTS, *SHARES), theirs, strict=True):
        np.testing.assert_allclose(meta[name], expected, rtol=1e-9, atol=1e-9)


@given(samples=st.lists(st.tuples(st.booleans(), SCORES), min_size=1, max_size=30), thresholds=st.integers(2, 20))
def test_curves_are_counted_as_a_plain_loop_counts_them(samples, thresholds):
    labels, scores = ([sample[place] for sample in samples] for place in (0, 1))
    meta = encode_curve((labels, scores), thresholds).meta
    for place in range(thresholds):
        reached = [label for label, score in samples if math.floor(score * (thresholds - 1)) >= place]
        assert meta["true_positives"][place] == sum(reached)
        assert meta["false_positives"][place] == len(reached) - sum(reached)
        assert meta["false_negatives"][place] == sum(labels) - sum(reached)
