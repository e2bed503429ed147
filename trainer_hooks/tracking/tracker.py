"""Follows a training loop: what its time goes into, how fast it is, how far.

Told from timestamps alone: nothing is profiled and no accelerator is waited for.
"""

import os
from collections.abc import Callable, Iterable, Iterator
from contextlib import AbstractContextManager
from itertools import count
from typing import Any, Generic, TypeVar

from trainer_hooks.given import attempt, text_of
from trainer_hooks.job import rank
from trainer_hooks.pace import Pace
from trainer_hooks.tracking.bar import Display, Silent, Standing, display
from trainer_hooks.tracking.batches import SampleCount, mover, set_epoch, waiting_clock
from trainer_hooks.tracking.course import Course, Options
from trainer_hooks.tracking.stopwatch import Stopwatch
from trainer_hooks.tracking.timesheet import CHECKPOINT, DATA, EVALUATION, OTHER, SECOND_NS, STEP, TRANSFER, Timesheet
from trainer_hooks.values import RefusedError, to_number

Batch = TypeVar("Batch")
LOOK_NS = SECOND_NS // 5  # how often the bar is drawn, and a row or a stop thought of


class Tracker(Generic[Batch]):
    """Gives out the batches of a loader and times what happens. Made by `Run.track`.

    The first loop of a run that is followed is its training. Another one of the same thread, within it or between its
    passes, is an evaluation of it, and one of another thread is not timed.

    Attributes:
        step: of the batch that was given out last, -1 before the first: the step to log with.
        epoch: from 0, of the same batch.
        stopped: whether the loop ended because somebody asked for it by a file STOP in the run folder.
        finished: whether the last epoch is over, or the tracker was closed.
        iterable: what gives out the batches.
        options: how it is followed.
        watch: what divides the time of a training; that of another loop stands still.
        thread: in which a training goes on.
    """

    def __init__(self, course: Course, iterable: Iterable[Batch], options: Options) -> None:
        """Follow `iterable` in the course of a run."""
        start = options.start
        self.iterable, self.options = iterable, options
        self.step = (course.next_step if start is None else start) - 1
        self.stopped = self.finished = False
        self.thread = 0
        self._course = course
        self._rank = rank(os.environ)
        self._speaks = self._rank in (None, 0)
        self._stops = self._rank is None if options.stop is None else options.stop
        self._length = _length(iterable)
        self._earlier = course.next_step if start is None else 0  # steps that were none of these epochs
        epochs, self._again = divmod(start or 0, self._length) if self._length else (0, 0)
        self.epoch = epochs - 1
        self._clock_ns = waiting_clock(options.clock_ns) if options.synchronize else options.clock_ns
        self.watch = Stopwatch(self._clock_ns)
        self._sheet = Timesheet(self.watch, options.every_s)
        self._move = mover(options.device) if options.device is not None else None
        self._postfix: dict[str, Any] = {}
        self._in_epochs = False
        self._look_at = self._began = self._began_at = 0
        self._pass_end: int | None = None
        self._pace: Pace | None = None
        self._display: Display = Silent()

    def __iter__(self) -> Iterator[Batch]:
        """Give out the batches of all epochs; within `epochs()`, or where their number was not given, those of one."""
        if self._in_epochs or self.options.epochs is None:
            return self._next_pass()
        return self._all_passes()

    def epochs(self) -> Iterator[int]:
        """Give out the numbers of the epochs, from 0; within it the tracker gives out the batches of one each time.

        Without a number of epochs they go on until you leave.
        """
        first, last = self.epoch + 1, self.options.epochs
        self._in_epochs = True
        try:
            for epoch in count(first) if last is None else range(first, last):
                self.epoch = epoch
                yield epoch
                if self.stopped:
                    break
        finally:
            self._in_epochs = False
            self._close(self.watch.go_on(None))

    def phase(self, name: str) -> AbstractContextManager[None]:
        """Count the time of the `with` block as `time/<name>_s`, and not as what it lies in."""
        return _Part(self._training(), text_of(name))

    def evaluation(self) -> AbstractContextManager[None]:
        """Count the time of the `with` block as evaluation, loops in it that are followed included."""
        return _Part(self._training(), EVALUATION)

    def checkpoint(self) -> AbstractContextManager[None]:
        """Count the time of the `with` block as writing checkpoints."""
        return _Part(self._training(), CHECKPOINT)

    def transfer(self) -> AbstractContextManager[None]:
        """Count the time of the `with` block as moving data to the device; `device=` does so by itself."""
        return _Part(self._training(), TRANSFER)

    def set_postfix(self, **values: Any) -> None:
        """Show values behind the bar. They are looked at when it is drawn: a tensor of a GPU is not waited for here."""
        self._postfix.update(values)

    def close(self) -> None:
        """End it: log what was measured since the last row. The next loop that is followed is a training again."""
        is_idle = self.watch.current == OTHER and not self.watch.is_nested
        self._close(self._clock_ns() if is_idle else self.watch.go_on(None))

    # --- passes ---

    def _all_passes(self) -> Iterator[Batch]:
        for _ in self.epochs():
            yield from self._next_pass()

    def _next_pass(self) -> Iterator[Batch]:
        training = self._course.claim(self)
        if not self._in_epochs:
            self.epoch += 1
        if training is not self:
            return self._other_pass(training)
        if self.options.epochs is not None:
            set_epoch(self.iterable, self.epoch)
        return self._training_pass()

    def _training_pass(self) -> Iterator[Batch]:
        watch, sheet, move, samples = self.watch, self._sheet, self._move, self._samples()
        self._begin(watch.go_on(DATA))
        done = self._again  # of a pass that an earlier process began, this one does the rest
        most = self._length if done else None
        try:
            for batch in self.iterable:
                if move is not None:
                    watch.switch(TRANSFER)
                    batch = move(batch)  # noqa: PLW2901 - it is the batch
                sheet.samples += samples(batch)
                sheet.steps += 1
                self.step += 1
                done += 1
                watch.switch(STEP)
                yield batch
                now = watch.go_on(DATA)
                if now >= self._look_at:
                    self._look(now)
                if self.stopped or done == most:
                    break
            else:
                self._length = done or None
        finally:
            self._again = 0
            self._look(watch.go_on(OTHER))

    def _other_pass(self, training: "Tracker[Any] | None") -> Iterator[Batch]:
        """Count a loop within the training as its evaluation, unless it lies in a part that was named."""
        watch = None if training is None or training.watch.is_nested else training.watch
        depth = 0 if watch is None else watch.enter(EVALUATION)
        self._begin(self._clock_ns())
        try:
            for batch in self.iterable:
                self.step += 1
                yield batch if self._move is None else self._move(batch)
                now = self._clock_ns()
                if now >= self._look_at:
                    self._show(now)
        finally:
            if watch is not None:
                watch.leave(depth)
            self._end(self._clock_ns())

    def _training(self) -> "Tracker[Any] | None":
        """Return whose time a named part is taken from: None where nothing is timed."""
        return None if self.finished else self._course.claim(self)

    # --- what is told ---

    def _begin(self, now: int) -> None:
        """Begin a pass."""
        self._look_at = now
        self._pass_end = None if self._length is None else self.step + 1 + self._length - self._again
        if self._pace is not None:
            return
        self._pace = Pace()
        self._began, self._began_at = now, self.step + 1
        self._sheet.begin(now)
        if self._speaks:
            is_training = self._course.training is self
            self._display = display(self.options.progress, self.step + 1, leave=is_training)

    def _look(self, now: int) -> None:
        """Log a row if it is time for one, draw the bar, see whether to stop."""
        if self._pace is None:  # it was closed within a step
            return
        if self._sheet.is_due(now):
            self._log(now)
        self._show(now)
        if self._stops and self._course.run.stop_requested:
            self.stopped = True

    def _show(self, now: int) -> None:
        every_s = self.options.every_s
        self._look_at = now + (LOOK_NS if every_s is None else min(LOOK_NS, int(every_s * SECOND_NS)))
        self._display.show(self._standing(now))

    def _log(self, now: int) -> None:
        standing, total, row = self._standing(now), self._total(), self._sheet.row(now)
        if not row or not self._speaks:
            return
        if total is not None:
            self._course.run.progress(standing.done, total)
            if standing.left_s is not None:
                row["time/left_s"] = standing.left_s
        self._course.log(self.step, row)

    def _close(self, now: int) -> None:
        """End the tracker, with what was measured up to now."""
        if not self.finished and self._pace is not None and self._course.training is self:
            self._course.next_step = self.step + 1
            self._log(now)
        self.finished = True
        self._end(now)

    def _end(self, now: int) -> None:
        """Take the bar away."""
        if self._pace is not None:
            self._display.close(self._standing(now))
        self._display, self._pace = Silent(), None

    def _total(self) -> int | None:
        """Return the steps of all epochs, and what was before them; None where nobody knows."""
        if self.options.total is not None:
            return self.options.total
        if self._length is None or self.options.epochs is None:
            return None
        return self._earlier + self.options.epochs * self._length

    def _standing(self, now: int) -> Standing:
        done, total, spent_s = self.step + 1, self._total() or self._pass_end, (now - self._began) / SECOND_NS
        assert self._pace is not None  # it began
        self._pace.mark(done - self._began_at, spent_s)
        step_s = self._pace.step_s
        left_s = None if total is None or step_s is None else max(total - done, 0) * step_s
        title = self.options.description or ("epoch" if self._course.training is self else EVALUATION)
        number = f" {self.epoch + 1}" + (f"/{self.options.epochs}" if self.options.epochs else "")
        waiting = "" if self._sheet.waiting is None else f"{100 * self._sheet.waiting:.0f} % waiting for data"
        words = [waiting, *(f"{name} {_in_short(value)}" for name, value in self._postfix.items())]
        rate = 1 / step_s if step_s else None
        return Standing(done, total, spent_s, rate, left_s, title + number, ", ".join(filter(None, words)))

    def _samples(self) -> Callable[[Any], float]:
        samples = self.options.samples
        if samples is None:
            return SampleCount()
        return samples if callable(samples) else lambda _batch: samples


class _Part:
    """A named part of a training's time."""

    __slots__ = ("_depth", "_name", "_training")

    def __init__(self, training: Tracker[Any] | None, name: str) -> None:
        self._training, self._name, self._depth = training, name, 0

    def __enter__(self) -> None:
        if self._training is not None:
            self._depth = self._training.watch.enter(self._name)

    def __exit__(self, *_: object) -> None:
        if self._training is not None:
            self._training.watch.leave(self._depth)


def _length(iterable: Any) -> int | None:
    """Return how many batches a pass has, None where that is not known beforehand."""
    return attempt(lambda: len(iterable)) or None  # torch's loaders have one that asks the data set for its own


def _in_short(value: Any) -> str:
    try:
        return f"{to_number(value):.4g}"
    except RefusedError:
        return text_of(value)
