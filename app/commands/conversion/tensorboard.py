"""Writes a run as one TensorBoard event file, and its embeddings beside it."""

import json
import math
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

import orjson

from app.commands.conversion.content import LeftOut
from app.commands.conversion.event_items import ENCODED, NoPlaceError, encode_call, pattern_of
from app.commands.conversion.graph_def import graph_def
from app.commands.conversion.items import ItemTag, forms, item_tags
from app.commands.conversion.projector import ProjectorFiles, exported_files, foreign_files
from app.commands.conversion.series import batches, known_times
from app.commands.conversion.strict import strict
from app.readers.contract import MediaItem, RunLog
from app.readers.event_files.check import checksum
from app.transforms.graph import sound_graph
from trainer_hooks.event_file import EventFile, crc32c, file_name
from trainer_hooks.event_values import charts, hparams, scalar, text
from trainer_hooks.media import Item

_HOST = "tailboard"  # in the place of a host's name, to know an exported file by
NOTES_TAG = "notes"
_LARGE_BYTES = 2048  # a record for which starting numpy pays


def name_of(log: RunLog, unknown_time: float) -> str:
    """Name the event file of a run: the same each time."""
    return file_name(_began(log, unknown_time), _HOST, 0)


def exported_before(folder: Path) -> tuple[list[Path], list[Path]]:
    """Return the event files and embeddings in a folder: those that an export made, and those of others."""
    names = sorted(folder.glob("*tfevents*")) if folder.is_dir() else []
    ours = [path for path in names if f".{_HOST}." in path.name]
    others = [path for path in names if path not in ours]
    return [*ours, *exported_files(folder)], [*others, *foreign_files(folder)]


def write_events(
    log: RunLog, path: Path, unknown_time: float, left_out: LeftOut, tell: Callable[[float], None]
) -> None:
    """Write scalars, all other kinds that TensorBoard shows, and hyper-parameters, tag by tag.

    Args:
        log: a run, read to its end.
        path: the file; must not exist. Embeddings go beside it, into a folder that holds none yet.
        unknown_time: seconds since the epoch, for records without a time of their own.
        left_out: what TensorBoard has no place for is added to it.
        tell: called now and then with the share that is done, up to 1.

    Raises:
        OSError: it cannot be written, or the run is gone.
    """
    total = sum(facts.points for facts in log.facts.values()) or 1
    began = _began(log, unknown_time)
    written = 0
    with EventFile(path, began, _checksum) as file:
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
        items = _Items(file, path.parent, unknown_time, left_out)
        for one in item_tags(log):
            items.write(one)
            written += one.points
            tell(written / total)
        items.finish()


class _Items:
    """Writes what is no scalar: as values of events, as embeddings beside them, and as the graph and charts of the run.

    Args:
        file: takes the events.
        folder: takes the files of embeddings.
        unknown_time: seconds since the epoch, for items without a time of their own.
        left_out: what TensorBoard has no place for is added to it.
    """

    def __init__(self, file: EventFile, folder: Path, unknown_time: float, left_out: LeftOut) -> None:
        self._file = file
        self._projector = ProjectorFiles(folder)
        self._unknown_time = unknown_time
        self._left_out = left_out
        self._charts: dict[tuple[str, str], Mapping[str, Any]] = {}
        self._charts_at = (unknown_time, 0)
        self._has_graph = False

    def write(self, tag: ItemTag) -> None:
        """Write all items of a tag. Raises OSError."""
        writers = {"embedding": self._write_embeddings, "graph": self._write_graph, "custom_scalars": self._keep_charts}
        if tag.kind in ENCODED:
            self._write_calls(tag)
        elif tag.kind in writers:
            writers[tag.kind](tag)
        else:
            self._left_out[tag.kind] += tag.points

    def finish(self) -> None:
        """Write what a run has once. Raises OSError."""
        if self._charts:
            self._file.write(*self._charts_at, [charts(self._charts.values())])
        self._projector.finish()

    def _write_calls(self, tag: ItemTag) -> None:
        """Write an event for all items of one call; those that cannot be read or shown are counted."""
        several = any(item.count > 1 for item in tag.items)
        parts: set[str] = set()
        for call in _calls(forms(tag.items, self._left_out)):
            first, own = call[0]
            try:
                if tag.kind == "mesh" and parts - own.parts.keys():
                    raise NoPlaceError("mesh without a part that one before it has, which would stay")
                values = encode_call(tag.kind, tag.name, [own for _, own in call], several=several)
            except NoPlaceError as error:
                self._left_out[str(error)] += len(call)
            except (KeyError, TypeError, ValueError):
                self._left_out[f"{tag.kind} that cannot be read"] += len(call)
            else:
                parts |= own.parts.keys()
                self._file.write(self._time(first), first.step, values)
                if overlaid := sum("boxes" in one.meta or "masks" in one.meta for _, one in call):
                    self._left_out["boxes and masks over an image"] += overlaid

    def _write_embeddings(self, tag: ItemTag) -> None:
        for item, own in forms(tag.items, self._left_out):
            try:
                self._projector.add(tag.name, item.step, own)
            except (KeyError, TypeError, ValueError):
                self._left_out["embedding that cannot be read"] += 1

    def _write_graph(self, tag: ItemTag) -> None:
        """Write the last graph of the first tag: TensorBoard shows one for each run."""
        last: tuple[MediaItem, bytes] | None = None
        for item, own in forms(tag.items, self._left_out):
            try:
                encoded = graph_def(sound_graph(orjson.loads(own.blob.content if own.blob else b"")))
            except ValueError:
                self._left_out["graph that cannot be read"] += 1
                continue
            if not encoded:
                self._left_out["graph of modules alone"] += 1
            elif self._has_graph or last:
                self._left_out["graph beside another"] += 1
            last = (item, encoded) if encoded else last
        if last and not self._has_graph:
            self._file.write_graph(self._time(last[0]), last[0].step, last[1])
            self._has_graph = True

    def _keep_charts(self, tag: ItemTag) -> None:
        """Keep charts for the one layout of the run; of two with the same name the later counts."""
        for item, own in forms(tag.items, self._left_out):
            try:
                for chart in own.meta["charts"]:
                    patterns = [pattern_of(name) for name in chart["tags"]]
                    self._charts[chart["category"], chart["title"]] = {"form": "multiline", **chart, "tags": patterns}
            except (KeyError, TypeError):
                self._left_out["custom_scalars that cannot be read"] += 1
            self._charts_at = self._time(item), item.step

    def _time(self, item: MediaItem) -> float:
        return item.wall_time if math.isfinite(item.wall_time) else self._unknown_time


def _calls(items: Iterable[tuple[MediaItem, Item]]) -> Iterator[list[tuple[MediaItem, Item]]]:
    """Group the items that one call logged together."""
    call: list[tuple[MediaItem, Item]] = []
    for item, own in items:
        if call and not (item.step == call[-1][0].step and item.index > call[-1][0].index):
            yield call
            call = []
        call.append((item, own))
    if call:
        yield call


def _checksum(record: bytes) -> int:
    return checksum(record) if len(record) > _LARGE_BYTES else crc32c(record)


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
