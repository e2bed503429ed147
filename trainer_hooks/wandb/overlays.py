"""Boxes and masks as W&B names them, as a run takes them."""

import os
from collections.abc import Iterator, Mapping, Sequence
from typing import Any


def boxes_of(groups: Mapping[str, Any], classes: Any, picture: Any) -> list[dict[str, Any]]:
    """Return boxes in pixels, each with its label, score and group.

    Args:
        groups: by name, `box_data` and `class_labels`. A box has a `position` of minX, maxX, minY, maxY or of middle,
            width and height, as shares of the picture, or in pixels where its `domain` is "pixel".
        classes: names of the classes, for groups without their own.
        picture: an array (H, W), (H, W, C) or (C, H, W), a PIL image, or a file's path.

    Raises:
        KeyError, TypeError, ValueError, OSError: a box is none, or the picture cannot be measured.
    """
    return list(_boxes(groups, _class_names(classes), picture))


def _boxes(groups: Mapping[str, Any], known: Mapping[int, str], picture: Any) -> Iterator[dict[str, Any]]:
    size: tuple[float, float] | None = None
    for group, told in groups.items():
        names = _class_names(told.get("class_labels")) or known
        for box in told["box_data"]:
            if box.get("domain") != "pixel" and size is None:
                size = _size(picture)
            scale = (1.0, 1.0) if box.get("domain") == "pixel" else size or (1.0, 1.0)
            number = box.get("class_id")
            label = box.get("box_caption") or names.get(number, "" if number is None else str(number))
            scores = box.get("scores") or {}
            score = next(iter(scores.values()), None)
            yield {"box": _corners(box["position"], scale), "label": label, "score": score, "group": str(group)}


def _corners(position: Mapping[str, Any], scale: tuple[float, float]) -> list[float]:
    wide, high = scale
    if "middle" in position:
        (x, y), width, height = position["middle"], position["width"], position["height"]
        limits = [x - width / 2, y - height / 2, x + width / 2, y + height / 2]
    else:
        limits = [position["minX"], position["minY"], position["maxX"], position["maxY"]]
    return [float(limit) * side for limit, side in zip(limits, (wide, high, wide, high), strict=True)]


def _size(picture: Any) -> tuple[float, float]:
    """Return width and height in pixels."""
    if isinstance(picture, str | os.PathLike):
        from PIL import Image

        with Image.open(picture) as opened:
            return float(opened.width), float(opened.height)
    if hasattr(picture, "getbands"):
        return float(picture.width), float(picture.height)
    shape = picture.shape
    first = 1 if len(shape) == 3 and shape[0] in (1, 3, 4) and shape[2] not in (1, 3, 4) else 0
    return float(shape[first + 1]), float(shape[first])


def masks_of(groups: Mapping[str, Any], classes: Any) -> dict[str, dict[str, Any]]:
    """Return masks by name: the class numbers (H, W) and the names of the classes. A mask may be a file's path."""
    known = _class_names(classes)
    return {
        str(name): {
            "mask": told["mask_data"] if "mask_data" in told else _read_mask(told["path"]),
            "classes": _class_names(told.get("class_labels")) or known,
        }
        for name, told in groups.items()
    }


def _read_mask(path: Any) -> Any:
    import numpy as np
    from PIL import Image

    with Image.open(path) as opened:
        return np.asarray(opened)


def _class_names(classes: Any) -> dict[int, str]:
    """Return names by class number, of a mapping, of a list of `id` and `name`, or of a list of names."""
    if classes is None:
        return {}
    if isinstance(classes, Mapping):
        return {int(number): str(name) for number, name in classes.items()}
    told: Sequence[Any] = getattr(classes, "_class_set", classes)
    if all(isinstance(one, Mapping) for one in told):
        return {int(one["id"]): str(one["name"]) for one in told}
    return {number: str(name) for number, name in enumerate(told)}
