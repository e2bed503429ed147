"""All runs and the series that someone looks at: the one shared state of the app."""

import time
from collections.abc import Collection, Mapping, Sequence
from typing import Any, Protocol

import numpy as np

from app.readers.contract import Columns, MediaItem, Overlap, Reader, RunStatus
from app.settings import Settings
from app.store import stopping
from app.store.cache import Cache
from app.store.census import Census
from app.store.colours import Slots
from app.store.discovery import Discovery, Skipped
from app.store.index import RunIndex
from app.store.parsed import ParsedColumns
from app.store.resident import ResidentSeries
from app.store.sidecar import Edits, Sidecar
from app.store.summary import RunSummary, UnknownRunError
from app.store.tailer import Tailer
from app.store.watch import Watch

__all__ = ["RunSummary", "Store", "StoreLike", "UnknownRunError"]


class StoreLike(Protocol):
    """What pages and routes may ask. `Store` in this module does it over files."""

    @property
    def ready(self) -> bool:
        """Whether every run was looked at once; until then the list grows."""

    @property
    def revision(self) -> int:
        """Goes up whenever any run changed, appeared or vanished; a state that changed by the clock alone counts."""

    @property
    def first_revision(self) -> int:
        """The revision this store began with: what a browser saw before that, it saw of another server."""

    def changed_since(self, revision: int) -> tuple[Sequence[RunSummary], Sequence[str]]:
        """Return the runs that changed after `revision`, newest first, and the ids of those that vanished since."""

    def runs(self) -> Sequence[RunSummary]:
        """All runs, newest first."""

    @property
    def skipped(self) -> Sequence[Skipped]:
        """Files in the log folders that belong to no run."""

    @property
    def skipped_revision(self) -> int:
        """The revision at which the skipped files changed last."""

    def edit(self, run_id: str, changes: Mapping[str, Any]) -> Edits:
        """Keep what a person says of a run, by the names in `Edits`; None takes it back. Every answer soon shows it.

        Raises UnknownRunError; ValueError where a value is of another kind; OSError where it cannot be written.
        """

    def stop(self, run_id: str, *, take_back: bool = False) -> None:
        """Ask a training to end, or take that back. Raises UnknownRunError, NotStoppableError, OSError."""

    def run(self, run_id: str) -> RunSummary:
        """One run. Raises UnknownRunError."""

    def status(self, run_id: str) -> RunStatus:
        """What the run is doing now. Raises UnknownRunError."""

    def series(self, run_id: str, tag: str, overlap: Overlap = "latest") -> Columns:
        """All records of a scalar tag; empty where the run has none. Raises UnknownRunError."""

    def records(self, run_id: str, tags: Collection[str], overlap: Overlap = "latest") -> Mapping[str, Columns]:
        """As `series`, of several tags and without holding them in memory. Raises UnknownRunError."""

    def media(self, run_id: str, tag: str) -> Sequence[MediaItem]:
        """All items of a blob tag; empty where the run has none. Raises UnknownRunError."""


