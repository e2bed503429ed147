"""One run whose records lie in several files: each is read as a run of its own, and their news are joined."""

import os
from collections import deque
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from itertools import chain
from pathlib import Path

from app.readers.contract import (
    Columns,
    MediaItem,
    News,
    Overlap,
    Problem,
    RunInfo,
    RunLog,
    RunState,
    RunStatus,
    Stamp,
    TagFacts,
)
from app.readers.folder import list_files, stamp_of

_LOOK_RECORDS = 500_000  # taken in by one look at one run, so that no run holds up the others for long


class SeveralFiles:
    """A `RunLog` over the files of one run folder, which may appear and vanish at any time.

    Where two files hold one tag, it is that of the file listed first.

    Args:
        folder: the run is gone when this is.
        files: lists the files that hold records, as they are now and always in the same order. Never raises.
        open_file: opens one of them, reading nothing yet.
        describe: makes the run's info; called when one of those `beside` changed.
        beside: files and folders that say more of the run, such as params.yaml.
    """

    def __init__(
        self,
        folder: Path,
        files: Callable[[], Iterable[Path]],
        open_file: Callable[[Path], RunLog],
        describe: Callable[[], RunInfo],
        beside: Sequence[Path] = (),
    ) -> None:
        self._folder = folder
        self._files = files
        self._open = open_file
        self._describe = describe
        self._beside = beside
        self._stamps_beside: list[Stamp | None] = []
        self._logs: dict[Path, RunLog] = {}
        self._owners: dict[str, Path] = {}
        self._facts: dict[str, TagFacts] = {}
        self._listed: Sequence[Path] = ()
        self._waiting: deque[Path] = deque()
        self._info: RunInfo | None = None

    @property
    def info(self) -> RunInfo:
        """What the run says of itself."""
        if self._info is None:
            self._info = self._describe()
        return self._info

    @property
    def facts(self) -> Mapping[str, TagFacts]:
        """All tags of all files and their facts; a new mapping whenever one changed."""
        return self._facts

    @property
    def problems(self) -> Sequence[Problem]:
        """What could not be read so far, file by file."""
        return tuple(chain.from_iterable(log.problems for log in self._logs.values()))

    def status(self, now: float) -> RunStatus:  # noqa: ARG002
        """Judge nothing: plain files have no heartbeat."""
        return RunStatus(RunState.UNKNOWN)

    def poll(self) -> News:
        """Take in what the files hold beyond the last poll; with much of it, some files now and the others next."""
        if not self._folder.is_dir():
            return News(changed=True, gone=True)
        changed = self._look_beside()
        continued = bool(self._waiting)
        if not continued:
            self._listed = list(self._files())
            self._waiting.extend(self._listed)
            changed |= self._let_go(set(self._listed))
        news = self._poll_waiting()
        changed |= any(one.changed for one in news.values())
        before = self._owners
        if changed:
            self._find_owners()
        moved = {tag for tag, path in before.items() if self._owners.get(tag) != path}
        rewritten = moved | {tag for path, one in news.items() for tag in one.rewritten if before.get(tag) == path}
        appended = {
            tag: columns
            for path, one in news.items()
            for tag, columns in one.appended.items()
            if self._owners.get(tag) == path and tag not in rewritten
        }
        behind = continued or bool(self._waiting) or any(one.behind for one in news.values())
        return News(changed=changed, appended=appended, rewritten=frozenset(rewritten), behind=behind)

    def load(self, tags: Collection[str], overlap: Overlap = "latest") -> Mapping[str, Columns]:
        """Read the files that hold these tags."""
        found: dict[str, Columns] = {}
        for path, own in self._owned(tags).items():
            columns = self._logs[path].load(own, overlap)
            found |= {tag: records for tag, records in columns.items() if self._owners.get(tag) == path}
        return found

    def media(self, tag: str) -> Sequence[MediaItem]:
        """All items of one tag, from the file that holds it."""
        path = self._owners.get(tag)
        return self._logs[path].media(tag) if path else []

    def _look_beside(self) -> bool:
        """Tell whether what lies beside the records changed."""
        stamps = [stamp_of(path) for path in self._beside]
        changed = stamps != self._stamps_beside
        self._stamps_beside = stamps
        if changed:
            self._info = None
        return changed

    def _let_go(self, there: Collection[Path]) -> bool:
        """Forget the files that vanished; tell whether there were any."""
        had = len(self._logs)
        self._logs = {path: log for path, log in self._logs.items() if path in there}
        return len(self._logs) < had

    def _poll_waiting(self) -> dict[Path, News]:
        """Poll the files in turn until they brought many records; return the news by file."""
        news: dict[Path, News] = {}
        records = 0
        while self._waiting and records < _LOOK_RECORDS:
            path = self._waiting.popleft()
            if path not in self._logs:
                self._logs[path] = self._open(path)
            news[path] = self._logs[path].poll()
            records += sum(map(len, news[path].appended.values()))
            if news[path].gone:
                del self._logs[path]
        return news

    def _find_owners(self) -> None:
        """Give each tag to the first file that holds it."""
        self._owners, self._facts = {}, {}
        for path in self._listed:
            if path in self._logs:
                for tag, facts in self._logs[path].facts.items():
                    if self._owners.setdefault(tag, path) == path:
                        self._facts[tag] = facts

    def _owned(self, tags: Iterable[str]) -> dict[Path, list[str]]:
        """Return the tags by the file that holds them; tags that the run does not have are left out."""
        owned: dict[Path, list[str]] = {}
        for tag in tags:
            if tag in self._owners:
                owned.setdefault(self._owners[tag], []).append(tag)
        return owned


def list_tree(folder: Path, suffix: str = "") -> dict[str, Stamp]:
    """Return the stamps of all files below `folder` that end so, by their path below it, in order of these paths.

    Links to folders are not followed. What vanishes meanwhile, or may not be listed, is left out.
    """
    stamps: dict[str, Stamp] = {}
    for inner, _, _ in os.walk(folder):
        try:
            listed = list_files(Path(inner))
        except OSError:
            continue
        below = Path(inner).relative_to(folder)
        stamps |= {(below / name).as_posix(): stamp for name, stamp in listed.items() if name.endswith(suffix)}
    return dict(sorted(stamps.items()))
