"""Tables of whatever form as columns and rows of plain JSON."""

import datetime as dt
import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

from trainer_hooks.arrays import to_array
from trainer_hooks.given import at_most, text_of
from trainer_hooks.record import encode_value
from trainer_hooks.values import describe

MAX_CELLS = 1_000_000
MAX_CELL_CHARS = 10_000
MAX_BYTES = 64 << 20
MAX_EXACT_INT = 2**53  # above it a browser rounds


class Cells(NamedTuple):
    """A table: names of the columns, and rows with a cell for each."""

    columns: list[str]
    rows: list[list[Any]]

    def encode(self) -> bytes:
        """Return the table as strict JSON. Raises ValueError if that is larger than MAX_BYTES."""
        text = json.dumps(self._asdict(), ensure_ascii=False, allow_nan=False, separators=(",", ":"))
        content = text.encode("utf-8", "replace")
        if len(content) > MAX_BYTES:
            raise ValueError(f"a table of {len(content):,} bytes is larger than {MAX_BYTES:,}; log a part of it")
        return content


def to_cells(data: Any, columns: Iterable[Any] | None = None) -> Cells:
    """Return a table as `Run.log_table` takes it; of a row that is shorter than others the rest is None.

    Raises:
        TypeError: it is no table.
        ValueError: it has too many cells, or not as many columns as names.
    """
    named = None if columns is None else [text_of(column) for column in at_most(columns, MAX_CELLS, "columns")]
    found, rows = _columns_and_rows(data, named)
    width = max(map(len, rows), default=len(found or named or []))
    names = named if named is not None else found if found is not None else [str(place) for place in range(width)]
    if width > len(names):
        raise ValueError(f"rows of {width:,} cells need as many columns, got {len(names):,} names")
    if len(rows) * len(names) > MAX_CELLS:
        raise ValueError(f"a table of {len(rows) * len(names):,} cells is larger than {MAX_CELLS:,}; log a part of it")
    padded = [[*map(_cell, row), *[None] * (len(names) - len(row))] for row in rows]
    return Cells(names, padded)


def _columns_and_rows(data: Any, named: list[str] | None) -> tuple[list[str] | None, Sequence[Sequence[Any]]]:
    """Return the names of the columns, where the data says them, and the rows."""
    if hasattr(data, "itertuples"):
        return _from_frame(data, named)
    if isinstance(data, Mapping):
        return _from_columns({text_of(name): values for name, values in data.items()}, named)
    if isinstance(data, str | bytes) or data is None or not hasattr(data, "__iter__"):
        raise TypeError(f"expected a DataFrame, columns or rows, got {describe(data)}")
    if hasattr(data, "shape"):
        array = to_array(data)
        if array.ndim > 2:
            raise ValueError(f"expected an array of shape (rows, columns), got {describe(data)}")
        return None, [row if isinstance(row, list) else [row] for row in array.tolist()]
    rows = at_most(data, MAX_CELLS, "rows")
    if rows and all(isinstance(row, Mapping) for row in rows):
        return _from_records(rows, named)
    return None, [_as_row(row) for row in rows]


def _from_frame(frame: Any, named: list[str] | None) -> tuple[list[str], list[Any]]:
    """Take a DataFrame of pandas, its index included where it is more than a count."""
    plain = type(frame.index).__name__ == "RangeIndex" and frame.index.name is None
    frame = frame if plain else frame.reset_index()
    names = ["/".join(map(str, name)) if isinstance(name, tuple) else str(name) for name in frame.columns]
    rows: list[Any] = list(frame.itertuples(index=False, name=None))
    if named is None or not set(named) <= set(names):
        return names, rows
    places = [names.index(name) for name in named]
    return named, [[row[place] for place in places] for row in rows]


def _from_columns(columns: Mapping[str, Any], named: list[str] | None) -> tuple[list[str], list[Any]]:
    missing = [name for name in named or [] if name not in columns]
    if missing:
        raise ValueError(f"there is no column {missing[0]!r}, but {', '.join(columns) or 'none'}")
    names = named or list(columns)
    values = [_values(name, columns[name]) for name in names]
    lengths = [len(column) for column in values]
    if len(set(lengths)) > 1:
        raise ValueError(f"expected columns of one length, got {min(lengths):,} to {max(lengths):,} cells")
    return names, list(zip(*values, strict=True))


def _values(name: str, column: Any) -> list[Any]:
    if hasattr(column, "detach") or hasattr(column, "shape"):
        return list(to_array(column).tolist())
    if isinstance(column, str | bytes) or not hasattr(column, "__iter__"):
        raise TypeError(f"expected a list of cells as column {name!r}, got {describe(column)}")
    return at_most(column, MAX_CELLS, f"cells in column {name!r}")


def _from_records(records: Sequence[Mapping[Any, Any]], named: list[str] | None) -> tuple[list[str], list[Any]]:
    names = named or list(dict.fromkeys(text_of(name) for record in records for name in record))
    plain = ({text_of(name): value for name, value in record.items()} for record in records)
    return names, [[record.get(name) for name in names] for record in plain]


def _as_row(row: Any) -> list[Any]:
    if hasattr(row, "shape") and getattr(row, "ndim", 0) > 0:
        return list(to_array(row).tolist())
    return list(row) if isinstance(row, list | tuple) else [row]


def _cell(value: Any) -> Any:
    """Return one cell as JSON holds it: NaN and infinities by their names, what is no plain value as its text."""
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, str):
        return str(value[:MAX_CELL_CHARS])
    if isinstance(value, float):
        return encode_value(float(value))
    if isinstance(value, int):
        return int(value) if abs(value) <= MAX_EXACT_INT else str(value)
    if isinstance(value, dt.date | dt.time):
        return value.isoformat()
    if hasattr(value, "item") and getattr(value, "size", 2) == 1 and not hasattr(value, "detach"):
        plain = value.item()
        return _cell(plain) if isinstance(plain, bool | int | float | str) else text_of(value)[:MAX_CELL_CHARS]
    if hasattr(value, "detach") and value.numel() == 1:
        return _cell(value.item())
    return text_of(value)[:MAX_CELL_CHARS]
