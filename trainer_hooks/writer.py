"""One process's files in a run folder: its name, its segments, its media list, its status."""

import os
import threading
import time
from collections.abc import Callable
from pathlib import Path

from trainer_hooks.appender import Appender
from trainer_hooks.background import Background
from trainer_hooks.disk import create_file, is_network, open_again, open_new, replace_file
from trainer_hooks.folder import RunFolder
from trainer_hooks.host import host_name
from trainer_hooks.notices import Notices
from trainer_hooks.record import media_name, segment_name, status_name, writer_name
from trainer_hooks.status import HEARTBEAT_INTERVAL_S, Status

SEGMENT_BYTES = 16 << 20
WAITING_BYTES = 64 << 20
SLOW_WRITE_S = 1.0
NO_LIMIT = 1 << 62


class Writer:
    """Owns what this process writes. A process that got it by fork writes nothing until it logs.

    Attributes:
        folder: where the files are.
        metrics: appends metrics lines; starts the next segment when one is full.
        media: appends media lines.
        status: what the process says of itself.
        background: the thread that does all that log() does not.
    """

    def __init__(
        self,
        folder: RunFolder,
        *,
        direct: bool | None,
        notices: Notices,
        segment_ended: Callable[[Path], None],
        chore: Callable[[Status], None],
    ) -> None:
        """Write into `folder`; nothing is opened yet.

        Args:
            folder: the run's.
            direct: write inside log() while the disk is well; False: always in the background; None: as the
                file system suggests, in the background where another machine may keep it waiting.
            notices: where troubles are reported.
            segment_ended: told of segments that can be closed.
            chore: called before each status is written, by the background thread.
        """
        self.folder = folder
        self._direct, self._notices, self._segment_ended, self._chore = direct, notices, segment_ended, chore
        self._begin()

    def _begin(self) -> None:
        self._name: str | None = None
        self._segment: Path | None = None
        self._segments = 0
        self._next_heartbeat = 0.0
        self._stuck: tuple[int, float] | None = None  # size while a write was under way, and since when
        self._ready = threading.Event()
        self.status = Status(host_name(), os.getpid(), time.time())
        self.background = Background(self._work, self._last_work, self._notices)
        self.metrics = self._appender(self._open_segment, SEGMENT_BYTES, self._end_segment)
        self.media = self._appender(self._open_media, NO_LIMIT, lambda: None)

    def _appender(self, open_next: Callable[[], int], max_file_bytes: int, ended: Callable[[], None]) -> Appender:
        return Appender(
            open_next,
            direct=self._direct is not False,
            max_file_bytes=max_file_bytes,
            max_waiting_bytes=WAITING_BYTES,
            wake=self.background.wake,
            ended=ended,
        )

    def open(self, timeout_s: float) -> bool:
        """Have the background thread open the folder and show this process as running; return whether it did.

        Until then lines wait in memory, so a disk that fails or hangs costs `timeout_s` once and no line.
        """
        self.metrics.error = self.media.error = OSError("the run folder is not open yet")
        self.background.wake()
        self._ready.wait(timeout_s)
        return self._name is not None

    def begin_again_after_fork(self) -> None:
        """Let go of all that is the parent's: files, waiting lines, thread, locks, name."""
        self.metrics.abandon()
        self.media.abandon()
        self._begin()

    def end(self, timeout_s: float) -> bool:
        """Write what waits and the final status; return whether all of it was done in time."""
        self._next_heartbeat = 0.0  # one more, so that a folder removed a moment ago is noticed
        return self.background.stop(timeout_s) and not self.waiting

    @property
    def waiting(self) -> int:
        """How many lines are in memory only."""
        return self.metrics.waiting + self.media.waiting

    @property
    def error(self) -> OSError | None:
        """Why lines wait; None while the disk is well."""
        return self.metrics.error or self.media.error

    def _claim_name(self) -> str:
        """Return the writer's name; the first time, find one that no other process has. Raises OSError."""
        counter = 0
        while self._name is None:
            counter += 1
            name = writer_name(self.status.host, os.getpid(), counter)
            self.status.writer = name
            if create_file(self.folder.path / status_name(name), self._encoded_status()):
                self._name = name
                self.background.start()
        return self._name

    def _open_segment(self) -> int:
        name = segment_name(self._claim_name(), self._segments)
        self._segments += 1
        descriptor = self._open(name, open_new)
        self._segment = self.folder.path / name
        return descriptor

    def _open_media(self) -> int:
        return self._open(media_name(self._claim_name()), open_again)

    def _open(self, name: str, opened: Callable[[Path], int]) -> int:
        try:
            return opened(self.folder.path / name)
        except FileNotFoundError:
            self.folder.restore()
            return opened(self.folder.path / name)

    def _end_segment(self) -> None:
        segment, self._segment = self._segment, None
        if segment is not None:
            self._segment_ended(segment)

    def _work(self) -> bool:
        """One round of the background thread; return whether the disk took all there was."""
        try:
            self._watch_for_hangs()
            self._open_at_first()
            self.metrics.drain()
            self.media.drain()
            if time.monotonic() >= self._next_heartbeat:
                self._beat()
            self.folder.save_facts()  # after the beat, which finds a folder that was moved
            return not self.waiting
        except OSError as error:
            self.metrics.error = self.media.error = error
            return False
        finally:
            self._say_trouble()
            self._ready.set()

    def _open_at_first(self) -> None:
        if self._name is not None:
            return
        if self._direct is None:
            self._direct = not is_network(self.folder.path)
        if not self._direct:
            self._stop_direct()
        if not self.folder.is_open:
            self.folder.open()
        self._claim_name()

    def _stop_direct(self) -> None:
        self._direct = False
        self.metrics.stop_direct()
        self.media.stop_direct()

    def _beat(self) -> None:
        self._next_heartbeat = time.monotonic() + HEARTBEAT_INTERVAL_S
        self.folder.follow()
        self.metrics.look()
        self.media.look()
        self._chore(self.status)
        self._save_status()

    def _last_work(self) -> bool:
        self.metrics.close()
        self.media.close()
        self._chore(self.status)
        if self._name is not None:
            self.folder.save_facts()
            self._save_status()
        return True

    def _save_status(self) -> None:
        replace_file(self.folder.path / status_name(self._claim_name()), self._encoded_status())

    def _encoded_status(self) -> bytes:
        dropped = self.metrics.dropped + self.media.dropped
        if dropped:
            self.status.dropped["memory full"] = dropped
        return self.status.encode(self.waiting, self.metrics.waiting_bytes + self.media.waiting_bytes)

    def _watch_for_hangs(self) -> None:
        """A write that takes longer than SLOW_WRITE_S keeps a training waiting: do not write inside log() again."""
        now, size_bytes = time.monotonic(), self.metrics.size_bytes
        if not self.metrics.writing:
            self._stuck = None
        elif self._stuck is None or self._stuck[0] != size_bytes:
            self._stuck = (size_bytes, now)
        elif now - self._stuck[1] >= SLOW_WRITE_S:
            self._stop_direct()
            self._notices.once(
                "slow", f"{self.folder.path} took over {SLOW_WRITE_S} s for a write; a thread does it now"
            )

    def _say_trouble(self) -> None:
        error, dropped = self.metrics.error or self.media.error, self.metrics.dropped + self.media.dropped
        if error is not None:
            self._notices.once(
                f"disk {error.errno}",
                f"{self.folder.path} cannot be written ({error}); training goes on, {self.waiting:,} lines wait in "
                f"memory, up to {WAITING_BYTES >> 20} MiB, and are written when it works again",
            )
        if dropped:
            self._notices.once(
                "dropped",
                f"{self.folder.path}: {WAITING_BYTES >> 20} MiB of lines wait in memory and that is the bound; the "
                f"oldest are given up from now on, {dropped:,} so far; how many in the end is in the run's status",
            )
