"""What a writer says of itself, for viewers: the content of `status-<writer>.json`."""

import json
import time
from types import TracebackType
from typing import Any, Literal

from trainer_hooks.given import text_of
from trainer_hooks.pace import Pace
from trainer_hooks.record import FORMAT
from trainer_hooks.stopping import StopRequest

HEARTBEAT_INTERVAL_S = 2.0
MAX_TRACEBACK_CHARS = 8_000
MAX_MESSAGE_CHARS = 2_000
FADE_PER_LOOK = 0.999  # one look per heartbeat

State = Literal["running", "finished", "failed"]


class Status:
    """The facts of one writer; `encode` makes the file's bytes of them.

    Attributes:
        writer: the name that the process writes under; empty until it has one.
        state: "running" until the end is known.
        exit: the exception that ended the run, with the end of its traceback.
        progress: (done, total) in the trainer's own unit.
        dropped: reason -> how many records were given up for it.
        last_step, last_log: of the newest log(); seconds since the epoch.
        stop: somebody asked the training to end.
    """

    def __init__(self, host: str, pid: int, started: float) -> None:
        self.writer = ""
        self.state: State = "running"
        self.exit: dict[str, str] | None = None
        self.progress: tuple[float, float] | None = None
        self.dropped: dict[str, int] = {}
        self.last_step: int | None = None
        self.last_log: float | None = None
        self.stop: StopRequest | None = None
        self._rhythm, self._forecast = Rhythm(), Forecast()
        self.host = host
        self._who = {"host": host, "pid": pid, "started": started}

    def end(self, error: BaseException | None, trace: TracebackType | None = None) -> None:
        """Note how the run ended. Leaving with exit code 0 is no error."""
        if error is None or (isinstance(error, SystemExit) and not error.code):
            self.state = "finished"
            return
        self.state = "failed"
        import traceback

        lines = traceback.format_exception(type(error), error, trace or error.__traceback__)
        self.exit = {
            "type": type(error).__name__,
            "message": text_of(error)[:MAX_MESSAGE_CHARS],
            "traceback": "".join(lines)[-MAX_TRACEBACK_CHARS:],
        }

    def encode(self, waiting: int, waiting_bytes: int) -> bytes:
        """Return the file's content at this moment.

        Args:
            waiting: lines that are in memory only.
            waiting_bytes: their size.
        """
        self._rhythm.look(self.last_log)
        done, total = self.progress or (None, None)
        left_s = self._forecast.left_s(self.progress, time.monotonic())
        members: dict[str, Any] = {
            "format": FORMAT,
            "writer": self.writer,
            **self._who,
            "state": self.state,
            "heartbeat": time.time(),
            "heartbeat_interval_s": HEARTBEAT_INTERVAL_S,
            "last_log": self.last_log,
            "log_interval_s": self._rhythm.interval_s,
            "last_step": self.last_step,
            "progress": None if done is None else {"done": done, "total": total},
            "left_s": left_s if self.state == "running" else None,
            "exit": self.exit,
            "stop_requested": self.stop.as_json() if self.stop else None,
            "dropped": self.dropped,
            "backlog": waiting,
            "backlog_bytes": waiting_bytes,
        }
        return json.dumps(members, ensure_ascii=False, indent=1).encode("utf-8", "replace")


class Rhythm:
    """How far apart the log() calls of a training lie, learnt by looking now and then.

    Attributes:
        interval_s: the longest gap between two logs seen lately, in seconds; None before the second.
            It falls by half in some 20 minutes, so that one long pause does not count for good.
    """

    def __init__(self) -> None:
        self.interval_s: float | None = None
        self._last: float | None = None

    def look(self, last_log: float | None) -> None:
        """Take note of when the newest log() was, in seconds since the epoch."""
        if last_log is None or last_log == self._last:
            return
        if self._last is not None:
            gap_s = max(last_log - self._last, 0.0)
            self.interval_s = round(max(gap_s, FADE_PER_LOOK * (self.interval_s or 0.0)), 3)
        self._last = last_log


class Forecast:
    """How long a training still takes, by the pace of the progress that it told of, whatever its unit."""

    def __init__(self) -> None:
        self._pace = Pace()
        self._total = self._last = self._begin = self._began_s = 0.0

    def left_s(self, progress: tuple[float, float] | None, now_s: float) -> float | None:
        """Take note of what is done of what, at a time in seconds; return the seconds left, None before it moved."""
        if progress is None:
            return None
        done, total = progress
        if total != self._total or done < self._last:  # another training, or one that goes on from where an earlier was
            self._pace, self._total, self._begin, self._began_s = Pace(), total, done, now_s
        self._last = done
        self._pace.mark(done - self._begin, now_s - self._began_s)
        step_s = self._pace.step_s
        return None if step_s is None else round(max(total - done, 0.0) * step_s, 1)
