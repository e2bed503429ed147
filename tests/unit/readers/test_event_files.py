import os
import struct
import tracemalloc

import numpy as np
import pytest

from app.readers.contract import RunState
from app.readers.event_files.checksum import checksums, masked, unmasked
from app.readers.tensorboard import READER
from tests.event_files import (
    crc32c,
    event,
    frame,
    image,
    message,
    scalar,
    session_start,
    simple,
    summary,
    tensor,
    version,
    write,
)
from tests.event_files import masked as masked_crc

NAME = "events.out.tfevents.1732140000.host"


@pytest.fixture
def path(tmp_path):
    return tmp_path / "run" / NAME


def polled(path):
    log = READER.open(path)
    while log.poll().behind:
        pass
    return log


def values(log, tag="loss", overlap="latest"):
    columns = log.load([tag], overlap)[tag]
    return list(zip(columns.step.tolist(), columns.value.tolist(), strict=True))


def rows(tag, steps, first=0.0):
    return [scalar(tag, step, first + step) for step in steps]


def append(path, *records):
    with path.open("ab") as file:
        file.write(b"".join(records))


def test_checksums_are_those_of_the_standard_at_every_size():
    data = np.random.default_rng(1).integers(0, 256, 70_000, np.uint8)
    sizes = np.array([0, 1, 7, 8, 1023, 1024, 1025, 2048, 5000])
    begins = np.arange(len(sizes)) * 3
    expected = [crc32c(data[begin : begin + size].tobytes()) for begin, size in zip(begins, sizes, strict=True)]
    found = checksums(data, begins, sizes)
    assert found.tolist() == expected
    assert unmasked(masked(found)).tolist() == expected
    digits = np.frombuffer(b"123456789", np.uint8)
    assert checksums(digits, np.array([0]), np.array([9])).tolist() == [0xE3069283]


def test_what_torch_writes_is_read(tmp_path):
    tensorboard = pytest.importorskip("torch.utils.tensorboard")
    with tensorboard.SummaryWriter(str(tmp_path / "run")) as writer:
        for step in range(300):
            writer.add_scalar("loss", 1 / (step + 1), step, walltime=100.5 + step)
            writer.add_scalar("new style", step, step, new_style=True)
            writer.add_scalar("double", step / 3, step, new_style=True, double_precision=True)
            writer.add_scalars("both", {"a": step}, step)
    log = polled(tmp_path / "run")
    assert set(log.facts) == {"loss", "new style", "double"}
    assert {(facts.kind, facts.points) for facts in log.facts.values()} == {("scalar", 300)}
    assert values(log)[7] == (7, np.float32(1 / 8))
    assert values(log, "double")[7] == (7, 7 / 3)
    assert log.load(["loss"])["loss"].wall_time.tolist() == [100.5 + step for step in range(300)]
    assert polled(tmp_path / "run" / "both_a").facts["both"].points == 300
    assert not log.problems


@pytest.mark.parametrize(
    "name",
    [NAME, f"{NAME}.v2", "000000000000_worker_0.tfevents", f"{NAME}.profile-empty", "my.tfevents.copy"],
)
def test_a_folder_with_event_files_is_a_run_whatever_these_are_called(tmp_path, name):
    write(tmp_path / name, version())
    finding = READER.find(tmp_path, [name, "train.py"])
    assert (list(finding.runs), set(finding.claimed)) == ([tmp_path], {name})


def test_a_file_that_a_person_names_is_known_by_its_content(tmp_path):
    write(tmp_path / "log", version(), scalar("loss", 1, 2.0))
    write(tmp_path / "notes", b"no event file, and more than a few bytes of it")
    assert not READER.find(tmp_path, ["log", "notes"]).runs
    finding = READER.find(tmp_path, ["log", "notes"], named=True)
    assert set(finding.claimed) == {"log"}
    assert values(polled(tmp_path / "log")) == [(1, 2.0)]


