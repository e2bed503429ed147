"""One JSON document of results: final scores (all_results.json, DVC's metrics.json), or a list of rows."""

import re
from collections.abc import Collection, Mapping
from pathlib import Path

from app.readers._json import decode, number_keys
from app.readers._rows import Row, Rows
from app.readers._steps import choose_step
from app.readers.contract import DEFAULT_CHOICES, Choices, Columns, Finding, RunInfo, RunLog, Stamp
from app.readers.folder import Problems, stamp_of
from app.readers.growing import GrowingFile, UnfinishedError
from app.readers.heads import head

_MAX_BYTES = 16 << 20  # a document is read as a whole, each time it changes
_RESULTS_NAME = re.compile(r"metric|result|score|eval|summary|history", re.IGNORECASE)


class DocumentParser:
    """Takes in one document: an object is one row, a list of objects is many."""

    def __init__(self, choices: Choices) -> None:
        self.rows = Rows(choices)

    def feed(self, data: bytes) -> Mapping[str, Columns]:
        """Return the records of the whole document, by tag.

        Raises:
            UnfinishedError: it is cut short, or no JSON at all.
        """
        return self.rows.take(_rows_of(data))


class JsonObject:
    """Finds JSON documents that are named like results, and opens each as a run."""

    name = "json_object"
    order = 30  # before tables, which take any lines of equal cells

    def find(self, folder: Path, names: Collection[str], *, named: bool = False) -> Finding:
        """Look for objects with numbers and lists of rows with steps, by names of results unless a person gave it."""
        runs, declined = [], {}
        for name in sorted(names):
            if not named and not (name.lower().endswith(".json") and _RESULTS_NAME.search(name)):
                continue
            path = folder / name
            if not _holds_results(head(path)):
                continue
            stamp = stamp_of(path)
            if stamp is not None and stamp.size > _MAX_BYTES:
                declined[name] = (
                    f"it is one document of {stamp.size:,} bytes, and more than {_MAX_BYTES:,} are not read"
                )
            else:
                runs.append(path)
        return Finding(runs, {path.name for path in runs}, declined)

    def stamps(self, path: Path) -> Mapping[str, Stamp]:
        """Return the stamp of the file."""
        stamp = stamp_of(path)
        if stamp is None:
            raise FileNotFoundError(path)
        return {path.name: stamp}

    def open(self, path: Path, choices: Choices = DEFAULT_CHOICES) -> RunLog:
        """Open one document."""

        def parser(_: Problems) -> DocumentParser:
            return DocumentParser(choices)

        def describe(parser: DocumentParser) -> RunInfo:
            return parser.rows.info(path.name)

        return GrowingFile(path, parser, describe, whole=True)


def _holds_results(beginning: bytes) -> bool:
    """Tell whether a document is an object with numbers, or a list of rows with steps, by as much of it as there is."""
    opening = beginning.removeprefix(b"\xef\xbb\xbf").lstrip()[:1]
    if opening not in {b"{", b"["}:
        return False
    try:
        names = set(Rows(DEFAULT_CHOICES).take(_rows_of(beginning)))
    except UnfinishedError:
        names = set(number_keys(beginning))
    return bool(names) if opening == b"{" else choose_step(names) is not None


def _rows_of(document: bytes) -> list[Row]:
    try:
        value = decode(document)
    except ValueError as error:
        raise UnfinishedError(str(error)) from error
    if isinstance(value, list):
        return [row for row in value if isinstance(row, dict)]
    return [value] if isinstance(value, dict) else []


READER = JsonObject()
