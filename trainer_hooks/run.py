"""A run as the training sees it: log() and its relatives."""

import threading
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from trainer_hooks.calls.tracking import TrackCalls
from trainer_hooks.calls.watching import WatchCalls
from trainer_hooks.closing import Closer
from trainer_hooks.config import to_json
from trainer_hooks.encoder import line_encoder
from trainer_hooks.encoding import EncodingQueue
from trainer_hooks.folder import RunFolder
from trainer_hooks.given import in_words
from trainer_hooks.kinds import Encoders
from trainer_hooks.load import LoadSampler
from trainer_hooks.media import MediaLogging
from trainer_hooks.notices import Notices
from trainer_hooks.record import encode_resume
from trainer_hooks.stopping import StopWatch
from trainer_hooks.values import MAX_INT, RefusedError, describe, to_finite, to_step, to_values
from trainer_hooks.writer import Writer

MAX_KNOWN_TAGS = 1_000_000
FINISH_TIMEOUT_S = 10.0
FLUSH_TIMEOUT_S = 10.0
FLUSH_POLL_S = 0.005
CAPTURE_TIMEOUT_S = 2.0  # a run that ends at once waits this long for what git says


class Run(MediaLogging, TrackCalls, WatchCalls):
    """Logs into one run folder. Made by `trainer_hooks.init`.

    No method raises for what the disk does or for what is logged, none waits for the disk longer than one
    write takes, and all may be called from any thread, from signal handlers and after a fork.
    """

    def __init__(
        self, folder: RunFolder, *, direct: bool | None, timeout_s: float, again_from: int | None = None
    ) -> None:
        """Open the run; lines are kept in memory while the disk does not let us. See `trainer_hooks.init`."""
        self._folder = folder
        self._notices = Notices()
        self._encode = line_encoder()
        self._known: set[str] = set()  # tags that need no cleaning
        self._next_step = 0
        self._last_log: float | None = None
        self._progress: tuple[float, float] | None = None
        self._refused = self._late = 0
        self._finished = False
        self._stop = StopWatch()
        self._is_first = True  # not a forked child of the process that called init()
        self._closer = Closer(self._notices)
        self._encoding, self._encoders = EncodingQueue(self._notices), Encoders()
        self._load: LoadSampler | None = None
        self._capture: threading.Thread | None = None
        self._writer = Writer(
            folder, direct=direct, notices=self._notices, segment_ended=self._closer.close, chore=self._report
        )
        self._writer.open(timeout_s)
        self._use_writer()
        if folder.resume:
            self._again_from = again_from
            self._next_step = 0 if folder.last_step is None else folder.last_step + 1
            if again_from is not None:
                self._next_step = again_from
            self._append = self._append_first
            self._first_step = self._next_step

    @property
    def path(self) -> Path:
        """The run folder. It may differ from the one asked for: an existing run is never mixed with another."""
        return self._folder.path

    @property
    def finished(self) -> bool:
        """Whether `finish` was called; what is logged from then on is ignored."""
        return self._finished

    @property
    def next_step(self) -> int:
        """The step that a log() without one gets; of a resumed run at first the one after the last it has."""
        return self._next_step

    def log(self, metrics: Mapping[str, Any], step: int | None = None, wall_time: float | None = None) -> None:
        """Log one row of numbers.

        The row is in the kernel's hands when this returns (on a network disk: in the writing thread's), so a
        killed process loses nothing.

        Args:
            metrics: tag -> number: Python and numpy numbers, 0-d tensors on any device, NaN and infinities.
                Nested dictionaries become `a/b`. What is no number is left out of the row and named once.
            step: the trainer's own counter; None counts on from the last step logged, from 0 at first.
            wall_time: when it was measured, in seconds since the epoch, UTC; None: now.
        """
        if type(metrics) is not dict or not self._known.issuperset(metrics):
            metrics = self._clean(metrics)
        else:
            for value in metrics.values():
                if type(value) is not float and type(value) is not int:
                    metrics = self._clean(metrics)
                    break
        if not metrics:
            return
        if step is not None and (type(step) is not int or not -MAX_INT <= step <= MAX_INT):
            step = self._clean_step(step)
        now = time.time()
        if wall_time is None:
            wall_time = now
        elif type(wall_time) is not float or 0.0 * wall_time != 0.0:
            wall_time = self._clean_time(wall_time, now)
        with self._lock:
            if step is None:
                step = self._next_step
            self._next_step = step + 1
            self._last_log = now
            self._append(self._encode(step, wall_time, metrics))

    def log_charts(
        self,
        charts: Mapping[str, Mapping[str, Sequence[Any]]],
        step: int | None = None,
        *,
        source: str = "layout",
        wall_time: float | None = None,
    ) -> None:
        """Declare charts that draw several tags in one panel. Each replaces the one of the same category and title.

        Args:
            charts: category -> title -> (form, tags). Form is "multiline", a line per tag, or "margin", whose tags
                are the middle, the low and the high edge of a band, and again for each further band. Tags may be
                regular expressions.
            step: the trainer's own counter.
            source: who declares them: "layout" for a person, "add_scalars" for calls that log several tags as one.
            wall_time: seconds since the epoch, UTC; None: now.
        """
        self._log_items("custom_scalars", "charts", [charts], step, (), wall_time, source=source)

    def update_config(self, config: Any) -> None:
        """Add to what the run was started with: a mapping, `argparse.Namespace` or a dataclass, nested or not.

        What is there already is kept, name by name; of the same name the new value counts. Every process of a run
        may do so.
        """
        try:
            added = to_json(config)
        except Exception:  # noqa: BLE001 - an object's fields may be the training's own code
            added = None
        if self._finished:
            self._notices.once("late", f"update_config() after finish() is ignored in {self.path}")
        elif not isinstance(added, dict):
            self._refused += 1
            self._notices.once("config", f"update_config() takes names and values, got {describe(config)}")
        elif added:
            self._folder.add_facts({"config": added})
            self._writer.background.wake()

    def refuse(self, key: str, message: str) -> None:
        """Count something that cannot be logged, and say `message`, once for each `key`; for layers above this one."""
        self._refused += 1
        self._notices.once(key, message)

    def flush(self, timeout_s: float = FLUSH_TIMEOUT_S) -> bool:
        """Wait until all that was logged is in the kernel's hands; return whether it is.

        It is already, but for large items that are being encoded, and on a network disk. While a disk fails this
        returns at once.

        Args:
            timeout_s: how long to wait at most.
        """
        deadline = time.monotonic() + timeout_s
        while (self._encoding.waiting or self._writer.waiting) and time.monotonic() < deadline:
            if self._writer.error:
                return False
            self._writer.background.wake()
            time.sleep(FLUSH_POLL_S)
        return not self._encoding.waiting and not self._writer.waiting

    def finish(self, error: BaseException | None = None) -> None:
        """End the run: write what waits, close the last segment, say how it ended. A second call does nothing.

        Waits until all that was logged is encoded, and then at most some FINISH_TIMEOUT_S seconds; what a failing disk
        did not take by then is reported.

        Args:
            error: the exception that ended the training; None if it went well.
        """
        if self._finished:
            return
        self._end_tracking()
        self._end_watching()
        self._finished = True
        self._known = set()  # sends every later log() through _clean
        interrupt = self._encoding.finish()
        deadline = time.monotonic() + FINISH_TIMEOUT_S
        if self._capture is not None:
            self._capture.join(CAPTURE_TIMEOUT_S)
        self._writer.status.end(error)
        if not self._writer.end(FINISH_TIMEOUT_S):
            self._notices.once(
                "unwritten",
                f"{self.path}: {self._writer.waiting:,} lines could not be written within {FINISH_TIMEOUT_S:g} s "
                f"({self._writer.error}); they are lost when this process ends",
            )
        self._closer.finish(max(0.5, deadline - time.monotonic()))
        self._folder.close()
        if interrupt is not None:
            raise interrupt

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, _kind: type[BaseException] | None, error: BaseException | None, _trace: TracebackType | None
    ) -> None:
        self.finish(error)

    def __repr__(self) -> str:
        return f"<run {str(self.path)!r}, {'finished' if self._finished else f'next step {self._next_step:,}'}>"

    def _use_writer(self) -> None:
        self._lock = self._writer.metrics.lock
        self._append = self._writer.metrics.append

    def begin_again_after_fork(self, logs: Callable[[], None]) -> None:
        """Called in a forked child: log into files of its own, if it logs at all, and tell `logs` when it begins to."""
        self._notices = Notices()
        self._closer = Closer(self._notices)
        self._encoding, self._encoders = EncodingQueue(self._notices), Encoders()
        self._capture = self._load = None
        self._is_first = False
        self._writer.begin_again_after_fork()
        self._use_writer()

        def append_first(line: bytes) -> None:
            self._append = self._writer.metrics.append
            logs()
            self._append(line)

        self._append = append_first

    def _append_first(self, line: bytes) -> None:
        """Write the marker of a resumed run together with the first line."""
        self._append = self._writer.metrics.append
        now = time.time() if self._last_log is None else self._last_log
        self._append(encode_resume(self._next_step - 1, now, self._again_from) + line)

    def _clean(self, metrics: Any) -> dict[str, int | float]:
        """Return what can be logged of `metrics`; say once what cannot."""
        if self._finished:
            self._late += 1
            self._notices.once("late", f"log() after finish() is ignored in {self.path}")
            return {}
        if not isinstance(metrics, Mapping):
            self._refused += 1
            self._notices.once("mapping", f"log() takes a dictionary of tags and numbers, got {describe(metrics)}")
            return {}
        try:
            values, refused = to_values(metrics, self._notices.once)
        except Exception as error:  # noqa: BLE001 - a mapping may be the training's own code
            self._refused += 1
            self._notices.once("mapping", f"a row is not logged, its names or values cannot be had: {in_words(error)}")
            return {}
        self._refused += refused
        if len(self._known) > MAX_KNOWN_TAGS:
            self._known.clear()
        self._known.update(tag for tag in metrics if tag in values)
        return values

    def _clean_step(self, step: Any) -> int | None:
        try:
            return to_step(step)
        except RefusedError as error:
            self._notices.once("step", f"a step is a whole number, got {error}; the row gets the next step")
            return None

    def _clean_time(self, wall_time: Any, now: float) -> float:
        try:
            return to_finite(wall_time)
        except RefusedError as error:
            self._notices.once("time", f"a time is in seconds since the epoch, got {error}; the row gets the present")
            return now
