"""Waits on conditions, with an end."""

import time
from collections.abc import Callable

PATIENCE_S = 120.0


def until(condition: Callable[[], object], what: str = "the condition") -> None:
    """Return once `condition()` is true; fail after PATIENCE_S seconds."""
    end = time.monotonic() + PATIENCE_S
    while not condition():
        assert time.monotonic() < end, f"waited {PATIENCE_S:g} s for {what}"
        time.sleep(0.002)
