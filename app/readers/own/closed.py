"""Closed segments, translated: facts from the footer, and slices of the records."""

from collections.abc import Collection, Mapping
from pathlib import Path

import pyarrow.parquet as pq

from app.readers.contract import Columns, TagFacts
from trainer_hooks import parquet
from trainer_hooks.record import TIME_KEY


class ClosedSegment:
    """A segment that is one Parquet file.

    Attributes:
        facts: per tag, from the footer.
        resumed_at: when the run was resumed with this segment, in seconds since the epoch; None where it was not.
        again_from: the step from which on this supersedes what earlier writers logged; None: of each tag its own first.
        times: lowest and highest wall time of all records, in seconds since the epoch; None without records.

    Raises:
        OSError: the file cannot be opened.
        ValueError: it is not a closed segment.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._footer = parquet.read_footer(path)
        self.again_from = self._footer.again_from
        self.facts: Mapping[str, TagFacts] = {tag: _facts(summary) for tag, summary in self._footer.tags.items()}
        self.times = _times(path)
        first = self.times[0] if self.times else None  # older files do not have the time of the marker
        self.resumed_at = (self._footer.resumed_at or first) if self._footer.resumed else None

    def load(self, tags: Collection[str]) -> Mapping[str, Columns]:
        """Read all records of these tags, in order of arrival. Raises as the class does.

        The columns are copies: a view would keep all tags of its row group in memory, ten times its own size and more.
        """
        found = parquet.read_tags(self._path, tags, self._footer)
        return {tag: Columns(part.step.copy(), part.wall_time.copy(), part.value.copy()) for tag, part in found.items()}


def _facts(summary: parquet.TagSummary) -> TagFacts:
    values = summary._asdict()
    del values["offset"]
    return TagFacts("scalar", **values)


def _times(path: Path) -> tuple[float, float] | None:
    metadata = pq.read_metadata(path)
    column = metadata.schema.names.index(TIME_KEY)
    groups = (metadata.row_group(group).column(column).statistics for group in range(metadata.num_row_groups))
    statistics = [group for group in groups if group is not None and group.has_min_max]
    if not statistics:
        return None
    return min(group.min for group in statistics), max(group.max for group in statistics)
