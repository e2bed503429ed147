"""What the first rows of a table tell of its columns: which of them could count the steps."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from app.readers._steps import choose_step
from app.readers.contract import Float64Array, Int64Array

_ROWS = 64  # are judged; after that a table keeps its step column
_DOUBT_ROWS = 4  # a column that holds one and the same number for so long counts nothing

Extremes = tuple[float, float]  # the lowest and the highest number of a column


@dataclass(frozen=True, slots=True)
class Judged:
    """Columns as the first rows show them.

    Attributes:
        rows: how many were judged.
        names: of the columns, in order.
        extremes: of the columns that hold numbers.
        fractions: columns with a number that is not whole.
    """

    rows: int = 0
    names: Sequence[str] = ()
    extremes: Mapping[str, Extremes] = field(default_factory=dict)
    fractions: frozenset[str] = frozenset()

    @property
    def whole(self) -> Sequence[str]:
        """The columns that hold whole numbers only."""
        return tuple(name for name in self.names if name in self.extremes and name not in self.fractions)

    @property
    def by_name(self) -> str:
        """The column whose name says that it counts steps, and which does count; "" where there is none."""
        counting = [
            name for name in self.whole if self.rows < _DOUBT_ROWS or self.extremes[name][0] < self.extremes[name][1]
        ]
        return choose_step(counting) or ("index" if "index" in counting else "")

    def more(
        self, names: Sequence[str], cells: Mapping[str, tuple[Int64Array, Float64Array]], before: int, rows: int
    ) -> "Judged":
        """Return what is known with these rows.

        Args:
            names: of the columns.
            cells: per column with numbers, the places of the rows that have one, and the values.
            before: how many rows of the table come before these.
            rows: how many there are.
        """
        begin, end = self.rows - before, min(rows, _ROWS - before)
        if begin >= end:
            return self
        extremes, fractions = dict(self.extremes), set(self.fractions)
        for name, (places, values) in cells.items():
            some = values[(places >= begin) & (places < end)]
            if not len(some):
                continue
            if not all(map(float.is_integer, some.tolist())):  # nor are NaN and the infinities
                fractions.add(name)
            lowest, highest = extremes.get(name, (some[0], some[0]))
            extremes[name] = (min(lowest, some.min()), max(highest, some.max()))
        return Judged(before + end, tuple(dict.fromkeys([*self.names, *names])), extremes, frozenset(fractions))
