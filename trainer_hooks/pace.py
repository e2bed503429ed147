"""How fast a loop is: over the newer half of its steps, so that a slow beginning is soon forgotten."""

from bisect import bisect_left

MOST_MARKS = 1_000


class Pace:
    """Remembers when how many steps were done."""

    def __init__(self) -> None:
        """Begin with no step done at 0 s."""
        self._steps = [0.0]
        self._spent_s = [0.0]

    def mark(self, steps: float, spent_s: float) -> None:
        """Note that `steps` were done after so many seconds; both never fall."""
        self._steps.append(steps)
        self._spent_s.append(spent_s)
        if len(self._steps) > MOST_MARKS:
            del self._steps[1::2], self._spent_s[1::2]

    @property
    def step_s(self) -> float | None:
        """Seconds for a step over the newer half; None before the first step."""
        steps, spent_s = self._steps[-1], self._spent_s[-1]
        half = min(bisect_left(self._steps, steps / 2), len(self._steps) - 2)
        done = steps - self._steps[half] if half >= 0 else 0
        return (spent_s - self._spent_s[half]) / done if done > 0 else None
