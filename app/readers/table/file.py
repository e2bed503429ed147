"""A table in a file: how it is recognised, and how it is opened as a run."""

from collections.abc import Mapping, Sequence
from functools import lru_cache, partial
from itertools import zip_longest
from pathlib import Path
from typing import Any, NamedTuple

import orjson

from app.readers.contract import Choices, RunInfo, RunLog, Stamp
from app.readers.folder import stamp_of
from app.readers.growing import GrowingFile
from app.readers.heads import HEAD_BYTES, head
from app.readers.table.layout import (
    SPACES,
    Layout,
    find_opening,
    header_alone,
    is_blank,
    is_comment,
    is_number,
    is_numeric,
    unit_of,
)
from app.readers.table.parser import TableParser
from app.readers.text_forms.plain_text import text_of
from app.readers.yaml_files import read_yaml

TABLE_SUFFIXES = frozenset({".csv", ".tsv"})

_MAX_FILES = 20_000
_MAX_SETTINGS_BYTES = 1 << 22
_ROWS = 20  # looked at to tell a table from text

_NO_HEADER = "it does not begin with a header of names and rows below it"
_NO_COLUMN = "none of its columns holds numbers"


class Sight(NamedTuple):
    """What the beginning of a file shows: the names of the columns, and why it is no table where it is none."""

    columns: frozenset[str]
    why_not: str = ""


def look_at(path: Path) -> Sight:
    """Tell whether a file is a table. Of what is called one less is asked: rows may be missing, or of other lengths."""
    return _sight(head(path), strict=path.suffix.lower() not in TABLE_SUFFIXES)


def open_table(path: Path, choices: Choices, name: str = "", settings: Sequence[Path] = ()) -> RunLog:
    """Open a table.

    Args:
        path: the file.
        choices: the step column, where a person chose one.
        name: of the run; that of the file where it is empty.
        settings: files that hold the run's config, YAML or JSON; those that are not there are left out.
    """

    def describe(parser: TableParser) -> RunInfo:
        return parser.info(name or path.name, config=_merged(settings))

    return GrowingFile(path, partial(TableParser, path, choices), describe, settings)


def stamps_of(table: Path, beside: Sequence[Path] = ()) -> Mapping[str, Stamp]:
    """Return the stamps of a table and of the files beside it that are there.

    Raises:
        OSError: the table is gone.
    """
    stamps = {path.name: stamp for path in (table, *beside) if (stamp := stamp_of(path))}
    if table.name not in stamps:
        raise FileNotFoundError(table)
    return stamps


@lru_cache(maxsize=_MAX_FILES)
def _sight(beginning: bytes, *, strict: bool) -> Sight:
    text = text_of(beginning)
    if text is None:
        return Sight(frozenset(), "it is no text")
    if not text.strip():
        return Sight(frozenset(), "it is empty")
    lines = text.replace("\r\n", "\n").split("\n")
    if len(lines) > 1 and (len(beginning) == HEAD_BYTES or not lines[-1]):
        lines.pop()  # it may be torn
    opening = find_opening(lines)
    if opening is None:
        return _sight_of_header(lines, strict=strict)
    if opening.layout is None:
        return Sight(frozenset(), _NO_HEADER)
    rows = _rows(lines[opening.rows_from :], opening.layout)
    fits = _is_plain(rows, opening.layout) if strict else _has_numbers(rows)
    return Sight(frozenset(opening.layout.names), "" if fits else _NO_COLUMN)


def _sight_of_header(lines: Sequence[str], *, strict: bool) -> Sight:
    """Look at a header that has no row yet, or of which only the beginning is known."""
    header = next((line for line in lines if not is_comment(line) and not is_blank(line)), "")
    layout = header_alone(header)
    if strict or layout is None:
        return Sight(frozenset(), _NO_HEADER)
    return Sight(frozenset(layout.names))


def _rows(lines: Sequence[str], layout: Layout) -> list[list[str]]:
    lines = [line for line in lines if not is_comment(line) and not is_blank(line)][:_ROWS]
    quotes = layout.separator != SPACES
    rows = [layout.quoted([line])[0] if quotes and '"' in line else layout.split(line) for line in lines]
    units = list(map(unit_of, layout.names))
    if not any(units):
        return rows
    return [[cell.removesuffix(unit) for cell, unit in zip_longest(row, units, fillvalue="")] for row in rows]


def _has_numbers(rows: Sequence[Sequence[str]]) -> bool:
    return any(is_number(cell) for row in rows for cell in row)


def _is_plain(rows: Sequence[Sequence[str]], layout: Layout) -> bool:
    """Tell whether rows can be nothing but a table: most are as wide as the header, and hold numbers.

    Words that are parted by spaces may be any text, so there all cells must be numbers, or say that there is none.
    """
    width = len(layout.names)
    fitting = [row for row in rows if len(row) == width]
    if width < 2 or 2 * len(fitting) < len(rows):
        return False
    if layout.separator == SPACES and not all(is_numeric(cell) for row in fitting for cell in row):
        return False
    return all(_has_numbers([row]) for row in fitting)


def _merged(settings: Sequence[Path]) -> dict[str, Any]:
    stamps = {path: stamp for path in settings if (stamp := stamp_of(path))}
    return {name: value for path, stamp in stamps.items() for name, value in _settings(path, stamp).items()}


@lru_cache(maxsize=_MAX_FILES)
def _settings(path: Path, _stamp: Stamp) -> Mapping[str, Any]:
    """Return the settings in a file, read once while it stays the same; empty where they cannot be read."""
    if path.suffix != ".json":
        return read_yaml(path)
    try:
        with path.open("rb") as file:
            value = orjson.loads(file.read(_MAX_SETTINGS_BYTES))
    except (OSError, orjson.JSONDecodeError):
        return {}
    return value if isinstance(value, dict) else {}
