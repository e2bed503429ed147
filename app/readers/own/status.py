"""What the writers of a run are doing, judged from their status files, the clock and the process list."""

import os
import socket
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from app.readers.contract import RunState, RunStatus, Stamp

_SILENT_BEATS = 3
_SILENT_S = 10.0  # a heartbeat may be late this long whatever its interval: a busy disk, a paused machine
_STALLED_RHYTHMS = 10
_STALLED_S = 60.0


@dataclass(frozen=True, slots=True)
class WriterStatus:
    """One status file as it was when it was read.

    Attributes:
        fields: what the file holds.
        sign: when the writer was last seen alive, in seconds since the epoch by this machine's clock.
    """

    writer: str
    fields: Mapping[str, Any]
    sign: float

    @classmethod
    def read(
        cls, writer: str, fields: Mapping[str, Any], stamp: Stamp, before: "WriterStatus | None", now: float
    ) -> "WriterStatus":
        """Judge when the writer was alive, as the clocks of two hosts may differ.

        A file that changed under our eyes is a sign of life now. One seen for the first time says when by its
        heartbeat or by its modification time; neither can lie in the future.
        """
        beat = _number(fields, "heartbeat") or 0.0
        sign = now if before else min(now, max(beat, stamp.mtime_ns / 1e9))
        return cls(writer, fields, sign)

    def judge(self, now: float) -> RunStatus:
        """Return what this writer is doing at `now`, in seconds since the epoch."""
        state, detail = self._state(now)
        return RunStatus(
            state,
            detail,
            heartbeat=_number(self.fields, "heartbeat"),
            progress=_progress(self.fields),
            left_s=_number(self.fields, "left_s") if state in {RunState.RUNNING, RunState.STALLED} else None,
            dropped=_dropped(self.fields),
            traceback=_traceback(self.fields) if state == RunState.FAILED else "",
        )

    def _state(self, now: float) -> tuple[RunState, str]:
        if self.fields.get("state") == "finished":
            return RunState.FINISHED, ""
        if self.fields.get("state") == "failed":
            return RunState.FAILED, _exception(self.fields)
        interval = _number(self.fields, "heartbeat_interval_s") or _SILENT_S / _SILENT_BEATS
        silent = now - self.sign
        if silent > interval + 1 and self._is_dead():
            return RunState.CRASHED, f"process {self.fields['pid']} is gone and wrote no end"
        if silent > max(_SILENT_BEATS * interval, _SILENT_S):
            return RunState.CRASHED, f"no sign of life for {_span(silent)}; it should give one every {interval:g} s"
        last_log, rhythm = _number(self.fields, "last_log"), _number(self.fields, "log_interval_s")
        beat = _number(self.fields, "heartbeat")
        if last_log is None or rhythm is None or beat is None:
            return RunState.RUNNING, ""
        quiet = beat - last_log + silent  # both of the writer's clock, then ours
        if quiet > max(_STALLED_RHYTHMS * rhythm, _STALLED_S):
            return RunState.STALLED, f"alive, but nothing logged for {_span(quiet)}; usual is every {_span(rhythm)}"
        return RunState.RUNNING, ""

    def _is_dead(self) -> bool:
        pid = self.fields.get("pid")
        if not isinstance(pid, int) or pid <= 0 or self.fields.get("host") != socket.gethostname():
            return False
        try:
            os.kill(pid, 0)
        except ProcessLookupError:
            return True
        except OSError:
            return False
        return False


def judge_run(
    writers: Sequence[WriterStatus], resumed_at: Mapping[str, float], now: float, stop_time: float | None = None
) -> RunStatus:
    """Combine the writers of one run into one status.

    Args:
        writers: all that ever wrote to the run.
        resumed_at: per writer that resumed the run, when, in seconds since the epoch.
        now: seconds since the epoch.
        stop_time: when the file that asks the training to end was made, in seconds since the epoch; None where none is.

    Returns:
        The state of the processes that ran last: one that ended before another resumed the run, or began in its
        folder and got further, counts no more. Any that logs makes the run running; `detail` names how many of
        them do not.
    """
    current = [writer for writer in writers if not _is_superseded(writer, writers, resumed_at)]
    if not current:
        return RunStatus(RunState.UNKNOWN, "no writer has given a sign of life yet")
    judged = [writer.judge(now) for writer in current]
    state = _combined([status.state for status in judged], [writer.fields for writer in current])
    progress = [status.progress for status in judged if status.progress is not None]
    stop_time, reason, seen = _stop([writer.fields for writer in current], state, stop_time)
    left = [status.left_s for status in judged if status.left_s is not None]
    beats = [status.heartbeat for status in judged if status.heartbeat is not None]
    return RunStatus(
        state,
        _stopped(reason) if seen and state == RunState.FINISHED else _detail(state, judged),
        heartbeat=max(beats, default=None),
        progress=max(progress, default=None),
        left_s=max(left, default=None),
        dropped=sum(_dropped(writer.fields) for writer in writers),
        traceback=next((status.traceback for status in judged if status.traceback), ""),
        stop_time=stop_time,
        stop_reason=reason,
        stop_seen=seen,
    )


