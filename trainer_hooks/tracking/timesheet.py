"""What the time of a training goes into, row by row: seconds per step of each part, and how many steps they are of."""

from trainer_hooks.tracking.stopwatch import Stopwatch

DATA, TRANSFER, STEP, EVALUATION, CHECKPOINT, OTHER = "data", "transfer", "step", "evaluation", "checkpoint", "other"
BESIDE = frozenset({EVALUATION, CHECKPOINT, OTHER})  # parts that are no training: left out of the throughput
SECOND_NS = 1_000_000_000
LEAST_S, MOST_S = 1.0, 10.0  # between two rows
ROWS_BEFORE_REST = 1_000  # rows get rarer as a run gets older: one in a thousandth of its age


class Timesheet:
    """Collects what the stopwatch measured of some steps, and makes a row of it.

    Attributes:
        steps: steps since the last row.
        samples: samples in them.
        waiting: share of the training time of the last row in which data were waited for; None before the first.
    """

    def __init__(self, watch: Stopwatch, every_s: float | None) -> None:
        """Make a row every so many seconds, 0 for each step; None: every second, rarer later."""
        self._watch = watch
        self._every_s = every_s
        self._began = self._due = 0
        self.steps, self.samples = 0, 0.0
        self.waiting: float | None = None

    def begin(self, now: int) -> None:
        """Count from `now`, in nanoseconds."""
        self._began = now
        self._due = now + self._pause(now)

    def is_due(self, now: int) -> bool:
        """Tell whether it is time for a row."""
        return now >= self._due and self.steps > 0

    def row(self, now: int) -> dict[str, float]:
        """Return tags and values of what was measured since the last row; empty where that is nothing.

        Seconds are those of a step: their sum times `time/steps` is the wall time that the row covers. A row without a
        step, of an evaluation after the last one, has seconds in all.
        """
        self._due = now + self._pause(now)
        parts = self._watch.take()
        steps, samples = self.steps, self.samples
        self.steps, self.samples = 0, 0.0
        if not any(parts.values()):
            return {}
        unit = max(steps, 1) * SECOND_NS
        row: dict[str, float] = {f"time/{part}_s": spent / unit for part, spent in parts.items()}
        row["time/steps"] = steps
        training = sum(spent for part, spent in parts.items() if part not in BESIDE)
        if training and steps:
            self.waiting = parts.get(DATA, 0) / training
            row["time/steps_per_s"] = steps * SECOND_NS / training
            if samples:
                row["time/samples_per_s"] = samples * SECOND_NS / training
        return row

    def _pause(self, now: int) -> int:
        if self._every_s is not None:
            return int(self._every_s * SECOND_NS)
        age_s = (now - self._began) / SECOND_NS
        return int(min(max(LEAST_S, age_s / ROWS_BEFORE_REST), MOST_S) * SECOND_NS)
