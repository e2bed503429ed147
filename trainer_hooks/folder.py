"""The folder of one run: which one it is, its run.json, and finding it again when it was moved or removed."""

import json
import os
import threading
import time
from collections import deque
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from trainer_hooks.config import merged
from trainer_hooks.disk import alone, create_file, replace_file
from trainer_hooks.record import MEDIA_NAME, RUN_FILE, SEGMENT_NAME, STATUS_NAME, BadLineError, decode

MAX_NAMES = 10_000  # tried beside the wished one
TAIL_BYTES = 1 << 20  # read to find the last line of a segment
JOB_IS_LIVE_S = 600.0  # a job's processes all start within this time, or its files still change


class RunFolder:
    """Where a run lives.

    Attributes:
        path: the folder; changes when a free name had to be found and when the folder is moved.
        facts: what run.json says.
        is_open: `path` and `facts` are decided.
        owner: this process made the run, so it keeps run.json.
        resume: go on with the run in `path`, if there is one.
        last_step: the highest step logged before, where a run goes on; None where nothing was.

    All processes of a run may add to its run.json: to what stands there, so that none takes away what another added.
    """

    def __init__(self, path: Path, facts: dict[str, Any], *, resume: bool, join: bool) -> None:
        self.path = path
        self.facts = facts
        self.owner = True
        self.is_open = False
        self._news: deque[Mapping[str, Any]] = deque()  # added by any thread, taken by the one that saves
        self._unsaved: dict[str, Any] = {}
        self.resume = resume
        self.last_step: int | None = None
        self._join = join
        self._descriptor: int | None = None
        self._lock = threading.Lock()

    def open(self) -> None:
        """Take possession: of the wished folder, or of the first free name beside it.

        Raises:
            OSError: the disk does not let us; nothing was decided, try again.
        """
        if self.resume or self._join:
            self._enter(self.path)
        else:
            self._find_free()
        self._remember_place()
        self.is_open = True

    def add_facts(self, more: Mapping[str, Any]) -> None:
        """Add to what run.json says, and to its config name by name; `save_facts` writes it."""
        self._news.append(more)

    def save_facts(self) -> None:
        """Write what is new into run.json, whichever process made it. Raises OSError."""
        while self._news:
            self._unsaved = _with(self._unsaved, self._news.popleft())
        if self._unsaved:
            with alone(self.path):
                self.facts = _with(read_facts(self.path) or self.facts, self._unsaved)
                replace_file(self.path / RUN_FILE, _encode(self.facts))
            self._unsaved = {}

    def restore(self) -> None:
        """Make the folder and its run.json again if they were removed. Raises OSError."""
        self.path.mkdir(parents=True, exist_ok=True)
        create_file(self.path / RUN_FILE, _encode(self.facts))
        self._remember_place()

    def follow(self) -> None:
        """Set `path` to where the folder is now, if it was moved; make it again if it was removed. Raises OSError."""
        if self._descriptor is None or self._is_at(self.path):
            return
        moved = Path(f"/proc/self/fd/{self._descriptor}").resolve()
        if self._is_at(moved):
            self.path = moved
        else:
            self.restore()

    def close(self) -> None:
        """Let go of the folder: from now on it is not looked for where it was moved."""
        self._hold(None)

    def _is_at(self, path: Path) -> bool:
        try:
            return os.path.samestat(path.stat(), os.fstat(self._descriptor or 0))
        except FileNotFoundError:
            return False

    def _remember_place(self) -> None:
        """Hold on to the folder itself, wherever it is moved."""
        self._hold(os.open(self.path, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC))

    def _hold(self, descriptor: int | None) -> None:
        with self._lock:
            before, self._descriptor = self._descriptor, descriptor
            if before is not None:
                os.close(before)

    def _enter(self, path: Path) -> None:
        """Use the folder whether there is a run in it or not."""
        if self._claim(path):
            return
        with alone(path):
            found = read_facts(path)
            if self.resume:
                found = _resumed(found, self.facts)
                replace_file(path / RUN_FILE, _encode(found))
                self.last_step = last_step(path)
        self.path, self.facts, self.owner = path, found, self.resume

    def _find_free(self) -> None:
        for path in _names(self.path):
            if not _holds_run(path) and self._claim(path):
                return
            if _is_same_job(path, self.facts.get("job")):
                self._enter(path)
                return
        raise FileExistsError(f"{self.path} and {MAX_NAMES:,} names beside it are taken by other runs")

    def _claim(self, path: Path) -> bool:
        """Make the run in `path` ours by being the first to put a run.json there."""
        path.mkdir(parents=True, exist_ok=True)
        facts = {**self.facts, "name": self.facts["name"] or path.name}
        if not create_file(path / RUN_FILE, _encode(facts)):
            return False
        self.path, self.facts = path, facts
        return True


