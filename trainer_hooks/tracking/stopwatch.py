"""Divides wall time among parts by timestamps alone: at each moment one part counts, so they add up to the whole."""

from collections.abc import Callable

ClockNs = Callable[[], int]
"""Tells nanoseconds that never go back, from any beginning."""


class Stopwatch:
    """Counts whole nanoseconds, so nothing is lost to rounding.

    There is a base part, which `go_on` changes, and any number of parts nested over it. What is nested inside of
    another part is taken from that one.

    Attributes:
        parts: nanoseconds by part since `take` was called last, up to the last change.
        current: the part that counts now; None before the first one.
    """

    __slots__ = ("_clock_ns", "_outer", "_since", "current", "parts")

    def __init__(self, clock_ns: ClockNs) -> None:
        """Stand still until the first part is named."""
        self._clock_ns = clock_ns
        self._since = 0
        self._outer: list[str | None] = []
        self.parts: dict[str, int] = {}
        self.current: str | None = None

    @property
    def is_nested(self) -> bool:
        """Whether a part counts that was nested over the base."""
        return bool(self._outer)

    def switch(self, part: str | None) -> int:
        """Let `part` count from now on, None for nothing; return now, in nanoseconds."""
        now = self._clock_ns()
        current = self.current
        if current is not None:
            parts = self.parts
            parts[current] = parts.get(current, 0) + now - self._since
        self._since = now
        self.current = part
        return now

    def go_on(self, part: str | None) -> int:
        """Give up whatever is nested, and let `part` be the base from now on; return now, in nanoseconds."""
        if self._outer:
            self._outer.clear()
        return self.switch(part)

    def enter(self, part: str) -> int:
        """Nest `part` over what counts now; return what `leave` wants to know."""
        self._outer.append(self.current)
        self.switch(part)
        return len(self._outer)

    def leave(self, depth: int) -> None:
        """Go back to what counted before an `enter`, unless `go_on` gave it up meanwhile."""
        if len(self._outer) >= depth:
            part = self._outer[depth - 1]
            del self._outer[depth - 1 :]
            self.switch(part)

    def take(self) -> dict[str, int]:
        """Return the nanoseconds by part, and begin anew with 0 of each part that was ever named."""
        taken, self.parts = self.parts, dict.fromkeys(self.parts, 0)
        return taken
