"""What the watching of models needs of a run."""

from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Sink:
    """Where measurements go.

    Attributes:
        next_step: tells the step that a log() without one would get.
        log: takes metrics, step and wall time in seconds since the epoch, without counting as a log().
        say: takes tag, Markdown and step.
        refuse: takes a key and what to say once for it.
    """

    next_step: Callable[[], int]
    log: Callable[..., None]
    say: Callable[[str, str, int], None]
    refuse: Callable[[str, str], None]
