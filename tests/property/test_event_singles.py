"""Events of one value: what their beginnings tell is what they hold."""

import random

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tensorboard.compat.proto.event_pb2 import Event
from tensorboard.compat.proto.summary_pb2 import Summary
from tensorboard.util.tensor_util import make_tensor_proto

from app.readers.event_files import parser as _event_parser
from app.readers.event_files.single import single_value
from app.readers.tensorboard import READER
from tests.event_files import frame, session_start, version

BYTES = random.Random(0).randbytes(40_000)
STEPS = st.sampled_from([0, 1, 127, 128, 70_000, 2**31, -3])
SIZES = st.sampled_from([10, 900, 1_100, 3_000, 16_000, 40_000])
PLUGINS = ("images", "audio", "histograms", "text", "pr_curves", "mesh", "of another")
TAGS = st.sampled_from([*PLUGINS, "löss/" + 100 * "x", 300 * "y"])


def old_image(size):
    return {"image": {"height": 128, "width": 100 * size, "colorspace": 3, "encoded_image_string": BYTES[:size]}}


def old_clip(size):
    blob = BYTES[:size]
    return {"audio": {"sample_rate": 8000.0, "num_channels": 1, "encoded_audio_string": blob, "content_type": "a/wav"}}


def old_histogram(size):
    numbers = np.arange(size // 16, dtype=np.float64)
    return {"histo": {"min": -1.0, "num": 5.0, "bucket_limit": numbers, "bucket": numbers}}


def strings(size):
    return {"tensor": make_tensor_proto([b"640", b"48", BYTES[:size]])}


def labelled(size):
    return {"tensor": make_tensor_proto([[BYTES[:size], b"one"], [BYTES[: size // 2], b"two"]])}


def numbers(size):
    return {"tensor": make_tensor_proto(np.arange(size // 8 // 3 * 3, dtype=np.float64).reshape(-1, 3))}


@st.composite
def values(draw):
    content = draw(st.sampled_from([old_image, old_clip, old_histogram, strings, labelled, numbers]))
    value = Summary.Value(tag=draw(TAGS), **content(draw(SIZES)))
    if draw(st.booleans()):
        value.metadata.plugin_data.plugin_name = value.tag if value.tag in PLUGINS else ""
        value.metadata.summary_description = draw(st.sampled_from(["", "in words", 200 * "w"]))
    return value


@st.composite
def records(draw):
    """An event as writers store it, of one value mostly, or a restart."""
    if draw(st.integers(0, 9)) == 0:
        return session_start(draw(STEPS))
    summary = Summary(value=draw(st.lists(values(), min_size=1, max_size=2)))
    times = draw(st.sampled_from([{}, {"wall_time": 1_732_140_000.25}, {"wall_time": 1_732_140_000.25}]))
    return frame(Event(step=draw(STEPS), summary=summary, **times).SerializeToString())


def read(path):
    """Return all that is known of a file."""
    log = READER.open(path)
    while log.poll().behind:
        pass
    return log.facts, {tag: list(log.media(tag)) for tag in log.facts}, log.problems, log.info


@settings(max_examples=150)
@given(events=st.lists(records(), max_size=12))
def test_what_beginnings_tell_is_what_the_general_way_finds(tmp_path_factory, events):
    path = tmp_path_factory.mktemp("run") / "events.out.tfevents.1.host"
    path.write_bytes(b"".join([version(), *events]))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(_event_parser, "single_value", lambda *_: None)
        expected = read(path)
    assert read(path) == expected


@given(data=st.binary(max_size=60), size=st.integers(0, 100))
def test_any_bytes_are_a_single_value_or_are_not(data, size):
    found = single_value(b"\x09" + bytes(8) + data, size)
    assert found is None or found.content.value + found.content.size + found.rest == size


@pytest.mark.parametrize("kind", [old_image, old_clip, old_histogram, strings, numbers])
def test_the_usual_events_are_told_by_their_first_bytes(kind):
    value = Summary.Value(tag="a", **kind(3_000))
    value.metadata.plugin_data.plugin_name = "images"
    data = Event(wall_time=1.5, step=7, summary=Summary(value=[value])).SerializeToString()
    found = single_value(data[:100], len(data))
    assert (found.tag, found.step, found.wall_time) == ("a", 7, 1.5)
    assert found.rest == len(data) - data.index(b"images") + 6


def test_a_damaged_histogram_says_so_when_it_is_looked_at(tmp_path):
    path = tmp_path / "events.out.tfevents.1.host"
    value = Summary.Value(tag="weights", **old_histogram(5_000))
    good = frame(Event(wall_time=1.5, summary=Summary(value=[value])).SerializeToString())
    bad = bytearray(good)
    bad[-50] ^= 1
    path.write_bytes(version() + good + bad + good)
    _, items, _, _ = read(path)
    assert ["is damaged" in item.caption for item in items["weights"]] == [False, True, False]
