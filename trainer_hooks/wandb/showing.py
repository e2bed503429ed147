"""Which kind a value has that `log` was given."""

from collections.abc import Callable
from typing import Any

from trainer_hooks.integration.absent import Nothing
from trainer_hooks.run import Run
from trainer_hooks.values import RefusedError, describe, to_number
from trainer_hooks.wandb.data import Image, Media, figure_of, log_images
from trainer_hooks.wandb.table import Table

MOST_AS_TENSOR = 32  # numbers; more of them are counted into a histogram, as W&B does


def is_number(value: Any) -> bool:
    """Whether it is one number: Python's, numpy's, a tensor of one element."""
    kind = type(value)
    if kind is float or kind is int:
        return True
    try:
        to_number(value)
    except RefusedError:
        return False
    return True


def log_value(run: Run, tag: str, value: Any, step: int) -> None:
    """Log what is no number; refuse in words what is nothing that can be shown."""
    try:
        _log(run, tag, value, step)
    except Exception as error:  # noqa: BLE001 - shapes, files and libraries of the training; it must not fail for them
        run.refuse(f"value {tag}", f"{tag!r} is not logged, it is {describe(value)}: {error or type(error).__name__}")


def _log(run: Run, tag: str, value: Any, step: int) -> None:
    if isinstance(value, list | tuple) and value and all(isinstance(one, Media) for one in value):
        _log_several(run, tag, value, step)
        return
    if isinstance(value, Nothing):
        return
    for is_it, log in WAYS:
        if is_it(value):
            log(run, tag, value, step)
            return
    raise TypeError("no kind shows it")


def _log_several(run: Run, tag: str, values: Any, step: int) -> None:
    if all(isinstance(one, Image) for one in values) and len(values) > 1:
        log_images(run, tag, values, step)
        return
    for place, one in enumerate(values):
        one.log_to(run, f"{tag}/{place}" if len(values) > 1 else tag, step)


def _log_array(run: Run, tag: str, value: Any, step: int) -> None:
    import numpy as np

    count = int(np.prod(value.shape)) if hasattr(value, "shape") else len(value)
    if count > MOST_AS_TENSOR:
        run.log_histogram(tag, value, step=step)
    else:
        run.log_tensor(tag, value, step=step)


def _is_numbers(value: Any) -> bool:
    if hasattr(value, "shape") and hasattr(value, "dtype"):
        return True
    return isinstance(value, list | tuple) and bool(value) and all(map(is_number, value))


# In this order: what a value is asked for, and how it is logged then.
WAYS: tuple[tuple[Callable[[Any], bool], Callable[[Run, str, Any, int], None]], ...] = (
    (lambda value: isinstance(value, Media), lambda run, tag, value, step: value.log_to(run, tag, step)),
    (lambda value: isinstance(value, str), lambda run, tag, value, step: run.log_text(tag, value, step=step)),
    (
        lambda value: hasattr(value, "itertuples"),
        lambda run, tag, value, step: Table(data=value).log_to(run, tag, step),
    ),
    (
        lambda value: hasattr(value, "savefig") or hasattr(value, "to_plotly_json") or hasattr(value, "figure"),
        lambda run, tag, value, step: run.log_figure(tag, figure_of(value), step=step),
    ),
    (lambda value: hasattr(value, "getbands"), lambda run, tag, value, step: run.log_image(tag, value, step=step)),
    (_is_numbers, _log_array),
    (
        lambda value: isinstance(value, list | tuple) and all(isinstance(one, str) for one in value),
        lambda run, tag, value, step: run.log_text(tag, "\n".join(value), step=step),
    ),
)