def test_a_file_that_is_none_in_spite_of_its_name_is_declined(tmp_path):
    write(tmp_path / NAME, b"this was written by something else")
    finding = READER.find(tmp_path, [NAME])
    assert not finding.runs
    assert "record" in finding.declined[NAME]


def test_a_step_of_zero_and_a_missing_time_are_zeros(path):
    write(path, event(summary(simple("loss", 3.0))))
    columns = polled(path).load(["loss"])["loss"]
    assert (columns.step.tolist(), columns.wall_time.tolist(), columns.value.tolist()) == ([0], [0.0], [3.0])


def test_the_highest_step_there_is_is_kept(path):
    last = 2**63 - 1
    assert values(polled(write(path, version(), *rows("loss", [1]), scalar("loss", last, 2.0)))) == [
        (1, 1.0),
        (last, 2.0),
    ]


def test_a_record_with_a_wrong_checksum_is_left_out_and_named_by_its_byte(path):
    records = [version(), *rows("loss", range(40))]
    offset = len(b"".join(records[:21]))
    records[21] = records[21][:-1] + bytes([records[21][-1] ^ 1])
    log = polled(write(path, *records))
    assert values(log) == [(step, float(step)) for step in range(40) if step != 20]
    (problem,) = log.problems
    assert (problem.path, problem.where, problem.count) == (path, f"byte {offset:,}", 1)
    assert "checksum" in problem.what


def test_behind_a_broken_header_reading_goes_on_at_the_next_record_that_is_found(path):
    records = [version(), *rows("loss", range(6))]
    offset = len(b"".join(records[:3]))
    records[3] = b"\xff" + records[3][1:]
    log = polled(write(path, *records))
    assert values(log) == [(step, float(step)) for step in (0, 1, 3, 4, 5)]
    (problem,) = log.problems
    assert (problem.where, problem.count) == (f"byte {offset:,}", 1)


def test_one_broken_file_does_not_hide_the_others(path):
    write(path, version(), *rows("loss", range(3)))
    write(path.with_name("a.tfevents"), b"\xff" * 300_000)
    log = polled(path.parent)
    assert len(values(log)) == 3
    (problem,) = log.problems
    assert (problem.path.name, problem.where, problem.count) == ("a.tfevents", "byte 0", 1)


def test_zero_bytes_at_the_end_are_waited_for(path):
    record = scalar("loss", 1, 1.0)
    write(path, version(), bytes(len(record)))
    log = polled(path)
    path.write_bytes(version() + record)
    assert len(log.poll().appended["loss"]) == 1
    assert not log.problems


def test_a_record_that_is_no_event_is_reported(path):
    log = polled(write(path, version(), frame(b"\x0b\x0c\x0d"), scalar("loss", 1, 1.0)))
    assert values(log) == [(1, 1.0)]
    assert [problem.where for problem in log.problems] == [f"byte {len(version()):,}"]


def test_files_of_one_folder_are_one_run_in_the_order_of_their_names(path):
    second = path.with_name(NAME + ".2")
    write(second, version(), *rows("loss", range(3, 6)), scalar("accuracy", 3, 1.0))
    write(path, version(), *rows("loss", range(3)))
    log = polled(path.parent)
    assert [step for step, _ in values(log)] == [0, 1, 2, 3, 4, 5]
    assert (log.facts["loss"].first_step, log.facts["loss"].points) == (0, 6)
    assert [step for step, _ in values(polled(second))] == [3, 4, 5]


def test_an_earlier_file_that_grows_changes_what_went_before_the_later_ones(path):
    write(path, version(), *rows("loss", range(2)))
    write(path.with_name(NAME + ".2"), version(), *rows("loss", [5]))
    log = polled(path.parent)
    append(path, *rows("loss", [2]), scalar("accuracy", 2, 1.0))
    news = log.poll()
    assert (news.rewritten, set(news.appended)) == ({"loss"}, {"accuracy"})
    assert [step for step, _ in values(log)] == [0, 1, 2, 5]
    assert log.facts["loss"].points == 4


