"""The fast way of reading event files against TensorBoard's own messages, and against the general way."""

import struct

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tensorboard.compat.proto import event_pb2
from tensorboard.util.tensor_util import make_ndarray

from app.readers.event_files import frames as _event_frames
from app.readers.event_files import parser as _event_parser
from app.readers.tensorboard import READER
from tests.event_files import event, image, masked, session_start, simple, summary, tensor, version

STEPS = st.sampled_from([0, 1, 5, 126, 127, 128, 16_380, 2**21 - 2, 2**31, 2**63 - 40, -3])
VALUES = st.floats(width=32)
TAGS = st.sampled_from(["a", "b", "cc", "loss", "löss", "train/loss", "x" * 300])


@st.composite
def values(draw):
    """Values of one summary that differ in their numbers alone from record to record: (tag, form) of each."""
    forms = ["simple", "simple", "simple", "<f", "<d", "packed <f", "packed <d"]
    return draw(st.lists(st.tuples(TAGS, st.sampled_from(forms)), min_size=1, max_size=3))


def encoded(tag, form, value):
    if form == "simple":
        return simple(tag, value)
    if form == "image":
        return image(tag, b"\0" * 40)
    return tensor(tag, value, form=form[-2:], packed=form.startswith("packed"), plugin="scalars")


@st.composite
def blocks(draw):
    """Some records, repeated with other steps and values, as a training loop does."""
    pattern = draw(st.lists(values(), min_size=1, max_size=4))
    times = draw(st.integers(1, 40))
    first, gap = draw(STEPS), draw(st.sampled_from([1, 1, 1, 0, -1, 50]))
    began = draw(st.sampled_from([None, 0.0, 1_732_140_000.25, 5e9]))
    numbers = draw(st.lists(VALUES, min_size=1, max_size=5))
    records = []
    for turn in range(times):
        for place, one in enumerate(pattern):
            row = [
                encoded(tag, form, numbers[(turn + place + at) % len(numbers)]) for at, (tag, form) in enumerate(one)
            ]
            wall_time = None if began is None else began + turn * 0.37
            records.append(event(summary(*row), step=first + gap * turn, wall_time=wall_time))
    return records


OTHERS = st.sampled_from(
    [
        event(summary(image("picture", b"\x89PNG" + b"\0" * 200)), step=3, wall_time=7.0),
        event(summary(image("picture", b"\0" * 20_000)), step=4, wall_time=8.0),
        event(summary(image("trap", event(summary(simple("a", 1.0)), step=1))), step=5, wall_time=9.0),
        event(summary(), step=6),
        event(wall_time=1.5),
        event(),
    ]
)


@st.composite
def logs(draw):
    """All records of one file."""
    parts = draw(st.lists(st.one_of(blocks(), OTHERS.map(lambda record: [record])), max_size=5))
    return [version(), *(record for part in parts for record in part)]


def polled(path):
    log = READER.open(path)
    while log.poll().behind:
        pass
    return log


def bits(columns):
    return (columns.step.tolist(), columns.wall_time.view(np.int64).tolist(), columns.value.tobytes())


def loaded(log, overlap="all"):
    return {tag: bits(columns) for tag, columns in log.load(list(log.facts), overlap).items()}


