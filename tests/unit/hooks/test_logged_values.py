"""What log() takes for a number, and what it says of the rest."""

import decimal
import fractions
import math

import numpy as np
import pytest
import torch

from trainer_hooks.values import RefusedError, clean_tag, describe, flatten, to_number, to_step, to_values


@pytest.mark.parametrize(
    ("value", "number"),
    [
        (1.5, 1.5),
        (3, 3),
        (True, 1),
        (np.float32(0.5), 0.5),
        (np.float64(0.1), 0.1),
        (np.int64(7), 7),
        (np.bool_(True), 1),
        (np.array(2.5), 2.5),
        (np.array([2.5]), 2.5),
        (torch.tensor(0.25), 0.25),
        (torch.tensor(3), 3),
        (torch.tensor(True), 1),
        (torch.tensor(0.5, dtype=torch.bfloat16), 0.5),
        (torch.tensor(0.5, dtype=torch.float16), 0.5),
        (torch.tensor([[4.0]]), 4.0),
        (torch.tensor(2.0, requires_grad=True) * 2, 4.0),
        (decimal.Decimal("0.5"), 0.5),
        (fractions.Fraction(1, 4), 0.25),
        (2**64, float(2**64)),
    ],
)
def test_numbers_of_all_kinds_become_plain_ones(value, number):
    found = to_number(value)
    assert found == number
    assert type(found) in (int, float)


def test_not_a_number_is_a_number_to_log():
    assert math.isnan(to_number(np.float32("nan")))
    assert to_number(torch.tensor(float("-inf"))) == -math.inf


@pytest.mark.parametrize(
    ("value", "words"),
    [
        ("0.5", "str '0.5'"),
        (None, "NoneType 'None'"),
        (np.zeros((2, 3)), "numpy.ndarray of shape (2, 3)"),
        (torch.zeros(4), "torch.Tensor of shape (4,)"),
        (torch.zeros((), device="meta"), "torch.Tensor of shape ()"),
        ([1.0], "list of length 1"),
        (1j, "complex"),
        (np.complex64(1), "numpy.complex64 of shape ()"),
        (np.str_("1"), "numpy.str_ of shape ()"),
        (b"1", "bytes of length 1"),
        (object(), "object"),
        (10**400, "int '1000"),
    ],
)
def test_what_is_no_number_is_named_with_type_and_shape(value, words):
    with pytest.raises(RefusedError) as refused:
        to_number(value)
    assert words in str(refused.value)


def test_steps_are_whole_numbers_of_any_kind():
    assert [to_step(step) for step in (3, 3.0, np.int32(3), torch.tensor(3))] == [3, 3, 3, 3]
    for step in (1.5, "3", math.nan, math.inf, 2**63, -(2**64)):
        with pytest.raises(RefusedError):
            to_step(step)


def test_nested_dictionaries_become_paths():
    assert list(flatten({"train": {"loss": 1, "acc": {"top1": 2}}, 3: 4})) == [
        ("train/loss", 1),
        ("train/acc/top1", 2),
        ("3", 4),
    ]


def test_a_dictionary_that_holds_itself_ends():
    values: dict = {"a": 1}
    values["again"] = values
    said = []
    found, refused = to_values(values, lambda *words: said.append(words))
    assert found["a"] == 1
    assert refused == 1
    assert len(said) == 1


@pytest.mark.parametrize(
    ("raw", "tag"), [("_loss", "loss"), ("__", "unnamed"), ("", "unnamed"), ("a_b", "a_b"), ("\ud800x", "?x")]
)
def test_tags_that_the_format_does_not_allow_are_changed(raw, tag):
    assert clean_tag(raw) == tag


def test_a_long_text_is_described_by_its_beginning():
    assert describe("x" * 1000) == f"str {'x' * 40!r}"
