"""What lies over an image: boxes and masks, kept as data beside it, so that they can be hidden and told apart."""

from collections.abc import Iterable, Mapping
from typing import Any

from trainer_hooks.arrays import to_array, to_numbers
from trainer_hooks.config import to_json
from trainer_hooks.given import at_most, text_of
from trainer_hooks.kinds.png import encode_png
from trainer_hooks.media import Blob, Item
from trainer_hooks.values import describe

MAX_BOXES = 10_000
MAX_MASKS = 256
MAX_CLASS = 65_535  # a mask is a grey PNG of at most 16 bits


def overlaid(item: Item, boxes: Any, labels: Any, scores: Any, masks: Any, classes: Any) -> Item:
    """Return an image with boxes and masks over it, see `Run.log_boxes` and `Run.log_masks`.

    Raises:
        ValueError: sizes or numbers do not fit; the message holds both.
        TypeError: they are no boxes or masks.
    """
    meta: dict[str, Any] = {}
    parts: dict[str, Blob] = {}
    if boxes is not None:
        meta["boxes"] = _boxes(boxes, labels, scores)
    if masks is not None:
        meta["masks"] = []
        for place, (name, mask, known) in enumerate(_named_masks(masks, classes)):
            parts[f"mask{place}"] = _encode_mask(mask, name, item)
            meta["masks"].append({"part": f"mask{place}", "name": name, **({"classes": known} if known else {})})
    return item._replace(meta=meta, parts=parts)


def _boxes(boxes: Any, labels: Any, scores: Any) -> list[dict[str, Any]]:
    given = boxes if isinstance(boxes, list | tuple) else [boxes] if isinstance(boxes, Mapping) else None
    if given and all(isinstance(box, Mapping) for box in given):
        found = [_from_mapping(box) for box in given]
    else:
        corners = to_numbers(boxes)
        corners = corners.reshape(-1, 4) if corners.size in (0, 4) and corners.ndim < 3 else corners
        if corners.ndim != 2 or corners.shape[1] != 4:
            raise ValueError(f"expected boxes of shape (N, 4), got {describe(boxes)}")
        found = [{"box": _corners(box)} for box in corners]
    if len(found) > MAX_BOXES:
        raise ValueError(f"{len(found):,} boxes are more than {MAX_BOXES:,}; log those of the highest scores")
    for name, values in (("label", _labels(labels, len(found))), ("score", _scores(scores))):
        if values is not None and len(values) != len(found):
            raise ValueError(f"{len(found):,} boxes need as many {name}s, got {len(values):,}")
        for box, value in zip(found, values or [], strict=False):
            box[name] = value
    return found


def _from_mapping(given: Mapping[str, Any]) -> dict[str, Any]:
    if "box" not in given:
        raise ValueError(f"a box given as a mapping needs `box`, got {', '.join(map(str, given)) or 'nothing'}")
    told: dict[str, Any] = {"box": _corners(given["box"])}
    for name, convert in (("label", text_of), ("score", to_json), ("group", text_of)):
        if given.get(name) is not None:
            told[name] = convert(given[name])
    return told


def _corners(box: Any) -> list[float]:
    import numpy as np

    corners = to_numbers(box).reshape(-1).astype(np.float64)
    if corners.shape != (4,) or not np.isfinite(corners).all():
        raise ValueError(f"expected a box of four finite numbers (x0, y0, x1, y1), got {corners.tolist()}")
    return [round(float(corner), 3) for corner in corners]


def _labels(labels: Any, count: int) -> list[str] | None:
    if labels is None:
        return None
    if isinstance(labels, str):
        return [labels] * count
    listed = to_array(labels).tolist() if hasattr(labels, "detach") else labels
    return [text_of(label) for label in at_most(listed, MAX_BOXES, "labels")]


def _scores(scores: Any) -> list[Any] | None:
    return None if scores is None else [to_json(score) for score in to_numbers(scores).reshape(-1).tolist()]


def _named_masks(masks: Any, classes: Any) -> Iterable[tuple[str, Any, dict[str, str]]]:
    """Yield name, array of shape (H, W) and names of its classes, of whatever form the masks have."""
    known = _class_names(classes)
    if isinstance(masks, Mapping):
        _check_number(len(masks))
        for name, mask in masks.items():
            told = mask if isinstance(mask, Mapping) else {"mask": mask}
            own = _class_names(told.get("classes")) or known
            yield text_of(name), to_numbers(told.get("mask")), own
        return
    array = to_numbers(masks)
    if array.ndim == 2:
        yield "mask", array, known
    elif array.ndim == 3:
        _check_number(len(array))
        first = 0 if "0" in known else 1
        for place, mask in enumerate(array):
            yield known.get(str(place + first), str(place)), mask, {}
    else:
        raise ValueError(f"expected masks of shape (H, W) or (N, H, W), got {describe(masks)}")


def _check_number(number: int) -> None:
    if number > MAX_MASKS:
        raise ValueError(f"{number:,} masks are more than {MAX_MASKS:,}; log one array of class numbers instead")


def _class_names(classes: Any) -> dict[str, str]:
    if classes is None:
        return {}
    named = classes.items() if isinstance(classes, Mapping) else enumerate(at_most(classes, MAX_CLASS + 1, "classes"))
    return {str(int(number)): text_of(name) for number, name in named}


def _encode_mask(mask: Any, name: str, item: Item) -> Blob:
    """Encode class numbers of shape (H, W) as grey; negative ones, which mean "ignore", become 0."""
    import numpy as np

    if mask.ndim == 3 and 1 in (mask.shape[0], mask.shape[2]):
        mask = mask.reshape(mask.shape[1:] if mask.shape[0] == 1 else mask.shape[:2])
    if mask.ndim != 2 or not mask.size:
        raise ValueError(f"expected mask {name!r} of shape (H, W), got {mask.shape}")
    height, width = mask.shape
    if item.width_px and (width, height) != (item.width_px, item.height_px):
        raise ValueError(f"mask {name!r} has {width} x {height} pixels, its image {item.width_px} x {item.height_px}")
    if mask.dtype.kind == "f":
        if not np.isfinite(mask).all() or (mask != np.floor(mask)).any():
            raise ValueError(f"expected class numbers in mask {name!r}, got floats that are not whole")
        mask = mask.astype(np.int64)
    if mask.max() > MAX_CLASS:
        raise ValueError(f"mask {name!r} holds class {mask.max():,}; {MAX_CLASS:,} is the highest")
    wide = np.uint16 if mask.max() > 255 else np.uint8
    return Blob("png", encode_png(np.maximum(mask, 0).astype(wide)[:, :, None]))
