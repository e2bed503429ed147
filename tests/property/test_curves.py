"""Areas and rates of curves against scikit-learn and against plain loops."""

import itertools
import math

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from sklearn import metrics

from app.transforms import confusion as matrices
from app.transforms import curves

CELLS = st.integers(2, 40)


def counted(truth, scores, thresholds, weights=None):
    """What is counted at each threshold, one at a time."""
    weights = np.ones(len(truth)) if weights is None else weights
    found = {name: [] for name in curves.COUNTS}
    for threshold in thresholds:
        called = scores >= threshold
        cells = (called & truth, called & ~truth, ~called & ~truth, ~called & truth)
        for name, cell in zip(curves.COUNTS, cells, strict=True):
            found[name].append(float(weights[cell].sum()))
    return curves.sound_curve({"thresholds": list(thresholds), **found})


@st.composite
def scored(draw, grid=None):
    """Truth with both classes and scores; on the thresholds of a grid where there is one."""
    size = draw(st.integers(2, 60))
    truth = np.array([True, False, *draw(st.lists(st.booleans(), min_size=size - 2, max_size=size - 2))])
    score = st.floats(0, 1) if grid is None else st.integers(0, grid - 1).map(lambda place: place / (grid - 1))
    return truth, np.array(draw(st.lists(score, min_size=size, max_size=size)))


@given(data=st.data(), cells=CELLS)
def test_areas_are_those_of_scikit_learn_where_every_score_is_a_threshold(data, cells):
    truth, scores = data.draw(scored(cells))
    curve = counted(truth, scores, [place / (cells - 1) for place in range(cells)])
    assert math.isclose(curves.average_precision(curve), metrics.average_precision_score(truth, scores), abs_tol=1e-9)
    assert math.isclose(curves.roc_area(curve), metrics.roc_auc_score(truth, scores), abs_tol=1e-9)


@given(sample=scored(), cells=CELLS)
def test_between_thresholds_areas_are_off_by_no_more_than_the_curve_varies_there(sample, cells):
    truth, scores = sample
    grid = np.linspace(0, 1, cells)
    coarse, fine = counted(truth, scores, grid), counted(truth, scores, np.unique([*grid, *scores]))
    slack_pr = slack_roc = 0.0
    rates, edges = curves.false_positive_rate(fine), [*np.searchsorted(fine.thresholds, grid), len(fine)]
    for first, after in itertools.pairwise(edges):
        last = min(after, len(fine) - 1)
        precision = fine.precision[first : last + 1]
        known = precision[~np.isnan(precision)]
        rise = fine.recall[first] - (fine.recall[last] if after < len(fine) else 0)
        width = rates[first] - (rates[last] if after < len(fine) else 0)
        slack_pr += rise * (known.max() - known.min()) if len(known) else 0
        slack_roc += rise * width / 2
    ours, theirs = curves.average_precision(coarse), metrics.average_precision_score(truth, scores)
    assert abs(ours - theirs) <= slack_pr + 1e-9
    assert abs(curves.roc_area(coarse) - metrics.roc_auc_score(truth, scores)) <= slack_roc + 1e-9


@given(sample=scored(), cells=CELLS, data=st.data())
def test_every_rate_is_that_of_a_plain_loop(sample, cells, data):
    truth, scores = sample
    weights = np.array(data.draw(st.lists(st.floats(0.25, 4), min_size=len(truth), max_size=len(truth))))
    curve = counted(truth, scores, np.linspace(0, 1, cells), weights)
    f1, right = curves.f1_scores(curve), curves.accuracy(curve)
    negative, wrong = curves.specificity(curve), curves.false_positive_rate(curve)
    for i in range(cells):
        tp, fp, tn, fn = (float(getattr(curve, name)[i]) for name in curves.COUNTS)
        assert math.isclose(right[i], (tp + tn) / (tp + fp + tn + fn))
        assert math.isclose(f1[i], 2 * tp / (2 * tp + fp + fn))
        assert math.isclose(negative[i], tn / (tn + fp))
        assert math.isclose(wrong[i], fp / (tn + fp))
        assert math.isclose(curve.recall[i], tp / (tp + fn))
        assert math.isnan(curve.precision[i]) if tp + fp == 0 else math.isclose(curve.precision[i], tp / (tp + fp))
    best = curves.best_f1(curve)
    assert (best.f1, best.threshold) == (f1.max(), curve.thresholds[int(f1.argmax())])
    assert math.isclose(curves.base_rate(curve), weights[truth].sum() / weights.sum())


@given(pairs=st.lists(st.tuples(st.integers(0, 4), st.integers(0, 4)), min_size=1, max_size=60))
def test_the_scores_of_a_matrix_are_those_of_scikit_learn(pairs):
    truth, called = (list(side) for side in zip(*pairs, strict=True))
    found = matrices.sound_confusion([], metrics.confusion_matrix(truth, called, labels=range(5)).tolist())
    assert math.isclose(matrices.overall_accuracy(found), metrics.accuracy_score(truth, called))
    assert math.isclose(matrices.macro_f1(found), metrics.f1_score(truth, called, average="macro", zero_division=0))
    of_class = matrices.class_scores(found)
    theirs = metrics.precision_recall_fscore_support(truth, called, labels=range(5), zero_division=np.nan)
    for ours, each in zip((of_class.precision, of_class.recall), theirs[:2], strict=True):
        assert np.allclose(ours, each, equal_nan=True)
    assert of_class.support.tolist() == theirs[3].tolist()
    worst = matrices.worst_confusions(found, 3)
    assert [found.counts[cell] for cell in worst] == sorted(
        (count for row in range(5) for column in range(5) if row != column and (count := found.counts[row, column])),
        reverse=True,
    )[:3]
