"""`python -m app compact`: close the segments that trainings left open."""

import argparse
import sys
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

from app.commands.contract import Command, UsageError
from app.commands.missing import require
from trainer_hooks.record import SEGMENT_NAME

FRESH_S = 600.0  # a segment of a run without a status is left alone this long after its last line


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the folders to look through."""
    parser.add_argument(
        "paths", nargs="+", type=Path, metavar="PATH", help="run folder, or folder of runs at any depth"
    )
    parser.add_argument("--dry-run", action="store_true", help="say what would be closed, and change nothing")


def run(options: argparse.Namespace) -> int:
    """Close what no living process writes; print each run with its size before and after."""
    require("pyarrow", "numpy")
    for path in options.paths:
        if not path.is_dir():
            raise UsageError(f"{path} is not a folder; give a run folder, or a folder of runs")
    found = [(folder, segments) for path in options.paths for folder, segments in open_segments(path)]
    if not found:
        print("No open segments: nothing to do.")
    failures = sum(compact_run(folder, segments, dry_run=options.dry_run) for folder, segments in found)
    return 1 if failures else 0


def open_segments(path: Path) -> Iterator[tuple[Path, list[Path]]]:
    """Yield each run folder at or below `path` that has growing segments, with these in order of their names."""
    by_folder: dict[Path, list[Path]] = {}
    for segment in sorted(path.rglob("metrics-*.jsonl")):
        if SEGMENT_NAME.fullmatch(segment.name):
            by_folder.setdefault(segment.parent, []).append(segment)
    yield from by_folder.items()


def compact_run(folder: Path, segments: Sequence[Path], *, dry_run: bool) -> int:
    """Close the segments of one run unless it is alive; return how many could not be closed."""
    before = sum(segment.stat().st_size for segment in segments)
    if is_alive(folder, segments, now=time.time()):
        print(f"{folder}: left alone, {_count(segments)}: the training is alive")
        return 0
    if dry_run:
        print(f"{folder}: would close {_count(segments)}, {before:,} bytes")
        return 0
    closed = [path for path in map(_close, segments) if path]
    after = sum(path.stat().st_size for path in closed)
    print(f"{folder}: closed {len(closed)} of {_count(segments)}, {before:,} bytes, to {after:,} bytes of Parquet")
    return len(segments) - len(closed)


def is_alive(folder: Path, segments: Sequence[Path], now: float) -> bool:
    """Tell whether a process may still write to these segments of a run.

    Args:
        folder: the run.
        segments: its growing segments.
        now: seconds since the epoch.
    """
    from app.readers.contract import RunState
    from app.readers.walk import all_readers

    log = all_readers()["tailboard"].open(folder)
    log.poll()
    state = log.status(now).state
    if state == RunState.UNKNOWN:
        return any(now - segment.stat().st_mtime < FRESH_S for segment in segments)
    return state in {RunState.RUNNING, RunState.STALLED}


def _close(segment: Path) -> Path | None:
    """Close one segment; say why where that fails, in which case it stays as it is."""
    from trainer_hooks.closing import close_segment

    try:
        return close_segment(segment)
    except (OSError, ValueError) as error:
        print(f"{segment}: stays as it is: {error}", file=sys.stderr)
        return None


def _count(segments: Sequence[Path]) -> str:
    return f"{len(segments)} segment" + ("" if len(segments) == 1 else "s")


COMMAND = Command(
    name="compact",
    help="Close segments that a training left open into Parquet: smaller, and quicker to open.",
    extra="hooks",
    add_arguments=add_arguments,
    run=run,
)
