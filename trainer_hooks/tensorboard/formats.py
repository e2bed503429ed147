"""The orders of axes that `dataformats` names, put into those that a run takes."""

import os
from typing import TYPE_CHECKING, Any

from trainer_hooks.arrays import to_array
from trainer_hooks.given import at_most
from trainer_hooks.kinds.cells import MAX_CELLS
from trainer_hooks.values import describe

if TYPE_CHECKING:
    import numpy.typing as npt

CHANNELS = (1, 3, 4)


def pictures(images: Any, dataformats: str) -> list[Any]:
    """Return the pictures that `images` holds, each of shape (H, W) or (H, W, C).

    Args:
        images: an array or tensor of the axes `dataformats`; one axis N more or less is taken as it is, and so are
            two axes as H and W. Or a list of such, or of PIL images, or paths.
        dataformats: N, C, H and W in any order, in capitals or not; C and N may be missing.

    Raises:
        ValueError: `dataformats` is not like that, or the shape does not fit it.
        TypeError: it is no array.
    """
    if isinstance(images, list | tuple) and images and not isinstance(images[0], int | float):
        axes = dataformats.upper().replace("N", "")
        return [picture for image in images for picture in pictures(image, axes)]
    if isinstance(images, str | os.PathLike) or hasattr(images, "getbands"):
        return [images]
    array = to_array(images)
    axes = _fitting(dataformats.upper(), array, "NCHW", images)
    array = _arranged(array, axes, "NHWC")
    if "C" in axes and array.shape[-1] not in CHANNELS:
        raise ValueError(f"{array.shape[-1]} channels are none of 1, 3 and 4: {describe(images)} as {dataformats!r}")
    return list(array) if "N" in axes else [array]


def box_options(rescale: Any, dataformats: Any, labels: Any) -> dict[str, Any]:
    """Return these arguments of `add_image_with_boxes` by their names, in whichever order they were given.

    tensorboardX has `dataformats` and `labels` where torch has `rescale` and `dataformats`.
    """
    if isinstance(rescale, str):
        labels = labels if isinstance(dataformats, str) else dataformats
        rescale, dataformats = 1, rescale
    return {"rescale": rescale, "dataformats": dataformats, "labels": labels}


def video(frames: Any, dataformats: str) -> Any:
    """Return a video as shape (N, T, C, H, W) or (T, C, H, W), given the order of its axes; a path as it is.

    Raises:
        ValueError: `dataformats` has other letters than N, T, C, H, W, or the shape does not fit it.
        TypeError: it is no array.
    """
    if isinstance(frames, str | os.PathLike):
        return frames
    array = to_array(frames)
    axes = _fitting(dataformats.upper(), array, "NTCHW", frames)
    return _arranged(array, axes, "NTCHW")


def _fitting(axes: str, array: "npt.NDArray[Any]", known: str, given: Any) -> str:
    """Return the axes that `array` has, where `axes` was said; with one N more or less."""
    if set(axes) - set(known) or len(set(axes)) != len(axes) or not {"H", "W"} <= set(axes):
        raise ValueError(f"dataformats {axes!r} is not made of {', '.join(known)}, each once")
    if array.ndim == 2:
        return "HW" if axes.index("H") < axes.index("W") else "WH"
    if array.ndim == len(axes) + 1 and "N" not in axes:
        axes = "N" + axes
    elif array.ndim == len(axes) - 1 and "N" in axes:
        axes = axes.replace("N", "")
    if array.ndim != len(axes):
        raise ValueError(f"{describe(given)} does not have the axes {axes!r}")
    return axes


def _arranged(array: "npt.NDArray[Any]", axes: str, order: str) -> "npt.NDArray[Any]":
    return array.transpose([axes.index(axis) for axis in order if axis in axes])


def edges_of(limits: Any, counts: Any, smallest: float) -> tuple[list[float], list[float]]:
    """Return edges, shape (n + 1,), and counts, shape (n,), of buckets that are told by their upper limits.

    The first bucket begins at the smallest value; where that is no smaller than its limit, it is as wide as the
    second one. Limits that are infinite or as large as a float64 can be end where the values do, so their buckets
    are left out where nothing was counted.

    Args:
        limits: shape (n,), ascending.
        counts: shape (n,).
        smallest: of the values.

    Raises:
        ValueError: there is not one count for each limit, or none at all.
    """
    import numpy as np

    uppers, numbers = to_array(limits).astype(np.float64).ravel(), to_array(counts).astype(np.float64).ravel()
    if len(uppers) != len(numbers) or not len(uppers):
        raise ValueError(f"{len(uppers):,} bucket limits and {len(numbers):,} counts: one count belongs to each limit")
    wide = uppers[1] - uppers[0] if len(uppers) > 1 else 1.0
    first = smallest if smallest < uppers[0] else uppers[0] - wide
    edges = np.concatenate([[first], uppers])
    kept = np.flatnonzero(numbers)
    begin, end = (kept[0], kept[-1] + 1) if len(kept) else (0, len(numbers))
    return edges[begin : end + 1].tolist(), numbers[begin:end].tolist()


def audio(sound: Any) -> Any:
    """Return a sound without axes of length 1, as floats in [-1, 1] or as it is; a path or bytes as they are."""
    if isinstance(sound, str | bytes | os.PathLike):
        return sound
    return to_array(sound).squeeze()


def labels(metadata: Any) -> Any:
    """Return the labels of vectors as a list: of a tensor, of `dict.keys()`, of tuples with tensors in them."""
    if metadata is None or hasattr(metadata, "columns"):
        return metadata
    if hasattr(metadata, "detach"):
        return to_array(metadata).tolist()
    rows = at_most(metadata, MAX_CELLS, "labels")
    return [[_plain(cell) for cell in row] if isinstance(row, list | tuple) else _plain(row) for row in rows]


def _plain(cell: Any) -> Any:
    return to_array(cell).tolist() if hasattr(cell, "detach") else cell
