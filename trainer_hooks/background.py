"""The thread that writes what had to wait, shows that the process lives, and looks at the machine's load."""

import queue
import threading
import time
from collections.abc import Callable

from trainer_hooks.notices import Notices

TICK_S = 1.0  # how often the thread looks around, and how soon a failing disk is tried again
COALESCE_S = 0.05  # lines of a queued writer are collected this long, so that many share one write


class Background:
    """One daemon thread that calls `work` when woken and at least every TICK_S, until stopped.

    The broad `except` in it is one of the two places where it is allowed: whatever goes wrong beside the
    training must not end the thread, or nothing more would be written.
    """

    def __init__(self, work: Callable[[], bool], last: Callable[[], bool], notices: Notices) -> None:
        """Call `work`, which says whether all is well, again and again, and `last` when stopped."""
        self._work, self._last, self._notices = work, last, notices
        # A queue: a signal handler may log while log() wakes the thread; the lock of an Event would wait for itself.
        self._woken: queue.SimpleQueue[None] = queue.SimpleQueue()
        self._stopping = threading.Event()
        self._lock = threading.Lock()
        self._thread: threading.Thread | None = None
        self._deadline = 0.0  # time.monotonic() up to which stopping may take

    def start(self) -> None:
        """Start the thread if it does not run. Where no thread can be started, say so once."""
        if self._thread is not None or not self._lock.acquire(blocking=False):  # it is being started
            return
        try:
            if self._thread is None:
                self._thread = start_thread(self._loop, "tailboard-writer", self._notices)
        finally:
            self._lock.release()

    def wake(self) -> None:
        """Have `work` called soon."""
        if self._woken.empty():
            self._woken.put(None)
        self.start()

    def stop(self, timeout_s: float) -> bool:
        """Have `work` called until all is well, at most `timeout_s` long, then `last`; return whether that is done."""
        self._deadline = time.monotonic() + timeout_s
        self._stopping.set()
        self._woken.put(None)
        if self._thread is None:
            self._end()
            return True
        self._thread.join(timeout_s)
        return not self._thread.is_alive()

    def _loop(self) -> None:
        while not self._stopping.is_set():
            while self._is_woken(0.0):
                pass
            well = self._guarded(self._work)
            if self._is_woken(TICK_S):
                self._stopping.wait(COALESCE_S if well else TICK_S)
        self._end()

    def _is_woken(self, timeout_s: float) -> bool:
        try:
            self._woken.get(timeout=timeout_s)
        except queue.Empty:
            return False
        return True

    def _end(self) -> None:
        while not self._guarded(self._work) and time.monotonic() < self._deadline:
            time.sleep(COALESCE_S)
        self._guarded(self._last)

    def _guarded(self, step: Callable[[], bool]) -> bool:
        try:
            return step()
        except Exception as error:  # noqa: BLE001 - the writer thread goes on whatever happens
            self._notices.once(f"thread {type(error).__name__}", f"the writing thread met {error!r} and goes on")
            return False


def start_thread(target: Callable[[], None], name: str, notices: Notices) -> threading.Thread | None:
    """Start a daemon thread; where the system gives no more threads, say so once and return None."""
    thread = threading.Thread(target=target, name=name, daemon=True)
    try:
        thread.start()
    except RuntimeError as error:
        notices.once("no thread", f"no thread could be started ({error}); what waits in memory is not written")
        return None
    return thread
