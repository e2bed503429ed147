"""Reads runs of Weights & Biases where they lie: `run-*` and `offline-run-*` folders, or a `.wandb` file alone."""

from collections.abc import Collection, Mapping, Sequence
from contextlib import suppress
from pathlib import Path

import numpy as np

from app.readers.contract import (
    DEFAULT_CHOICES,
    NOTHING_FOUND,
    Choices,
    Columns,
    Finding,
    MediaItem,
    News,
    Overlap,
    RunInfo,
    RunLog,
    RunState,
    RunStatus,
    Stamp,
    TagFacts,
)
from app.readers.facts import scalar_facts
from app.readers.folder import Problems, stamp_of
from app.readers.growing import GrowingFile
from app.readers.heads import head
from app.readers.wandb_log.blocks import FILE_HEADER
from app.readers.wandb_log.files import read_config, read_json
from app.readers.wandb_log.records import STEP_KEY, WandbParser, summary_numbers

_SUFFIX = ".wandb"
_FILES = "files"
_CONFIG, _SUMMARY, _METADATA = (
    f"{_FILES}/{name}" for name in ("config.yaml", "wandb-summary.json", "wandb-metadata.json")
)
_BESIDE = (_CONFIG, _SUMMARY, _METADATA)
_OWN_FOLDERS = {_FILES, "logs", "tmp"}


class WandbReader:
    """Recognises `.wandb` files by their first bytes; a folder that wandb made for one is a run by itself."""

    name = "wandb"
    order = 10

    def find(self, folder: Path, names: Collection[str], *, named: bool = False) -> Finding:
        """Find the folder where wandb made it for a run, else each `.wandb` file."""
        logs = [name for name in names if (named or name.endswith(_SUFFIX)) and _is_log(folder / name)]
        declined = {
            name: "it does not begin as such a file does" if head(folder / name) else "it is still empty"
            for name in names
            if name.endswith(_SUFFIX) and name not in logs
        }
        if not logs:
            return Finding(declined=declined) if declined else NOTHING_FOUND
        if named or len(logs) > 1 or not _OWN_FOLDERS & set(names):
            return Finding([folder / name for name in sorted(logs)], logs, declined)
        own = {name for name in names if name in _OWN_FOLDERS or name.startswith(logs[0])}
        return Finding([folder], own, declined)

    def stamps(self, path: Path) -> Mapping[str, Stamp]:
        """Return the stamps of the log and of what lies beside it."""
        if path.is_file():
            path, files = path.parent, [path]
        elif path.is_dir():
            files = [_log_in(path), *(path / name for name in _BESIDE)]
        else:
            raise FileNotFoundError(path)
        return {file.relative_to(path).as_posix(): stamp for file in files if (stamp := stamp_of(file))}

    def open(self, path: Path, choices: Choices = DEFAULT_CHOICES) -> RunLog:  # noqa: ARG002
        """Open a run; the first poll reads it."""
        return WandbRun(path, None) if path.is_file() else WandbRun(_log_in(path), path)


class WandbRun(GrowingFile[WandbParser]):
    """One `.wandb` file, and where it lies in a folder of its own what lies beside it.

    A value that is in the summary alone is a record at the last step.
    """

    def __init__(self, log: Path, folder: Path | None) -> None:
        self._folder = folder
        self._alone: dict[str, tuple[int, float, float]] = {}  # step, time and value of what is in the summary alone
        super().__init__(
            log, self._parse, self._make_info, [folder / name for name in _BESIDE] if folder else (), lines=False
        )

    @property
    def facts(self) -> Mapping[str, TagFacts]:
        """All tags and their facts."""
        alone = {tag: scalar_facts(_one(*record)) for tag, record in self._alone.items()}
        return {**self._parser.media_facts, **super().facts, **alone}

    def status(self, now: float) -> RunStatus:  # noqa: ARG002
        """Tell how the run ended, where it did; a log that does not say so may still grow."""
        code = self._parser.exit_code
        if code is None:
            return RunStatus(RunState.UNKNOWN)
        return RunStatus(RunState.FAILED, f"it ended with exit code {code}") if code else RunStatus(RunState.FINISHED)

    def poll(self) -> News:
        """Take in what the file holds beyond the last poll."""
        news = super().poll()
        if not news.changed or news.gone:
            return news
        before, self._alone = self._alone, self._summary_alone()
        changed = {tag for tag in before.keys() | self._alone.keys() if before.get(tag) != self._alone.get(tag)}
        appended = {tag: columns for tag, columns in news.appended.items() if tag not in changed}
        return News(True, appended, news.rewritten | changed, news.behind)

    def load(self, tags: Collection[str], overlap: Overlap = "latest") -> Mapping[str, Columns]:
        """Read the file once more, up to the last poll; all its tags come along."""
        alone = {tag: _one(*self._alone[tag]) for tag in tags if tag in self._alone}
        return {**super().load(tags, overlap), **alone} if set(tags) - set(alone) else alone

    def media(self, tag: str) -> Sequence[MediaItem]:
        """Read the items of one tag up to the last poll."""
        if tag not in self._parser.media_facts:
            return []
        parser = WandbParser(self._path, Problems(), self._files(), media_of=tag)
        with suppress(OSError):
            for piece in self._taken_pieces():
                parser.feed(piece)
        return parser.media

    def _files(self) -> Path:
        return (self._folder or self._path.parent) / _FILES

    def _parse(self, problems: Problems) -> WandbParser:
        return WandbParser(self._path, problems, self._files())

    def _make_info(self, parser: WandbParser) -> RunInfo:
        metadata = read_json(self._folder / _METADATA) if self._folder else {}
        config = parser.config or (read_config(self._folder / _CONFIG) if self._folder else {})
        git = metadata.get("git")
        environment = {
            **{name: value for name, value in metadata.items() if isinstance(value, str | int | list)},
            **{name: value for name, value in parser.run.items() if name != "notes"},
            **parser.environment,
        }
        return RunInfo(
            name=(self._folder or self._path).name,
            created=parser.created,
            config={name: value for name, value in config.items() if name != "_wandb"},
            tags=tuple(parser.tags),
            notes=parser.run.get("notes", ""),
            step_column=STEP_KEY,
            environment=environment,
            git=(dict(git) if isinstance(git, dict) else {}) | parser.git,
        )

    def _summary_alone(self) -> dict[str, tuple[int, float, float]]:
        """Return the numbers that are in the summary and never were in the history."""
        summary = dict(self._parser.summary)
        if self._folder:
            summary = summary_numbers(read_json(self._folder / _SUMMARY)) | summary
        known = super().facts
        step, time = max(self._parser.last_step, 0), self._parser.last_time
        return {
            tag: (step, time, value) for tag, value in summary.items() if tag not in known and not tag.startswith("_")
        }


def _log_in(folder: Path) -> Path:
    """Return the log in a run's folder; where there is none, the one that its name tells of."""
    try:
        logs = [path for path in sorted(folder.glob(f"*{_SUFFIX}")) if _is_log(path)]
    except OSError:
        logs = []
    return logs[0] if logs else folder / f"run-{folder.name.rpartition('-')[2]}{_SUFFIX}"


def _is_log(path: Path) -> bool:
    return head(path).startswith(FILE_HEADER)


def _one(step: int, wall_time: float, value: float) -> Columns:
    return Columns(np.array([step]), np.array([wall_time]), np.array([value]))


READER = WandbReader()
