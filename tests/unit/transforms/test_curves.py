"""Curves as tools log them: with counts, without, in any order, or not at all."""

import math
import re

import numpy as np
import pytest

from app.transforms import confusion as matrices
from app.transforms import curves

COUNTED = {
    "true_positives": [3, 2, 0],
    "false_positives": [2, 1, 0],
    "true_negatives": [0, 1, 2],
    "false_negatives": [0, 1, 3],
}


def test_a_precision_of_nothing_called_positive_is_not_known_whatever_the_log_says():
    for written in (0.0, 1.0):
        curve = curves.sound_curve({**COUNTED, "precision": [0.6, 2 / 3, written], "recall": [1, 2 / 3, 0]})
        assert curve.precision[:2].tolist() == [0.6, 2 / 3]
        assert math.isnan(curve.precision[2])
        assert curves.average_precision(curve) == pytest.approx(1 / 3 * 0.6 + 2 / 3 * 2 / 3)


def test_without_counts_rates_are_taken_as_they_are_and_the_rest_is_not_known():
    curve = curves.sound_curve({"precision": [0.5, 0.8, 1.0], "recall": [1.0, 0.5, 0.0]})
    assert curve.thresholds.tolist() == [0, 0.5, 1]
    assert curves.average_precision(curve) == pytest.approx(0.5 * 0.5 + 0.5 * 0.8)
    assert curves.best_f1(curve) == (pytest.approx(2 / 3), 0.0, 0)
    assert [math.isnan(value) for value in (curves.roc_area(curve), curves.base_rate(curve))] == [True, True]
    assert np.isnan(curves.accuracy(curve)).all()


def test_counts_that_are_all_zero_count_as_none():
    curve = curves.sound_curve({**{name: [0, 0] for name in curves.COUNTS}, "precision": [0.5, 1], "recall": [1, 0]})
    assert np.isnan(curve.true_positives).all()
    assert curves.average_precision(curve) == 0.5


def test_thresholds_in_another_order_are_put_right():
    turned = {name: values[::-1] for name, values in COUNTED.items()}
    curve = curves.sound_curve({**turned, "thresholds": [1.0, 0.5, 0.0]})
    assert curve.thresholds.tolist() == [0, 0.5, 1]
    assert curve.true_positives.tolist() == COUNTED["true_positives"]


def test_with_one_class_alone_there_is_no_area_under_the_roc_curve():
    curve = curves.sound_curve({**COUNTED, "false_positives": [0, 0, 0], "true_negatives": [0, 0, 0]})
    assert math.isnan(curves.roc_area(curve))
    assert curves.average_precision(curve) == 1


def test_of_nothing_nothing_is_known():
    curve = curves.sound_curve({})
    assert len(curve) == 0
    assert math.isnan(curves.average_precision(curve))
    assert curves.best_f1(curve).place == -1


@pytest.mark.parametrize(
    ("counts", "words"),
    [
        ([[1, 2], [3]], "not a table"),
        ([[1, 2, 3], [4, 5, 6]], "shape [2, 3]"),
        ([[1, -2], [3, 4]], "negative"),
        ([[1, math.nan], [3, 4]], "not finite"),
        ([], "shape [0]"),
    ],
)
def test_a_matrix_that_is_none_is_told_in_a_sentence(counts, words):
    with pytest.raises(ValueError, match=re.escape(words)):
        matrices.sound_confusion(["a", "b"], counts)


def test_classes_without_a_label_are_called_by_their_number():
    assert matrices.sound_confusion(["cat"], [[1, 0], [0, 1]]).labels == ("cat", "1")