class Store:
    """The runs below the log roots, followed live from `start` to `close`.

    Without `start` it stands still, and `refresh` looks at the files once: for tests and tools. All other methods
    are for any number of threads.

    Args:
        settings: the log roots, the memory bound, the cache folder, and whether to poll.
        readers: by name, as `all_readers` returns them.

    Raises:
        FolderError: the cache folder or the state folder is not this user's alone.
    """

    def __init__(self, settings: Settings, readers: Mapping[str, Reader]) -> None:
        self._resident = ResidentSeries(settings.memory_bytes)
        self._cache = Cache.of(settings)
        discovery = Discovery(settings.roots, readers)
        parsed = ParsedColumns(self._cache.folder / "columns")
        self._sidecar = Sidecar.of(settings)
        self._census = Census(
            discovery, self._resident, Slots(self._cache), RunIndex(self._cache), parsed, self._sidecar
        )
        watch = Watch((root.path for root in settings.roots), settings.poll)
        self._tailer = Tailer(self._census, watch, settings.poll_interval_s)

    def start(self) -> None:
        """Follow the files from now on, in a thread; returns at once."""
        self._tailer.start()

    def close(self) -> None:
        """Stop following the files."""
        self._tailer.close()
        self._cache.close()

    def refresh(self) -> None:
        """Find all runs and read what is new in them, now. Not together with `start`."""
        self._tailer.sweep()
        self._tailer.catch_up()

    @property
    def ready(self) -> bool:
        """Whether every run was looked at once; until then the list grows, newest runs first."""
        return self._tailer.ready.is_set()

    @property
    def revision(self) -> int:
        """Goes up whenever any run changed, appeared or vanished; higher than that of any earlier server."""
        return self._census.revision

    @property
    def first_revision(self) -> int:
        """The revision this store began with: what a browser saw before that, it saw of another server."""
        return self._census.first_revision

    @property
    def resident_bytes(self) -> int:
        """Memory of the series held now."""
        return self._resident.size_bytes

    def runs(self) -> Sequence[RunSummary]:
        """All runs, newest first."""
        return self._census.summaries()

    @property
    def skipped(self) -> Sequence[Skipped]:
        """Files in the log folders that belong to no run."""
        return self._census.skipped

    @property
    def skipped_revision(self) -> int:
        """The revision at which the skipped files changed last."""
        return self._census.skipped_revision

    def edit(self, run_id: str, changes: Mapping[str, Any]) -> Edits:
        """Keep what a person says of a run in the state folder, never among the logs; every answer soon shows it.

        Args:
            run_id: as in `RunSummary.id`.
            changes: by the names in `Edits`; None takes a word back.

        Raises:
            UnknownRunError: there is no such run.
            ValueError: a value is of another kind.
            OSError: the state folder cannot be written.
            StateFolderError: it is not this user's alone.
        """
        edits = self._sidecar.write(self._census.get(run_id)[0].found, changes)
        self._tailer.hurry()
        return edits

    def stop(self, run_id: str, *, take_back: bool = False) -> None:
        """Ask a training to end, by an empty file in its run folder, or take that back by removing it.

        Raises:
            UnknownRunError: there is no such run.
            NotStoppableError: it does not run, or would not look.
            OSError: the run folder cannot be written.
        """
        run, summary = self._census.get(run_id)
        stopping.check(run_id, summary.format, run.status(time.time()), take_back=take_back)
        (stopping.take_back if take_back else stopping.ask)(run.found.folder)
        self._tailer.hurry()

    def changed_since(self, revision: int) -> tuple[Sequence[RunSummary], Sequence[str]]:
        """Return the runs that changed after `revision`, newest first, and the ids of those that vanished since."""
        return [run for run in self.runs() if run.revision > revision], self._census.gone_since(revision)

    def run(self, run_id: str) -> RunSummary:
        """One run. Raises UnknownRunError."""
        return self._census.get(run_id)[1]

    def status(self, run_id: str) -> RunStatus:
        """What the run is doing now. Raises UnknownRunError."""
        return self._census.get(run_id)[0].status(time.time())

    def series(self, run_id: str, tag: str, overlap: Overlap = "latest") -> Columns:
        """All records of a scalar tag up to this moment; empty where the run has none.

        Args:
            run_id: as in `RunSummary.id`.
            tag: as in `RunSummary.facts`.
            overlap: whether points that a resumed run logged again are left out.

        Returns:
            Three read-only columns of one length, which never change: a later call returns longer ones. They are
            in memory, or read from the run's files for this call, which no request for another run waits for.

        Raises:
            UnknownRunError: there is no such run.
        """
        run, summary = self._census.get(run_id)
        facts = summary.facts.get(tag)
        if facts is None or facts.kind != "scalar":
            return _NOTHING
        columns = run.series(tag, overlap)
        return _NOTHING if columns is None else columns

    def records(self, run_id: str, tags: Collection[str], overlap: Overlap = "latest") -> Mapping[str, Columns]:
        """All records of several scalar tags up to this moment, for who takes them once and goes on.

        Returns:
            Columns by tag, as from `series`. What was not in memory is read for this call and not held, so that a
            download of everything does not drive out what is looked at. Tags that the run does not have are left out.

        Raises:
            UnknownRunError: there is no such run.
        """
        run, summary = self._census.get(run_id)
        scalar = [tag for tag in tags if (facts := summary.facts.get(tag)) is not None and facts.kind == "scalar"]
        return run.records(scalar, overlap)

    def media(self, run_id: str, tag: str) -> Sequence[MediaItem]:
        """All items of a blob tag up to this moment, in order of arrival. Raises UnknownRunError."""
        run, summary = self._census.get(run_id)
        return run.media(tag) if tag in summary.facts else ()


_NOTHING = Columns(np.empty(0, np.int64), np.empty(0, np.float64), np.empty(0, np.float64))
