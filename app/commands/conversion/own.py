"""Turns a run of any format into one of ours: all or nothing, and never twice."""

import hashlib
import json
import shutil
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from app.commands.conversion.content import LeftOut
from app.commands.conversion.found import files, modified, read
from app.commands.conversion.items import ItemTag, forms, item_tags
from app.commands.conversion.series import UNREADABLE, batches, known_times
from app.commands.conversion.strict import strict
from app.readers.contract import Columns, MediaItem, RunLog, RunState
from app.store.discovery import FoundRun
from trainer_hooks.folder import read_facts
from trainer_hooks.media import Blob, Item
from trainer_hooks.parquet import SegmentColumns, write
from trainer_hooks.record import (
    FORMAT,
    MEDIA_FOLDER,
    MEDIA_NAME,
    RUN_FILE,
    SEGMENT_NAME,
    STATUS_NAME,
    encode_media,
    media_name,
    segment_name,
    status_name,
)

WRITER = "import-0-1"


class TakenError(Exception):
    """The place of an imported run holds something that the import did not put there."""


@dataclass(slots=True)
class Imported:
    """What became of one run.

    Attributes:
        tags: how many tags it has now.
        points: how many scalar values and items.
        left_out: what our format has no place for.
        problems: of how many sorts its files had some.
    """

    tags: int = 0
    points: int = 0
    left_out: LeftOut = field(default_factory=LeftOut)
    problems: int = 0


def place_of(run: FoundRun, folder: Path) -> Path:
    """Return where a run goes below `folder`; a folder `media` inside a run would be taken for its blobs."""
    parts = [f"{part}_" if part == MEDIA_FOLDER else part for part in run.id.split("/")]
    return folder.joinpath(*parts)


def is_imported(run: FoundRun, target: Path) -> bool:
    """Whether `target` holds the run as its files are now. What a killed import left in the middle is put right."""
    _recover(target)
    imported = read_facts(target).get("imported")
    return isinstance(imported, dict) and imported.get("files") == _files(run)


def import_run(run: FoundRun, target: Path, began: float, tell: Callable[[float], None]) -> Imported:
    """Read a run and write it to `target`, which appears when it is whole; an earlier import there is replaced.

    Args:
        run: what was found.
        target: folder of the new run.
        began: when the command began, in seconds since the epoch.
        tell: called now and then with the share that is done, up to 1.

    Raises:
        FileNotFoundError: the run is no longer there.
        OSError: it cannot be read or written.
        ValueError: something in it cannot be written.
        TakenError: `target` holds a run that was not imported, or that was logged into since.
    """
    _refuse_taken(target)
    building = target.with_name(f".{target.name}.importing")
    if building.exists():
        shutil.rmtree(building)
    building.mkdir(parents=True)
    facts_of_files = _files(run)  # before it is read: what grows meanwhile is imported next time
    if not facts_of_files:
        raise FileNotFoundError(f"{run.path} is no longer there")
    log = read(run, began)
    imported = _write(run, log, building, facts_of_files, tell)
    _publish(building, target)
    return imported


def _write(
    run: FoundRun, log: RunLog, folder: Path, facts_of_files: Mapping[str, Any], tell: Callable[[float], None]
) -> Imported:
    imported = Imported(problems=len(log.problems))
    total = sum(facts.points for facts in log.facts.values()) or 1
    time_s = modified(run)
    first_times = []
    for number, series in enumerate(batches(log, imported.left_out)):
        segment = folder / segment_name(WRITER, number)
        write(segment.with_suffix(".parquet"), as_segment(series, time_s))
        imported.tags += len(series)
        imported.points += sum(map(len, series.values()))
        first_times += [float(known_times(columns, time_s)[0]) for columns in series.values() if len(columns)]
        tell(imported.points / total)
    done = imported.points
    for tag in item_tags(log):
        stored = _store_items(tag, folder, time_s, imported.left_out)
        imported.tags += stored > 0
        imported.points += stored
        done += tag.points
        tell(done / total)
    _write_status(log, folder)
    created = log.info.created if log.info.created is not None else min(first_times, default=time_s)
    source = {"format": run.reader.name, "path": str(run.path.absolute()), "time": time.time()}
    # What could not be read may be readable the next time, so the next time is not spared.
    unchanged = {} if imported.left_out[UNREADABLE] else facts_of_files
    about = {"source": source, "files": unchanged, "left_out": dict(imported.left_out)}
    _write_json(folder / RUN_FILE, {**_run_facts(log, str(run.path.absolute())), "created": created, "imported": about})
    return imported


def as_segment(series: Mapping[str, Columns], unknown_time: float) -> SegmentColumns:
    """Make the columns of one closed segment of these records.

    Tags with the same steps and times were logged together, and share their rows.

    Args:
        series: by tag, in order of arrival.
        unknown_time: seconds since the epoch, where the source gives no time.
    """
    first_rows: dict[bytes, int] = {}
    next_row = 0
    rows = []
    for columns in series.values():
        key = hashlib.sha256(columns.step.tobytes() + columns.wall_time.tobytes()).digest()
        if key not in first_rows:
            first_rows[key] = next_row
            next_row += len(columns)
        rows.append(np.arange(first_rows[key], first_rows[key] + len(columns)))
    row = np.concatenate([np.empty(0, np.int64), *rows])
    order = np.argsort(row, kind="stable")
    counts = [len(columns) for columns in series.values()]
    parts = list(series.values())
    return SegmentColumns(
        tags=list(series),
        code=np.repeat(np.arange(len(counts), dtype=np.int32), counts)[order],
        row=row[order],
        step=np.concatenate([np.empty(0, np.int64), *(one.step for one in parts)])[order],
        wall_time=np.concatenate([np.empty(0), *(known_times(one, unknown_time) for one in parts)])[order],
        value=np.concatenate([np.empty(0), *(one.value for one in parts)])[order],
        rows=next_row,
        resumed=False,
    )


