"""What the time of a training went into, row by row: columns to draw, sums, a judgement. Knows arrays only."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt

Float64Array = npt.NDArray[np.float64]
Int64Array = npt.NDArray[np.int64]
Level = Literal["fine", "warn", "critical", "unknown"]

FIRST, LAST = ("data", "transfer", "step"), ("evaluation", "checkpoint", "other")
WARN, CRITICAL = 0.1, 0.2  # shares of the training time, as TraceML 0.5 judges them
LEAST_STEPS = 20  # to judge by
WARM_UP_ROWS = 1  # in which workers start and code is compiled: not judged where there are others
MOST = 2.0**53  # above it counting is no longer exact
JUDGED = {"data": "waiting for data", "transfer": "moving data to the device"}


@dataclass(frozen=True, slots=True)
class Timing:
    """Rows of measured time in the order of their steps.

    Attributes:
        parts: names of what time goes into, the waiting for data first.
        step: shape (n,), the last step of each row.
        steps: shape (n,), how many steps it is of; 0 where an evaluation came after the last one.
        seconds: shape (p, n), in all steps of the row together; the sum over the parts is wall time.
        samples: shape (n,), samples in the row; 0 where nobody knows.
    """

    parts: Sequence[str]
    step: Int64Array
    steps: Float64Array
    seconds: Float64Array
    samples: Float64Array

    def take(self, rows: "slice | npt.NDArray[np.bool_]") -> "Timing":
        """Return some of the rows."""
        return Timing(self.parts, self.step[rows], self.steps[rows], self.seconds[:, rows], self.samples[rows])

    @property
    def training(self) -> Float64Array:
        """Seconds of each row without evaluation, checkpoints and other things. Shape (n,)."""
        beside = np.isin(self.parts, LAST)
        return np.asarray(self.seconds[~beside].sum(0), np.float64)

    def newest(self, share: float) -> "Timing":
        """Return the rows of the newest steps, `share` of them in (0, 1]."""
        if not len(self.step):
            return self
        first, last = float(self.step[0]), float(self.step[-1])
        return self.take(self.step >= last - share * (last - first))


@dataclass(frozen=True, slots=True)
class Verdict:
    """What is to be said of a training's time: `level`, and a sentence without its end."""

    level: Level
    words: str


def timing_of(
    step: Int64Array, steps: Float64Array, step_s: Mapping[str, Float64Array], samples_per_s: Float64Array
) -> Timing:
    """Put rows in order.

    Args:
        step: shape (n,), the last step of each row, in any order.
        steps: shape (n,), how many steps it is of.
        step_s: part -> shape (n,), seconds per step, of a row without a step in all; NaN where it was not measured.
        samples_per_s: shape (n,), while training; NaN where nobody knows.
    """
    named = [part for part in FIRST if part in step_s]
    own = sorted(part for part in step_s if part not in (*FIRST, *LAST))
    parts = [*named, *own, *(part for part in LAST if part in step_s)]
    order = np.argsort(step, kind="stable")
    steps = _counted(steps)[order]
    table = np.array([step_s[part] for part in parts], np.float64).reshape(len(parts), len(step))
    seconds = _counted(table)[:, order] * np.maximum(steps, 1)
    timing = Timing(parts, step[order], steps, seconds, np.zeros(len(step)))
    samples = _counted(samples_per_s)[order] * timing.training
    return Timing(parts, step[order], steps, seconds, samples)


def _counted(values: Float64Array) -> Float64Array:
    """Return amounts: what is none, in a log of somebody else, is 0."""
    return np.where(np.isfinite(values) & (values >= 0) & (values < MOST), values, 0.0)


def columns(timing: Timing, most: int) -> Timing:
    """Join rows into at most `most` columns of about equal width in steps; no second is lost, none is counted twice."""
    count = len(timing.step)
    if count <= 1:
        return timing
    edges = np.linspace(timing.step[0], timing.step[-1], most + 1)
    at = np.minimum(np.searchsorted(edges, timing.step, "right") - 1, most - 1)
    starts = np.flatnonzero(np.diff(at, prepend=-1))
    ends = np.append(starts[1:], count) - 1
    return Timing(
        timing.parts,
        timing.step[ends],
        np.add.reduceat(timing.steps, starts),
        np.add.reduceat(timing.seconds, starts, axis=1),
        np.add.reduceat(timing.samples, starts),
    )


def judge(timing: Timing) -> Verdict:
    """Say how much of the training time goes into waiting; nothing is said of what was not measured."""
    judged = timing.take(slice(WARM_UP_ROWS, None)) if len(timing.step) > WARM_UP_ROWS + 1 else timing
    steps, training = int(judged.steps.sum()), float(judged.training.sum())
    if steps < LEAST_STEPS or training <= 0:
        return Verdict("unknown", f"too few steps to say: {steps:,} of {LEAST_STEPS}")
    spent = {part: float(judged.seconds[place].sum()) for place, part in enumerate(judged.parts) if part in JUDGED}
    shares = {part: round(seconds / training, 2) for part, seconds in spent.items()}  # as it is told
    worst = max(shares.values(), default=0.0)
    level: Level = "critical" if worst >= CRITICAL else "warn" if worst >= WARN else "fine"
    told = [f"{JUDGED[part]} {100 * share:.0f} %" for part, share in shares.items() if part == "data" or share >= WARN]
    return Verdict(level, f"{', '.join(told)} of the training time" if told else "waiting for data was not measured")
