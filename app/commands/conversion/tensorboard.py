"""Writes a run as one TensorBoard event file."""

import json
import math
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from app.commands.conversion.content import KINDS, LeftOut, readable, sound_of
from app.commands.conversion.series import batches, known_times
from app.commands.conversion.strict import strict
from app.readers.contract import MediaItem, RunLog
from trainer_hooks.event_file import EventFile, audio, file_name, hparams, image, images, scalar, text

_HOST = "tailboard"  # in the place of a host's name, to know an exported file by
_PICTURES = frozenset({"image/png", "image/jpeg", "image/gif", "image/bmp", "image/svg+xml"})
NOTES_TAG = "notes"


def name_of(log: RunLog, unknown_time: float) -> str:
    """Name the event file of a run: the same each time."""
    return file_name(_began(log, unknown_time), _HOST, 0)


def exported_before(folder: Path) -> tuple[list[Path], list[Path]]:
    """Return the event files in a folder: those that an export made, and those of others."""
    names = sorted(folder.glob("*tfevents*")) if folder.is_dir() else []
    ours = [path for path in names if f".{_HOST}." in path.name]
    return ours, [path for path in names if path not in ours]


def write_events(
    log: RunLog, path: Path, unknown_time: float, left_out: LeftOut, tell: Callable[[float], None]
) -> None:
    """Write scalars, images, sounds, texts and hyper-parameters, tag by tag.

    Args:
        log: a run, read to its end.
        path: the file; must not exist.
        unknown_time: seconds since the epoch, for records without a time of their own.
        left_out: what TensorBoard has no place for is added to it.
        tell: called now and then with the share that is done, up to 1.

    Raises:
        OSError: it cannot be written, or the run is gone.
    """
    total = sum(facts.points for facts in log.facts.values()) or 1
    began = _began(log, unknown_time)
    written = 0
    with EventFile(path, began) as file:
        if config := _flat(log.info.config):
            file.write(began, 0, [hparams(config, began)])
        if log.info.notes and NOTES_TAG not in log.facts:
            file.write(began, 0, [text(NOTES_TAG, log.info.notes)])
        for series in batches(log, left_out):
            for tag, columns in series.items():
                times = known_times(columns, unknown_time).tolist()
                for wall_time, step, value in zip(times, columns.step.tolist(), columns.value.tolist(), strict=True):
                    file.write(wall_time, step, [scalar(tag, value)])
                written += len(columns)
                tell(written / total)
        for tag, facts in sorted(log.facts.items()):
            if facts.kind in KINDS:
                _write_items(file, log.media(tag), unknown_time, left_out)
                written += facts.points
                tell(written / total)
            elif facts.kind != "scalar":
                left_out[facts.kind] += facts.points


def _write_items(file: EventFile, items: Sequence[MediaItem], unknown_time: float, left_out: LeftOut) -> None:
    """Write an event for all items of one call; an item that cannot be read or shown is counted."""
    several = any(item.count > 1 for item in items)
    for call in _calls(items):
        first = call[0]
        contents = readable(call, left_out)
        values = _encoded(first.tag, first, contents, several) if contents else []
        if contents and not values:
            left_out[f"{first.kind} of {first.media_type}"] += len(contents)
        if values:
            time = first.wall_time if math.isfinite(first.wall_time) else unknown_time
            file.write(time, first.step, values)


def _calls(items: Iterable[MediaItem]) -> Iterator[list[MediaItem]]:
    """Group the items that one call logged together."""
    call: list[MediaItem] = []
    for item in items:
        if call and not (item.step == call[-1].step and item.index > call[-1].index):
            yield call
            call = []
        call.append(item)
    if call:
        yield call


def _encoded(tag: str, item: MediaItem, contents: Sequence[bytes], several: bool) -> list[bytes]:
    """Encode what one call logged; nothing where TensorBoard cannot show it.

    A picture has the form that all readers know; those of a tag that ever had several at once that of TensorFlow 2.
    """
    if item.kind == "text":
        return [text(tag, content.decode("utf-8", "replace")) for content in contents]
    if item.kind == "audio":
        return [audio(tag, content, item.media_type, *sound_of(content)) for content in contents]
    if item.media_type not in _PICTURES:
        return []
    height, width = item.height_px or 0, item.width_px or 0
    if several:
        return [images(tag, contents, height, width)]
    return [image(tag, content, height, width) for content in contents]


def _began(log: RunLog, unknown_time: float) -> float:
    return unknown_time if log.info.created is None else log.info.created


def _flat(config: Mapping[str, Any], prefix: str = "") -> dict[str, float | str]:
    """Return a nested configuration as hyper-parameters: keys joined with `/`, lists and nothing as JSON."""
    flat: dict[str, float | str] = {}
    for name, value in strict(config).items():
        if isinstance(value, dict) and value:
            flat |= _flat(value, f"{prefix}{name}/")
        else:
            flat[prefix + name] = value if isinstance(value, bool | int | float | str) else json.dumps(value)
    return flat
