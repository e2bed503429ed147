"""Reads the run folders that trainer_hooks writes (docs/file-format.md)."""

import time
from collections.abc import Collection, Mapping, Sequence
from itertools import chain
from pathlib import Path
from typing import Any

import orjson

from app.readers.contract import (
    DEFAULT_CHOICES,
    NOTHING_FOUND,
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
from app.readers.facts import join_facts
from app.readers.folder import Problems, list_files
from app.readers.heads import head
from app.readers.own.media import MediaLog
from app.readers.own.scalars import Scalars
from app.readers.own.status import WriterStatus, judge_run
from trainer_hooks.record import FORMAT, MEDIA_FOLDER, MEDIA_NAME, RUN_FILE, SEGMENT_NAME, STATUS_NAME
from trainer_hooks.stopping import STOP_FILE

_OWN = {RUN_FILE, MEDIA_FOLDER, STOP_FILE}
_OWN_NAMES = (SEGMENT_NAME, MEDIA_NAME, STATUS_NAME)


class TailboardReader:
    """Recognises a run folder by its `run.json` or by a segment of metrics."""

    name = "tailboard"
    order = 0

    def find(self, folder: Path, names: Collection[str], *, named: bool = False) -> Finding:  # noqa: ARG002
        """Find the folder itself where it is a run folder."""
        own = {name for name in names if name in _OWN or any(form.fullmatch(name) for form in _OWN_NAMES)}
        # Sacred writes a run.json too; ours says at once which format it is of.
        if any(map(SEGMENT_NAME.fullmatch, own)) or (RUN_FILE in own and b'"format"' in head(folder / RUN_FILE)):
            return Finding(runs=[folder], claimed=own)
        return NOTHING_FOUND

    def stamps(self, path: Path) -> Mapping[str, Stamp]:
        """Return the stamps of all files directly in the run folder; blobs are named by their content."""
        return list_files(path)

    def open(self, path: Path, choices: Choices = DEFAULT_CHOICES) -> RunLog:  # noqa: ARG002
        """Open a run folder; the first poll reads it."""
        return TailboardRun(path)


class TailboardRun:
    """One run folder: the positions in its files and the facts up to there."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._problems = Problems()
        self._info = RunInfo(name=folder.name)
        self._facts: Mapping[str, TagFacts] = {}
        self._files: Mapping[str, Stamp] = {}
        self._behind = False
        self._scalars = Scalars(folder, self._problems)
        self._media: dict[str, MediaLog] = {}
        self._statuses: dict[str, WriterStatus] = {}

    @property
    def info(self) -> RunInfo:
        """What `run.json` says."""
        return self._info

    @property
    def facts(self) -> Mapping[str, TagFacts]:
        """All tags and their facts; a new mapping whenever one changed."""
        return self._facts

    @property
    def problems(self) -> Sequence[Problem]:
        """What could not be read so far."""
        return self._problems.all()

    def status(self, now: float) -> RunStatus:
        """Judge the writers at `now`, in seconds since the epoch."""
        stop = self._files.get(STOP_FILE)
        stop_time = stop.mtime_ns / 1e9 if stop else None
        return judge_run(list(self._statuses.values()), self._scalars.resumed_at(), now, stop_time)

    def poll(self) -> News:
        """Take in what the files hold beyond the last poll."""
        try:
            files = list_files(self._folder)
        except (FileNotFoundError, NotADirectoryError):
            return News(changed=True, gone=True)
        except OSError as error:
            return News(
                changed=self._problems.add(self._folder, "the folder", f"it cannot be listed: {error.strerror}")
            )
        recovered = self._problems.drop(self._folder)
        if files == self._files and not self._behind:
            return News(changed=recovered)
        before, self._files = self._files, files
        if files.get(RUN_FILE) != before.get(RUN_FILE):
            self._read_info()
        self._look_at_statuses(before)
        self._look_at_media()
        appended, rewritten = self._scalars.look(files)
        self._facts = {**self._media_facts(), **self._scalars.facts}
        self._behind = self._scalars.behind or any(media.behind for media in self._media.values())
        return News(changed=True, appended=appended, rewritten=frozenset(rewritten), behind=self._behind)

    def load(self, tags: Collection[str], overlap: Overlap = "latest") -> Mapping[str, Columns]:
        """Read all records of these tags up to the last poll, and of others that had to be parsed with them."""
        return self._scalars.load(tags, overlap)

    def media(self, tag: str) -> Sequence[MediaItem]:
        """Read the items of one tag up to the last poll, by wall time where several writers logged them."""
        lists = [media.items(tag) for _, media in sorted(self._media.items()) if tag in media.facts]
        if len(lists) == 1:
            return lists[0]
        try:
            return sorted(chain.from_iterable(lists), key=lambda item: item.wall_time)
        except FileNotFoundError:
            return []  # the run is being deleted; the next poll says so

    def _read_info(self) -> None:
        path = self._folder / RUN_FILE
        self._problems.drop(path)
        fields = self._read_object(path)
        if fields.get("format", FORMAT) != FORMAT:
            what = f"it is of format {fields['format']!r} and this app reads {FORMAT}; update tailboard"
            self._problems.add(path, "format", what)
        self._info = RunInfo(
            name=str(fields.get("name") or self._folder.name),
            created=_as_time(fields.get("created")),
            config=_as_mapping(fields.get("config")),
            tags=tuple(map(str, fields.get("tags") or ())),
            notes=str(fields.get("notes") or ""),
            environment=_environment(fields),
            git=_as_mapping(fields.get("git")),
        )

    def _look_at_statuses(self, before: Mapping[str, Stamp]) -> None:
        found = {name: match["writer"] for name in self._files if (match := STATUS_NAME.fullmatch(name))}
        self._statuses = {writer: self._statuses[writer] for writer in found.values() if writer in self._statuses}
        for name, writer in found.items():
            if self._files[name] != before.get(name):
                fields = self._read_object(self._folder / name)
                known = self._statuses.get(writer)
                self._statuses[writer] = WriterStatus.read(writer, fields, self._files[name], known, time.time())

    def _look_at_media(self) -> None:
        found = {name for name in self._files if MEDIA_NAME.fullmatch(name)}
        self._media = {name: self._media.get(name) or MediaLog(self._folder / name, self._problems) for name in found}
        for name, media in self._media.items():
            media.look(self._files[name])

    def _media_facts(self) -> dict[str, TagFacts]:
        facts: dict[str, TagFacts] = {}
        for _, media in sorted(self._media.items()):
            for tag, more in media.facts.items():
                facts[tag] = join_facts(facts.get(tag), more)
        return facts

    def _read_object(self, path: Path) -> dict[str, Any]:
        try:
            fields = orjson.loads(path.read_bytes())
        except FileNotFoundError:
            return {}
        except (OSError, orjson.JSONDecodeError) as error:
            self._problems.add(path, "the whole file", f"it is not JSON: {error}")
            return {}
        return fields if isinstance(fields, dict) else {}


def _environment(fields: Mapping[str, Any]) -> dict[str, Any]:
    """Return the environment with the command line, which stands beside it in the file."""
    argv = fields.get("argv")
    return ({"argv": argv} if argv else {}) | dict(_as_mapping(fields.get("environment")))


def _as_mapping(value: object) -> Mapping[str, Any]:
    return value if isinstance(value, dict) else {}


def _as_time(value: object) -> float | None:
    return float(value) if isinstance(value, int | float) else None


READER = TailboardReader()
