"""What a reader of log files promises: the vocabulary that every format is translated into.

A reader recognises runs in folders (`Reader.find`) and opens each as a `RunLog`. A run log is asked two
things: what is new (`poll`, cheap when nothing is) and all records of some tags (`load`, when someone looks).
The files are the truth: a run log keeps positions and facts, never the columns themselves.
"""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import Any, Literal, NamedTuple, Protocol

import numpy as np
import numpy.typing as npt

Int64Array = npt.NDArray[np.int64]
Float64Array = npt.NDArray[np.float64]

Overlap = Literal["latest", "all"]
"""After a resumed run: `latest` drops the points that were logged again, `all` keeps every one."""


class Stamp(NamedTuple):
    """A file as its folder shows it; equal stamps mean the same content."""

    inode: int
    size: int  # bytes
    mtime_ns: int  # since the epoch, by the clock of the file system


class DataClass(StrEnum):
    """How a tag is stored. Closed list: every kind on the screen is a view of one of these."""

    SCALAR = "scalar"
    TENSOR = "tensor"
    BLOB = "blob"


class RunState(StrEnum):
    """What a run is doing, as far as its files tell."""

    RUNNING = "running"
    FINISHED = "finished"
    FAILED = "failed"  # ended with an exception
    CRASHED = "crashed"  # its heartbeat stopped without an end being written
    STALLED = "stalled"  # alive, but silent for much longer than its own rhythm
    UNKNOWN = "unknown"  # the format carries no heartbeat


@dataclass(frozen=True, slots=True)
class Columns:
    """Records of one scalar tag of one run, in order of arrival.

    Attributes:
        step: shape (n,), the trainer's own counter; may repeat or go back.
        wall_time: shape (n,), seconds since the epoch, UTC; NaN where the file gives no time.
        value: shape (n,), NaN and infinities as they were logged.
    """

    step: Int64Array
    wall_time: Float64Array
    value: Float64Array

    def __len__(self) -> int:
        return len(self.step)


@dataclass(frozen=True, slots=True)
class TagFacts:
    """What is known of one tag without reading its records.

    Value facts are of the finite values of a scalar tag, and None where there are none.
    """

    kind: str  # "scalar", "image", "figure", "text", ...: a name in app.kinds
    points: int
    first_step: int | None = None
    last_step: int | None = None
    last_time: float | None = None  # seconds since the epoch
    first: float | None = None
    last: float | None = None  # the last logged value, may be NaN or infinite
    min: float | None = None
    min_step: int | None = None
    max: float | None = None
    max_step: int | None = None
    sum: float = 0.0
    nan: int = 0
    inf: int = 0
    first_nonfinite_step: int | None = None
    is_step: bool = False  # a column that gave the steps of the others: known, and not worth a chart


class Span(NamedTuple):
    """Where a blob lies in a file that holds more than it."""

    offset: int  # bytes
    size: int  # bytes


@dataclass(frozen=True, slots=True)
class MediaItem:
    """One logged image, figure, text, histogram or other blob or tensor."""

    tag: str
    kind: str
    step: int
    wall_time: float  # seconds since the epoch
    path: Path | None  # absolute path of the file that holds the blob, None where `text` or `meta` holds the content
    media_type: str  # "image/png", "application/vnd.plotly+json", "text/markdown", ...
    caption: str = ""
    text: str | None = None
    width_px: int | None = None
    height_px: int | None = None
    size_bytes: int | None = None
    index: int = 0  # place within one call that logged several
    count: int = 1  # how many that call logged
    meta: Mapping[str, Any] = field(default_factory=dict)
    span: Span | None = None  # the part of the file that is the blob, None for all of it
    parts: Mapping[str, Path] = field(default_factory=dict)  # further blobs by name, files of their own
    parts_in_log: Mapping[str, "MediaItem"] = field(default_factory=dict)  # further blobs that lie in a log beside this
    check: Callable[[], str] | None = field(default=None, compare=False)
    """Says what is wrong with the bytes of the blob, "" where nothing is; None where the format cannot tell."""
    make: Callable[[], bytes] | None = field(default=None, compare=False)
    """Makes the blob of what its file holds in another form; None where the bytes are the blob. Raises OSError and
    ValueError."""


