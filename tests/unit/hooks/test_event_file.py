import struct
import subprocess
import sys
from pathlib import Path

import pytest

from tests.logged import ROOT
from trainer_hooks.event_file import EventFile, crc32c, file_name, frame
from trainer_hooks.event_values import scalar

BEGAN = 1_700_000_000.25


def slow_crc32c(data: bytes) -> int:
    """The definition, bit by bit."""
    crc = 0xFFFFFFFF
    for byte in data:
        crc ^= byte
        for _ in range(8):
            crc = crc >> 1 ^ (0x82F63B78 if crc & 1 else 0)
    return crc ^ 0xFFFFFFFF


def events(path: Path) -> list:
    """All events of a file, as TensorBoard's own reader finds them."""
    loader = pytest.importorskip("tensorboard.backend.event_processing.event_file_loader")
    return list(loader.LegacyEventFileLoader(str(path)).Load())


def test_the_checksum_is_that_of_the_standard():
    assert crc32c(b"123456789") == 0xE3069283
    assert crc32c(b"") == 0
    assert crc32c(bytes(32)) == 0x8A9136AA  # RFC 3720, B.4
    assert crc32c(b"\xff" * 32) == 0x62A8AB43


@pytest.mark.parametrize("length", [*range(1, 12), 255, 1023])
def test_the_checksum_of_every_length_is_that_of_its_definition(length: int):
    data = bytes(place * 37 % 256 for place in range(length))
    assert crc32c(data) == slow_crc32c(data)


def test_a_frame_is_laid_out_as_described():
    framed = frame(b"abc", crc32c(b"abc"))
    assert framed[:8] == struct.pack("<Q", 3)
    assert framed[12:15] == b"abc"
    crc = slow_crc32c(b"abc")
    assert framed[15:] == struct.pack("<I", ((crc >> 15 | crc << 17) + 0xA282EAD8) & 0xFFFFFFFF)


def test_a_file_is_named_so_that_tensorboard_finds_it():
    assert file_name(BEGAN, "node7", 42, 1, ".v2") == "events.out.tfevents.1700000000.node7.42.1.v2"


def test_tensorboards_reader_finds_every_event_and_accepts_the_checksums(tmp_path: Path):
    path = tmp_path / file_name(BEGAN, "host", 1)
    with EventFile(path, BEGAN) as file:
        for step in (0, 1, 127, 128, 2**40, -1, -(2**63), 2**63 - 1):
            file.write(BEGAN + 1, step, [scalar("train/loss", 0.5), scalar("Ünï", 2.0)])
    first, *rest = events(path)
    assert first.file_version == "brain.Event:2"
    assert [one.step for one in rest] == [0, 1, 127, 128, 2**40, -1, -(2**63), 2**63 - 1]
    assert {one.wall_time for one in rest} == {BEGAN + 1}
    assert [[(value.tag, value.simple_value) for value in one.summary.value] for one in rest] == [
        [("train/loss", 0.5), ("Ünï", 2.0)]
    ] * 8


def test_what_was_flushed_is_there_in_whole_frames_while_the_file_is_open(tmp_path: Path):
    path = tmp_path / file_name(BEGAN, "host", 1)
    with EventFile(path, BEGAN) as file:
        file.write(BEGAN, 0, [scalar("loss", 1.0)])
        file.flush()
        assert [one.step for one in events(path)] == [0, 0]
        file.write(BEGAN, 1, [scalar("loss", 0.5)])
    assert [one.step for one in events(path)] == [0, 0, 1]


def test_another_way_to_the_checksum_is_taken_for_every_record(tmp_path: Path):
    asked = []

    def checksum(record: bytes) -> int:
        asked.append(record)
        return crc32c(record)

    with EventFile(tmp_path / "one", BEGAN, checksum) as file:
        file.write(BEGAN, 0, [scalar("loss", 1.0)])
    with EventFile(tmp_path / "other", BEGAN) as file:
        file.write(BEGAN, 0, [scalar("loss", 1.0)])
    assert (tmp_path / "one").read_bytes() == (tmp_path / "other").read_bytes()
    assert len(asked) == 2


def test_an_existing_file_is_never_written_over(tmp_path: Path):
    path = tmp_path / file_name(BEGAN, "host", 1)
    EventFile(path, BEGAN).close()
    with pytest.raises(FileExistsError):
        EventFile(path, BEGAN)


def test_it_needs_the_standard_library_alone():
    imported = "import sys, trainer_hooks.event_file, trainer_hooks.event_values"
    code = f"{imported}; print(*sorted(m for m in sys.modules if '.' not in m))"
    done = subprocess.run([sys.executable, "-S", "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    foreign = {name for name in done.stdout.split() if name not in sys.stdlib_module_names} - {"__main__"}
    assert foreign == {"trainer_hooks"}
