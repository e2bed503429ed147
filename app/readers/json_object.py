"""One JSON document of results: final scores (all_results.json, DVC's metrics.json), rows, or lists of numbers.

Keras' `history.history` and XGBoost's `evals_result` are objects of lists, with a number for each epoch or round.
TensorBoard lets people download a series as `[[wall time, step, value], ...]`.
"""

import re
from collections.abc import Collection, Iterator, Mapping
from functools import lru_cache
from itertools import islice, zip_longest
from pathlib import Path
from typing import Any

from app.readers._json import decode, decode_beginning
from app.readers._rows import Row, Rows
from app.readers._steps import choose_step, wall_seconds
from app.readers.contract import DEFAULT_CHOICES, Choices, Columns, Finding, RunInfo, RunLog, Stamp
from app.readers.folder import Problems, stamp_of
from app.readers.growing import GrowingFile, UnfinishedError
from app.readers.heads import head
from app.readers.lines import concatenate

_MAX_BYTES = 16 << 20  # a document is read as a whole, each time it changes
_RESULTS_NAME = re.compile(r"metric|result|score|eval|summary|history|-tag-", re.IGNORECASE)
_MAX_FILES = 4_000
_ROWS = 10_000  # made at once: a row takes ten times the memory of its number
_LOSS = re.compile("loss", re.IGNORECASE)  # only trainings have one
_MAX_DEPTH = 4  # of objects around lists of numbers
_NUMBERS = {int, float}
_DOWNLOADED = ("Wall time", "Step", "Value")  # as TensorBoard names them where it writes the same as a table


class DocumentParser:
    """Takes in one document: an object is one row, a list of objects or an object of lists is many."""

    def __init__(self, choices: Choices) -> None:
        self.rows = Rows(choices)

    def feed(self, data: bytes) -> Mapping[str, Columns]:
        """Return the records of the whole document, by tag.

        Raises:
            UnfinishedError: it is cut short, or no JSON at all.
        """
        try:
            rows = _rows_of(decode(data))
        except ValueError as error:
            raise UnfinishedError(str(error)) from error
        parts: dict[str, list[Columns]] = {}
        while some := list(islice(rows, _ROWS)):
            for tag, columns in self.rows.take(some).items():
                parts.setdefault(tag, []).append(columns)
        return {tag: concatenate(pieces) for tag, pieces in parts.items()}


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


@lru_cache(maxsize=_MAX_FILES)
def _holds_results(beginning: bytes) -> bool:
    """Tell whether a document is an object with numbers, or a list of rows with steps, by as much of it as there is."""
    opening = beginning.removeprefix(b"\xef\xbb\xbf").lstrip()[:1]
    if opening not in {b"{", b"["}:
        return False
    try:
        names = Rows(DEFAULT_CHOICES).take(list(_rows_of(decode_beginning(beginning))))
    except ValueError:
        return False
    return bool(names) if opening == b"{" else choose_step(names) is not None or any(map(_LOSS.search, names))


def _rows_of(value: Any) -> Iterator[Row]:
    if isinstance(value, list) and _is_downloaded(value):
        yield from (dict(zip(_DOWNLOADED, point, strict=True)) for point in value)
    elif isinstance(value, list):
        yield from (row for row in value if isinstance(row, dict))
    elif isinstance(value, dict):
        series = dict(_series(value))
        if series and all(series.values()):
            for numbers in zip_longest(*series.values()):
                yield {tag: number for tag, number in zip(series, numbers, strict=True) if number is not None}
        else:
            yield value


def _series(value: Mapping[str, Any], group: str = "", depth: int = 0) -> Iterator[tuple[str, list[Any]]]:
    """Yield the lists of numbers in an object by tag, and an empty list for each number that stands alone."""
    for key, cell in value.items():
        if isinstance(cell, dict) and depth < _MAX_DEPTH:
            yield from _series(cell, f"{group}{key}/", depth + 1)
        elif isinstance(cell, list) and cell and {type(number) for number in cell} <= {*_NUMBERS, type(None)}:
            yield group + key, cell
        elif type(cell) in _NUMBERS:
            yield group + key, []


def _is_downloaded(points: list[Any]) -> bool:
    return bool(points) and all(
        isinstance(point, list)
        and [type(number) in _NUMBERS or type(number) is str for number in point] == [True] * 3
        and wall_seconds(point[0]) == wall_seconds(point[0])
        for point in points
    )


READER = JsonObject()