@dataclass(frozen=True, slots=True)
class RunInfo:
    """Who, what, when: what a run says of itself."""

    name: str
    created: float | None = None  # seconds since the epoch
    config: Mapping[str, Any] = field(default_factory=dict)  # nested as logged
    tags: Sequence[str] = ()
    notes: str = ""
    step_column: str | None = None  # of a table: the column that gave the steps, "" where the rows were counted
    step_columns: Sequence[str] = ()  # of a table: the columns that could give them
    environment: Mapping[str, Any] = field(default_factory=dict)
    git: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class RunStatus:
    """What the writers of a run said last about themselves.

    `state` holds at the time it was made; running and stalled runs are judged again by the clock
    (`RunLog.status` is asked each time), so it is never stored.
    """

    state: RunState
    detail: str = ""  # a sentence: the exception, since when the heartbeat is missing, ...
    heartbeat: float | None = None  # seconds since the epoch
    progress: float | None = None  # share done, in [0, 1]
    left_s: float | None = None  # what is left of the training at its pace when it gave its last sign of life
    dropped: int = 0  # records that the writers had to give up
    traceback: str = ""  # the end of it, where an exception ended the run
    stop_time: float | None = None  # when somebody asked the training to end, in seconds since the epoch; None: nobody
    stop_reason: str = ""
    stop_seen: bool = False  # the training knows of it


@dataclass(frozen=True, slots=True)
class Problem:
    """Something in a file that could not be read; the rest of the file was."""

    path: Path
    where: str  # "line 812", "byte 40,960"
    what: str  # a sentence
    count: int = 1  # how often it happened in this file; `where` is the first


@dataclass(frozen=True, slots=True)
class News:
    """What one poll found.

    Attributes:
        changed: anything at all changed, facts, status and info included.
        appended: per scalar tag, the records that go after all that `load` gave so far, with either overlap.
        rewritten: tags whose earlier records changed (a resumed step range, a replaced file, several
            writers of one tag): load them anew. Never also in `appended`.
        behind: there is more than one poll takes in (a few MB, so that no run holds up the others): poll again.
        gone: the run is no longer there.
    """

    changed: bool = False
    appended: Mapping[str, Columns] = field(default_factory=dict)
    rewritten: frozenset[str] = frozenset()
    behind: bool = False
    gone: bool = False


@dataclass(frozen=True, slots=True)
class Choices:
    """What a person chose where a file does not say how it wants to be read."""

    step_column: str | None = None  # None: by its name, else the number of the row; "": the number of the row


DEFAULT_CHOICES = Choices()


@dataclass(frozen=True, slots=True)
class Finding:
    """What a reader made of one folder.

    Attributes:
        runs: the folder itself where it is a run, or the files in it that are each a run. A file that holds several
            has a path below it for each: `trackio.db/brave-otter`.
        claimed: names of the files and folders that belong to these runs. No other reader is asked about them, and
            no further runs are looked for in such a folder, which is watched with the run. Of folders below it, those
            where the run grows are named too, to be watched: `metrics/train`.
        declined: names of files and folders that look like this format and cannot be read as it, each with a sentence
            why.
    """

    runs: Sequence[Path] = ()
    claimed: Collection[str] = ()
    declined: Mapping[str, str] = field(default_factory=dict)


NOTHING_FOUND = Finding()


class RunLog(Protocol):
    """One run in one format. Called by one thread at a time."""

    def poll(self) -> News:
        """Look at the files and take in what is new. Never raises for what the files hold."""

    def load(self, tags: Collection[str], overlap: Overlap = "latest") -> Mapping[str, Columns]:
        """Read all records of these scalar tags up to the last poll.

        May return further tags that had to be parsed anyway, where they are complete. Tags that the run
        does not have are left out.
        """

    def media(self, tag: str) -> Sequence[MediaItem]:
        """All items of one blob tag up to the last poll, in order of arrival."""

    @property
    def info(self) -> RunInfo:
        """What the run says of itself, as of the last poll."""

    @property
    def facts(self) -> Mapping[str, TagFacts]:
        """All tags and what is known of each, as of the last poll."""

    @property
    def problems(self) -> Sequence[Problem]:
        """What could not be read so far."""

    def status(self, now: float) -> RunStatus:
        """Judge the run's state at `now`, in seconds since the epoch."""


class Reader(Protocol):
    """One log format. Each module in `app/readers` that has a `READER` is one."""

    name: str  # "tailboard", "tensorboard", ...: shown as the run's format
    order: int  # readers are asked in this order: 0 our own, 10 folders of trackers, 20 files known by name, 40 any

    def find(self, folder: Path, names: Collection[str], *, named: bool = False) -> Finding:
        """Look for runs of this format that lie directly in `folder`. Called again and again: see `heads.head`.

        Args:
            folder: the folder looked at.
            names: what it holds and no other reader has claimed.
            named: a person gave these files themselves, so content alone decides and no name is asked for.

        Returns:
            The runs, or the empty finding. Never raises for what the files hold, nor when they are gone meanwhile.
        """

    def stamps(self, path: Path) -> Mapping[str, Stamp]:
        """Return the stamps of all files that a run's facts are made of, by name.

        While they stay the same the run need not be opened: the app remembers its facts from one start to the next.

        Raises:
            OSError: the run is gone or cannot be listed.
        """

    def open(self, path: Path, choices: Choices = DEFAULT_CHOICES) -> RunLog:
        """Open a run that `find` named, or a single file of one, which is then read alone.

        Reads nothing yet; the first `poll` does.
        """
