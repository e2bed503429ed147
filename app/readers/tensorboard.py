"""Reads TensorBoard event files, of any writer: a folder that holds some is one run."""

from collections.abc import Collection, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from app.readers.contract import (
    DEFAULT_CHOICES,
    Choices,
    Columns,
    Finding,
    MediaItem,
    News,
    Overlap,
    Problem,
    RunInfo,
    RunLog,
    RunStatus,
    Stamp,
    TagFacts,
)
from app.readers.event_files.batch import Restarts, Series
from app.readers.event_files.file import LOOK_BYTES, EventFile, Growth
from app.readers.event_files.frames import HEADER_BYTES, size_at, small_headers
from app.readers.event_files.items import Items
from app.readers.event_files.projector import CONFIG, Projector, claimed
from app.readers.facts import join_facts, scalar_facts
from app.readers.folder import Problems, list_files, stamp_of
from app.readers.heads import head
from app.readers.lines import concatenate
from app.readers.yaml_files import read_yaml
from trainer_hooks.event_file import COPY_SUFFIX
from trainer_hooks.record import RUN_FILE

_NAME_PART = "tfevents"  # of a file's name, as TensorBoard asks for it
_SETTINGS = "hparams.yaml"  # Lightning's TensorBoardLogger writes all hyper-parameters there
_EXTRA_POINTS = 1_000_000
"""Records that one load may return of tags nobody asked for (24 bytes each)."""


class TensorBoardReader:
    """Recognises a run folder by files with `tfevents` in their names; a file by the checksum of its first header."""

    name = "tensorboard"
    order = 20

    def find(self, folder: Path, names: Collection[str], *, named: bool = False) -> Finding:
        """Find the folder itself where it holds event files, or names embeddings for TensorBoard's projector."""
        copies = {name for name in names if _is_copy(folder, name)}
        named_so = [name for name in names if name not in copies and (named or _NAME_PART in name)]
        found = [name for name in named_so if (folder / name).is_file()]
        events = {name for name in found if _begins_with_record(head(folder / name), is_named=_NAME_PART in name)}
        declined = {
            name: "it does not begin with a record of an event file"
            for name in found
            if name not in events and _NAME_PART in name
        }
        embeddings = claimed(folder, names)
        is_run = bool(events) or (len(embeddings) > 1 and not copies)
        settings = {_SETTINGS}.intersection(names) if is_run else set()
        return Finding([folder] if is_run else [], events | copies | embeddings | settings, declined)

    def stamps(self, path: Path) -> Mapping[str, Stamp]:
        """Return the stamps of the event files, of the config of the projector and of the settings beside them."""
        beside = {name: stamp for name in (CONFIG, _SETTINGS) if (stamp := stamp_of(path / name))}
        return _event_files(path) | beside

    def open(self, path: Path, choices: Choices = DEFAULT_CHOICES) -> RunLog:  # noqa: ARG002
        """Open a folder or a single file; the first poll reads it."""
        return TensorBoardRun(path)


def _is_copy(folder: Path, name: str) -> bool:
    """Tell whether an event file holds what a run in our own format, in its folder or one above, holds too."""
    if not (name.endswith(COPY_SUFFIX) and _NAME_PART in name):
        return False
    return any((above / RUN_FILE).exists() for above in (folder, *folder.parents))


def _begins_with_record(data: bytes, *, is_named: bool) -> bool:
    """Tell whether a file that begins with `data` is an event file; by name alone where that is too short to tell."""
    if len(data) < HEADER_BYTES:
        return is_named
    if size_at(data, 0) is not None:
        return True
    return is_named and len(small_headers(np.frombuffer(data, np.uint8)).places) > 0  # its beginning is broken