def read_one_by_one(path):
    """Read without matching any record."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(_event_parser, "_FEW", 1 << 30)
        log = polled(path)
        return loaded(log), log.problems, repr(sorted(log.facts.items()))  # NaN is not equal to itself


def read_by_tensorboard(records):
    found = {}
    for record in records:
        (size,) = struct.unpack_from("<Q", record)
        assert record[12 + size :] == masked(record[12 : 12 + size])
        message = event_pb2.Event.FromString(record[12 : 12 + size])
        for value in message.summary.value:
            if value.HasField("simple_value") or value.HasField("tensor"):
                number = value.simple_value if value.HasField("simple_value") else make_ndarray(value.tensor).item()
                found.setdefault(value.tag, []).append((message.step, message.wall_time, number))
    return {
        tag: (
            [step for step, _, _ in rows],
            np.array([time for _, time, _ in rows]).view(np.int64).tolist(),
            np.array([number for _, _, number in rows]).tobytes(),
        )
        for tag, rows in found.items()
    }


@settings(max_examples=60)
@given(records=logs())
def test_all_scalars_are_those_that_tensorboard_decodes(tmp_path_factory, records):
    path = tmp_path_factory.mktemp("run") / "events.out.tfevents.1.host"
    path.write_bytes(b"".join(records))
    log = polled(path)
    assert loaded(log) == read_by_tensorboard(records)
    assert not log.problems


@settings(max_examples=60)
@given(records=logs(), cuts=st.lists(st.floats(0, 1), max_size=4).map(sorted))
def test_a_file_that_grows_by_any_bytes_gives_the_same_records(tmp_path_factory, records, cuts):
    path = tmp_path_factory.mktemp("run") / "events.out.tfevents.1.host"
    data = b"".join(records)
    path.write_bytes(b"")
    log, appended = READER.open(path), {}
    for end in [*(int(cut * len(data)) for cut in cuts), len(data)]:
        path.write_bytes(data[:end])
        behind = True
        while behind:
            news = log.poll()
            behind = news.behind
            assert not news.rewritten
            for tag, columns in news.appended.items():
                appended.setdefault(tag, []).extend(zip(*bits(columns)[:2], strict=True))
    assert loaded(log) == read_by_tensorboard(records)
    assert appended == {tag: list(zip(*rows[:2], strict=True)) for tag, rows in loaded(log).items()}
    assert not log.problems


@settings(max_examples=60)
@given(
    records=logs(),
    damage=st.lists(st.tuples(st.floats(0, 1), st.integers(1, 255)), min_size=1, max_size=4),
    cut=st.floats(0.5, 1),
)
def test_damaged_files_are_read_alike_by_both_ways(tmp_path_factory, records, damage, cut):
    path = tmp_path_factory.mktemp("run") / "events.out.tfevents.1.host"
    data = bytearray(b"".join(records))
    for place, change in damage:
        data[min(int(place * len(data)), len(data) - 1)] ^= change
    path.write_bytes(data[: int(cut * len(data)) + 1])
    log = polled(path)
    found = loaded(log), log.problems, repr(sorted(log.facts.items()))
    assert found == read_one_by_one(path)


@given(data=st.binary(max_size=400))
def test_any_bytes_raise_nothing(tmp_path_factory, data):
    path = tmp_path_factory.mktemp("run") / "events.out.tfevents.1.host"
    path.write_bytes(data)
    READER.find(path.parent, [path.name])
    log = polled(path)
    assert not log.load(["a"])
    path.write_bytes(event(message_of(data)))
    polled(path)


def message_of(data):
    return b"\x2a" + bytes([min(len(data), 100)]) + data[:100]


@settings(max_examples=60)
@given(
    rows=st.lists(st.one_of(st.integers(0, 30), st.integers(0, 30).map(lambda step: ("start", step))), max_size=60),
    number=st.sampled_from([1, 2]),
)
def test_what_a_restart_puts_out_of_date_is_left_out_as_tensorboard_does(tmp_path_factory, rows, number):
    path = tmp_path_factory.mktemp("run") / "events.out.tfevents.1.host"
    records, kept, highest = [version(number)], [], 0
    for at, row in enumerate(rows):
        if isinstance(row, tuple):
            records.append(session_start(row[1]))
            if number == 2:
                kept = [one for one in kept if one[0] < row[1]]
            highest = row[1]
            continue
        records.append(event(summary(simple("loss", float(at))), step=row, wall_time=1.0))
        if number == 1 and row < highest:
            kept = [one for one in kept if one[0] < row]
        else:
            highest = row
        kept.append((row, float(at)))
    path.write_bytes(b"".join(records))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(_event_frames, "_FIRST_BYTES", 1 << 9)
        patch.setattr(_event_frames, "_MOST_BYTES", 1 << 10)
        patch.setattr(_event_frames, "SMALL_BYTES", 1 << 8)
        log = polled(path)
        latest, everything = (log.load(["loss"], overlap).get("loss") for overlap in ("latest", "all"))
    found = [] if latest is None else list(zip(latest.step.tolist(), latest.value.tolist(), strict=True))
    assert found == kept
    assert [facts.points for facts in log.facts.values()] == [len(kept)] * bool(kept)
    if kept:
        assert len(everything) == sum(not isinstance(row, tuple) for row in rows)
