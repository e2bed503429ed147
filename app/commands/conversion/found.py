"""Which runs lie at a path, which files they are made of, and reading one to its end."""

import re
import time
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

from app.readers.contract import News, RunLog, Stamp
from app.readers.walk import all_readers
from app.settings import LogRoot
from app.store.discovery import Discovery, FoundRun, Skipped

_REST_S = 2.5  # a reader takes a last line without its newline when its file has rested for so long
_TAIL_BYTES = 4096
_PAUSE_S = 0.05


class Found(NamedTuple):
    """What lies at a path: runs in order of their names, and what belongs to none."""

    runs: Sequence[FoundRun]
    skipped: Sequence[Skipped]


def find(path: Path, text_patterns: Sequence[re.Pattern[str]] = ()) -> Found:
    """Look at a file, or through a folder at any depth; text logs are read by these patterns too."""
    discovery = Discovery([LogRoot("", path)], all_readers(text_patterns))
    runs = discovery.find()
    return Found([run for _, run in sorted(runs.items())], discovery.skipped)


def files(run: FoundRun) -> Mapping[Path, Stamp]:
    """Return the files that a run is made of, in order of their names; none where it is gone."""
    try:
        stamps = run.reader.stamps(run.path)
    except OSError:
        return {}
    # The path of a run that shares its file with others lies below that file.
    folder = next(path for path in (run.path, *run.path.parents) if path.is_dir())
    return {folder / name: stamps[name] for name in sorted(stamps)}


def modified(run: FoundRun) -> float:
    """When one of its files changed last, in seconds since the epoch; when its folder did where it has none."""
    return max((stamp.mtime_ns for stamp in files(run).values()), default=int(run.changed * 1e9)) / 1e9


def read(run: FoundRun, began: float) -> RunLog:
    """Open a run and take in all that its files hold; `began` as for `polls`.

    Raises:
        FileNotFoundError: it is no longer there.
    """
    log = run.reader.open(run.path)
    for news in polls(run, log, began):
        if news.gone:
            raise FileNotFoundError(f"{run.path} is no longer there")
    return log


def polls(run: FoundRun, log: RunLog, began: float) -> Iterator[News]:
    """Poll a log to its end, and hand on what each poll found.

    A file that was written a moment ago and ends in the middle of a line may be whole or not: it gets the time to
    rest that its reader asks for.

    Args:
        run: what was found.
        log: the same, opened.
        began: when the command began, in seconds since the epoch: what changes after that is not waited for.
    """
    waited = False
    while True:
        news = log.poll()
        yield news
        if news.gone:
            return
        if news.behind:
            time.sleep(0 if news.changed else _PAUSE_S)
            continue
        rest_s = 0.0 if waited else _rest_s(run, began)
        if rest_s <= 0:
            return
        time.sleep(rest_s)
        waited = True


def _rest_s(run: FoundRun, began: float) -> float:
    """Return for how long a file with an open last line needs to be left alone, 0 where there is none."""
    if run.reader.order == 0:  # our own: a line without its newline was never logged
        return 0.0
    now = time.time()
    fresh = {path: stamp.mtime_ns / 1e9 for path, stamp in files(run).items() if now - stamp.mtime_ns / 1e9 < _REST_S}
    changes = [changed for path, changed in fresh.items() if _has_open_line(path)]
    return min(max(changes), began) + _REST_S - now if changes else 0.0


def _has_open_line(path: Path) -> bool:
    """Whether a text ends without a newline; no file of records in binary does that."""
    try:
        with path.open("rb") as file:
            file.seek(max(0, path.stat().st_size - _TAIL_BYTES))
            tail = file.read()
    except OSError:
        return False
    return not tail.endswith(b"\n") and b"\0" not in tail
