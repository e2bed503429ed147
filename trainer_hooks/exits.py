"""Notices how the process ends and that it forked, on behalf of all open runs."""

import atexit
import os
import sys
from types import TracebackType

from trainer_hooks.run import Run


class _Exits:
    """The hooks of this process; whatever was hooked in before goes on being called."""

    def __init__(self) -> None:
        self._runs: set[Run] = set()
        self.latest: Run | None = None
        self._hooked = False

    def watch(self, run: Run) -> None:
        """Finish `run` with the process. See `watch`."""
        self.latest = run
        self._runs = {other for other in self._runs if not other.finished} | {run}
        self._finish_with_multiprocessing()
        if self._hooked:
            return
        self._hooked = True
        atexit.register(self._finish_all)
        self._next_hook = sys.excepthook
        sys.excepthook = self._on_exception
        if hasattr(os, "register_at_fork"):
            os.register_at_fork(after_in_child=self._after_fork)

    def _finish_all(self) -> None:
        error = sys.exc_info()[1]  # multiprocessing calls this while the exception of a child is on its way
        while self._runs:
            self._runs.pop().finish(error)

    def _on_exception(self, kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
        self._next_hook(kind, error, trace)
        while self._runs:
            self._runs.pop().finish(error)

    def _after_fork(self) -> None:
        for run in self._runs:
            run.begin_again_after_fork(self._finish_with_multiprocessing)

    def _finish_with_multiprocessing(self) -> None:
        """A child of multiprocessing ends without `atexit`; it has a list of its own, emptied when the child starts."""
        util = sys.modules.get("multiprocessing.util")
        process = sys.modules.get("multiprocessing.process")
        if util is not None and process is not None and process.parent_process() is not None:
            util.Finalize(None, self._finish_all, exitpriority=0)


_exits = _Exits()


def watch(run: Run) -> None:
    """Finish `run` when the process ends, with the exception that ended it if there was one.

    A forked child that logs through `run` gets files of its own, and is finished with the child.
    """
    _exits.watch(run)


def latest_run() -> Run | None:
    """Return the run that this process began last, finished or not."""
    return _exits.latest
