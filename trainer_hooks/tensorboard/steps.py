"""Makes whole steps of what scripts give as `global_step`: whole numbers, fractions of an epoch, nothing at all."""

import math
from collections.abc import Callable
from typing import Any, NamedTuple

from trainer_hooks.values import RefusedError, to_number, to_step


class Place(NamedTuple):
    """Where a value goes: the run's step, and the fraction that was given for it where one was."""

    step: int
    exact: float | None = None


class Steps:
    """The steps of one writer.

    A whole number is the step. Without one, a value goes where the writer is, the step given or counted last, or
    one beyond the last value of its own tag where that is further: so values logged without steps never fall on
    each other. A tag whose steps are fractions, `epoch + i / len(loader)`, is counted in the same way from the
    whole part on, so that the points of an epoch do not fall on one step; the fraction is kept beside the value.
    """

    def __init__(self, say: Callable[[str, str], None]) -> None:
        """Begin at 0; `say(key, message)` is told of what is no step."""
        self._say = say
        self._last = 0
        self._of_tag: dict[str, int] = {}
        self._fractions: set[str] = set()  # tags that were given one

    def __getstate__(self) -> dict[str, Any]:
        return {**vars(self), "_say": None}

    def heard_by(self, say: Callable[[str, str], None]) -> None:
        """Tell somebody else of what is no step from now on."""
        self._say = say

    def place(self, tag: str, step: Any) -> Place:
        """Return the place of a value of `tag`.

        Args:
            tag: its name.
            step: a number, numpy's and 0-d tensors included, or None; anything else is said once and taken as None.
        """
        if type(step) is int and tag not in self._fractions and -(2**63) <= step < 2**63:
            self._last = self._of_tag[tag] = step
            return Place(step)
        exact = None if step is None else self._number(step)
        if exact is None:
            return Place(self._count(tag, self._last))
        if tag in self._fractions or exact != math.floor(exact):
            self._fractions.add(tag)
            return Place(self._count(tag, math.floor(exact)), float(exact))
        self._last = self._of_tag[tag] = int(exact)
        return Place(self._last)

    def _count(self, tag: str, least: int) -> int:
        self._last = self._of_tag[tag] = max(least, self._of_tag.get(tag, least - 1) + 1)
        return self._last

    def _number(self, step: Any) -> int | float | None:
        try:
            number = to_number(step)
            to_step(math.floor(number) if math.isfinite(number) else number)
        except RefusedError as error:
            self._say(
                "step", f"a global_step is a number of at most 64 bits, got {error}; the value gets the next step"
            )
            return None
        return number
