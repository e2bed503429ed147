"""`python -m app export`: write runs of any format as files that other tools read."""

import argparse
import json
import shutil
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from app.commands.contract import Command, UsageError
from app.commands.missing import require
from app.commands.options import TEXT_PATTERN, add_option, read_option

if TYPE_CHECKING:
    from app.commands.conversion.content import LeftOut
    from app.readers.contract import RunLog
    from app.store.discovery import FoundRun

FORMATS = ("tensorboard", "csv", "parquet", "json")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add what to export, as what, and where to."""
    parser.add_argument("run", type=Path, metavar="RUN", help="log file, run folder, or folder of runs at any depth")
    parser.add_argument("--to", required=True, choices=FORMATS, help="format to write")
    parser.add_argument("--out", type=Path, default=Path("export"), metavar="DIR", help="folder (default ./export)")
    parser.add_argument("--rows", choices=("wide", "long"), default="wide", help="of a table (default wide)")
    parser.add_argument("--force", action="store_true", help="replace what an earlier export wrote")
    add_option(parser, TEXT_PATTERN)


def run(options: argparse.Namespace) -> int:
    """Export each run to a file of its own below `--out`; nothing is written where anything is in the way."""
    require("numpy", "pyarrow", "orjson")
    from app.commands.conversion.found import find

    if not options.run.exists():
        raise UsageError(f"{options.run} does not exist")
    runs = find(options.run, read_option(options, TEXT_PATTERN) or ()).runs
    if not runs:
        raise UsageError(f"{options.run} holds no run of a format that can be read; `inspect` says what is there")
    for one in runs:
        refuse_place(place_of(one, options.out, options.to), options)
    return 1 if _export_all(runs, options) else 0


def place_of(run: "FoundRun", folder: Path, to: str) -> Path:
    """Return where a run goes below `folder`: a file, or for TensorBoard the folder of its event file."""
    from app.commands.conversion.tables import SUFFIXES

    place = folder.joinpath(*run.id.split("/"))
    return place if to == "tensorboard" else place.with_name(place.name + SUFFIXES[to])


def refuse_place(place: Path, options: argparse.Namespace) -> None:
    """Raise UsageError where writing to `place` would change the source, or something that is there already."""
    from app.commands.conversion.tensorboard import exported_before

    source, target = options.run.resolve(), place.resolve()
    if target == source or source in target.parents:
        raise UsageError(f"{place} lies in {options.run}, which is only read; give another folder with --out")
    ours, others = exported_before(place) if options.to == "tensorboard" else ([], [])
    if others:
        raise UsageError(f"{place} holds what no export wrote, {others[0].name}; give another --out")
    there = ours if options.to == "tensorboard" else [path for path in (place, about_of(place)) if path.exists()]
    if there and not options.force:
        raise UsageError(f"{there[0]} exists; --force replaces it")


def about_of(place: Path) -> Path:
    """Return the file beside a table that says what the run is."""
    return place.with_name(place.name + ".json")


def _export_all(runs: Sequence["FoundRun"], options: argparse.Namespace) -> int:
    """Export these runs one after the other; return how many failed."""
    from app.commands.conversion.content import describe_left_out
    from app.commands.conversion.found import files
    from app.commands.conversion.progress import Progress

    began = time.time()
    failures = 0
    with Progress([sum(stamp.size for stamp in files(one).values()) for one in runs]) as progress:
        for one in runs:
            tell = partial(progress.tell, name=one.id)
            tell(0.0)
            try:
                written, left_out = _export(one, options, began, tell)
            except (OSError, ValueError) as error:
                failures += 1
                progress.finish(f"{one.id}: not exported: {error}")
            else:
                words = describe_left_out(left_out)
                progress.finish(f"{one.id}: {written}" + (f"; left out: {words}" if words else ""))
    return failures


def _export(
    run: "FoundRun", options: argparse.Namespace, began: float, tell: Callable[[float], None]
) -> "tuple[Path, LeftOut]":
    """Export one run; return the file that was written, and what it has no place for. Raises OSError, ValueError."""
    from app.commands.conversion.content import LeftOut
    from app.commands.conversion.found import modified, read
    from app.commands.conversion.tables import write_table
    from app.commands.conversion.tensorboard import exported_before, name_of, write_events

    log, unknown_time, left_out = read(run, began), modified(run), LeftOut()
    place = place_of(run, options.out, options.to)
    if options.to == "tensorboard":
        place.mkdir(parents=True, exist_ok=True)
        target = place / name_of(log, unknown_time)
        with _building(place) as unnamed:
            unnamed.mkdir()
            write_events(log, unnamed / "events", unknown_time, left_out, tell)
            for path in exported_before(place)[0]:  # two files of one run would show each point twice
                path.unlink()
            (unnamed / "events").rename(target)
            for path in sorted(unnamed.iterdir()):  # the config of embeddings after the files that it names
                path.rename(place / path.name)
        return target, left_out
    place.parent.mkdir(parents=True, exist_ok=True)
    with _building(place) as unnamed:
        write_table(log, unnamed, options.to, options.rows, unknown_time, left_out, tell)
        _write_about(run, log, about_of(place))
        unnamed.rename(place)
    return place, left_out


@contextmanager
def _building(place: Path) -> Iterator[Path]:
    """Give the name under which a file or folder is in the making; nothing is left under it."""
    unnamed = place.with_name(f".{place.name}.exporting")
    _remove(unnamed)
    try:
        yield unnamed
    finally:
        _remove(unnamed)


def _remove(path: Path) -> None:
    if path.is_dir():
        shutil.rmtree(path)
    else:
        path.unlink(missing_ok=True)


def _write_about(run: "FoundRun", log: "RunLog", path: Path) -> None:
    from app.commands.conversion.strict import strict

    info = log.info
    about = {"name": info.name, "format": run.reader.name, "source": str(run.path.absolute()), "created": info.created}
    words = {"config": info.config, "tags": list(info.tags), "notes": info.notes}
    path.write_text(json.dumps(strict(about | words), ensure_ascii=False, indent=1), encoding="utf-8", errors="replace")


COMMAND = Command(
    name="export",
    help="Write runs of any format as TensorBoard event files, CSV, Parquet or JSON lines.",
    extra="app",
    add_arguments=add_arguments,
    run=run,
)
