"""The series of one run, read for a table."""

from collections.abc import Mapping, Sequence

import numpy as np
import pyarrow as pa

from app.readers.contract import Columns
from app.store.memory import RunSummary, StoreLike
from app.store.table.query import TableQuery
from app.store.table.records import within

_NOTHING = Columns(np.empty(0, np.int64), np.empty(0), np.empty(0))
GROUP_POINTS = 1 << 18
"""Records read at a time for a download: 6 MB, and several times that while they are read."""


class RunSeries:
    """The scalar series of one run, as far as the question's step range goes.

    Args:
        store: where they come from.
        run: the run.
        tags: the scalar tags that the table takes from this run, in the order it asks for them.
        query: its step range and overlap count.
        keep: True for a screen: what is looked at stays in the store's memory. False for a download: tags are
            read in groups of about `GROUP_POINTS` records and let go when the next group is asked for.
    """

    def __init__(self, store: StoreLike, run: RunSummary, tags: Sequence[str], query: TableQuery, keep: bool) -> None:
        self.run = run
        self.tags = [tag for tag in tags if tag in run.facts]
        self.query = query
        self._store = store
        self._keep = keep
        self._group: Mapping[str, Columns] = {}

    def records(self, tag: str) -> Columns:
        """Return the records of a scalar tag, in order of arrival; none where the run has no such tag."""
        query = self.query
        if tag not in self.run.facts:
            return _NOTHING
        if self._keep:
            return within(self._store.series(self.run.id, tag, query.overlap), query.from_step, query.to_step)
        if tag not in self._group:
            self._group = {}  # let go before the next is read, not after
            release_memory()
            read = self._store.records(self.run.id, self._group_of(tag), query.overlap)
            self._group = {name: _copied(within(read[name], query.from_step, query.to_step)) for name in read}
        return self._group.get(tag, _NOTHING)

    def _group_of(self, tag: str) -> Sequence[str]:
        """The tag and those after it that fit into a group."""
        later = self.tags[self.tags.index(tag) + 1 :] if tag in self.tags else []
        group, points = [tag], self.run.facts[tag].points
        for name in later:
            points += self.run.facts[name].points
            if points > GROUP_POINTS:
                break
            group.append(name)
        return group


def release_memory() -> None:
    """Hand back what Arrow holds for later: reading takes several times what is read, and a download reads much."""
    pa.default_memory_pool().release_unused()


def _copied(records: Columns) -> Columns:
    """Copy records out of the columns of a whole file, which would stay in memory with them."""
    return Columns(records.step.copy(), records.wall_time.copy(), records.value.copy())