def _stop(
    fields: Sequence[Mapping[str, Any]], state: RunState, file_time: float | None
) -> tuple[float | None, str, bool]:
    """Return when the training was asked to end and why, and whether it knows; of a run that ended, only if it knew."""
    requests = [request for one in fields if isinstance(request := one.get("stop_requested"), dict)]
    seen = [request for request in requests if request.get("seen") is True]
    if not seen and (file_time is None or state not in {RunState.RUNNING, RunState.STALLED}):
        return None, "", False
    told = next(iter(seen or requests), {})
    time = file_time if not seen else _number(told, "time")
    return time, str(told.get("reason") or ""), bool(seen)


def _stopped(reason: str) -> str:
    return f"stopped on request: {reason}" if reason else "stopped on request"


def _is_superseded(writer: WriterStatus, writers: Sequence[WriterStatus], resumed_at: Mapping[str, float]) -> bool:
    beat = _number(writer.fields, "heartbeat") or writer.sign
    if any(beat <= time for other, time in resumed_at.items() if other != writer.writer):
        return True
    return any(_goes_on_after(other.fields, writer.fields, beat) for other in writers)


def _goes_on_after(fields: Mapping[str, Any], before: Mapping[str, Any], beat: float) -> bool:
    """Tell whether a writer began after the last sign of life of another, at `beat`, and got further than it."""
    started, step, reached = _number(fields, "started"), _number(fields, "last_step"), _number(before, "last_step")
    return started is not None and started >= beat and step is not None and (reached is None or step > reached)


def _combined(states: Sequence[RunState], fields: Sequence[Mapping[str, Any]]) -> RunState:
    """Return the first that holds; a writer that never logged (another rank) neither runs nor stalls a run."""
    logging = [state for state, one in zip(states, fields, strict=True) if one.get("last_log") is not None]
    alive = {RunState.RUNNING, RunState.STALLED}
    if RunState.RUNNING in logging:
        return RunState.RUNNING
    if RunState.STALLED in logging:
        return RunState.STALLED
    if alive.intersection(states):
        return RunState.RUNNING
    return next(state for state in (RunState.FAILED, RunState.CRASHED, RunState.FINISHED) if state in states)


def _detail(state: RunState, judged: Sequence[RunStatus]) -> str:
    detail = next((status.detail for status in judged if status.state == state and status.detail), "")
    lost = [status for status in judged if status.state in {RunState.FAILED, RunState.CRASHED}]
    if state in {RunState.RUNNING, RunState.STALLED} and lost:
        return f"{len(lost)} of {len(judged)} writers {lost[0].state}: {lost[0].detail}"
    return detail


def _number(fields: Mapping[str, Any], name: str) -> float | None:
    value = fields.get(name)
    return float(value) if isinstance(value, int | float) and not isinstance(value, bool) else None


def _progress(fields: Mapping[str, Any]) -> float | None:
    progress = fields.get("progress")
    done, total = (
        (_number(progress, name) for name in ("done", "total")) if isinstance(progress, dict) else (None, None)
    )
    return min(max(done / total, 0.0), 1.0) if done is not None and total else None


def _dropped(fields: Mapping[str, Any]) -> int:
    dropped = fields.get("dropped")
    return int(sum(_number(dropped, reason) or 0 for reason in dropped)) if isinstance(dropped, dict) else 0


def _exception(fields: Mapping[str, Any]) -> str:
    error = fields.get("exit")
    if not isinstance(error, dict):
        return "it ended with an exception"
    return f"{error.get('type', 'Exception')}: {error.get('message', '')}".rstrip(": ")


def _traceback(fields: Mapping[str, Any]) -> str:
    error = fields.get("exit")
    return str(error.get("traceback") or "") if isinstance(error, dict) else ""


def _span(seconds: float) -> str:
    if seconds < 120:
        return f"{seconds:.3g} s"
    return f"{seconds / 60:.0f} min" if seconds < 7200 else f"{seconds / 3600:.0f} h"
