"""The call of a run that follows a training loop."""

import time
from collections.abc import Callable, Iterable, Mapping
from typing import TYPE_CHECKING, Any, TypeVar

from trainer_hooks.reporting import Reporting

if TYPE_CHECKING:
    from trainer_hooks.tracking import Tracker
    from trainer_hooks.tracking.course import Course

Batch = TypeVar("Batch")


class TrackCalls(Reporting):
    """Tells what the time of a training goes into; see `Tracker`."""

    _course: "Course | None" = None
    _first_step = 0  # of what is logged by this process
    _finished: bool
    refuse: Callable[[str, str], None]

    def track(
        self,
        iterable: Iterable[Batch],
        epochs: int | None = None,
        *,
        total: int | None = None,
        start: int | None = None,
        samples: int | Callable[[Any], int] | None = None,
        device: Any = None,
        synchronize: bool = False,
        every_s: float | None = None,
        stop: bool | None = None,
        progress: bool | None = None,
        description: str = "",
        clock_ns: Callable[[], int] = time.perf_counter_ns,
    ) -> "Tracker[Batch]":
        """Follow a training loop: `for batch in run.track(loader, epochs=10)`.

        Asked again for the loader of the training that is under way, it goes on with that one.

        Args:
            iterable: gives out batches, once for each epoch.
            epochs: how many; None: one each time that the tracker is iterated.
            total: steps in all, where the iterable has no length; for the time left alone, it ends nothing.
            start: steps that earlier processes did of these epochs: the first batch is of that step, and only the
                epochs that are left are gone through. None: the steps go on where the run is, with all epochs.
            samples: how many a batch holds, a number or a function of the batch; None: its first dimension.
            device: of torch; batches are moved there, which is timed.
            synchronize: wait for the accelerator at every timestamp, so that its work counts where it belongs.
            every_s: seconds between two rows of time, 0 for one a step; None: 1, and up to 10 as the run gets older.
            stop: end the loop after the step at which somebody made a file STOP in the run folder; None: unless this
                is one of several processes, which would have to end at the same step.
            progress: a bar, or lines, on standard error; None: where that is a terminal.
            description: in place of "epoch" in the bar.
            clock_ns: tells nanoseconds.
        """
        from trainer_hooks.tracking import Tracker  # who does not track need not wait for it
        from trainer_hooks.tracking.course import Course, Options
        from trainer_hooks.tracking.fitting import fitting

        if self._course is None:
            self._course = Course(self, self._log_beside, self._first_step)
        training = self._course.training
        if training is not None and not training.finished and training.iterable is iterable and epochs is None:
            return training
        options = Options(
            epochs, total, start, samples, device, synchronize, every_s, stop, progress, description, clock_ns
        )
        return Tracker(self._course, iterable, fitting(options, self.refuse))

    def _log_beside(self, step: int, metrics: Mapping[str, float]) -> None:
        """Log a row that is not the training's own: a log() without a step counts on as if it were not there."""
        if not self._finished:
            with self._lock:
                self._append(self._encode(step, time.time(), metrics))

    def _end_tracking(self) -> None:
        """End the training that is followed, if there is one."""
        if self._course is not None and self._course.training is not None:
            self._course.training.close()
