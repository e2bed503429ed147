import math
import os

import pytest

from app.readers.folder import Problems, stamp_of
from app.readers.lines import LOOK_BYTES
from app.readers.own.segment import Growth, Segment
from app.readers.tailboard import TailboardReader
from tests.run_files import BEGAN, RunFiles
from trainer_hooks.closing import close_segment
from trainer_hooks.record import encode_resume, encode_row


@pytest.fixture
def files(tmp_path):
    return RunFiles(tmp_path / "run")


def opened(files):
    log = TailboardReader().open(files.folder)
    log.poll()
    return log


def values(log, tag="loss", overlap="latest"):
    return log.load([tag], overlap)[tag].value.tolist()


def log_losses(files, losses, first=0):
    for step, loss in enumerate(losses, first):
        files.log({"loss": loss}, step)


def test_records_and_facts_are_the_same_once_a_segment_is_closed(files):
    log_losses(files, [3.0, 1.0, math.nan, 2.0])
    growing = opened(files)
    before = growing.load(["loss"])["loss"]
    files.close()
    closed = opened(files)
    after = closed.load(["loss"])["loss"]
    for column in ("step", "wall_time", "value"):
        assert repr(getattr(before, column)) == repr(getattr(after, column))
    assert repr(closed.facts) == repr(growing.facts)


def test_a_tag_read_from_a_closed_segment_keeps_no_other_tag_in_memory(files):
    for step in range(10):
        files.log({"loss": 1 / (step + 1), "lr": 0.1}, step)
    files.close()
    loss = opened(files).load(["loss"])["loss"]
    for column in (loss.step, loss.wall_time, loss.value):
        assert column.base is None or column.base.nbytes == column.nbytes


def test_a_segment_closed_between_two_polls_counts_once(files):
    log_losses(files, [3.0, 2.0])
    log = opened(files)
    files.close()
    news = log.poll()
    assert (news.appended, news.rewritten) == ({}, frozenset())
    assert (values(log), log.facts["loss"].points) == ([3.0, 2.0], 2)


def test_records_written_right_before_closing_are_appended(files):
    log_losses(files, [3.0, 2.0])
    log = opened(files)
    log_losses(files, [1.0], first=2)
    files.close()
    news = log.poll()
    assert news.appended["loss"].value.tolist() == [1.0]
    assert not news.rewritten


def test_a_growing_segment_beside_its_closed_twin_counts_once(files):
    log_losses(files, [3.0, 2.0])
    twin = files.growing.read_bytes()
    files.close()
    (files.folder / "metrics-host-1-0-0.jsonl").write_bytes(twin)
    log = opened(files)
    assert (values(log), log.facts["loss"].points) == ([3.0, 2.0], 2)


def test_a_segment_closed_after_the_last_poll_is_still_loaded_up_to_there(files):
    log_losses(files, [3.0, 2.0])
    log = opened(files)
    log_losses(files, [1.0], first=2)
    close_segment(files.growing)
    assert values(log) == [3.0, 2.0]


def test_a_segment_closed_between_listing_and_opening_counts_once(files):
    log_losses(files, [3.0, 2.0])
    segment = Segment(files.growing.with_suffix(""), Problems())
    listed = stamp_of(files.growing)
    close_segment(files.growing)
    assert segment.look(listed, None).behind
    assert segment.look(None, stamp_of(files.growing.with_suffix(".parquet"))).rewritten == {"loss"}
    assert segment.facts["loss"].points == 2


def test_a_closed_segment_that_the_listing_missed_is_looked_up_by_its_name(files):
    log_losses(files, [3.0, 2.0])
    segment = Segment(files.growing.with_suffix(""), Problems())
    segment.look(stamp_of(files.growing), None)
    close_segment(files.growing)
    assert segment.look(None, None) == Growth()
    assert segment.facts["loss"].points == 2


def test_a_closed_segment_that_is_damaged_is_a_problem_and_the_others_are_read(files):
    log_losses(files, [3.0])
    files.close()
    log_losses(files, [2.0], first=1)
    (files.folder / "metrics-host-1-0-0.parquet").write_bytes(b"PAR1 is all there is")
    log = opened(files)
    assert values(log) == [2.0]
    (problem,) = log.problems
    assert problem.path.name == "metrics-host-1-0-0.parquet"


def test_segments_come_in_the_order_of_their_numbers(files):
    for number in range(12):
        log_losses(files, [float(number)], first=number)
        files.close()
    assert values(opened(files)) == [float(number) for number in range(12)]


def test_corrupt_lines_are_counted_with_the_line_of_the_first(files):
    log_losses(files, [3.0])
    files.append(b"oops\n")
    log_losses(files, [2.0], first=1)
    log = opened(files)
    files.append(b"and\nagain\n")
    log.poll()
    (problem,) = log.problems
    assert (problem.path, problem.where, problem.count) == (files.growing, "line 2", 3)
    assert values(log) == [3.0, 2.0]


