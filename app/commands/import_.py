"""`python -m app import`: turn runs of any format into ours."""

import argparse
import os
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from app.commands.contract import Command, UsageError
from app.commands.missing import require
from app.commands.options import TEXT_PATTERN, add_option, read_option

if TYPE_CHECKING:
    from app.commands.conversion.own import Imported
    from app.store.discovery import FoundRun


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add what to read and where to write."""
    parser.add_argument("source", type=Path, metavar="SRC", help="log file, run folder, or folder of runs at any depth")
    parser.add_argument("target", type=Path, metavar="DST", help="log folder for the new runs; made if needed")
    add_option(parser, TEXT_PATTERN)


def run(options: argparse.Namespace) -> int:
    """Import every run that is not there yet; killed and started again it goes on where it was."""
    require("numpy", "pyarrow", "orjson")
    from app.commands.conversion.found import find

    source, target = options.source, options.target
    if not source.exists():
        raise UsageError(f"{source} does not exist")
    refuse_overlap(source, target)
    found = find(source, read_option(options, TEXT_PATTERN) or ())
    if not found.runs:
        raise UsageError(f"{source} holds no run of a format that can be read; `inspect` says what is there")
    target.mkdir(parents=True, exist_ok=True)
    with locked(target):
        return 1 if _import_all(found.runs, target) else 0


def refuse_overlap(source: Path, target: Path) -> None:
    """Raise UsageError where one of two paths lies in the other: what is read is never written to."""
    one, other = source.resolve(), target.resolve()
    if one == other or one in other.parents or other in one.parents:
        raise UsageError(f"{target} and {source} lie in one another; give a folder of its own for the new runs")


@contextmanager
def locked(folder: Path) -> Iterator[None]:
    """Hold a folder against a second import into it. Raises UsageError where there is one."""
    import fcntl

    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError as error:
        os.close(descriptor)
        raise UsageError(f"another import into {folder} is under way") from error
    except OSError:
        pass  # a file system without locks
    try:
        yield
    finally:
        os.close(descriptor)


def _import_all(runs: Sequence["FoundRun"], target: Path) -> int:
    """Import these runs one after the other, those above before those inside them; return how many failed."""
    from app.commands.conversion.found import files
    from app.commands.conversion.own import TakenError, import_run, is_imported, place_of
    from app.commands.conversion.progress import Progress

    began = time.time()
    places = [(one, place_of(one, target)) for one in runs]
    waiting = [(one, place) for one, place in places if not is_imported(one, place)]
    failures = 0
    with Progress([sum(stamp.size for stamp in files(one).values()) for one, _ in waiting]) as progress:
        if already := len(places) - len(waiting):
            progress.say(f"{_runs(already)} imported already and unchanged")
        for one, place in waiting:
            name = one.id
            progress.tell(0.0, name)
            try:
                done = import_run(one, place, began, partial(progress.tell, name=name))
            except (OSError, ValueError, TakenError) as error:
                failures += 1
                progress.finish(f"{name}: not imported: {error}")
            else:
                progress.finish(f"{name}: {_summary(one, done)}")
    return failures


def _summary(run: "FoundRun", done: "Imported") -> str:
    from app.commands.conversion.content import describe_left_out

    words = f"imported from {run.reader.name}, {done.tags:,} tags, {done.points:,} points"
    if left_out := describe_left_out(done.left_out):
        words += f"; left out: {left_out}"
    return words + (f"; its files have problems, see `inspect {run.path}`" if done.problems else "")


def _runs(count: int) -> str:
    return f"{count:,} run" + (" is" if count == 1 else "s are")


COMMAND = Command(
    name="import",
    help="Turn runs of any format into our own; killed and started again, it goes on.",
    extra="app",
    add_arguments=add_arguments,
    run=run,
)
