"""Confusion matrices: how often each class was taken for each other, kept in the media line itself."""

from collections.abc import Iterable, Sized
from typing import TYPE_CHECKING, Any

from trainer_hooks.arrays import to_array, to_numbers
from trainer_hooks.given import at_most, text_of
from trainer_hooks.media import Item
from trainer_hooks.values import describe

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

MAX_CLASSES = 1_000


def encode(value: tuple[Any, Any], names: Iterable[Any] | None = None, counts: Any = None) -> Item:
    """Encode true and predicted classes, or counts made elsewhere; see `Run.log_confusion_matrix`.

    Raises:
        TypeError, ValueError: they do not fit; the message holds both numbers.
    """
    import numpy as np

    named = None if names is None else [text_of(name) for name in at_most(names, MAX_CLASSES, "names of classes")]
    if counts is None:
        named, matrix = _counted(*value, named)
    else:
        matrix = _given(counts)
    classes = named if named is not None else [str(place) for place in range(len(matrix))]
    if len(classes) != len(matrix):
        raise ValueError(f"{len(matrix):,} classes need as many names, got {len(classes):,}")
    whole = matrix.astype(np.int64) if (matrix == np.floor(matrix)).all() else matrix
    return Item("application/json", meta={"labels": classes, "counts": whole.tolist()})


def _given(counts: Any) -> "npt.NDArray[Any]":
    import numpy as np

    matrix = to_numbers(counts)
    if matrix.ndim != 2 or matrix.shape[0] != matrix.shape[1] or not matrix.size:
        raise ValueError(f"expected counts of shape (K, K), got {describe(counts)}")
    if not np.isfinite(matrix).all() or (matrix < 0).any():
        raise ValueError("expected counts of 0 and more")
    _bounded(matrix)
    return matrix


def _counted(labels: Any, predictions: Any, names: list[str] | None) -> tuple[list[str] | None, "npt.NDArray[Any]"]:
    """Return the names of the classes, None where they are numbers, and the counts of shape (K, K)."""
    import numpy as np

    if labels is None or predictions is None:
        raise ValueError("expected labels and predictions, or counts")
    truth, guess = to_array(labels).reshape(-1), to_array(predictions)
    width = 0
    if guess.ndim == 2 and guess.dtype.kind == "f":
        width, guess = guess.shape[1], guess.argmax(axis=1)
    guess = guess.reshape(-1)
    if len(truth) != len(guess):
        raise ValueError(f"{len(truth):,} labels need as many predictions, got {len(guess):,}")
    if truth.dtype.kind in "UO" and guess.dtype.kind in "UO":
        names = names if names is not None else sorted({*map(str, truth), *map(str, guess)})
    truth, guess = (_numbered(part, names) for part in (truth, guess))
    size = max([width, len(names or []), *(int(part.max()) + 1 for part in (truth, guess) if part.size)])
    if names is not None and size > len(names):
        raise ValueError(f"class {size - 1:,} has no name, {len(names):,} names were given")
    _bounded(range(size))
    return names, np.bincount(truth * size + guess, minlength=size * size).reshape(size, size)


def _numbered(classes: "npt.NDArray[Any]", names: list[str] | None) -> "npt.NDArray[np.int64]":
    """Return classes of shape (N,) as numbers from 0."""
    import numpy as np

    if classes.dtype.kind in "UO" and names is not None:
        places = {name: place for place, name in enumerate(names)}
        unknown = {str(name) for name in classes} - places.keys()
        if unknown:
            raise ValueError(f"class {min(unknown)!r} is none of the {len(names):,} names")
        return np.array([places[str(name)] for name in classes], np.int64)
    numbers = to_numbers(classes)
    if numbers.dtype.kind == "f" and not (numbers == np.floor(numbers)).all():
        raise ValueError("expected classes as whole numbers or texts, got floats that are not whole")
    if (numbers < 0).any():
        raise ValueError(f"expected classes from 0, got {numbers.min()}")
    return numbers.astype(np.int64)


def _bounded(classes: Sized) -> None:
    if not 0 < len(classes) <= MAX_CLASSES:
        raise ValueError(f"expected 1 to {MAX_CLASSES:,} classes, got {len(classes):,}")
