"""What one number says of each histogram of a run, kept in memory so that only new ones are read.

Nothing here is the truth: what is kept is forgotten when there is too much of it, and read again. A tag is asked for
anew where its facts changed; its newest item that was known must then stand where it stood, or all is read anew.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from app.readers.contract import MediaItem, TagFacts
from app.store.chosen_items import pick
from app.store.held import Held
from app.store.memory import StoreLike
from app.transforms.layers import COLUMNS, Float64Array, moments
from app.transforms.places import BoolArray, Int64Array, latest, spread

MAX_BYTES = 128 << 20
_EACH_BYTES = 500  # of a tag beside its numbers


@dataclass(frozen=True, slots=True)
class TagRows:
    """Some items of one tag, in order of arrival.

    Attributes:
        facts: of the tag when it was read.
        steps: at most how many items were asked for.
        at: shape (n,), places of the items in the list of all.
        step: shape (n,).
        wall_time: shape (n,), seconds since the epoch.
        table: shape (n, columns), see `COLUMNS`.
        kept: shape (n,), whether a step was not logged again later.
        message: why an item could not be read, if one could not.
    """

    facts: TagFacts
    steps: int
    at: Int64Array
    step: Int64Array
    wall_time: Float64Array
    table: Float64Array
    kept: BoolArray
    message: str = ""

    @property
    def size_bytes(self) -> int:
        """Memory, about."""
        arrays = (self.at, self.step, self.wall_time, self.table, self.kept)
        return _EACH_BYTES + sum(array.nbytes for array in arrays)


class LayerRows:
    """The rows of all tags that were asked for, at most `max_bytes`: those of the run asked for last stay.

    For any number of threads.
    """

    def __init__(self, max_bytes: int = MAX_BYTES) -> None:
        self._held: Held[tuple[str, str], TagRows] = Held(max_bytes, lambda rows: rows.size_bytes)

    @property
    def size_bytes(self) -> int:
        """Memory of all that is held, about."""
        return self._held.size_bytes

    def rows(self, store: StoreLike, run_id: str, tag: str, facts: TagFacts, steps: int) -> tuple[TagRows, int]:
        """Return a tag's rows, of at most `steps` items evenly chosen, and how many were read for that.

        Raises FileNotFoundError where the log is gone.
        """
        held = self._held.get((run_id, tag))
        if held is not None and held.facts == facts and held.steps == steps:
            return held, 0
        found, read = _renewed(held, store.media(run_id, tag), facts, steps)
        return self._held.put((run_id, tag), found), read


def _renewed(held: TagRows | None, items: Sequence[MediaItem], facts: TagFacts, steps: int) -> tuple[TagRows, int]:
    places = spread(len(items), steps)
    if held is not None and not _stands(held, items):
        held = None
    known = {} if held is None else dict(zip(held.at.tolist(), range(len(held.at)), strict=True))
    missing = [place for place in places if place not in known]
    read = pick(items, missing)
    step = np.array([item.step for item in read], np.int64)
    wall_time = np.array([item.wall_time for item in read], np.float64)
    table = table_of(read)
    at = np.array(missing, np.int64)
    if held is not None:
        old = np.array([known[place] for place in places if place in known], np.int64)
        order = np.argsort(np.concatenate([held.at[old], at]), kind="stable")
        at = np.concatenate([held.at[old], at])[order]
        step = np.concatenate([held.step[old], step])[order]
        wall_time = np.concatenate([held.wall_time[old], wall_time])[order]
        table = np.concatenate([held.table[old], table])[order]
    message = next((item.caption for item in read if item.caption and not item.meta.get("counts")), "")
    message = message or (held.message if held else "")
    return TagRows(facts, steps, at, step, wall_time, table, latest(step), message), len(read)


def _stands(held: TagRows, items: Sequence[MediaItem]) -> bool:
    """Tell whether the newest known item is where it was: items come at the end, unless a log was written anew."""
    if not len(held.at) or held.at[-1] >= len(items):
        return False
    item = items[int(held.at[-1])]
    return item.step == held.step[-1] and (item.wall_time == held.wall_time[-1] or item.wall_time != item.wall_time)


def table_of(items: Sequence[MediaItem]) -> Float64Array:
    """Return what is known of each histogram, shape (n, columns)."""
    rows = [moments(item.meta.get("edges", ()), item.meta.get("counts", ()), item.meta) for item in items]
    return np.array(rows, np.float64).reshape(len(rows), len(COLUMNS))
