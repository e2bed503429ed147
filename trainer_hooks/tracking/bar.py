"""How far a loop is, in the terminal: a bar of tqdm where it is installed, else a plain line now and then."""

import sys
from contextlib import suppress
from typing import Any, NamedTuple, Protocol

from trainer_hooks.terminal import is_terminal, write

LINE_EVERY_S = 10.0
FAILURES = (OSError, ValueError)  # nobody listens: standard error was closed


class Standing(NamedTuple):
    """How far a loop is.

    Attributes:
        done: steps done, those of earlier processes included.
        total: steps in all; None where nobody knows.
        spent_s: seconds since the loop began.
        steps_per_s: over the newer half of the steps; None before the first.
        left_s: seconds that are probably left; None where `total` is.
        title: what is trained, and which epoch: "epoch 3/10".
        words: what else is worth a word: "12 % waiting for data, loss 0.31".
    """

    done: int
    total: int | None
    spent_s: float
    steps_per_s: float | None
    left_s: float | None
    title: str
    words: str


class Display(Protocol):
    """Shows standings to a person."""

    def show(self, standing: Standing) -> None:
        """Show one; called a few times a second."""

    def close(self, standing: Standing) -> None:
        """Show the last one."""


class Silent:
    """Shows nothing."""

    def show(self, standing: Standing) -> None:
        """Do nothing."""

    def close(self, standing: Standing) -> None:
        """Do nothing."""


class Lines:
    """A line on standard error every LINE_EVERY_S, and one at the end, for terminals without tqdm and for log files."""

    def __init__(self) -> None:
        """Say nothing yet."""
        self._next_s = LINE_EVERY_S

    def show(self, standing: Standing) -> None:
        """Write a line, if the last one is old enough."""
        if standing.spent_s >= self._next_s:
            self._next_s = standing.spent_s + LINE_EVERY_S
            self._write(as_line(standing))

    def close(self, standing: Standing) -> None:
        """Write a line."""
        self._write(f"{as_line(standing)}, ended after {as_span(standing.spent_s)}")

    def _write(self, line: str) -> None:
        if not write(line + "\n"):
            self._next_s = float("inf")


class TqdmBar:
    """A bar of tqdm on standard error."""

    def __init__(self, tqdm: Any, done: int, *, leave: bool) -> None:
        """Begin at `done` steps; with `leave` the bar stays when it is closed."""
        self._bar = tqdm(initial=done, file=sys.stderr, dynamic_ncols=True, leave=leave, mininterval=0.0, unit=" steps")

    def show(self, standing: Standing) -> None:
        """Draw the bar anew."""
        bar = self._bar
        if bar is None:
            return
        try:
            bar.total = standing.total
            bar.set_description(standing.title, refresh=False)
            unknown = "" if standing.total else "no end known"
            bar.set_postfix_str(", ".join(filter(None, (unknown, standing.words))), refresh=False)
            bar.update(standing.done - bar.n)
            bar.refresh()
        except FAILURES:
            self._bar = None

    def close(self, standing: Standing) -> None:
        """Draw the bar a last time."""
        self.show(standing)
        if self._bar is not None:
            with suppress(*FAILURES):
                self._bar.close()
            self._bar = None


def display(wanted: bool | None, done: int, *, leave: bool) -> Display:
    """Return where to show a loop.

    Args:
        wanted: whether at all; None: only where standard error is a terminal.
        done: steps that were done before.
        leave: whether the last standing stays on the screen.
    """
    terminal = is_terminal()
    if wanted is False or (wanted is None and not terminal):
        return Silent()
    if terminal:
        try:
            from tqdm import tqdm
        except ImportError:
            return Lines()
        return TqdmBar(tqdm, done, leave=leave)
    return Lines()


def as_line(standing: Standing) -> str:
    """Write a standing as one line."""
    done, total = standing.done, standing.total
    steps = f"{done:,} steps, no end known" if not total else f"{done:,} of {total:,} steps ({100 * done // total} %)"
    pace = "" if standing.steps_per_s is None else f"{standing.steps_per_s:,.4g} steps/s"
    left = "" if standing.left_s is None else f"{as_span(standing.left_s)} left"
    return ", ".join(filter(None, (f"{standing.title}: {steps}", pace, left, standing.words)))


def as_span(seconds: float) -> str:
    """Write seconds as people say them: 0.4 s, 12 s, 3 min 5 s, 2 h 10 min."""
    if seconds < 10:
        return f"{seconds:.1f} s"
    whole = round(seconds)
    if whole < 60:
        return f"{whole} s"
    if whole < 3600:
        return f"{whole // 60} min {whole % 60} s"
    return f"{whole // 3600:,} h {whole % 3600 // 60} min"
