"""Blocks of a table as CSV and as JSON lines: whole columns become text at once, so 100 MB takes seconds.

Numbers keep full float64: the shortest digits that read back as the same number. NaN and the infinities are
`NaN`, `Infinity`, `-Infinity`. A spreadsheet would run text that begins like a formula, so in CSV such text gets an
apostrophe in front; numbers stay as they are.
"""

import json
import math
import re
from collections.abc import Callable, Sequence

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

# As https://owasp.org/www-community/attacks/CSV_Injection has it: some programs make full-width forms plain.
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
_NUMBER = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?", re.ASCII)
# A semicolon parts cells where the comma is the decimal sign, and `#` begins a comment for `read_csv(comment="#")`.
_NEEDS_QUOTES = re.compile('[,;"#\t\r\n]|^ | $')
_EXACT = 2**53  # whole numbers below it are the same in a float
_PARTS_CELLS = str.maketrans({",": " ", ";": " ·", "\t": " ", "\r": " ", "\n": " ", '"': "'"})


def csv_head(names: Sequence[str], about: str) -> bytes:
    """Return the comment line, where there is one to make, and the line of column names.

    Args:
        names: the columns.
        about: what the table holds; its commas become blanks, so that the line is one cell in a spreadsheet.
    """
    comment = f"# Tailboard: {about.translate(_PARTS_CELLS)}\n" if about else ""
    return (comment + ",".join(map(csv_text, names)) + "\n").encode()


def csv_lines(rows: pa.RecordBatch) -> bytes:
    """Return rows as CSV lines; a missing cell is empty."""
    cells = [_as_text(column, csv_text, quote_nonfinite=False) for column in rows.columns]
    filled = [cell.fill_null("") for cell in cells]
    return _joined([*_between(filled, ","), "\n"]) if rows.num_rows else b""


def csv_text(text: str) -> str:
    """Return text as one CSV cell that a spreadsheet shows and does not run."""
    if text.startswith(_FORMULA) and not _NUMBER.fullmatch(text):
        text = "'" + text
    return '"' + text.replace('"', '""') + '"' if _NEEDS_QUOTES.search(text) else text


def csv_number(value: float | None) -> str:
    """Return a number as one cell, with the fewest digits that read back as it; nothing where it is not known.

    Args:
        value: None and NaN are not known. A whole number loses its point.
    """
    if value is None or math.isnan(value):
        return ""
    if math.isinf(value):
        return "Infinity" if value > 0 else "-Infinity"
    return str(int(value)) if value == int(value) and abs(value) < _EXACT else repr(float(value))


def jsonl_head(about: dict[str, object]) -> bytes:
    """Return the first line: an object whose only key is `_about`."""
    return json.dumps({"_about": about}, ensure_ascii=False).encode() + b"\n"


def jsonl_lines(rows: pa.RecordBatch) -> bytes:
    """Return rows as JSON objects, one a line, as in the metric files: a missing cell is left out."""
    pieces = []
    for name, column in zip(rows.schema.names, rows.columns, strict=True):
        key = f",{json.dumps(name, ensure_ascii=False)}:"
        text = _as_text(column, lambda value: json.dumps(value, ensure_ascii=False), quote_nonfinite=True)
        pieces.append(pc.binary_join_element_wise(key, text, "").fill_null(""))
    if not rows.num_rows:
        return b""
    without_comma = pc.utf8_slice_codeunits(pc.binary_join_element_wise(*pieces, ""), 1)
    return _joined(["{", without_comma, "}\n"])


def _as_text(column: pa.Array, text: Callable[[str], str], *, quote_nonfinite: bool) -> pa.Array:
    """Return a column as text cells, null where a cell is missing."""
    if pa.types.is_string(column.type):
        different = column.dictionary_encode()
        written = pa.array([text(value) for value in different.dictionary.to_pylist()], pa.string())
        return written.take(different.indices)
    if pa.types.is_floating(column.type):
        return _floats(column, '"' if quote_nonfinite else "")
    return column.cast(pa.string())


def _floats(column: pa.Array, quote: str) -> pa.Array:
    values = np.asarray(column.fill_null(0.5))
    written = column.cast(pa.string())
    # "1" would read back as an integer; a column of numbers stays one of floats from the first row on.
    whole = pc.and_(pa.array(values == np.floor(values)), pc.invert(pc.match_substring(written, "e")))
    written = pc.if_else(whole, pc.binary_join_element_wise(written, ".0", ""), written)
    if np.isfinite(values).all():
        return written
    for name, which in (("NaN", np.isnan(values)), ("Infinity", values == np.inf), ("-Infinity", values == -np.inf)):
        written = pc.if_else(pa.array(which), f"{quote}{name}{quote}", written)
    return written


def _between(cells: Sequence[pa.Array], separator: str) -> list[pa.Array | str]:
    spread: list[pa.Array | str] = [cells[0]]
    for cell in cells[1:]:
        spread += [separator, cell]
    return spread


def _joined(pieces: Sequence[pa.Array | str]) -> bytes:
    """Return all elements of the pieces, row by row, as UTF-8: they lie in the array's buffer one after another."""
    lines = pc.binary_join_element_wise(*pieces, "")
    _validity, offsets, data = lines.buffers()
    ends = np.frombuffer(offsets, np.int32)[lines.offset : lines.offset + len(lines) + 1]
    return bytes(memoryview(data)[ends[0] : ends[-1]])
