import threading

import numpy as np
import pytest

from app.readers.contract import Columns
from app.store.growing import GrowingColumns


def some(first, rows):
    step = np.arange(first, first + rows)
    return Columns(step, step + 0.5, step * 2.0)


def test_appended_records_follow_the_earlier_ones():
    growing = GrowingColumns(some(0, 3))
    growing.append(some(3, 1))
    growing.append(some(4, 100))
    assert growing.snapshot.step.tolist() == list(range(104))
    assert growing.snapshot.value.tolist() == [step * 2.0 for step in range(104)]


def test_a_snapshot_never_changes_and_cannot_be_written_to():
    growing = GrowingColumns(some(0, 3))
    before = growing.snapshot
    growing.append(some(3, 5))
    assert before.step.tolist() == [0, 1, 2]
    for column in (before.step, before.wall_time, before.value):
        with pytest.raises(ValueError, match="read-only"):
            column[0] = 7


def test_a_snapshot_is_a_view_and_no_copy():
    growing = GrowingColumns(some(0, 3))
    growing.append(some(3, 5))
    before = growing.snapshot
    growing.append(some(8, 1))
    assert np.shares_memory(before.value, growing.snapshot.value)


def test_appending_one_by_one_copies_each_record_a_bounded_number_of_times():
    growing = GrowingColumns(some(0, 1))
    sizes = set()
    for step in range(1, 10_000):
        growing.append(some(step, 1))
        sizes.add(growing.size_bytes)
    assert len(sizes) < 30
    assert growing.size_bytes <= 1.5 * 24 * 10_000


def test_readers_never_see_torn_columns_while_another_thread_appends():
    growing = GrowingColumns(some(0, 1))
    torn = []
    done = threading.Event()

    def read():
        while not done.is_set():
            seen = growing.snapshot
            rows = len(seen.step)
            if not (len(seen.wall_time) == len(seen.value) == rows and seen.value[-1] == (rows - 1) * 2.0):
                torn.append(rows)

    threads = [threading.Thread(target=read) for _ in range(2)]
    for thread in threads:
        thread.start()
    for step in range(1, 20_000):
        growing.append(some(step, 1))
    done.set()
    for thread in threads:
        thread.join()
    assert not torn
    assert len(growing.snapshot) == 20_000
