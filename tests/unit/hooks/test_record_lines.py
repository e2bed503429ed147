import json

import pytest

from trainer_hooks import record
from trainer_hooks.record import BadLineError, Row


def test_the_line_of_the_documentation_is_the_line_that_is_written():
    line = record.encode_row(120, 1732140000.123456, {"train/loss": 0.3125, "lr": 0.001})
    assert line == b'{"_step":120,"_time":1732140000.123456,"train/loss":0.3125,"lr":0.001}\n'


def test_values_that_json_has_no_number_for_are_named():
    line = record.encode_row(0, 1.0, {"a": float("nan"), "b": float("inf"), "c": float("-inf")})
    assert line == b'{"_step":0,"_time":1.0,"a":"NaN","b":"Infinity","c":"-Infinity"}\n'


def test_the_marker_of_a_resumed_run_is_a_row_without_values():
    line = record.encode_resume(500, 1732150000.0)
    assert line == b'{"_resume":true,"_step":500,"_time":1732150000.0}\n'
    assert record.decode(line) == Row(500, 1732150000.0, {}, resume=True)


def test_names_that_begin_with_an_underscore_and_are_unknown_are_no_tags():
    assert record.decode(b'{"_step":1,"_time":2,"_later":"x","a":3}').values == {"a": 3.0}


def test_an_integer_beyond_float64_is_infinite():
    assert record.decode(b'{"_step":1,"_time":2,"a":1%s}' % (b"0" * 400)).values == {"a": float("inf")}


@pytest.mark.parametrize(
    ("line", "words"),
    [
        (b"", "not strict JSON"),
        (b"[1]", "found list"),
        (b'{"_time":1,"a":1}', "_step is an integer of 64 bits, found None"),
        (b'{"_step":1.5,"_time":1}', "found 1.5"),
        (b'{"_step":true,"_time":1}', "found True"),
        (b'{"_step":9223372036854775808,"_time":1}', "64 bits"),
        (b'{"_step":1,"a":1}', "_time is in seconds"),
        (b'{"_step":1,"_time":1,"a":null}', "None is neither a number"),
        (b'{"_step":1,"_time":1,"a":true}', "True is neither a number"),
        (b'{"_step":1,"_time":1,"a":"1.0"}', "'1.0' is neither"),
        (b'{"_step":1,"_time":1,"a":NaN}', "NaN is no JSON"),
        (b"[" * 100_000, "not strict JSON"),
    ],
)
def test_a_bad_line_says_what_is_wrong_with_it(line, words):
    with pytest.raises(BadLineError, match=words):
        record.decode(line)


def test_a_media_line_is_read_as_it_was_written():
    fields = {"tag": "val/digits", "kind": "image", "file": "media/9f/9f.png", "media_type": "image/png", "bytes": 312}
    found = record.decode_media(record.encode_media(3, 1.5, fields))
    assert found == {"_step": 3, "_time": 1.5, **fields}


@pytest.mark.parametrize("lacking", ["tag", "kind", "media_type", "file", "_step", "_time"])
def test_a_media_line_that_lacks_something_is_refused(lacking):
    members = {"_step": 3, "_time": 1.5, "tag": "t", "kind": "image", "file": "f", "media_type": "image/png"}
    del members[lacking]
    with pytest.raises(BadLineError):
        record.decode_media(json.dumps(members).encode())


def test_writers_and_numbers_are_found_in_names():
    writer = record.writer_name("gpu-01.lab", 4711, 2)
    assert writer == "gpu_01.lab-4711-2"
    found = record.SEGMENT_NAME.fullmatch(record.segment_name(writer, 13))
    assert (found["writer"], found["number"], found["suffix"]) == (writer, "13", "jsonl")
    assert record.MEDIA_NAME.fullmatch(record.media_name(writer))["writer"] == writer
    assert record.STATUS_NAME.fullmatch(record.status_name(writer))["writer"] == writer
    assert record.writer_name("wéird/../host name", 1, 1) == "w_ird_.._host_name-1-1"
    assert record.writer_name("", 1, 1) == "host-1-1"
