"""Text logs of any program: lines that hold named numbers, by patterns of well-known trainers or of the user."""

import re
import zlib
from collections.abc import Collection, Mapping, Sequence
from functools import lru_cache
from pathlib import Path

from app.readers._rows import Rows
from app.readers.contract import DEFAULT_CHOICES, Choices, Columns, Finding, RunInfo, RunLog, Stamp
from app.readers.folder import Problems, stamp_of
from app.readers.growing import GrowingFile
from app.readers.heads import head
from app.readers.text_forms.patterns import LineReader
from app.readers.text_forms.plain_text import is_called_a_log, text_of

_LOOK_BYTES = 1 << 18  # a program may tell of its settings at length before it trains
_LOOK_AGAIN_BYTES = 1 << 15  # a file in which nothing was found is looked at again when it has grown so much
_PIECE_BYTES = 1 << 19  # searched in a quarter of a second
_BINARY_SHARE = 100  # one zero byte in so many is no text; a few are holes that a crash left
_BREAKS = re.compile(r"[\r\n]+")  # a progress bar writes over its line
_OPENMMLAB = re.compile(r"\d{8}_\d{6}\.log")
_NO_MATCH = "no line of its beginning holds numbers in a known form; give its form with --text-pattern"

Patterns = tuple[re.Pattern[str], ...]


class TextParser:
    """Takes in lines, and keeps those that match a pattern."""

    def __init__(self, patterns: Patterns, choices: Choices) -> None:
        self.rows = Rows(choices)
        self._lines = LineReader(patterns)

    def feed(self, data: bytes) -> Mapping[str, Columns]:
        """Take in the next whole lines; return the records they hold, by tag."""
        lines = _BREAKS.split(data.decode("utf-8", "replace"))
        return self.rows.take([row for line in lines if (row := self._lines.row(line))])


class Text:
    """Finds text logs and opens each as a run.

    Args:
        patterns: that the user gave, compiled; they go before the known ones.
    """

    name = "text"
    order = 50

    def __init__(self, patterns: Sequence[re.Pattern[str]] = ()) -> None:
        self._patterns = tuple(patterns)
        self._patterns_sum = zlib.crc32("\n".join(pattern.pattern for pattern in patterns).encode())

    def find(self, folder: Path, names: Collection[str], *, named: bool = False) -> Finding:
        """Look for files that are named like logs and have a line which matches."""
        runs, declined = [], dict[str, str]()
        for name in sorted(names):
            if not (named or is_called_a_log(name)):
                continue
            source = "" if named else _printed_from(folder, name)
            if source:
                declined[name] = f"it is the printed form of {source}, which is read instead"
            elif _has_match(folder / name, self._patterns):
                runs.append(folder / name)
            elif (named or name.lower().endswith(".log")) and text_of(head(folder / name)) is not None:
                declined[name] = _NO_MATCH
        return Finding(runs, {path.name for path in runs}, declined)

    def stamps(self, path: Path) -> Mapping[str, Stamp]:
        """Return the stamp of the file, another one where it is read by other patterns."""
        stamp = stamp_of(path)
        if stamp is None:
            raise FileNotFoundError(path)
        return {path.name: stamp._replace(inode=stamp.inode ^ self._patterns_sum)}

    def open(self, path: Path, choices: Choices = DEFAULT_CHOICES) -> RunLog:
        """Open one log."""

        def parser(_: Problems) -> TextParser:
            return TextParser(self._patterns, choices)

        def describe(parser: TextParser) -> RunInfo:
            return parser.rows.info(path.name)

        return GrowingFile(path, parser, describe, look_bytes=_PIECE_BYTES)


def _printed_from(folder: Path, name: str) -> str:
    """Return the file that holds the same numbers as this log: of the loggers that write both; "" where none is."""
    if name == "log.txt":
        if (folder / "progress.csv").is_file():
            return "progress.csv"
        return "metrics.json" if b'"iteration"' in head(folder / "metrics.json").partition(b"\n")[0] else ""
    beside = (f"{name}.json", "vis_data/scalars.json") if _OPENMMLAB.fullmatch(name) else ()
    return next((other for other in beside if (folder / other).is_file()), "")


def _has_match(path: Path, patterns: Patterns) -> bool:
    stamp = stamp_of(path)
    if stamp is None or not path.is_file():
        return False
    seen = min(stamp.size, _LOOK_BYTES)
    return _look(path, stamp.inode, seen if seen < _LOOK_AGAIN_BYTES else -(seen // _LOOK_AGAIN_BYTES), patterns)


@lru_cache(maxsize=20_000)
def _look(path: Path, _inode: int, _seen: int, patterns: Patterns) -> bool:
    """Look for a match in the beginning of a file, once while it stays about the same."""
    try:
        with path.open("rb") as file:
            beginning = file.read(_LOOK_BYTES)
    except OSError:
        return False
    if beginning.count(b"\0") * _BINARY_SHARE > len(beginning):
        return False
    lines = _BREAKS.split(beginning.decode("utf-8", "replace"))
    reader = LineReader(patterns)
    return any(map(reader.is_of_training, lines))


READER = Text()
