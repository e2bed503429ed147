import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.readers.contract import Columns, TagFacts
from app.readers.facts import join_facts, scalar_facts

VALUES = st.lists(st.sampled_from([0.0, -1.5, 2.0, 1e300, math.nan, math.inf, -math.inf]), min_size=1, max_size=8)


def columns(values, first=0):
    step = np.arange(first, first + len(values))
    return Columns(step, step * 2.0, np.array(values, dtype=np.float64))


def by_hand(values):
    finite = [(value, step) for step, value in enumerate(values) if math.isfinite(value)]
    broken = [step for step, value in enumerate(values) if not math.isfinite(value)]
    lowest = min(finite, default=(None, None))
    highest = max(finite, key=lambda one: (one[0], -one[1]), default=(None, None))
    return TagFacts(
        "scalar", len(values), 0, len(values) - 1, (len(values) - 1) * 2.0,
        first=finite[0][0] if finite else None, last=values[-1],
        min=lowest[0], min_step=lowest[1], max=highest[0], max_step=highest[1],
        sum=sum((value for value, _ in finite), 0.0),
        nan=sum(map(math.isnan, values)), inf=sum(map(math.isinf, values)),
        first_nonfinite_step=broken[0] if broken else None,
    )  # fmt: skip


@given(values=VALUES)
def test_facts_are_what_plain_loops_find(values):
    assert repr(scalar_facts(columns(values))) == repr(by_hand(values))


@given(values=VALUES, cut=st.integers(0, 8))
def test_joined_facts_are_those_of_all_records(values, cut):
    parts = [part for part in (values[:cut], values[cut:]) if part]
    known = None
    for part, first in zip(parts, (0, len(parts[0])), strict=False):
        known = join_facts(known, scalar_facts(columns(part, first)))
    whole = by_hand(values)
    assert known.sum == pytest.approx(whole.sum)
    assert repr(known).replace(f"sum={known.sum}", "") == repr(whole).replace(f"sum={whole.sum}", "")
