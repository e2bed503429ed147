"""Formats that are a table of a known name with the settings beside it: their folder is the run."""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from app.readers.contract import DEFAULT_CHOICES, NOTHING_FOUND, Choices, Finding, RunLog, Stamp
from app.readers.table.file import look_at, open_table, stamps_of


@dataclass(frozen=True)
class FolderTable:
    """One such format.

    Attributes:
        tables: names that the table may have; the first that is there is read.
        settings: names that the settings may have; of one in two files the later one wins.
        is_own: tells by the folder and the names of the columns whether the format is this one.
    """

    name: str
    order: int
    tables: Sequence[str]
    settings: Sequence[str]
    is_own: Callable[[Path, frozenset[str]], bool]

    def find(self, folder: Path, names: Collection[str], *, named: bool = False) -> Finding:  # noqa: ARG002
        """Find the folder itself where it holds such a table."""
        for table in self.tables:
            if table in names:
                sight = look_at(folder / table)
                if not sight.why_not and self.is_own(folder, sight.columns):
                    return Finding([folder], [table, *(name for name in self.settings if name in names)])
        return NOTHING_FOUND

    def stamps(self, path: Path) -> Mapping[str, Stamp]:
        """Return the stamps of the table and the settings."""
        table = self._table(path)
        return stamps_of(table, self._beside(table))

    def open(self, path: Path, choices: Choices = DEFAULT_CHOICES) -> RunLog:
        """Open the table of a folder, or the one that a person gave."""
        table = self._table(path)
        return open_table(table, choices, path.name, self._beside(table))

    def _table(self, path: Path) -> Path:
        """Return the file that is to be read, where the folder is the path."""
        if path.name in self.tables and not path.is_dir():
            return path
        inside = [path / name for name in self.tables]
        return next(filter(Path.is_file, inside), inside[0])

    def _beside(self, table: Path) -> list[Path]:
        return [table.parent / name for name in self.settings]
