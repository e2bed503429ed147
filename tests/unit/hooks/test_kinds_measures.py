"""Histograms, curves and confusion matrices: what is counted, and what is refused in words."""

import re

import numpy as np
import pytest
import torch

from tests.collected import Collected
from trainer_hooks.kinds.histogram import encode


@pytest.fixture
def run():
    return Collected()


def refused(words):
    return pytest.raises((TypeError, ValueError), match=re.escape(words))


def test_all_is_counted_and_nothing_left_out(run):
    values = torch.tensor([[0.0, -1.0], [3.0, float("nan")], [float("inf"), 3.0]], requires_grad=True)
    run.log_histogram("weights", values, bins=4)
    assert run.item.meta == {
        "edges": [-1.0, 0.0, 1.0, 2.0, 3.0],
        "counts": [1, 1, 0, 2],
        "num": 4,
        "sum": 5.0,
        "sum_squares": 19.0,
        "min": -1.0,
        "max": 3.0,
        "zeros": 1,
        "nan": 1,
        "inf": 1,
    }


@pytest.mark.parametrize(
    ("values", "total"),
    [
        (np.zeros(0), 0),
        (3, 1),
        ([3, 3, 3], 3),
        ([1e308, -1e308], 2),
        ([1e-320, 0.0], 2),
        ([1.0, np.nextafter(1.0, 2.0)], 2),
        (np.array([2**63 - 1, -(2**63)]), 2),
        (np.array([True, False, True]), 3),
        (np.full(100, 6e4, np.float16), 100),
        (torch.full((4,), 3e38, dtype=torch.bfloat16), 4),
        (np.full((2, 3, 4), np.nan), 0),
        (torch.eye(5).to_sparse(), 25),
    ],
)
@pytest.mark.parametrize("bins", [64, 1, "auto", "fd", "doane", "scott", "rice", "sqrt", "tensorflow", [0, 1, 2]])
def test_odd_values_have_bins_too(values, total, bins):
    meta = encode(values, bins).meta
    assert sum(meta["counts"]) == meta["num"] == total
    assert len(meta["edges"]) == len(meta["counts"]) + 1 or not meta["counts"]
    assert np.isfinite(meta["edges"]).all()
    assert (np.array(meta["edges"][1:]) > np.array(meta["edges"][:-1])).all()


def test_the_growing_bins_are_those_of_tensorflow_trimmed_to_what_is_filled():
    meta = encode(np.array([-1.0, 0.0, 2.0]), "tensorflow").meta
    edges = np.array(meta["edges"])
    assert edges[0] <= -1.0 < edges[1]
    assert edges[-2] <= 2.0 <= edges[-1]
    assert 0.0 in meta["edges"]
    np.testing.assert_allclose(edges[-1] / edges[-2], 1.1)
    assert 1e-12 in meta["edges"]


def test_a_rule_asks_for_no_more_than_a_thousand_bins():
    values = np.append(np.random.default_rng(0).normal(size=10_000), 1e12)
    assert len(encode(values, "fd").meta["counts"]) == 1_000


@pytest.mark.parametrize("rule", ["auto", "fd", "sturges", "scott", "rice", "doane", "sqrt"])
def test_a_rule_makes_the_bins_that_numpy_makes(rule):
    values = np.random.default_rng(0).gamma(2.0, size=1_000)
    assert len(encode(values, rule).meta["edges"]) == len(np.histogram_bin_edges(values, rule))


def test_counts_from_elsewhere_are_kept_as_they_are(run):
    run.log_histogram("raw", counts=[1, 0, 2.5], edges=[0, 1, 2, 4], min=0.5, max=3, sum=float("nan"))
    assert run.item.meta == {
        "edges": [0.0, 1.0, 2.0, 4.0],
        "counts": [1.0, 0.0, 2.5],
        "num": 3.5,
        "min": 0.5,
        "max": 3.0,
    }


@pytest.mark.parametrize(
    ("call", "words"),
    [
        ({"values": None}, "expected values, or both counts and edges"),
        ({"values": "text"}, "expected numbers"),
        ({"values": [1], "bins": 0}, "expected 1 to 10,000 bins, got 0"),
        ({"values": [1], "bins": "many"}, "got 'many'"),
        ({"values": [1], "bins": [2, 1]}, "finite edges in ascending order, got 2"),
        ({"counts": [1, 2], "edges": [1, 2]}, "2 counts need 3 edges, got 2"),
        ({"counts": [-1], "edges": [1, 2]}, "counts of 0 and more"),
        ({"counts": [1], "edges": [1, np.inf]}, "expected finite edges"),
    ],
)
def test_what_is_no_histogram_is_refused_in_words(run, call, words):
    with refused(words):
        run.log_histogram("bad", **call)


