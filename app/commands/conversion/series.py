"""All scalars of a run, some tags at a time, so that a large run need not be in memory at once."""

from collections.abc import Collection, Iterator, Mapping

import numpy as np

from app.commands.conversion.content import LeftOut
from app.readers.contract import Columns, Float64Array, RunLog

BATCH_POINTS = 1 << 22
"""Records that are loaded together: 100 MB. A tag with more is loaded by itself."""

SUPERSEDED = "points that a restart logged again"
UNREADABLE = "points that cannot be read any more"


def batches(log: RunLog, left_out: LeftOut) -> Iterator[Mapping[str, Columns]]:
    """Yield the records of all scalar tags as the run shows them, in order of name.

    What a restart logged again is not among them, and is counted.

    Args:
        log: a run, read to its end.
        left_out: the points that are not handed on are added to it.
    """
    points = {tag: facts.points for tag, facts in sorted(log.facts.items()) if facts.kind == "scalar"}
    for tags in _batched(points):
        found = {tag: columns for tag, columns in log.load(tags, "all").items() if tag in tags}
        longer = [tag for tag, columns in found.items() if len(columns) != points[tag]]
        latest = {tag: columns for tag, columns in (log.load(longer) if longer else {}).items() if tag in found}
        for tag, columns in latest.items():
            left_out[SUPERSEDED] += len(found[tag]) - len(columns)
        series = {tag: (found | latest)[tag] for tag in tags if tag in found}
        if missing := sum(max(points[tag] - len(series.get(tag, ())), 0) for tag in tags):
            left_out[UNREADABLE] += missing
        yield series


def known_times(columns: Columns, otherwise: float) -> Float64Array:
    """Return the wall times, shape (n,), in seconds since the epoch; `otherwise` where the file gave none."""
    return np.where(np.isnan(columns.wall_time), otherwise, columns.wall_time)


def _batched(points: Mapping[str, int]) -> Iterator[Collection[str]]:
    batch: list[str] = []
    filled = 0
    for tag, count in points.items():
        if batch and filled + count > BATCH_POINTS:
            yield batch
            batch, filled = [], 0
        batch.append(tag)
        filled += count
    if batch:
        yield batch
