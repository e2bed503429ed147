"""Closing segments: a JSONL file that grows no more becomes Parquet, beside the training and never inside log()."""

import os
import queue
import threading
import time
from array import array
from collections.abc import Callable
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

from trainer_hooks.background import start_thread
from trainer_hooks.forking import no_fork
from trainer_hooks.notices import Notices
from trainer_hooks.record import AGAIN_KEY, RESUME_KEY, STEP_KEY, TIME_KEY, BadLineError, decode_value, parse

if TYPE_CHECKING:
    from trainer_hooks.parquet import SegmentColumns

CHUNK_BYTES = 32 << 10  # parsed in one go: about half a millisecond of the interpreter's lock
PAUSE_S = 0.002  # left to the training after each chunk


def close_segment(path: Path, pause_s: float = 0.0) -> Path:
    """Turn one growing segment that no process writes any more into Parquet.

    The Parquet file appears whole, by rename, and only then the JSONL file is removed. What is left of a line
    at the end of a killed process's file was never reported as logged and is left out.

    Args:
        path: `metrics-<writer>-<n>.jsonl`.
        pause_s: slept after each small piece, so that other threads of this process run.

    Returns:
        Path of the Parquet file.

    Raises:
        BadLineError: a line cannot be read; the segment stays as it is, so nothing is hidden or lost.
        ImportError: pyarrow or numpy is not installed; the segment stays as it is.
        OSError: the file system refused; the segment stays as it is.
    """
    with no_fork():
        import pyarrow.parquet  # noqa: F401 - here, so that nothing is imported later

        from trainer_hooks import arrow  # noqa: F401
        from trainer_hooks.parquet import write
    closed = path.with_suffix(".parquet")
    with path.open("rb") as file:
        columns = _Parser().parse(file, pause_s)
    temporary = path.with_name(f".{closed.name}.{os.getpid()}.{os.urandom(4).hex()}")
    try:
        write(temporary, columns)
        _sync(temporary)
        temporary.replace(closed)
    finally:
        temporary.unlink(missing_ok=True)
    _sync(path.parent)
    path.unlink()
    return closed


class Closer:
    """Closes segments one after the other in a thread of its own; where pyarrow is missing they stay JSONL."""

    def __init__(self, notices: Notices) -> None:
        self._notices = notices
        self._segments: queue.SimpleQueue[Path | None] = queue.SimpleQueue()
        self._thread: threading.Thread | None = None

    def close(self, segment: Path) -> None:
        """Have a segment closed soon; returns at once."""
        self._segments.put(segment)
        if self._thread is None:
            self._thread = start_thread(self._loop, "tailboard-closer", self._notices)

    def finish(self, timeout_s: float) -> None:
        """Wait until all segments are closed, but no longer than `timeout_s`; the rest stays JSONL."""
        self._segments.put(None)
        if self._thread is not None:
            self._thread.join(timeout_s)

    def _loop(self) -> None:
        while (segment := self._segments.get()) is not None:
            try:
                close_segment(segment, PAUSE_S)
            except (ImportError, RuntimeError):  # RuntimeError: the interpreter exits and lets nothing be imported
                return  # `python -m app compact` closes what was left open
            except (BadLineError, OSError, ValueError) as error:
                self._notices.once(f"closing {type(error).__name__}", f"{segment} stays as it is: {error}")


class _Parser:
    """Collects the columns of a growing segment in plain arrays, 8 bytes a number."""

    def __init__(self) -> None:
        self._codes: dict[str, int] = {}
        self._code, self._value = array("i"), array("d")
        self._step, self._wall_time = array("q"), array("d")
        self._values_in_row = array("q")
        self._resumed = False
        self._resumed_at: float | None = None
        self._again_from: int | None = None

    def parse(self, file: IO[bytes], pause_s: float) -> "SegmentColumns":
        """Read all complete lines. Raises BadLineError, naming file and line."""
        import numpy as np

        from trainer_hooks.parquet import SegmentColumns

        loads = _json_parser()
        torn: list[bytes] = []
        while chunk := file.read(CHUNK_BYTES):
            complete, newline, rest = chunk.rpartition(b"\n")
            if newline:
                for line in b"".join([*torn, complete]).split(b"\n"):
                    self._add(file.name, line, loads)
                torn = []
            torn.append(rest)
            time.sleep(pause_s)
        counts = np.frombuffer(self._values_in_row, np.int64)
        return SegmentColumns(
            tags=list(self._codes),
            code=np.frombuffer(self._code, np.int32),
            row=np.repeat(np.arange(len(counts)), counts),
            step=np.repeat(np.frombuffer(self._step, np.int64), counts),
            wall_time=np.repeat(np.frombuffer(self._wall_time, np.float64), counts),
            value=np.frombuffer(self._value, np.float64),
            rows=len(counts),
            resumed=self._resumed,
            resumed_at=self._resumed_at,
            again_from=self._again_from,
        )

    def _add(self, name: str, line: bytes, loads: Callable[[bytes], Any]) -> None:
        try:
            members = loads(line)
            self._step.append(members.pop(STEP_KEY))
            self._wall_time.append(members.pop(TIME_KEY))
            if members.pop(RESUME_KEY, False):
                self._resumed, self._resumed_at = True, self._wall_time[-1]
                self._again_from = members.get(AGAIN_KEY)
            codes = [self._codes.setdefault(tag, len(self._codes)) for tag in members if not tag.startswith("_")]
            self._value.extend([decode_value(value) for tag, value in members.items() if not tag.startswith("_")])
        except (AttributeError, KeyError, TypeError, OverflowError, ValueError) as error:
            raise BadLineError(f"{name}, line {len(self._values_in_row) + 1:,} cannot be read: {error}") from error
        self._code.extend(codes)
        self._values_in_row.append(len(codes))


def _json_parser() -> Callable[[bytes], Any]:
    try:
        import orjson
    except ImportError:
        return parse
    return orjson.loads


def _sync(path: Path) -> None:
    """Wait until a file, or the names in a folder, are on the disk. Raises OSError."""
    descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
