"""How a table of text is written: where its header is, what parts its cells, and what its columns are called."""

import codecs
import csv
import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

SPACES = " "
"""Cells are aligned by any number of spaces."""

MAX_QUOTED_LINES = 50
"""Of one row; a quotation mark that is not closed so soon opens no quoted cell."""

_SEPARATORS = ("\t", ",", ";", "|", SPACES)  # the first of those that fit equally well is taken
_NO_NUMBERS = frozenset({"", "-", "--", "none", "null", "na", "n/a", "nan", "inf", "-inf", "true", "false"})
_DIGITS = frozenset("0123456789.+-")
_RULE = frozenset("-=+|: \t")  # signs of a line that only underlines a header
_MAX_NAME = 200  # characters; a longer one is prose
_MAX_OPENING = 1000  # lines looked through for a header


@dataclass(frozen=True, slots=True)
class Layout:
    """What the header of a table tells.

    Attributes:
        separator: what parts the cells, `SPACES` for columns that are aligned by spaces.
        names: of the columns, without spaces around them, none twice. A column without a name is `index` where it is
            the first, as pandas writes it, and else `column 3`.
    """

    separator: str
    names: tuple[str, ...]

    def split(self, line: str) -> list[str]:
        """Return the cells of a line without quotation marks."""
        if self.separator == SPACES:
            return line.split() or [""]
        if self.separator == "|" and line.startswith("|"):
            return line.strip().strip("|").split("|")
        return line.split(self.separator)

    def quoted(self, lines: Sequence[str]) -> tuple[list[str], int]:
        """Split the first of these lines, which has quotation marks; a quoted cell may go on in the next lines.

        Args:
            lines: `MAX_QUOTED_LINES` at most, fewer where there are no more.

        Returns:
            The cells, and of how many lines they are: 0 where more lines are needed to tell.
        """
        rows = csv.reader((line + "\n" for line in lines), delimiter=self.separator, strict=True)
        try:
            return next(rows), rows.line_num
        except csv.Error:
            if rows.line_num == len(lines) < MAX_QUOTED_LINES:
                return [], 0
            return self.split(lines[0]), 1

    def again(self, row: Sequence[str]) -> "Layout | None":
        """Return the layout that this row gives to those below it, where it is a header in the middle of the table."""
        if row[0].lstrip()[:1] in _DIGITS or frozenset(self.names).isdisjoint(map(str.strip, row)):
            return None
        names = _names(row)
        return Layout(self.separator, names) if names else None


@dataclass(frozen=True, slots=True)
class Opening:
    """How the first lines of a file are to be read: `layout` is None where they are no table."""

    layout: Layout | None
    rows_from: int  # index of the first line below the header


def find_opening(lines: Sequence[str]) -> Opening | None:
    """Find the header; None where there must be more lines to tell.

    The header is the first line that is neither blank, a comment nor a rule, or else the comment right above the first
    row of numbers, as numpy and gnuplot have it.
    """
    comment, found = "", list[int]()
    for index, line in enumerate(lines):
        if is_comment(line):
            comment = line.lstrip().lstrip("#") if not found else comment
        elif not is_blank(line):
            found.append(index)
            if len(found) > 1:
                break
    first = lines[found[0]] if found else ""
    layout = _choose(comment, first) if comment and found else None
    if layout and is_number(layout.split(first)[0]) and len(layout.split(first)) == len(layout.names):
        return Opening(layout, found[0])
    if len(found) > 1:
        return Opening(_choose(first, lines[found[1]]), found[0] + 1)
    return Opening(None, 0) if len(lines) > _MAX_OPENING else None


def header_alone(line: str) -> Layout | None:
    """Return the layout of a table from its header, or the beginning of it, where no row is known."""
    return _choose(line, None)


def is_comment(line: str) -> bool:
    """Tell whether a line is none of the table's; nor is the one that tells Excel the separator."""
    return line.lstrip().startswith("#") or (len(line) == len("sep=;") and line.startswith("sep="))


def unit_of(name: str) -> str:
    """Return the unit that a column has in its name and its cells behind their numbers; "" where there is none.

    So nvidia-smi writes: `85 %` in the column `utilization.gpu [%]`.
    """
    return name.rpartition(" [")[2][:-1] if name.endswith("]") and " [" in name else ""


def is_blank(line: str) -> bool:
    """Tell whether a line is empty or does nothing but underline the header."""
    return line[:1] in "-=+|: \t" and _RULE.issuperset(line)


def is_number(cell: str) -> bool:
    """Tell whether a cell is a finite number, with a comma or a point; `nan` and `inf` could be names as well."""
    try:
        return math.isfinite(float(cell.replace(",", ".")))
    except ValueError:
        return False


def is_numeric(cell: str) -> bool:
    """Tell whether a cell may stand in a column of numbers."""
    return is_number(cell) or cell.strip().lower() in _NO_NUMBERS


def decoder(beginning: bytes) -> codecs.IncrementalDecoder:
    """Return what turns the bytes of a file into text: UTF-8 with or without a mark, UTF-16 with one."""
    utf16 = beginning.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
    return codecs.getincrementaldecoder("utf-16" if utf16 else "utf-8-sig")(errors="replace")


def _choose(header: str, row: str | None) -> Layout | None:
    """Choose the separator by which the header has names, and the row as many cells if there is one that does so.

    Words that are parted by spaces may be any text: there the row must hold nothing but numbers.
    """
    found: list[tuple[bool, Layout]] = []
    for separator in _SEPARATORS:
        layout = Layout(separator, ())
        names = _names(_cells(layout, header), aligned=separator == SPACES)
        cells = _cells(layout, row) if row is not None else names
        if separator == SPACES and row is not None:
            if not all(map(is_numeric, cells)):
                continue
            if 0 < len(names) == len(cells) - 1:  # pandas prints its index without a name
                names = ("index", *names)
        if len(names) > 1:
            found.append((len(names) == len(cells), Layout(separator, names)))
    if found:
        return max(found, key=lambda fit: fit[0])[1]
    names = _names([header])
    return Layout(",", names) if names and (row is None or is_numeric(row)) else None


def _cells(layout: Layout, line: str) -> list[str]:
    if '"' not in line or layout.separator == SPACES:
        return layout.split(line)
    return layout.quoted([line])[0] or layout.split(line)


def _names(cells: Iterable[str], *, aligned: bool = False) -> tuple[str, ...]:
    """Return the names that the cells of a header give; none where they are no header."""
    stripped = [cell.strip() for cell in cells]
    if any(map(is_number, stripped)) or any(len(cell) > _MAX_NAME for cell in stripped):
        return ()
    if not any(stripped) or (aligned and len(set(stripped)) < len(stripped)):
        return ()
    names: dict[str, None] = {}
    for place, cell in enumerate(stripped):
        name = cell or ("index" if place == 0 else f"column {place + 1}")
        unique, copies = name, 0
        while unique in names:
            copies += 1
            unique = f"{name}.{copies}"
        names[unique] = None
    return tuple(names)
