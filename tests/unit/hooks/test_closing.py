"""Closing segments: what stays when it cannot be done, and what a reader gets when it can."""

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from tests.logged import python
from trainer_hooks import parquet
from trainer_hooks.closing import close_segment
from trainer_hooks.record import BadLineError, encode_resume, encode_row


@pytest.fixture
def segment(tmp_path):
    path = tmp_path / "metrics-host-1-1-0.jsonl"
    path.write_bytes(b"".join(encode_row(step, 1e9 + step, {"loss": 1 / (step + 1), "lr": 0.1}) for step in range(100)))
    return path


def test_a_line_that_cannot_be_read_keeps_the_segment_as_it_is(segment):
    content = segment.read_bytes() + b'{"broken\n' + encode_row(100, 2e9, {"loss": 0})
    segment.write_bytes(content)
    with pytest.raises(BadLineError, match=f"{segment.name}, line 101 cannot be read"):
        close_segment(segment)
    assert segment.read_bytes() == content
    assert list(segment.parent.iterdir()) == [segment]


@pytest.mark.parametrize("value", [b"null", b'"1"', b"[1]", b'{"a":1}'])
def test_a_value_that_is_no_number_keeps_the_segment_as_it_is(segment, value):
    segment.write_bytes(b'{"_step":1,"_time":1.0,"a":%s}\n' % value)
    with pytest.raises(BadLineError, match="line 1 cannot be read"):
        close_segment(segment)
    assert segment.exists()


def test_the_marker_of_a_resumed_run_is_in_the_footer(segment):
    segment.write_bytes(encode_resume(100, 1.0) + encode_row(100, 1.0, {"loss": 1}))
    footer = parquet.read_footer(close_segment(segment))
    assert (footer.resumed, footer.rows, list(footer.tags)) == (True, 2, ["loss"])


def test_an_empty_segment_closes_to_an_empty_file(segment):
    segment.write_bytes(b"")
    footer = parquet.read_footer(close_segment(segment))
    assert (footer.rows, dict(footer.tags)) == (0, {})


def test_a_line_longer_than_what_is_read_at_once_is_one_line(segment):
    values = {f"layer {number}": number for number in range(20_000)}
    segment.write_bytes(encode_row(1, 1.0, values) + encode_row(2, 2.0, values))
    closed = close_segment(segment)
    assert parquet.read_footer(closed).rows == 2
    assert parquet.read_tags(closed, ["layer 19999"])["layer 19999"].value.tolist() == [19_999.0, 19_999.0]


def test_tags_are_found_across_row_groups(segment, monkeypatch):
    monkeypatch.setattr("trainer_hooks.parquet.ROW_GROUP_ROWS", 30)
    closed = close_segment(segment)
    found = parquet.read_tags(closed, ["lr", "loss", "missing"])
    assert set(found) == {"lr", "loss"}
    assert found["loss"].step.tolist() == list(range(100))
    assert found["loss"].row.tolist() == list(range(100))
    assert set(found["lr"].value.tolist()) == {0.1}
    assert found["loss"].wall_time.tolist() == [1e9 + step for step in range(100)]


def test_many_tags_have_a_compressed_footer_that_reads_the_same(segment):
    segment.write_bytes(encode_row(1, 1.0, {f"layer {number}": number for number in range(3_000)}))
    closed = close_segment(segment)
    assert not pq.read_metadata(closed).metadata[b"tailboard"].startswith(b"{")
    assert parquet.read_footer(closed).tags["layer 17"].last == 17.0


def test_parquet_that_is_no_segment_is_refused_in_words(tmp_path):
    pq.write_table(pa.table({"a": [1]}), tmp_path / "other.parquet")
    with pytest.raises(ValueError, match="no entry 'tailboard', so it is no closed segment"):
        parquet.read_footer(tmp_path / "other.parquet")


def test_without_pyarrow_segments_stay_json_lines_and_nothing_is_said(tmp_path):
    code = """
import sys
sys.modules["pyarrow"] = sys.modules["pyarrow.parquet"] = sys.modules["orjson"] = sys.modules["numpy"] = None
import trainer_hooks, trainer_hooks.writer
trainer_hooks.writer.SEGMENT_BYTES = 1_000
with trainer_hooks.init(sys.argv[1]) as run:
    for step in range(100):
        run.log({"loss": step, "nan": float("nan")})
"""
    done = python(code, tmp_path / "run")
    assert done.stderr == ""
    assert len(list(tmp_path.glob("run/metrics-*.jsonl"))) > 3
    assert not list(tmp_path.glob("run/*.parquet"))
