"""What the trackers of one run share, and how each follows its loop."""

import threading
import time
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, NamedTuple, Protocol

from trainer_hooks.tracking.stopwatch import ClockNs

if TYPE_CHECKING:
    from trainer_hooks.tracking.tracker import Tracker


class Options(NamedTuple):
    """How a loop is followed; see `Run.track`."""

    epochs: int | None = None
    total: int | None = None
    start: int | None = None
    samples: float | Callable[[Any], float] | None = None
    device: Any = None
    synchronize: bool = False
    every_s: float | None = None
    stop: bool | None = None
    progress: bool | None = None
    description: str = ""
    clock_ns: ClockNs = time.perf_counter_ns


class Followed(Protocol):
    """What a tracker asks of a run."""

    @property
    def stop_requested(self) -> bool:
        """Whether somebody asked the training to end."""

    def progress(self, done: float, total: float) -> None:
        """Take how far the training is."""


class Course:
    """What the trackers of one run share.

    Attributes:
        run: the run.
        log: logs a row of numbers at a step, beside the training's own.
        next_step: of the first batch of the next training.
        training: the loop that is the run's training now, or was.
    """

    def __init__(self, run: Followed, log: Callable[[int, Mapping[str, float]], None], next_step: int) -> None:
        self.run, self.log, self.next_step = run, log, next_step
        self.training: Tracker[Any] | None = None
        self._lock = threading.Lock()

    def claim(self, tracker: "Tracker[Any]") -> "Tracker[Any] | None":
        """Return the training that a loop of this thread belongs to: itself where there is none; None in another."""
        training = self.training
        if training is None or training.finished:
            with self._lock:
                if self.training is training:
                    tracker.thread = threading.get_ident()
                    self.training = tracker
                training = self.training
                assert training is not None  # one thread was first
        return training if training.thread == threading.get_ident() else None
