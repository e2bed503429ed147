"""A closed segment holds the rows of its growing one, whatever they were and wherever the writer was killed."""

import math
from unittest.mock import ANY

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.logged import NONFINITE, closed_rows, growing_rows
from trainer_hooks.closing import close_segment
from trainer_hooks.parquet import read_footer, read_tags
from trainer_hooks.record import encode_row

PRINTABLE = st.characters(categories=["L", "M", "N", "P", "S"])
TAGS = st.sampled_from(["loss", "val/acc", "größe", "a b"]) | st.text(PRINTABLE, min_size=1, max_size=5).map(
    lambda tag: f"a{tag}" if tag.startswith("_") else tag
)
ROWS = st.lists(
    st.tuples(
        st.integers(-(2**40), 2**40),
        st.floats(0, 4e9),
        st.dictionaries(TAGS, st.floats() | st.integers(-(2**53), 2**53), min_size=1, max_size=6),
    ),
    min_size=1,
    max_size=30,
)


def written(folder, data: bytes):
    path = folder / "metrics-host-1-1-0.jsonl"
    path.write_bytes(data)
    return path


@settings(max_examples=60, deadline=None)
@given(rows=ROWS)
def test_closing_keeps_every_row(tmp_path_factory, rows):
    path = written(tmp_path_factory.mktemp("run"), b"".join(encode_row(*row) for row in rows))
    before = growing_rows(path)
    closed = close_segment(path)
    assert closed_rows(closed) == [{tag: _as_float(tag, value) for tag, value in row.items()} for row in before]
    assert not path.exists()
    assert [file.name for file in closed.parent.iterdir()] == [closed.name]


@settings(max_examples=60, deadline=None)
@given(rows=ROWS)
def test_the_footer_and_each_tag_agree_with_a_plain_loop(tmp_path_factory, rows):
    closed = close_segment(written(tmp_path_factory.mktemp("run"), b"".join(encode_row(*row) for row in rows)))
    footer = read_footer(closed)
    tags = {tag for _, _, values in rows for tag in values}
    assert list(footer.tags) == sorted(tags)
    columns = read_tags(closed, tags, footer)
    for tag in tags:
        points = [(step, wall_time, float(values[tag])) for step, wall_time, values in rows if tag in values]
        steps, times, values = (list(column) for column in zip(*points, strict=True))
        assert columns[tag].step.tolist() == steps
        assert columns[tag].wall_time.tolist() == times
        assert list(map(repr, columns[tag].value.tolist())) == list(map(repr, values))
        assert _plain_facts(points) == {
            name: _named(value) for name, value in footer.tags[tag]._asdict().items() if name != "offset"
        }


@settings(max_examples=30, deadline=None)
@given(rows=ROWS, cut=st.integers(1, 40))
def test_what_a_killed_writer_left_of_its_last_line_is_left_out(tmp_path_factory, rows, cut):
    lines = [encode_row(*row) for row in rows]
    torn = lines[-1][: max(1, len(lines[-1]) - cut)]
    closed = close_segment(written(tmp_path_factory.mktemp("run"), b"".join(lines[:-1]) + torn))
    assert read_footer(closed).rows == len(lines) - 1


def _plain_sum(values):
    if any(abs(value) >= 1e300 for value in values):
        return ANY  # whether it overflows depends on the order
    return pytest.approx(math.fsum(values), rel=1e-9, abs=1e-9 * max(map(abs, values), default=0))


def _plain_facts(points):
    finite = [(step, value) for step, _, value in points if math.isfinite(value)]
    low = min(finite, key=lambda point: point[1], default=(None, None))
    high = max(finite, key=lambda point: point[1], default=(None, None))
    bad = [step for step, _, value in points if not math.isfinite(value)]
    return {
        "points": len(points),
        "first_step": points[0][0],
        "last_step": points[-1][0],
        "last_time": points[-1][1],
        "first": finite[0][1] if finite else None,
        "last": _named(points[-1][2]),
        "min": low[1],
        "min_step": low[0],
        "max": high[1],
        "max_step": high[0],
        "sum": _plain_sum([value for _, value in finite]),
        "nan": sum(math.isnan(value) for _, _, value in points),
        "inf": sum(math.isinf(value) for _, _, value in points),
        "first_nonfinite_step": bad[0] if bad else None,
    }


def _named(value):
    return "NaN" if isinstance(value, float) and math.isnan(value) else value


def _as_float(tag, value):
    if tag == "_step" or value in NONFINITE:
        return value
    return float(value)
