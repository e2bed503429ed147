"""A bar on the terminal while something long goes on, and plain lines where there is no terminal."""

import shutil
import sys
from types import TracebackType
from typing import Self

_BAR = 24


class Progress:
    """How much of a number of runs is done. The bar goes to standard error, what is said to standard output.

    Args:
        sizes: how much work each run is, in any one unit; their order is that in which they are done.
    """

    def __init__(self, sizes: list[int]) -> None:
        self._sizes = [max(size, 1) for size in sizes]
        self._done = 0  # runs
        self._shown = sys.stderr.isatty()
        self._line = ""

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._draw("")

    def tell(self, share: float, name: str) -> None:
        """Show that this share of the present run is done."""
        if not self._shown or not self._sizes:
            return
        done = sum(self._sizes[: self._done]) + min(share, 1.0) * self._sizes[min(self._done, len(self._sizes) - 1)]
        part = min(done / sum(self._sizes), 1.0)
        filled = round(part * _BAR)
        bar = "#" * filled + "." * (_BAR - filled)
        self._draw(f"[{bar}] {part:4.0%}  {self._done:,} of {len(self._sizes):,} runs  {name}")

    def finish(self, line: str) -> None:
        """Count one run as done and say what became of it."""
        self._done += 1
        self.say(line)

    def say(self, line: str) -> None:
        """Print a line above the bar."""
        bar = self._line
        self._draw("")
        print(line.encode("utf-8", "backslashreplace").decode(), flush=True)
        self._draw(bar)

    def _draw(self, line: str) -> None:
        if not self._shown or line == self._line:
            return
        self._line = line[: shutil.get_terminal_size().columns - 1]
        sys.stderr.write(f"\r\x1b[K{self._line}")
        sys.stderr.flush()
