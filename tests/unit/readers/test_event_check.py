"""Blobs in event files are held against the checksum of their record when someone looks at them."""

import random

import pytest
from tensorboard.compat.proto.event_pb2 import Event
from tensorboard.compat.proto.summary_pb2 import Summary
from tensorboard.summary.writer.record_writer import RecordWriter

from app.readers.contract import Span
from app.readers.event_files.check import fault_of

SIZES = (1, 20_000, 65_536, 65_537, 200_000)


def noise(size):
    return random.Random(size).randbytes(size)


def write(path, *events):
    """Write events of blobs, by TensorBoard's own writer; return the span of each blob."""
    with path.open("wb") as file:
        writer = RecordWriter(file)
        for blobs in events:
            values = [Summary.Value(tag="a", image={"encoded_image_string": noise(size)}) for size in blobs]
            writer.write(Event(wall_time=1.5, summary=Summary(value=values)).SerializeToString())
    data, begin, spans = path.read_bytes(), 0, []
    for size in (size for blobs in events for size in blobs):
        begin = data.index(noise(size), begin)
        spans.append(Span(begin, size))
        begin += size
    return spans


@pytest.fixture
def path(tmp_path):
    return tmp_path / "events.out.tfevents.1.host"


@pytest.mark.parametrize("size", SIZES)
def test_a_blob_as_it_was_logged_has_no_fault(path, size):
    spans = write(path, [20], [size], [30])
    assert [fault_of(path, span) for span in spans] == ["", "", ""]


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("at", [0.0, 0.5, 1.0])
def test_one_wrong_bit_is_found_and_the_record_is_named(path, size, at):
    _, span, other = write(path, [20], [size], [30])
    data = bytearray(path.read_bytes())
    data[span.offset + round(at * (size - 1))] ^= 1
    path.write_bytes(data)
    assert "is damaged" in fault_of(path, span)
    assert fault_of(path, other) == ""


def test_the_record_is_found_from_its_last_blob_far_behind_its_header(path):
    spans = write(path, [70_000, 1_200_000, 40])
    assert [fault_of(path, span) for span in spans] == ["", "", ""]


def test_a_file_that_was_written_anew_holds_no_such_record(path):
    (span,) = write(path, [20_000])
    path.write_bytes(bytes(span.offset + span.size + 10))
    assert "written anew" in fault_of(path, span)


def test_a_file_that_is_gone_is_an_os_error(path):
    with pytest.raises(FileNotFoundError):
        fault_of(path, Span(30, 10))
