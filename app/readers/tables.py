"""Any CSV, TSV or aligned table of text with a header: Keras' CSVLogger, Stable-Baselines3, loops of one's own."""

from collections.abc import Collection, Mapping
from pathlib import Path

from app.readers._plain_text import is_called_a_log
from app.readers._table_file import TABLE_SUFFIXES, look_at, open_table, stamps_of
from app.readers.contract import DEFAULT_CHOICES, Choices, Finding, RunLog, Stamp


class Tables:
    """Finds tables and opens each as a run."""

    name = "csv"
    order = 40

    def find(self, folder: Path, names: Collection[str], *, named: bool = False) -> Finding:
        """Look for files that begin with a header of names and have numbers below it."""
        runs, declined = [], dict[str, str]()
        for path in (folder / name for name in sorted(names)):
            suffix = path.suffix.lower()
            if not (named or suffix in TABLE_SUFFIXES or is_called_a_log(path.name)):
                continue
            why_not = look_at(path).why_not
            if not why_not:
                runs.append(path)
            elif suffix in TABLE_SUFFIXES and path.is_file():
                declined[path.name] = why_not
        return Finding(runs, [path.name for path in runs], declined)

    def stamps(self, path: Path) -> Mapping[str, Stamp]:
        """Return the stamp of the file."""
        return stamps_of(path)

    def open(self, path: Path, choices: Choices = DEFAULT_CHOICES) -> RunLog:
        """Open one file."""
        return open_table(path, choices)


READER = Tables()
