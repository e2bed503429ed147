"""Keeps a fork from happening while a background thread imports.

A child that is forked while another thread imports a module waits for ever when it needs that module: the lock of
the half-made module is held by a thread that the child does not have. Data loaders fork just when a run has begun.
"""

import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager

MAX_WAIT_S = 5.0  # then the fork goes on: a training must not hang on a module on a hanging network disk


class _Gate:
    """Open to one: a thread that imports, or a thread that forks."""

    def __init__(self) -> None:
        self.lock = threading.Lock()
        self._forking = False

    def before_fork(self) -> None:
        self._forking = self.lock.acquire(timeout=MAX_WAIT_S)

    def after_in_parent(self) -> None:
        if self._forking:
            self._forking = False
            self.lock.release()

    def after_in_child(self) -> None:
        self.lock = threading.Lock()
        self._forking = False


_gate = _Gate()


@contextmanager
def no_fork() -> Iterator[None]:
    """Hold off forks of this process while the body imports; for background threads."""
    with _gate.lock:
        yield


if hasattr(os, "register_at_fork"):
    os.register_at_fork(
        before=_gate.before_fork, after_in_parent=_gate.after_in_parent, after_in_child=_gate.after_in_child
    )