def read_facts(path: Path) -> dict[str, Any]:
    """Return what run.json in the folder `path` says; nothing where it is missing or damaged. Raises OSError."""
    try:
        facts = json.loads((path / RUN_FILE).read_bytes())
    except (FileNotFoundError, ValueError):
        return {}
    return facts if isinstance(facts, dict) else {}


def last_step(path: Path) -> int | None:
    """Return the highest step that the writers of the run in `path` reported or left in a growing segment."""
    steps = [_status_step(file) for file in path.glob("status-*.json")]
    steps += [_tail_step(file) for file in path.glob("metrics-*.jsonl")]
    return max((step for step in steps if step is not None), default=None)


def _status_step(file: Path) -> int | None:
    try:
        step = json.loads(file.read_bytes()).get("last_step")
    except (OSError, ValueError, AttributeError):
        return None
    return step if type(step) is int else None


def _tail_step(file: Path) -> int | None:
    """Return the step of the last complete line."""
    try:
        with file.open("rb") as lines:
            lines.seek(max(0, file.stat().st_size - TAIL_BYTES))
            whole = lines.read().rpartition(b"\n")[0]
        return decode(whole.rpartition(b"\n")[2]).step
    except (OSError, BadLineError):
        return None


def _names(path: Path) -> Iterator[Path]:
    yield path
    for number in range(2, MAX_NAMES):
        yield path.with_name(f"{path.name}-{number}")


def _holds_run(path: Path) -> bool:
    try:
        names = [entry.name for entry in path.iterdir()]
    except FileNotFoundError:
        return False
    except NotADirectoryError:
        return True
    ours = (SEGMENT_NAME, MEDIA_NAME, STATUS_NAME)
    return any(name == RUN_FILE or any(pattern.fullmatch(name) for pattern in ours) for name in names)


def _is_same_job(path: Path, job: str | None) -> bool:
    """Tell whether the run in `path` was begun by another process of our own job, and not long ago."""
    if job is None:
        return False
    try:
        newest = max(file.stat().st_mtime for file in (path / RUN_FILE, *path.glob("status-*.json")))
        return read_facts(path).get("job") == job and time.time() - newest < JOB_IS_LIVE_S
    except OSError:
        return False


def _with(known: Mapping[str, Any], more: Mapping[str, Any]) -> dict[str, Any]:
    """Return facts with more of them in them; only of `config` what was there before is kept, name by name."""
    config = {"config": merged(known.get("config", {}), more["config"])} if "config" in more else {}
    return {**known, **more, **config}


def _resumed(found: dict[str, Any], now: dict[str, Any]) -> dict[str, Any]:
    """Join what a run said when it began with what it says when it goes on: the beginning counts."""
    again = {"time": now["created"], "argv": now["argv"], "host": now["environment"]["host"]}
    facts = {**now, **found, "resumed": [*found.get("resumed", []), again]}
    for name in ("config", "tags", "notes"):
        facts[name] = now[name] or found.get(name, now[name])
    return facts


def _encode(facts: dict[str, Any]) -> bytes:
    return json.dumps(facts, ensure_ascii=False, indent=1).encode("utf-8", "replace")
