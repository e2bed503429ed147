"""What a benchmark is and what it hands over: figures, one row each."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from statistics import median
from typing import TypeVar

T = TypeVar("T")


class Arrow(StrEnum):
    """The way from log() to the pixel, in its order, and what stands beside it."""

    LOG = "run.log → line on disk"
    WOKEN = "file grew → reader woken"
    SERIES = "bytes → series"
    LIST = "log folder → run list"
    PICTURE = "series → picture"
    BROWSER = "picture → browser"
    PIXEL = "browser → pixel"
    COLD = "cold start → first complete series"
    MEMORY = "memory"
    DOWNLOAD = "series → download"


@dataclass(frozen=True, slots=True)
class Row:
    """One figure. Every figure is a cost: less is better.

    Attributes:
        what: what was measured, with its sizes.
        unit: of ours, the peer's and the budget: "s", "ms", "µs", "MB" (millions of bytes), "kB", "× floor".
        ours: one measurement per round.
        peer: the other tool's, round by round beside ours; empty where there is none.
        peer_name: which tool, and how it was set up.
        budget: ours should not be above it.
        note: what a reader must know to take the figure rightly.
    """

    arrow: Arrow
    what: str
    unit: str
    ours: Sequence[float]
    peer: Sequence[float] = ()
    peer_name: str = ""
    budget: float | None = None
    note: str = ""

    @property
    def median(self) -> float:
        """Median of the rounds."""
        return median(self.ours)

    @property
    def peer_median(self) -> float | None:
        """Median of the peer's rounds."""
        return median(self.peer) if self.peer else None

    @property
    def ratio(self) -> float | None:
        """Ours over the peer's: median of the rounds' ratios, as both of one round met the same noise."""
        if len(self.peer) == len(self.ours):
            return median(mine / theirs for mine, theirs in zip(self.ours, self.peer, strict=True))
        return self.median / self.peer_median if self.peer_median else None

    @property
    def missed(self) -> bool:
        """Whether the median is above the budget."""
        return self.budget is not None and self.median > self.budget


@dataclass(frozen=True, slots=True)
class Effort:
    """How much to measure.

    Attributes:
        folder: scratch space that all benchmarks of one call share, so that data sets are made once.
        quick: small sizes and few rounds, to see that everything works; the figures mean little.
    """

    folder: Path
    quick: bool = False

    def pick(self, full: T, quick: T) -> T:
        """Return `full`, or `quick` where this is a quick call."""
        return quick if self.quick else full


@dataclass(frozen=True, slots=True)
class Benchmark:
    """A module in `benchmarks` that has a `BENCHMARK` is one.

    Attributes:
        name: for `--only`.
        measure: yields its rows as they are ready.
    """

    name: str
    measure: Callable[[Effort], Iterable[Row]]
