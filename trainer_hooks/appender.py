"""Appends lines to the growing files of one writer: in order, whole, and never raising for the disk."""

import errno
import os
import threading
from collections import deque
from collections.abc import Callable
from typing import NamedTuple

DISK_IS_FULL = (errno.ENOSPC, errno.EDQUOT)  # the same file will do when there is room again
BATCH_BYTES = 1 << 20  # written at once by the thread, so that a hang holds little


class Entry(NamedTuple):
    """A line that waits, and what has to be on the disk before it."""

    line: bytes
    prepare: Callable[[], None] | None = None  # raises OSError while it cannot be done
    size_bytes: int = 0  # of what `prepare` keeps in memory


class Appender:
    """The one place where lines become bytes in files.

    While the disk is well, `append` writes by itself, so the kernel has the line when it returns. After any
    failure, and always where `direct` is False, lines wait in memory and `drain`, called by a background
    thread, writes them; a later line never overtakes an earlier one.

    Attributes:
        lock: held by whoever calls `append`. Reentrant: a signal handler may log while log() runs.
        size_bytes: length of the open file.
        writing: a write to the disk is under way in `append`.
        dropped: lines given up because more than `max_waiting_bytes` waited. The oldest go first: of a long
            outage the end says more about a training than the middle.
    """

    def __init__(
        self,
        open_next: Callable[[], int],
        *,
        direct: bool,
        max_file_bytes: int,
        max_waiting_bytes: int,
        wake: Callable[[], object],
        ended: Callable[[], object],
    ) -> None:
        """Write to the files that `open_next` opens, one after the other; nothing is opened yet.

        Args:
            open_next: opens the next file for appending and returns its descriptor; raises OSError.
            direct: write inside `append` while the disk is well.
            max_file_bytes: a file that reached this is followed by the next.
            max_waiting_bytes: bound of what is kept in memory.
            wake: called when something waits that `drain` should write.
            ended: called when a file is complete and the next one is begun.
        """
        self.lock = threading.RLock()
        self.size_bytes = 0
        self.writing = False
        self.dropped = 0
        self.error: OSError | None = None  # why lines wait, None while the disk is well
        self._open_next, self._wake, self._ended = open_next, wake, ended
        self._direct_allowed = direct
        self._direct = False  # True only with a file open, nothing waiting and the disk well
        self._max_file_bytes, self._max_waiting_bytes = max_file_bytes, max_waiting_bytes
        self._descriptor: int | None = None
        self._waiting: deque[Entry] = deque()
        self._waiting_bytes = 0
        self._seen_bytes = 0  # of the open file, when it was last known to be in its folder
        self._in_flight = 0  # lines taken by `drain` and not yet written

    @property
    def waiting(self) -> int:
        """How many lines are in memory only."""
        return len(self._waiting) + self._in_flight

    @property
    def waiting_bytes(self) -> int:
        """Size of what is in memory only."""
        return self._waiting_bytes

    def append(self, line: bytes) -> None:
        """Write one line, or keep it where the disk does not take it. The caller holds `lock`."""
        if not self._direct or self.writing:
            self._append_first_or_later(Entry(line))
            return
        length = len(line)  # here, as no call may lie between the write and what is noted of it: signals raise in calls
        self.writing = True
        try:
            written = os.write(self._descriptor, line)  # type: ignore[arg-type]
        except OSError as error:
            self._fail(error, Entry(line))
            return
        except BaseException:  # an exception of a signal handler: KeyboardInterrupt, a time limit
            self._settle(length)
            raise
        finally:
            self.writing = False
        if written != length:
            self._fail(OSError(errno.ENOSPC, f"only {written:,} of {length:,} bytes were written"), Entry(line))
            return
        self.size_bytes += written
        if self.size_bytes >= self._max_file_bytes:
            self._begin_next()

    def append_after(self, entry: Entry) -> None:
        """Prepare and write one entry, or keep it where the disk does not take it. The caller holds `lock`."""
        if self._direct and not self.writing and entry.prepare is not None:
            try:
                entry.prepare()
            except OSError as error:
                self._fail(error, entry)
            else:
                self.append(entry.line)
        else:
            self._append_first_or_later(entry)

    def drain(self) -> bool:
        """Write what waits; return whether nothing waits any more. Called by one background thread.

        Where nothing waits no lock is taken: an `append` that hangs in a write holds it.
        """
        while (self.waiting or self.error) and (batch := self._take()):
            written = self._write(batch)
            with self.lock:
                self._put_back(batch[written:], done=batch[:written])
            if written < len(batch):
                return False
        return True

    def stop_direct(self) -> None:
        """From now on never write inside `append`: the disk was too slow for that. Takes no lock: one is stuck."""
        self._direct_allowed = self._direct = False

    def look(self) -> None:
        """Notice that the open file was removed, and write what came since the last look to a new one.

        The kernel goes on taking lines for a removed file, so a failure never tells.
        """
        if not self.lock.acquire(blocking=False):
            return
        try:
            self._look()
        finally:
            self.lock.release()

    def close(self) -> None:
        """Leave the open file. What is appended from now on waits, and `drain` opens the next."""
        with self.lock:
            self._direct = False
            self._close()

    def abandon(self) -> None:
        """Let go of the file: after a fork it is the parent's, and this appender is not used again. Takes no lock."""
        self._direct = self.writing = False
        self._release()

    def _look(self) -> None:
        if self._descriptor is None or self.writing:
            return
        orphans = b""
        try:
            if os.fstat(self._descriptor).st_nlink > 0:
                self._seen_bytes = self.size_bytes
                return
            orphans = os.pread(self._descriptor, self.size_bytes - self._seen_bytes, self._seen_bytes)
        except OSError as error:  # a stale handle of a network disk
            self.error = error
        self._direct = False
        self._release()
        self._waiting.extendleft(Entry(line) for line in reversed(orphans.splitlines(keepends=True)))
        self._waiting_bytes += len(orphans)

    def _append_first_or_later(self, entry: Entry) -> None:
        well = self._direct_allowed and not self.writing and self.error is None and not self.waiting
        if well and self._descriptor is None:
            well = self._opened()
        if well and not self.waiting:  # a signal handler may have logged meanwhile
            self._direct = True
            self.append_after(entry) if entry.prepare else self.append(entry.line)
        else:
            self._direct = False
            self._keep(entry)

    def _opened(self) -> bool:
        """Close the file if there is one and open the next; meanwhile a signal handler's lines wait."""
        self._direct, self.writing = False, True
        try:
            self._close()
            self._open()
        except OSError as error:
            self.error = error
            return False
        finally:
            self.writing = False
        return True

    def _keep(self, entry: Entry) -> None:
        self._waiting.append(entry)
        self._waiting_bytes += len(entry.line) + entry.size_bytes
        self._keep_bound()
        self._wake()

    def _keep_bound(self) -> None:
        while self._waiting_bytes > self._max_waiting_bytes and self._waiting:
            oldest = self._waiting.popleft()
            self._waiting_bytes -= len(oldest.line) + oldest.size_bytes
            self.dropped += 1

    def _fail(self, error: OSError, entry: Entry) -> None:
        self._direct = False
        self._take_back(error)
        self._keep(entry)

    def _take_back(self, error: OSError) -> None:
        """Cut off the part of a line that was written; a file that will not do any more is left for a new one."""
        self.error = error
        try:
            if self._descriptor is not None:
                os.ftruncate(self._descriptor, self.size_bytes)
        except OSError:
            self._close()
        if error.errno not in DISK_IS_FULL:
            self._close()

    def _settle(self, length: int) -> None:
        """Find out how much of a line an interrupted write left behind, and take back anything but all of it."""
        try:
            size_bytes = os.fstat(self._descriptor).st_size  # type: ignore[arg-type]
        except OSError:
            size_bytes = -1
        if size_bytes == self.size_bytes + length:
            self.size_bytes = size_bytes
        elif size_bytes != self.size_bytes:
            self._take_back(OSError(errno.EINTR, "a write was interrupted"))

    def _begin_next(self) -> None:
        direct = self._direct
        if self._opened():
            self._direct = direct and not self.waiting

    def _open(self) -> None:
        self._descriptor = self._open_next()
        self.size_bytes = self._seen_bytes = os.fstat(self._descriptor).st_size

    def _close(self) -> None:
        if self._descriptor is not None:
            self._release()
            self._ended()

    def _release(self) -> None:
        descriptor, self._descriptor = self._descriptor, None
        try:
            if descriptor is not None:
                os.close(descriptor)
        except OSError as error:  # a network disk may say only now that it is full
            self.error = error

    def _take(self) -> list[Entry]:
        """Take what can be written together off the queue; empty if nothing waits, and then the disk is well.

        Holding the lock also means that no `append` is in the middle of a write.
        """
        with self.lock:
            batch: list[Entry] = []
            size_bytes = 0
            while self._waiting and size_bytes < BATCH_BYTES and not (batch and self._waiting[0].prepare):
                batch.append(self._waiting.popleft())
                size_bytes += len(batch[-1].line)
            self._in_flight = len(batch)
            if not batch:
                self.error = None
            return batch

    def _write(self, batch: list[Entry]) -> int:
        """Write entries in order; return how many of them are whole on the disk."""
        payload = b"".join(entry.line for entry in batch)
        written = 0
        try:
            if batch[0].prepare:
                batch[0].prepare()
            if self._descriptor is None:
                self._open()
            while written < len(payload):
                written += os.write(self._descriptor, payload[written:])  # type: ignore[arg-type]
        except OSError as error:
            done = _whole_entries(batch, written)
            self.size_bytes += sum(len(entry.line) for entry in batch[:done])
            self._take_back(error)
            return done
        self.size_bytes += len(payload)
        if self.size_bytes >= self._max_file_bytes:
            self._begin_next()
        return len(batch)

    def _put_back(self, left: list[Entry], done: list[Entry]) -> None:
        self._in_flight = 0
        self._waiting.extendleft(reversed(left))
        self._waiting_bytes -= sum(len(entry.line) + entry.size_bytes for entry in done)
        self._keep_bound()


def _whole_entries(entries: list[Entry], written_bytes: int) -> int:
    """Count the leading entries that fit into what was written."""
    for done, entry in enumerate(entries):
        written_bytes -= len(entry.line)
        if written_bytes < 0:
            return done
    return len(entries)
