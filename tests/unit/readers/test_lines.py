import math

import pytest

from app.readers.lines import parse_records, read_lines
from trainer_hooks.record import encode_row

GOOD = encode_row(1, 5.0, {"loss": 0.5})
AFTER = encode_row(2, 6.0, {"loss": 0.25})


def values(batch, tag="loss"):
    return batch.columns[tag].value.tolist()


def complaints(batch):
    return [(line.number, line.what) for line in batch.bad]


@pytest.mark.parametrize("chunk_bytes", [1, 7, 1000])
def test_lines_come_whole_whatever_is_read_at_once(tmp_path, chunk_bytes):
    path = tmp_path / "some.jsonl"
    path.write_bytes(b"one\ntwo and more\n\nhalf")
    chunks = list(read_lines(path, 4, path.stat().st_size, chunk_bytes))
    assert b"".join(chunks) == b"two and more\n\n"
    assert all(chunk.endswith(b"\n") for chunk in chunks)


def test_lines_are_read_up_to_the_end_that_was_asked_for(tmp_path):
    path = tmp_path / "some.jsonl"
    path.write_bytes(b"one\ntwo\nthree\n")
    assert b"".join(read_lines(path, 0, 9)) == b"one\ntwo\n"


@pytest.mark.parametrize(
    ("line", "what"),
    [
        (b'{"_step":3,"_ti', "it is not a JSON object"),
        (b"\x00" * 40, "it is not a JSON object"),
        (b'{"_step":3,"_time":1.0,"lo\xff\xfess":1}', "it is not a JSON object"),
        (b"[1,2]", "it is not a JSON object"),
        (b"17", "it is not a JSON object"),
        (b'{"_step":3,"_time":1.0,"loss":NaN}', "it is not a JSON object"),
        (b'{"_time":1.0,"loss":1}', "its _step is missing or not an integer"),
        (b'{"_step":1.5,"_time":1.0,"loss":1}', "its _step is missing or not an integer"),
        (b'{"_step":18446744073709551615,"_time":1.0,"loss":1}', "its _step is missing or not an integer"),
        (b'{"_step":true,"_time":1.0,"loss":1}', "its _step is missing or not an integer"),
        (b'{"_step":3,"loss":1}', "its _time is missing or not a number"),
        (b'{"_step":3,"_time":"now","loss":1}', "its _time is missing or not a number"),
        (b'{"_step":3,"_time":1.0,"loss":"high"}', "its loss is not a number"),
        (b'{"_step":3,"_time":1.0,"loss":null}', "its loss is not a number"),
        (b'{"_step":3,"_time":1.0,"loss":[1]}', "its loss is not a number"),
        (b'{"_step":3,"_time":1.0,"loss":true}', "its loss is not a number"),
    ],
)
def test_a_corrupt_line_is_named_and_its_neighbours_are_kept(line, what):
    batch = parse_records(GOOD + line + b"\n" + AFTER)
    assert values(batch) == [0.5, 0.25]
    assert complaints(batch) == [(1, what)]
    assert batch.lines == 3


def test_a_value_that_is_no_number_costs_only_itself():
    batch = parse_records(b'{"_step":3,"_time":1.0,"loss":"high","lr":0.1}\n')
    assert values(batch, "lr") == [0.1]
    assert "loss" not in batch.columns


@pytest.mark.parametrize("before", [b"\x00" * 4096, b'{"_step":7,"_time":3.0,"lo', b'{"_step":7,"_time":3.0,"a{b":1'])
def test_a_record_written_right_behind_a_torn_one_is_kept(before):
    batch = parse_records(GOOD + before + AFTER)
    assert values(batch) == [0.5, 0.25]
    assert len(batch.bad) == 1


def test_a_blank_line_is_no_problem():
    batch = parse_records(GOOD + b"\n" + AFTER)
    assert (values(batch), complaints(batch)) == ([0.5, 0.25], [])


def test_values_that_json_has_no_number_for_come_back():
    batch = parse_records(encode_row(1, 5.0, {"loss": math.nan, "a": math.inf, "b": -math.inf, "c": 1}))
    assert math.isnan(values(batch)[0])
    assert [values(batch, tag) for tag in "abc"] == [[math.inf], [-math.inf], [1.0]]


def test_a_tag_keeps_its_order_over_rows_of_different_shape():
    shapes = [{"loss": 0.0}, {"lr": 1, "loss": 1.0}, {"loss": 2.0}, {"loss": 3.0, "lr": 1}, {"lr": 1}, {"loss": 4.0}]
    batch = parse_records(b"".join(encode_row(step, 5.0, shape) for step, shape in enumerate(shapes)))
    assert values(batch) == [0.0, 1.0, 2.0, 3.0, 4.0]
    assert batch.columns["loss"].step.tolist() == [0, 1, 2, 3, 5]


def test_only_wanted_tags_are_kept_and_names_with_an_underscore_are_no_tags():
    batch = parse_records(b'{"_step":1,"_time":2.0,"_later":3,"loss":1,"lr":2}\n', wanted={"lr"})
    assert set(batch.columns) == {"lr"}


def test_a_marker_is_no_record():
    batch = parse_records(b'{"_resume":true,"_step":5,"_time":9.5}\n' + GOOD)
    assert batch.marker == {"_resume": True, "_step": 5, "_time": 9.5}
    assert values(batch) == [0.5]
