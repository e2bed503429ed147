"""The thread that encodes large images, videos, vectors, ... while the training goes on."""

import queue
import threading
import time
from collections import deque
from collections.abc import Callable
from typing import NamedTuple

from trainer_hooks.forking import no_fork
from trainer_hooks.notices import Notices
from trainer_hooks.waiting import WaitingBar

SMALL_BYTES = 32 << 10  # encoded at once: that takes a millisecond or two, and then nothing is lost to `kill -9`
MAX_BYTES = 256 << 20  # of the copies that wait: the weights of a model of 60 million parameters, once
MAX_JOBS = 4_096
STUCK_S = 120.0  # without one job done: whatever keeps the thread, do not wait for it for ever
POLL_S = 0.005


class Job(NamedTuple):
    """Something to be done by the thread: encode a copy and store it, or store what was encoded already."""

    tag: str
    size_bytes: int  # of what it keeps in memory
    run: Callable[[], None]


class EncodingQueue:
    """Jobs in their order, done by one daemon thread. What was logged of one tag is stored in order.

    No lock is held while a job is put: a signal handler may log in the midst of a log call of its own thread. A job
    leaves the queue when it is done, so that what is being done counts as waiting.

    The broad `except` in it is one of the few places where it is allowed: whatever goes wrong with one item must
    not end the thread, or nothing more would be encoded.
    """

    def __init__(self, notices: Notices) -> None:
        """Begin empty; the thread is started by the first job."""
        self._notices = notices
        self._jobs: deque[Job] = deque()
        self._woken: queue.SimpleQueue[bool] = queue.SimpleQueue()  # False: no more jobs will come
        self._starting, self._working = threading.Lock(), threading.Lock()
        self._thread: threading.Thread | None = None
        self._done = 0

    @property
    def waiting(self) -> int:
        """How many jobs are not done."""
        return len(self._jobs)

    @property
    def waiting_bytes(self) -> int:
        """What they keep in memory."""
        return sum([job.size_bytes for job in tuple(self._jobs)])

    def has_room(self, size_bytes: int) -> bool:
        """Tell whether a job that keeps so much in memory may be put."""
        if len(self._jobs) < MAX_JOBS and self.waiting_bytes + size_bytes <= MAX_BYTES:
            return True
        if size_bytes > MAX_BYTES:
            return False
        self._notices.once(
            "encoding",
            f"more is logged than can be encoded beside the training, {self.waiting:,} items wait "
            f"({self.waiting_bytes >> 20} MiB, up to {MAX_BYTES >> 20}); such a log_...() call encodes by itself",
        )
        return False

    def put(self, job: Job) -> None:
        """Have a job done after all that wait; where the system gives no thread, it is done here."""
        self._jobs.append(job)
        self._woken.put(True)
        if self._thread is None:
            self._start()

    def do_in_order(self, job: Job) -> None:
        """Do a job at once, unless jobs of its tag wait: then after these, here if there is no room for it."""
        if self._is_waiting(job.tag):
            if self.has_room(job.size_bytes):
                self.put(job)
                return
            self._wait_while(lambda: self._is_waiting(job.tag))
        job.run()

    def finish(self) -> KeyboardInterrupt | None:
        """Wait until all jobs are done, with a bar or a line on standard error where that takes over a second.

        Returns:
            The Ctrl-C that ended the waiting, if one did; what waited then is given up, counted and said.
        """
        self._woken.put(False)
        interrupt = None
        try:
            with WaitingBar(self.waiting, self.waiting_bytes) as bar:
                self._wait_while(lambda: bool(self._jobs), lambda: bar.show(self.waiting, self.waiting_bytes))
        except KeyboardInterrupt as error:
            interrupt = error
        if self._jobs:
            why = "Ctrl-C" if interrupt else f"none of them was done within {STUCK_S:g} s"
            self._notices.once("not encoded", f"{self.waiting:,} logged items are not stored: {why}")
            self._jobs.clear()
        return interrupt

    def _is_waiting(self, tag: str) -> bool:
        return any(job.tag == tag for job in tuple(self._jobs))

    def _start(self) -> None:
        if not self._starting.acquire(blocking=False):  # it is being started
            return
        try:
            if self._thread is None:
                thread = threading.Thread(target=self._loop, name="tailboard-encoder", daemon=True)
                thread.start()
                self._thread = thread
        except RuntimeError:  # no more threads, or the interpreter is about to end
            self._work()
        finally:
            self._starting.release()

    def _loop(self) -> None:
        with no_fork():
            import hashlib  # noqa: F401 - for the names of blobs; all else that encoding needs is imported already
        while self._woken.get():
            self._work()
        self._work()

    def _work(self) -> None:
        """Do all jobs; where another thread does so, leave them to it."""
        if not self._working.acquire(blocking=False):
            return
        try:
            while self._jobs:
                self._do(self._jobs[0])
                if self._jobs:  # else they were given up meanwhile
                    self._jobs.popleft()
                self._done += 1
        finally:
            self._working.release()

    def _do(self, job: Job) -> None:
        try:
            job.run()
        except Exception as error:  # noqa: BLE001 - the thread goes on whatever happens
            self._notices.once(f"encoding {type(error).__name__}", f"{job.tag!r} could not be encoded: {error!r}")

    def _wait_while(self, true: Callable[[], bool], look: Callable[[], None] = lambda: None) -> None:
        """Wait while `true()`, as long as jobs are being done; do them here where no thread does."""
        done, since = self._done, time.monotonic()
        while true():
            if self._thread is None or not self._thread.is_alive():
                self._work()
            if self._done != done:
                done, since = self._done, time.monotonic()
            elif time.monotonic() - since > STUCK_S:
                return
            look()
            time.sleep(POLL_S)