def _store_items(tag: ItemTag, folder: Path, unknown_time: float, left_out: LeftOut) -> int:
    """Store all items of one tag, blobs by their content; return how many."""
    stored = 0
    with (folder / media_name(WRITER)).open("ab") as lines:
        for item, own in forms(tag.items, left_out):
            for blob in (own.blob, *own.parts.values()):
                _store_blob(folder, blob)
            wall_time = item.wall_time if np.isfinite(item.wall_time) else unknown_time
            lines.write(encode_media(item.step, wall_time, _fields(tag, item, own)))
            stored += 1
    return stored


def _store_blob(folder: Path, blob: Blob | None) -> None:
    """Store a blob unless the same content is there."""
    if blob is not None and not (path := folder / blob.path).exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(blob.content)


def _fields(tag: ItemTag, item: MediaItem, own: Item) -> dict[str, Any]:
    content = own.text.encode("utf-8", "replace") if own.text is not None else own.blob.content if own.blob else None
    fields = {
        "caption": item.caption,
        "width": own.width_px,
        "height": own.height_px,
        "meta": own.meta,
        "file": own.blob.path if own.blob else None,
        "parts": {name: blob.path for name, blob in own.parts.items()},
        "bytes": None if content is None else len(content),
    }
    known = {name: value for name, value in fields.items() if value not in (None, "", {})}
    known |= {"text": own.text} if own.text is not None else {}
    place = {"index": item.index, "count": item.count} if item.count > 1 else {}
    return {"tag": tag.name, "kind": tag.kind, "media_type": own.media_type, **known, **place}


def _run_facts(log: RunLog, source: str) -> dict[str, Any]:
    info = log.info
    return {
        "format": FORMAT,
        "id": hashlib.sha256(source.encode("utf-8", "replace")).hexdigest()[:32],
        "name": info.name,
        "config": strict(info.config),
        "tags": [str(tag) for tag in info.tags],
        "notes": info.notes,
        "environment": strict(info.environment),
        "git": strict(info.git),
        "job": None,
    }


def _write_status(log: RunLog, folder: Path) -> None:
    """Take over how the run ended, where its format tells."""
    status = log.status(time.time())
    if status.state not in (RunState.FINISHED, RunState.FAILED):
        return
    kind, _, message = status.detail.partition(": ")
    error = {"type": kind or "failed", "message": message, "traceback": status.traceback}
    ended = error if status.state == RunState.FAILED else None
    who = {"format": FORMAT, "writer": WRITER, "host": "", "pid": 0, "heartbeat": status.heartbeat}
    _write_json(folder / status_name(WRITER), {**who, "state": str(status.state), "exit": ended})


def _files(run: FoundRun) -> dict[str, list[int]]:
    return {str(path.absolute()): list(stamp) for path, stamp in files(run).items()}


def _write_json(path: Path, members: Mapping[str, Any]) -> None:
    path.write_bytes(json.dumps(members, ensure_ascii=False, allow_nan=False, indent=1).encode("utf-8", "replace"))


def _is_ours(name: str) -> bool:
    return name in (RUN_FILE, MEDIA_FOLDER) or any(
        pattern.fullmatch(name) for pattern in (SEGMENT_NAME, MEDIA_NAME, STATUS_NAME)
    )


def _refuse_taken(target: Path) -> None:
    if not target.exists():
        return
    names = [path.name for path in target.iterdir() if _is_ours(path.name)]
    if names and "imported" not in read_facts(target):
        raise TakenError(f"{target} holds a run already, which was not imported; it is left alone")
    own = {RUN_FILE, MEDIA_FOLDER, media_name(WRITER), status_name(WRITER)}
    others = [name for name in names if name not in own and not name.startswith(f"metrics-{WRITER}-")]
    if others:
        raise TakenError(f"{target} was logged into since it was imported ({others[0]}); it is left alone")


def _publish(building: Path, target: Path) -> None:
    """Give a whole run its name; whoever looks sees the old run or the new one, and `_recover` ends what was begun."""
    if target.exists():
        target.rename(_aside(target))
    building.rename(target)
    _recover(target)


def _recover(target: Path) -> None:
    """Finish replacing a run where that was interrupted: other runs inside its folder move to the new one."""
    aside = _aside(target)
    if not aside.exists():
        return
    if not target.exists():
        aside.rename(target)
        return
    for entry in aside.iterdir():
        if not _is_ours(entry.name) and not entry.name.startswith(".") and not (target / entry.name).exists():
            entry.rename(target / entry.name)
    shutil.rmtree(aside)


def _aside(target: Path) -> Path:
    return target.with_name(f".{target.name}.replaced")
