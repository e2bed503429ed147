"""Reads what visdom's clients were told to draw: replay logs (`log_to_filename=`) and environments a server saved.

A line of a replay log is one call, as JSON: where it goes and what it says. The lines of a plot become tags named
`<environment>/<title of the window>/<name of the line>`, and texts become text.

The app keeps what visdom's clients draw into it in such logs too, `calls.jsonl`, one for each environment in a folder
of its own. There the folder is the run: tags have no environment before them, records have the time of the call, and
pictures, figures, clips and pages are items as well.
"""

import re
from collections.abc import Collection, Mapping, Sequence
from contextlib import suppress
from pathlib import Path

from app.readers._json import decode
from app.readers._points import as_text
from app.readers.contract import (
    DEFAULT_CHOICES,
    NOTHING_FOUND,
    Choices,
    Finding,
    MediaItem,
    RunInfo,
    RunLog,
    Stamp,
    TagFacts,
)
from app.readers.folder import stamp_of
from app.readers.growing import GrowingFile, UnfinishedError
from app.readers.heads import head
from app.readers.visdom_log.parser import Parser

OWN_LOG = "calls.jsonl"
_OWN_NAMES = ("run.json", OWN_LOG, "media", "layouts.json")
_OF_A_LOG = re.compile(rb'\s*\[\s*"(events|update)"\s*,\s*\{')
_OF_AN_OWN_LOG = re.compile(rb'\["(events|update|close|win_data|back)",\{"_time":')
_OF_AN_ENVIRONMENT = re.compile(rb'\s*\{\s*"jsons"\s*:\s*\{')
_SUFFIXES = {"", ".log", ".txt", ".json", ".jsonl", ".visdom"}


class VisdomReader:
    """Recognises both by how they begin."""

    name = "visdom"
    order = 10

    def find(self, folder: Path, names: Collection[str], *, named: bool = False) -> Finding:
        """Find each file that is a replay log or an environment, or the folder itself where it is one of the app's."""
        if OWN_LOG in names and "run.json" in names:
            opening = head(folder / OWN_LOG)
            if _OF_AN_OWN_LOG.match(opening):
                return Finding([folder], [name for name in _OWN_NAMES if name in names])
            if not opening:
                return NOTHING_FOUND  # its first call is being written
        asked = [name for name in names if named or Path(name).suffix.lower() in _SUFFIXES]
        found = [name for name in asked if _is_log(folder / name) or _is_environment(folder / name)]
        return Finding([folder / name for name in found], found) if found else NOTHING_FOUND

    def stamps(self, path: Path) -> Mapping[str, Stamp]:
        """Return the stamps of the files that a run is read from."""
        files = [path / OWN_LOG, path / "run.json"] if path.is_dir() else [path]
        stamps = {file.name: stamp for file in files if (stamp := stamp_of(file)) is not None}
        if files[0].name not in stamps:
            raise FileNotFoundError(files[0])
        return stamps

    def open(self, path: Path, choices: Choices = DEFAULT_CHOICES) -> RunLog:  # noqa: ARG002
        """Open a replay log, or an environment."""
        return VisdomRun(path / OWN_LOG, own=True) if path.is_dir() else VisdomRun(path)


class VisdomRun(GrowingFile[Parser]):
    """One file: lines that are added, or a document that is written anew.

    Args:
        path: of the file.
        own: it is the log of an environment of the app's.
    """

    def __init__(self, path: Path, *, own: bool = False) -> None:
        whole = not own and _is_environment(path)
        super().__init__(
            path,
            lambda problems: Parser(path, problems, whole=whole, own=own),
            lambda _: _own_info(path.parent) if own else RunInfo(path.name),
            beside=[path.parent / "run.json"] if own else (),
            whole=whole,
        )

    @property
    def facts(self) -> Mapping[str, TagFacts]:
        """All tags and their facts."""
        return {**self._parser.shown, **super().facts}

    def media(self, tag: str) -> Sequence[MediaItem]:
        """Read what one window showed up to the last poll."""
        if tag not in self._parser.shown:
            return []
        parser = self._parser.again(items_of=tag)
        with suppress(OSError, UnfinishedError):
            for piece in self._taken_pieces():
                parser.feed(piece)
        return parser.items


def _own_info(folder: Path) -> RunInfo:
    try:
        said = decode((folder / "run.json").read_bytes())
    except (OSError, ValueError):
        said = None
    fields = said if isinstance(said, dict) else {}
    created = fields.get("created")
    name = as_text(str(fields.get("name") or folder.name))
    return RunInfo(name, float(created) if isinstance(created, int | float) else None)


def _is_log(path: Path) -> bool:
    return _OF_A_LOG.match(head(path)) is not None


def _is_environment(path: Path) -> bool:
    return _OF_AN_ENVIRONMENT.match(head(path)) is not None


READER = VisdomReader()