def test_a_new_file_is_appended_and_a_deleted_one_taken_out(path):
    write(path, version(), *rows("loss", range(2)))
    log = polled(path.parent)
    write(path.with_name(NAME + ".2"), version(), *rows("loss", [2]))
    news = log.poll()
    assert (set(news.appended), news.rewritten) == ({"loss"}, frozenset())
    path.unlink()
    news = log.poll()
    assert (news.rewritten, news.gone) == ({"loss"}, False)
    assert values(log) == [(2, 2.0)]
    path.with_name(NAME + ".2").unlink()
    assert log.poll().gone


def test_a_restart_puts_later_steps_of_all_tags_and_files_out_of_date(path):
    write(path, version(), *rows("loss", range(6)), *rows("old", range(2)))
    log = polled(path.parent)
    write(path.with_name(NAME + ".2"), version(), session_start(3), *rows("loss", [3, 4], first=100.0))
    news = log.poll()
    assert (news.rewritten, set(news.appended)) == ({"loss"}, set())
    assert values(log) == [(0, 0.0), (1, 1.0), (2, 2.0), (3, 103.0), (4, 104.0)]
    assert len(values(log, overlap="all")) == 8
    assert (log.facts["loss"].points, log.facts["loss"].max, log.facts["old"].points) == (5, 104.0, 2)
    append(path.with_name(NAME + ".2"), *rows("loss", [5], first=100.0))
    assert set(log.poll().appended) == {"loss"}
    assert log.facts["loss"].points == 6


def test_steps_that_go_back_are_kept_without_a_restart_since_version_2_of_the_format(path):
    for number, kept in ((1, [0, 1]), (2, [0, 1, 2, 1])):
        write(path, version(number), *rows("loss", [0, 1, 2, 1]))
        assert [step for step, _ in values(polled(path))] == kept


def test_scalars_stored_as_tensors_are_told_by_the_first_value_of_their_tag(path):
    first = event(summary(tensor("loss", 0.5, plugin="scalars")), step=0, wall_time=1.0)
    others = [event(summary(tensor("loss", step / 7)), step=step, wall_time=1.0 + step) for step in range(1, 60)]
    write(path, version(), first, *others)
    log = polled(path)
    (one,) = log.facts
    assert (log.facts[one].kind, log.facts[one].points) == ("scalar", 60)
    append(path, *(event(summary(tensor("loss", step)), step=step, wall_time=1.0) for step in range(60, 99)))
    assert len(log.poll().appended["loss"]) == 39
    assert [step for step, _ in values(log)] == list(range(99))


def test_blobs_are_not_read(tmp_path):
    path = tmp_path / NAME
    blob = b"\x89PNG\r\n\x1a\n" + bytes(3_000_000)
    data = summary(image("picture", blob))
    size = struct.pack("<Q", len(data))
    # What a checksum of so much says is not looked at.
    record = size + masked_crc(size) + data + b"\0\0\0\0"
    write(path, version(), *rows("loss", range(3)), *[record] * 10, *rows("loss", range(3, 6)))
    tracemalloc.start()
    log = polled(path)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert [step for step, _ in values(log)] == list(range(6))
    assert log.facts["picture"].points == 10
    item = log.media("picture")[3]
    assert item.media_type == "image/png"
    assert (item.width_px, item.height_px, item.span.size) == (2, 2, len(blob))
    with path.open("rb") as file:
        file.seek(item.span.offset)
        assert file.read(8) == blob[:8]
    assert not log.problems
    assert peak < 8_000_000  # numpy counts the zeros of one blob, which take no memory