def _event_files(path: Path) -> dict[str, Stamp]:
    """Return the stamps of the event files in a folder by name, in order of their names, or that of a single one.

    Raises:
        OSError: the folder or the file is gone, or may not be looked at.
    """
    try:
        files = list_files(path)
    except NotADirectoryError:
        stamp = stamp_of(path)
        if stamp is None:
            raise FileNotFoundError(path) from None
        return {path.name: stamp}
    return {name: files[name] for name in sorted(files) if _NAME_PART in name and not _is_copy(path, name)}


class _Settings:
    """The settings in a YAML file, which may be written at any time, and anew."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._stamp: Stamp | None = None
        self.values: Mapping[str, Any] = {}

    def look(self) -> bool:
        """Read the file where it changed; tell whether it did."""
        if (stamp := stamp_of(self._path)) == self._stamp:
            return False
        self._stamp = stamp
        self.values = read_yaml(self._path)
        return True


class TensorBoardRun:
    """The event files of one folder, or one of them alone.

    The records of a run are those of its files one after the other, in order of their names, as TensorBoard reads
    them; so is what a restart puts out of date.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._problems = Problems()
        self._items = Items(self._problems)
        self._projector = Projector(path, self._problems)
        self._settings = _Settings(path / _SETTINGS)
        self._restarts = Restarts()
        self._logs: dict[str, EventFile] = {}  # by name, in order
        self._stamps: Mapping[str, Stamp] = {}
        self._behind = False
        self._scalars: dict[str, TagFacts] = {}
        self._facts: Mapping[str, TagFacts] = {}
        self._cut: set[str] = set()  # tags that lost records to a restart
        self._unsettled: set[str] = set()  # tags whose facts wait until all is read

    @property
    def info(self) -> RunInfo:
        """Name, hyper-parameters and when the run began."""
        began = min((log.began for log in self._logs.values() if log.began), default=None)
        return RunInfo(name=self._path.name, created=self._items.created or began, config=self._config())

    @property
    def facts(self) -> Mapping[str, TagFacts]:
        """All tags and their facts; a new mapping whenever one changed."""
        return self._facts

    @property
    def problems(self) -> Sequence[Problem]:
        """What could not be read so far."""
        return self._problems.all()

    def status(self, now: float) -> RunStatus:  # noqa: ARG002
        """Tell whether a session with hyper-parameters says that it failed; event files have no heartbeat."""
        return RunStatus(self._items.state)

    def poll(self) -> News:
        """Take in what the files hold beyond the last poll."""
        try:
            stamps = _event_files(self._path)
        except FileNotFoundError:
            return News(changed=True, gone=True)
        except OSError as error:
            return News(changed=self._problems.add(self._path, "the folder", f"it cannot be listed: {error.strerror}"))
        changed = self._problems.drop(self._path)
        changed |= self._projector.look() | self._settings.look()
        if not stamps and not self._projector.facts:
            return News(changed=True, gone=True)
        if stamps == self._stamps and not self._behind:
            self._facts = self._all_facts() if changed else self._facts
            return News(changed=changed)
        self._stamps = stamps
        rewritten = self._drop_vanished(stamps)
        appended = self._look(stamps, rewritten)
        self._settle(rewritten)
        self._facts = self._all_facts()
        return News(changed=True, appended=appended, rewritten=frozenset(rewritten), behind=self._behind)

    def load(self, tags: Collection[str], overlap: Overlap = "latest") -> Mapping[str, Columns]:
        """Read the files once more up to the last poll; where the run is small all its tags come along."""
        wanted: Collection[str] = {tag for tag in tags if tag in self._scalars}
        if wanted and sum(facts.points for facts in self._scalars.values()) <= _EXTRA_POINTS:
            wanted = self._scalars.keys()
        return self._read_again(wanted, overlap)

    def media(self, tag: str) -> Sequence[MediaItem]:
        """All items of one tag that is no scalar up to the last poll, in order of arrival."""
        return self._items.items(tag) or self._projector.items(tag)

    def _config(self) -> Mapping[str, Any]:
        """Return the hyper-parameters, those in the event files before those beside them.

        In event files Lightning calls what is nested `model/width`: it is not said twice.
        """
        logged = self._items.config
        names = {name.partition("/")[0] for name in logged}
        return {name: value for name, value in self._settings.values.items() if name not in names} | dict(logged)

    def _all_facts(self) -> Mapping[str, TagFacts]:
        return {**self._projector.facts, **self._items.facts, **self._scalars}

    def _drop_vanished(self, stamps: Collection[str]) -> set[str]:
        """Let go of files that are no longer there; return the tags that had records in them."""
        rewritten: set[str] = set()
        for name in self._logs.keys() - set(stamps):
            log = self._logs.pop(name)
            rewritten |= log.facts.keys()
            self._items.forget(log.path)
            self._problems.drop(log.path)
        return rewritten

    def _look(self, stamps: Mapping[str, Stamp], rewritten: set[str]) -> dict[str, Columns]:
        """Look at the files in turn until enough was read; return what to append, and add to what is rewritten."""
        parts: dict[str, list[Columns]] = {}
        self._behind = False
        work = 0
        for name, stamp in stamps.items():
            log = self._log(name)
            had = log.facts.keys()
            try:
                growth = log.look(stamp, LOOK_BYTES - work)
            except OSError as error:
                self._report(log, error)
                continue
            rewritten |= self._rewritten(log, growth, had)
            for tag, columns in growth.columns.items():
                parts.setdefault(tag, []).append(columns)
                self._scalars[tag] = join_facts(self._scalars.get(tag), growth.facts[tag])
            work += growth.work
            if log.behind or work >= LOOK_BYTES:
                self._behind = True
                break  # later files wait, so that records come in order
        return {tag: concatenate(found) for tag, found in parts.items() if tag not in rewritten}

    def _log(self, name: str) -> EventFile:
        if name not in self._logs:
            path = self._path if self._path.name == name and self._path.is_file() else self._path / name
            self._logs[name] = EventFile(path, self._items, self._restarts, self._problems)
            self._logs = dict(sorted(self._logs.items()))
        return self._logs[name]

    def _rewritten(self, log: EventFile, growth: Growth, had: Collection[str]) -> set[str]:
        """Return the tags whose records, as far as they were known, are no longer the first of all.

        Args:
            log: a file.
            growth: what it brought.
            had: the tags it had before.
        """
        cut = set(growth.cut)
        others = [other for other in self._logs.values() if other is not log]
        for other in others:
            if other.path < log.path:
                cut |= other.outdated(growth)
        self._cut |= cut
        later = {tag for other in others if other.path > log.path for tag in growth.columns if tag in other.facts}
        return cut | later | (set(had) if growth.replaced else set())

    def _settle(self, rewritten: Collection[str]) -> None:
        """Make the facts of these tags anew; where a restart put records out of date, from the records."""
        self._unsettled.update(rewritten)
        for tag in self._unsettled:
            self._scalars.pop(tag, None)
            for log in self._logs.values():
                if tag in log.facts:
                    self._scalars[tag] = join_facts(self._scalars.get(tag), log.facts[tag])
        if self._behind:
            return
        cut = self._cut & self._unsettled & self._scalars.keys()
        self._unsettled.clear()
        for tag, columns in self._read_again(cut, "latest").items():
            del self._scalars[tag]
            if len(columns):  # a tag that lost all its records is none
                self._scalars[tag] = scalar_facts(columns)

    def _read_again(self, wanted: Collection[str], overlap: Overlap) -> dict[str, Columns]:
        series, restarts = Series(), Restarts()
        for log in self._logs.values() if wanted else ():
            try:
                for batch in log.again(restarts):
                    series.add(batch, wanted, overlap)
            except OSError as error:
                self._report(log, error)
        return series.joined()

    def _report(self, log: EventFile, error: OSError) -> None:
        if not isinstance(error, FileNotFoundError):  # deleted since it was listed; the next poll says so
            self._problems.add(log.path, "the whole file", f"it cannot be read: {error.strerror}")


READER = TensorBoardReader()
