"""Boxes and masks over a wandb image: named in its value, kept in files of their own."""

import json
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

_MAX_BYTES = 1 << 22
_MAX_BOXES = 10_000
Locate = Callable[[object], Path | None]  # from a name in the log to the file, where there is one


def overlays(value: Mapping[str, Any], locate: Locate) -> tuple[Mapping[str, Any], Mapping[str, Path]]:
    """Return what lies over one image as `meta` and `parts` of its item; both are empty where nothing does.

    Args:
        value: of the image, with `boxes` and `masks` by the name of their group; `width` and `height` in pixels.
        locate: finds a file that it names.
    """
    meta: dict[str, Any] = {}
    parts: dict[str, Path] = {}
    size = value.get("width"), value.get("height")
    boxes = [box for name, path in _files(value.get("boxes"), locate) for box in _boxes(path, name, size)]
    masks = _files(value.get("masks"), locate)
    if boxes:
        meta["boxes"] = boxes[:_MAX_BOXES]
    if masks:
        meta["masks"] = [{"part": f"mask{place}", "name": name} for place, (name, _) in enumerate(masks)]
        parts = {f"mask{place}": path for place, (_, path) in enumerate(masks)}
    return meta, parts


def _files(groups: object, locate: Locate) -> Sequence[tuple[str, Path]]:
    told = groups.items() if isinstance(groups, dict) else ()
    named = ((str(name), locate(group.get("path"))) for name, group in told if isinstance(group, dict))
    return [(name, path) for name, path in named if path is not None]


def _boxes(path: Path, group: str, size: tuple[Any, Any]) -> list[dict[str, Any]]:
    try:
        if path.stat().st_size > _MAX_BYTES:
            return []
        told = json.loads(path.read_bytes())
        names = told.get("class_labels") or {} if isinstance(told, dict) else {}
        rows = told["box_data"] if isinstance(told, dict) else told
        return [_box(row, group, names, size) for row in rows[:_MAX_BOXES]]
    except (OSError, ValueError, TypeError, KeyError, AttributeError, RecursionError):
        return []  # the image is shown without them


def _box(row: Mapping[str, Any], group: str, names: Mapping[str, Any], size: tuple[Any, Any]) -> dict[str, Any]:
    """Return one box in pixels; wandb gives shares of the image unless the domain is "pixel"."""
    place = row["position"]
    wide, high = (1, 1) if row.get("domain") == "pixel" else (float(size[0]), float(size[1]))
    if "middle" in place:
        (x, y), width, height = map(float, place["middle"]), float(place["width"]), float(place["height"])
        corners = [x - width / 2, y - height / 2, x + width / 2, y + height / 2]
    else:
        corners = [float(place[name]) for name in ("minX", "minY", "maxX", "maxY")]
    number = row.get("class_id")
    label = names.get(str(number)) or row.get("box_caption") or ("" if number is None else f"class {number}")
    box: dict[str, Any] = {"box": [side * by for side, by in zip(corners, (wide, high, wide, high), strict=True)]}
    box |= {"label": str(label), "group": group}
    scores = [score for score in (row.get("scores") or {}).values() if isinstance(score, int | float)]
    return {**box, "score": float(scores[0])} if scores else box