def test_a_file_of_the_same_size_under_another_inode_was_replaced(files):
    log_losses(files, [3.0, 2.0])
    log = opened(files)
    other = files.folder / "other"
    other.write_bytes(files.growing.read_bytes().replace(b"3.0", b"9.0"))
    other.replace(files.growing)
    assert log.poll().rewritten == {"loss"}
    assert values(log) == [9.0, 2.0]


def test_a_deleted_segment_takes_its_records_along(files):
    log_losses(files, [3.0])
    files.close()
    log_losses(files, [2.0], first=1)
    log = opened(files)
    (files.folder / "metrics-host-1-0-0.parquet").unlink()
    assert log.poll().rewritten == {"loss"}
    assert (values(log), log.facts["loss"].points) == ([2.0], 1)


def test_a_huge_file_is_taken_in_by_several_polls(files):
    line = encode_row(7, BEGAN, {"loss": 0.5})
    files.append(line * (2 * LOOK_BYTES // len(line)))
    log = TailboardReader().open(files.folder)
    assert log.poll().behind
    assert 0 < log.facts["loss"].points < 2 * LOOK_BYTES // len(line)
    while log.poll().behind:
        pass
    assert log.facts["loss"].points == len(values(log)) == 2 * LOOK_BYTES // len(line)


def test_a_resumed_writer_replaces_what_was_logged_from_its_step_on(files):
    log_losses(files, [5.0, 4.0, 3.0, 2.0])
    again = RunFiles(files.folder, "host-2-0").resume(2, BEGAN + 100)
    again.log({"loss": 2.5}, 2, BEGAN + 100).log({"loss": 1.5}, 3, BEGAN + 101)
    log = opened(files)
    assert values(log) == [5.0, 4.0, 2.5, 1.5]
    assert values(log, overlap="all") == [5.0, 4.0, 3.0, 2.0, 2.5, 1.5]
    assert (log.facts["loss"].points, log.facts["loss"].min) == (4, 1.5)


def test_a_tag_that_is_not_logged_again_is_kept_whole_after_resuming(files):
    files.log({"loss": 5.0, "val": 1.0}, 1).log({"loss": 4.0, "val": 2.0}, 2)
    again = RunFiles(files.folder, "host-2-0").resume(1, BEGAN + 100)
    again.log({"loss": 4.5}, 1, BEGAN + 100)
    log = opened(files)
    assert values(log) == [4.5]
    assert values(log, "val") == [1.0, 2.0]


@pytest.mark.parametrize("closed", [False, True])
@pytest.mark.parametrize("seen", [False, True])
def test_a_writer_that_goes_back_supersedes_what_it_does_not_log_again_too(files, closed, seen):
    for step in range(4):
        files.log({"loss": step, "val": step} | ({"late": 1} if step > 2 else {}), step)
    log = opened(files)
    if not seen:
        log = None
    again = RunFiles(files.folder, "host-2-0").append(encode_resume(2, BEGAN + 100, again_from=2))
    again.log({"loss": 30}, 3, BEGAN + 100).log({"new": 1}, 4, BEGAN + 101)
    if closed:
        files.close()
        again.close()
    log = log or opened(files)
    log.poll()
    assert values(log) == [0.0, 1.0, 30.0]
    assert values(log, "val") == [0.0, 1.0]
    assert {tag: facts.points for tag, facts in log.facts.items()} == {"loss": 3, "val": 2, "new": 1}
    assert values(log, "val", overlap="all") == [0.0, 1.0, 2.0, 3.0]


def test_resuming_is_found_out_from_closed_segments_too(files):
    log_losses(files, [5.0, 4.0, 3.0])
    files.close()
    again = RunFiles(files.folder, "host-2-0").resume(1, BEGAN + 100)
    again.log({"loss": 2.5}, 1, BEGAN + 100).close()
    log = opened(files)
    assert values(log) == [5.0, 2.5]
    assert log.facts["loss"].points == 2


def test_writers_side_by_side_are_merged_by_wall_time(files):
    files.log({"loss": 1.0}, 0, BEGAN).log({"loss": 3.0}, 1, BEGAN + 2)
    RunFiles(files.folder, "host-2-0").log({"loss": 2.0}, 0, BEGAN + 1).log({"loss": 4.0}, 1, BEGAN + 3)
    assert values(opened(files)) == [1.0, 2.0, 3.0, 4.0]


def test_a_late_record_of_another_writer_rewrites_the_tag(files):
    log_losses(files, [1.0, 3.0])
    log = opened(files)
    RunFiles(files.folder, "host-2-0").log({"loss": 2.0}, 0, BEGAN + 0.5)
    assert log.poll().rewritten == {"loss"}
    assert values(log) == [1.0, 2.0, 3.0]


@pytest.mark.skipif(os.getuid() == 0, reason="root may read everything")
def test_a_segment_that_may_not_be_read_is_a_problem(files):
    log_losses(files, [1.0])
    files.growing.chmod(0)
    assert opened(files).problems
