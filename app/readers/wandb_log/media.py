"""Values in a wandb history that are no numbers: what a `_type` says they are, and the files they name."""

import json
from collections.abc import Iterator, Mapping, Sequence
from functools import partial
from itertools import zip_longest
from pathlib import Path
from typing import Any

import numpy as np

from app.readers.contract import MediaItem
from app.readers.wandb_log.overlays import overlays

_MAX_TABLE_BYTES = 1 << 22
_TABLE_ROWS = 100
_MAX_SIZE = 1 << 53
_SINGLE = {
    "image-file": ("image", "image/png"),
    "audio-file": ("audio", "audio/wav"),
    "video-file": ("video", "video/mp4"),
    "plotly-file": ("figure", "application/vnd.plotly+json"),
}
_SEVERAL = {"images/separated": ("image", "image/png"), "audio": ("audio", "audio/wav")}
_MEDIA_TYPES = {
    ".jpg": "image/jpeg",
    ".jpeg": "image/jpeg",
    ".gif": "image/gif",
    ".svg": "image/svg+xml",
    ".webm": "video/webm",
    ".ogg": "video/ogg",
}
_KINDS = {
    **{sort: kind for sort, (kind, _) in (_SINGLE | _SEVERAL).items()},
    "histogram": "histogram",
    "table-file": "text",
}


def media_kind(value: Mapping[str, Any]) -> str | None:
    """Return the kind of a value with a `_type`; None where it is none that is read."""
    sort = value.get("_type")
    return _KINDS.get(sort) if isinstance(sort, str) else None


def media_items(tag: str, step: int, wall_time: float, value: Mapping[str, Any], files: Path) -> Iterator[MediaItem]:
    """Yield the items of one logged value.

    Args:
        tag: as logged.
        step: of its row.
        wall_time: in seconds since the epoch.
        value: with `_type`, and what wandb writes for such a value.
        files: the folder that the paths in it are relative to.
    """
    sort = value["_type"]
    if sort == "histogram":
        meta = _histogram(value)
        if meta:
            yield MediaItem(tag, "histogram", step, wall_time, None, "application/json", meta=meta)
    elif sort == "table-file":
        text = _table(_inside(files, value.get("path")))
        if text:
            yield MediaItem(tag, "text", step, wall_time, None, "text/markdown", text=text)
    elif sort in _SINGLE:
        yield from _files(tag, step, wall_time, _SINGLE[sort], [value], files)
    elif sort in _SEVERAL:
        yield from _files(tag, step, wall_time, _SEVERAL[sort], _separated(value), files)


def _separated(value: Mapping[str, Any]) -> Sequence[Mapping[str, Any]]:
    """Return the items that one value names in parallel lists."""
    names = _as_list(value.get("filenames"))
    captions = _as_list(value.get("captions"))
    boxes, masks = _as_list(value.get("all_boxes")), _as_list(value.get("all_masks"))
    shared = {"width": value.get("width"), "height": value.get("height")}
    return [
        {**shared, "path": name, "caption": caption, "boxes": box_groups, "masks": mask_groups}
        for name, caption, box_groups, mask_groups in zip_longest(names, captions, boxes, masks)
        if name is not None
    ]


def _files(
    tag: str,
    step: int,
    wall_time: float,
    kind: tuple[str, str],
    values: Sequence[Mapping[str, Any]],
    files: Path,
) -> Iterator[MediaItem]:
    for place, value in enumerate(values):
        path = _inside(files, value.get("path"))
        if path is not None:
            meta, parts = overlays(value, partial(_inside, files))
            yield MediaItem(
                tag,
                kind[0],
                step,
                wall_time,
                path,
                _MEDIA_TYPES.get(path.suffix.lower(), kind[1]),
                caption=str(value.get("caption") or ""),
                width_px=_as_int(value.get("width")),
                height_px=_as_int(value.get("height")),
                size_bytes=_as_int(value.get("size")),
                index=place,
                count=len(values),
                meta=meta,
                parts=parts,
            )


def _inside(files: Path, name: object) -> Path | None:
    """Return the file of this name below `files`; None where the name leads out of it or there is no such file."""
    if not isinstance(name, str) or not name or "\0" in name:
        return None
    path = files / name
    return path if ".." not in path.parts and path.is_relative_to(files) and path.is_file() else None


def _histogram(value: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return the n + 1 edges and n counts of a histogram; empty where they do not fit together."""
    packed = value.get("packedBins")
    try:
        counts = np.array(_as_list(value.get("values")), np.float64)
        if isinstance(packed, dict):  # n bins of one width
            low, width, bins = float(packed["min"]), float(packed["size"]), int(packed["count"])
            edges = low + width * np.arange(min(bins, len(counts)) + 1)
        else:
            edges = np.array(_as_list(value.get("bins")), np.float64)
    except (KeyError, TypeError, ValueError, OverflowError):
        return {}
    if edges.ndim != 1 or counts.ndim != 1 or not 0 < len(counts) == len(edges) - 1:
        return {}
    return {"edges": edges.tolist(), "counts": counts.tolist()}


def _table(path: Path | None) -> str:
    """Return the first rows of a table file as Markdown; empty where it holds none."""
    try:
        if path is None or path.stat().st_size > _MAX_TABLE_BYTES:
            return ""
        table = json.loads(path.read_bytes())
        columns, rows = list(map(str, table["columns"])), table["data"]
        lines = [_row(columns), _row(["---"] * len(columns)), *map(_row, rows[:_TABLE_ROWS])]
    except (OSError, ValueError, TypeError, KeyError, RecursionError):
        return ""
    if len(rows) > _TABLE_ROWS:
        lines.append(f"\n{_TABLE_ROWS:,} of {len(rows):,} rows")
    return "\n".join(lines)


def _row(cells: Sequence[object]) -> str:
    texts = (str(cell).replace("|", "\\|").replace("\n", " ") for cell in cells)
    return f"| {' | '.join(texts)} |"


def _as_list(value: object) -> Sequence[Any]:
    return value if isinstance(value, list) else []


def _as_int(value: object) -> int | None:
    return int(value) if isinstance(value, int | float) and abs(value) < _MAX_SIZE else None