def test_a_look_takes_in_a_part_of_a_large_file(path, monkeypatch):
    monkeypatch.setattr("app.readers.tensorboard.LOOK_BYTES", 40_000)
    monkeypatch.setattr("app.readers.event_files.file._BATCH_BYTES", 40_000)
    write(path, version(), *rows("loss", range(5_000)))
    log = READER.open(path)
    pieces = []
    while (news := log.poll()).behind:
        pieces.append(len(news.appended["loss"]))
    assert pieces
    assert sum(pieces) + len(news.appended["loss"]) == 5_000
    assert [step for step, _ in values(log)] == list(range(5_000))


def test_a_file_that_was_written_anew_in_place_is_read_again(path):
    write(path, version(), *rows("loss", range(30)))
    log = polled(path)
    os.truncate(path, 0)
    append(path, version(wall_time=5.0), *rows("other", range(40)))
    news = log.poll()
    assert news.rewritten == {"loss"}
    assert set(log.facts) == {"other"}


def hyper_parameters(**numbers):
    entries = (
        message(1, message(1, name.encode()) + message(2, b"\x11" + struct.pack("<d", number)))
        for name, number in numbers.items()
    )
    content = message(3, b"".join(entries))
    value = message(1, b"_hparams_/session_start_info") + message(
        9, message(1, message(1, b"hparams") + message(2, content))
    )
    return event(summary(value), wall_time=8.0)


def test_hyper_parameters_and_the_first_time_are_told(path):
    log = polled(write(path, version(wall_time=7.5), hyper_parameters(lr=0.5)))
    assert (log.info.name, log.info.created, dict(log.info.config)) == (NAME, 7.5, {"lr": 0.5})
    assert log.status(0.0).state == RunState.UNKNOWN


def test_settings_beside_event_files_are_the_config_whenever_they_come(path):
    write(path, version())
    log = polled(path.parent)
    settings = path.with_name("hparams.yaml")
    settings.write_text("seed: 1\n")
    assert log.poll().changed
    assert log.info.config == {"seed": 1}
    settings.write_text("seed: 12\nact: !!python/name:torch.relu ''\n")
    assert log.poll().changed
    assert log.info.config == {"seed": 12, "act": "torch.relu"}
    assert not log.poll().changed
    settings.unlink()
    assert log.poll().changed
    assert log.info.config == {}


def test_settings_beside_event_files_yield_to_those_within(path):
    write(path, version(), hyper_parameters(**{"lr": 0.5, "model/width": 8.0}))
    path.with_name("hparams.yaml").write_text("seed: 1\nlr: 0.25\nmodel: {width: 4}\n")
    assert polled(path.parent).info.config == {"seed": 1, "lr": 0.5, "model/width": 8.0}
    assert polled(path).info.config == {"lr": 0.5, "model/width": 8.0}  # one file alone


def test_settings_beside_event_files_belong_to_the_run_and_to_its_stamps(path):
    write(path, version())
    before = READER.stamps(path.parent)
    path.with_name("hparams.yaml").write_text("seed: 1\n")
    assert set(READER.find(path.parent, [NAME, "hparams.yaml"]).claimed) == {NAME, "hparams.yaml"}
    assert not READER.find(path.parent, ["hparams.yaml"]).claimed
    assert READER.stamps(path.parent).keys() - before.keys() == {"hparams.yaml"}


def test_embeddings_beside_event_files_belong_to_the_run(path):
    write(path, version())
    config = path.with_name("projector_config.pbtxt")
    config.write_text('embeddings { tensor_name: "words" tensor_path: "words.tsv" }')
    path.with_name("words.tsv").write_text("1\t2\n3\t4\n")
    finding = READER.find(path.parent, [entry.name for entry in path.parent.iterdir()])
    assert set(finding.claimed) == {NAME, "projector_config.pbtxt", "words.tsv"}
    log = polled(path.parent)
    assert log.facts["words"].kind == "embedding"
    assert [item.tag for item in log.media("words")] == ["words"]