def test_a_curve_of_tensors_is_counted_at_every_threshold(run):
    labels, predictions = torch.tensor([True, False, True]), torch.tensor([[0.9, 0.1], [0.6, 0.4], [0.5, 0.5]])[:, 0]
    run.log_pr_curve("pr", labels, predictions, thresholds=3)
    run.log_roc_curve("roc", labels, predictions, thresholds=3)
    pr, roc = (item.meta for item in run.items)
    assert pr == roc
    assert pr["thresholds"] == [0.0, 0.5, 1.0]
    assert (pr["true_positives"], pr["false_positives"]) == ([2, 2, 0], [1, 1, 0])
    assert (pr["true_negatives"], pr["false_negatives"]) == ([0, 0, 1], [0, 0, 2])
    np.testing.assert_allclose(pr["precision"], [2 / 3, 2 / 3, 0])
    np.testing.assert_allclose(pr["recall"], [1, 1, 0])


def test_predictions_that_are_no_probabilities_are_left_out_and_counted(run):
    run.log_pr_curve("pr", [1, 0, 1], [0.5, -3.0, float("nan")])
    assert run.item.meta["left_out"] == 2


def test_counts_of_a_curve_from_elsewhere_are_kept(run):
    names = ("true_positives", "false_positives", "true_negatives", "false_negatives", "precision", "recall")
    run.log_pr_curve("raw", counts={name: [1, 0] for name in names})
    assert run.item.meta == {"thresholds": [0.0, 1.0], **{name: [1.0, 0.0] for name in names}}


@pytest.mark.parametrize(
    ("call", "words"),
    [
        ({}, "expected labels and predictions, or counts"),
        ({"labels": [1, 0], "predictions": [0.5]}, "2 labels need as many predictions, got 1"),
        ({"labels": [3], "predictions": [0.5]}, "expected labels of 0 and 1"),
        ({"labels": [1], "predictions": [0.5], "thresholds": 1}, "2 to 10,000 thresholds, got 1"),
        ({"labels": [1, 1], "predictions": [0, 1], "weights": [1, 2, 3]}, "expected 2 weights"),
        ({"counts": {"recall": [1]}}, "counts without true_positives"),
    ],
)
def test_what_is_no_curve_is_refused_in_words(run, call, words):
    with refused(words):
        run.log_pr_curve("bad", **call)


@pytest.mark.parametrize(
    ("call", "labels", "counts"),
    [
        ({"labels": [0, 1, 1], "predictions": [0, 0, 1]}, ["0", "1"], [[1, 0], [1, 1]]),
        ({"labels": ["a", "b"], "predictions": ["b", "b"]}, ["a", "b"], [[0, 1], [0, 1]]),
        ({"labels": ["a"], "predictions": ["a"], "names": ["b", "a"]}, ["b", "a"], [[0, 0], [0, 1]]),
        (
            {"labels": torch.tensor([1]), "predictions": torch.tensor([[0.1, 0.2, 0.7]])},
            ["0", "1", "2"],
            [[0, 0, 0], [0, 0, 1], [0, 0, 0]],
        ),
        ({"counts": np.eye(2), "names": "xy"}, ["x", "y"], [[1, 0], [0, 1]]),
    ],
)
def test_a_confusion_matrix_has_a_row_for_each_true_class(run, call, labels, counts):
    run.log_confusion_matrix("confusion", **call)
    assert run.item.meta == {"labels": labels, "counts": counts}


@pytest.mark.parametrize(
    ("call", "words"),
    [
        ({}, "expected labels and predictions, or counts"),
        ({"labels": [0, 1], "predictions": [0]}, "2 labels need as many predictions, got 1"),
        ({"labels": [0, 5], "predictions": [0, 1], "names": ["a", "b"]}, "class 5 has no name, 2 names were given"),
        ({"labels": ["c"], "predictions": ["a"], "names": ["a"]}, "class 'c' is none of the 1 names"),
        ({"labels": [-1], "predictions": [0]}, "expected classes from 0, got -1"),
        ({"labels": [0, 10**9], "predictions": [0, 0]}, "expected 1 to 1,000 classes, got 1,000,000,001"),
        ({"counts": [[1, 2]]}, "expected counts of shape (K, K)"),
        ({"counts": np.eye(2), "names": ["a"]}, "2 classes need as many names, got 1"),
    ],
)
def test_what_is_no_confusion_matrix_is_refused_in_words(run, call, words):
    with refused(words):
        run.log_confusion_matrix("bad", **call)
