"""Lines survive encoding and decoding, and a torn line is never taken for a whole one."""

import json
import math

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from trainer_hooks.encoder import line_encoder, template_encoder
from trainer_hooks.record import BadLineError, Row, decode, encode_row

STEPS = st.integers(-(2**63), 2**63 - 1)
TIMES = st.floats(0, 4e9)
TAGS = st.text(st.characters(codec="utf-8"), min_size=1).filter(lambda tag: not tag.startswith("_"))
NUMBERS = st.floats() | st.integers(-(2**53), 2**53)
VALUES = st.dictionaries(TAGS, NUMBERS, min_size=1, max_size=12)


def same(one: Row, other: Row) -> bool:
    """Equal, where NaN equals NaN and -0.0 is not 0.0."""
    return one._replace(values={}) == other._replace(values={}) and [
        (tag, repr(float(value))) for tag, value in one.values.items()
    ] == [(tag, repr(float(value))) for tag, value in other.values.items()]


@pytest.mark.parametrize(
    "encode", [encode_row, line_encoder(), template_encoder()], ids=["plain", "orjson", "template"]
)
@given(step=STEPS, wall_time=TIMES, values=VALUES)
def test_a_row_is_read_as_it_was_logged(encode, step, wall_time, values):
    line = encode(step, wall_time, values)
    assert same(decode(line), Row(step, wall_time, values))
    assert line.endswith(b"}\n")
    assert line.count(b"\n") == 1


@given(step=STEPS, wall_time=TIMES, values=VALUES)
def test_all_ways_to_encode_agree_and_are_strict_json(step, wall_time, values):
    plain = orjson.loads(encode_row(step, wall_time, values))
    assert orjson.loads(line_encoder()(step, wall_time, values)) == plain
    assert orjson.loads(template_encoder()(step, wall_time, values)) == plain


@given(step=STEPS, wall_time=TIMES, values=VALUES)
def test_a_line_torn_at_any_byte_is_refused(step, wall_time, values):
    line = encode_row(step, wall_time, values).rstrip(b"\n")
    for end in range(len(line)):
        with pytest.raises(BadLineError):
            decode(line[:end])


@given(st.binary(max_size=80))
def test_any_bytes_are_a_row_or_a_bad_line(line):
    try:
        found = decode(line)
    except BadLineError:
        return
    assert json.loads(line)["_step"] == found.step


@given(value=st.floats(allow_nan=False, allow_infinity=False))
def test_every_finite_float64_keeps_all_its_digits(value):
    found = decode(encode_row(0, 0.0, {"a": value})).values["a"]
    assert found == value
    assert math.copysign(1, found) == math.copysign(1, value)
