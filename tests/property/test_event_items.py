"""Whatever bytes an event file holds: values are taken in or are problems, and nothing else happens."""

import tracemalloc
from contextlib import suppress

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from tensorboard.compat.proto.summary_pb2 import Summary
from tensorboard.plugins.custom_scalar import layout_pb2
from tensorboard.plugins.hparams.plugin_data_pb2 import HParamsPluginData
from tensorboard.util.tensor_util import make_tensor_proto

from app.readers import _protobuf
from app.readers._protobuf import Field, MessageError, fields, varint, varints
from app.readers.contract import TagFacts
from app.readers.event_files import rows as _event_rows
from app.readers.event_files.frames import HEADER_BYTES
from app.readers.event_files.items import Items
from app.readers.folder import Problems
from tests.event_files import frame

PLUGINS = ("", "scalars", "images", "audio", "histograms", "text", "pr_curves", "mesh", "hparams", "custom_scalars",
           "graphs", "graph_keras_model", "graph_run_metadata", "of another")  # fmt: skip
HUGE = b"\xff\xff\xff\xff\xff\xff\xff\xff\x7f"


def tensor(plugin, data, content=b""):
    value = Summary.Value(tag="a", tensor=make_tensor_proto(data))
    value.metadata.plugin_data.plugin_name = plugin
    value.metadata.plugin_data.content = content
    return value.SerializeToString()


def whole_values():
    """One valid value of each kind and form."""
    config = HParamsPluginData(session_start_info={"start_time_secs": 1.0})
    config.session_start_info.hparams["lr"].struct_value.update({"a": [1, {"b": "c"}]})
    layout = layout_pb2.Layout(category=[{"title": "x", "chart": [{"title": "y", "multiline": {"tag": ["z"]}}]}])
    numbers = [np.arange(6, dtype=dtype).reshape(2, 3) for dtype in (np.float16, np.float32, np.int64, np.uint8)]
    payloads = [b"words", [b"3", b"4", b"\x89PNG"], [[b"RIFF", b"label"]], np.zeros((6, 4), np.float32), *numbers, 1.5]
    values = [tensor(plugin, data) for plugin in PLUGINS for data in payloads]
    values += [tensor("hparams", 0.0, config.SerializeToString()), tensor("custom_scalars", layout.SerializeToString())]
    old = [
        Summary.Value(tag="b", simple_value=1.0),
        Summary.Value(tag="b", image={"width": 3, "height": 4, "encoded_image_string": b"GIF89a"}),
        Summary.Value(tag="b", audio={"encoded_audio_string": b"RIFF", "content_type": "audio/wav"}),
        Summary.Value(tag="b", histo={"min": 1, "max": 2, "bucket_limit": [1, 2], "bucket": [3, 4]}),
    ]
    return values + [value.SerializeToString() for value in old]


VALUES = whole_values()


@st.composite
def broken(draw):
    """A value with bytes that were changed, lost, put in, or taken from another one."""
    data = bytearray(draw(st.sampled_from(VALUES)))
    for _ in range(draw(st.integers(0, 5))):
        at = draw(st.integers(0, len(data)))
        end = at + draw(st.integers(0, 12))
        other = draw(st.sampled_from(VALUES))
        begin = draw(st.integers(0, len(other)))
        data[at:end] = draw(st.one_of(st.binary(max_size=12), st.just(HUGE), st.just(other[begin : begin + 40])))
    return bytes(data)


def taken(folder, data):
    """Take in a value and all that can be asked of it; return what it was and how many problems there are."""
    path = folder / "events"
    path.write_bytes(frame(data))
    problems = Problems()
    items = Items(problems)
    found = items.take(path, memoryview(data), 0, HEADER_BYTES, len(data), 3, 1.5)
    for field in (4, 8, 9):
        items.take_event(path, memoryview(data), 0, HEADER_BYTES, len(data), field, 3, 1.5)
    for tag, facts in items.facts.items():
        assert isinstance(facts, TagFacts)
        assert facts.points > 0
        for item in items.items(tag):
            assert item.span is None or item.span.offset >= HEADER_BYTES
            assert item.span is None or item.span.offset + item.span.size <= HEADER_BYTES + len(data)
    assert isinstance(items.config, dict)
    for problem in problems.all():
        assert problem.path == path
        place = int(problem.where.removeprefix("byte ").replace(",", "")) - HEADER_BYTES
        assert 0 <= place <= len(data)
    return found


@given(data=st.one_of(broken(), broken(), st.binary(max_size=200)))
def test_no_bytes_break_the_reading_of_items(tmp_path_factory, data):
    found = taken(tmp_path_factory.getbasetemp(), data)
    assert found is None or (isinstance(found[0], str) and isinstance(found[1], float))


@given(data=st.binary(max_size=200))
def test_walking_any_bytes_gives_fields_inside_of_them_or_a_message_error(data):
    with suppress(MessageError):
        for field in fields(data):
            assert field.number > 0
            assert field.wire_type == 0 or field.value + field.size <= len(data)


@given(number=st.integers(0, 2**64 - 1), before=st.binary(max_size=3), after=st.binary(max_size=3))
def test_a_number_of_variable_length_is_read_from_where_it_begins(number, before, after):
    written, left = b"", number
    while left > 0x7F:
        written, left = written + bytes([left & 0x7F | 0x80]), left >> 7
    data = before + written + bytes([left]) + after
    place = len(before)
    assert varint(data, place, len(data)) == (number, len(data) - len(after))
    assert varints(data, Field(1, 2, place, len(data) - len(before) - len(after))) == [number]


def test_a_message_of_more_fields_than_a_log_writes_is_given_up(tmp_path, monkeypatch):
    monkeypatch.setattr(_protobuf, "MAX_FIELDS", 1000)
    path = tmp_path / "events"
    problems = Problems()
    many = b"\x08\x01" * 1001
    Items(problems).take(path, many, 0, 0, len(many), 0, 0.0)
    assert "more than 1,000 fields" in problems.all()[0].what


def test_garbage_that_claims_to_be_large_takes_no_memory(tmp_path):
    deep = b"\x32\x00"
    for _ in range(2000):
        size = len(deep)
        deep = b"\x32" + bytes([size & 0x7F | 0x80, size >> 7 & 0x7F | 0x80, size >> 14]) + deep
    dimension = b"\x12\x0a\x08" + HUGE
    shape = b"\x08\x01\x12\x78" + 10 * dimension
    wide = b"\x0a\x01a\x42" + bytes([len(shape)]) + shape
    tracemalloc.start()
    for data in (deep, wide):
        assert taken(tmp_path, data) is None
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 8 << 20


def test_a_value_that_is_too_large_to_decode_says_so(tmp_path, monkeypatch):
    monkeypatch.setattr(_event_rows, "_MAX_DECODED", 10)
    path = tmp_path / "events"
    data = tensor("text", b"words that are too many")
    path.write_bytes(data)
    items = Items(Problems())
    items.take(path, data, 0, 0, len(data), 0, 0.0)
    assert "at most 10 are decoded" in items.items("a")[0].caption
