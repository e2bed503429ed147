"""Options of a tracker as a training hands them over: what makes no sense is passed over, and told."""

from collections.abc import Callable
from typing import Any, TypeVar

from trainer_hooks.given import in_words, text_of
from trainer_hooks.tracking.course import Options
from trainer_hooks.values import RefusedError, to_finite, to_number, to_step

Number = TypeVar("Number", bound=float)
Tell = Callable[[str, str], None]
"""Takes a key, for which a message is told once, and the message."""


def fitting(options: Options, tell: Tell) -> Options:
    """Return options that cannot end a training: each that makes no sense is as if it had not been given."""

    def read(name: str, as_number: Callable[[Any], Number]) -> Number | None:
        try:
            value = getattr(options, name)
            return None if value is None else as_number(value)
        except RefusedError as error:
            tell(f"track {name}", f"{name} of track() is ignored: expected a number of at least 0, got {error}")
            return None

    samples = options.samples
    return options._replace(
        total=read("total", _count),
        start=read("start", _count),
        every_s=read("every_s", _amount),
        samples=_counting(samples, tell) if callable(samples) else read("samples", _amount),
        description=text_of(options.description),
    )


def _count(value: Any) -> int:
    """Return a whole number of at least 0. Raises RefusedError."""
    count = to_step(value)
    if count < 0:
        raise RefusedError(f"{count:,}")
    return count


def _amount(value: Any) -> float:
    """Return a number of at least 0, which may be a mean. Raises RefusedError."""
    to_finite(value)
    amount = to_number(value)
    if amount < 0:
        raise RefusedError(f"{amount:,}")
    return amount


def _counting(samples: Callable[[Any], Any], tell: Tell) -> Callable[[Any], float]:
    """Return a count of samples that is 0 where the training's own function fails."""
    fails = False

    def count(batch: Any) -> float:
        nonlocal fails
        try:
            return _amount(samples(batch))
        except Exception as error:  # noqa: BLE001 - it is the training's own code
            if not fails:
                fails = True
                tell("track samples", f"samples of track() told nothing of a batch: {in_words(error)}")
            return 0

    return count
