"""Tables that OpenAI baselines and Stable-Baselines3 print: a line for each tag, and rules of dashes around."""

import re

from app.readers._rows import Row

_RULE = re.compile(r"\s*-{8,}\s*$")
# What may be spaces is matched once and never again, or a line of many would take seconds.
_LINE = re.compile(r"\s*+\|(?P<indent>\s++)(?P<tag>[^\s|]++(?:\s++[^\s|]++)*+)\s*+\|\s*+(?P<value>[^\s|]*+)\s*+\|\s*+$")
_INDENT = 4  # spaces before a tag that belongs to the group above it


class Boxes:
    """Reads the lines of one log, given in order."""

    def __init__(self) -> None:
        self._row: Row = {}
        self._group = ""

    def row(self, line: str) -> Row | None:
        """Return what a table held where this line ends it, else None."""
        if _RULE.match(line):
            row, self._row, self._group = self._row, {}, ""
            return row or None
        match = _LINE.match(line)
        if match:
            self._take(match["tag"], match["value"], inner=len(match["indent"]) >= _INDENT)
        return None

    def _take(self, tag: str, value: str, *, inner: bool) -> None:
        if not value:
            self._group = tag if tag.endswith("/") else ""
            return
        try:
            self._row[self._group + tag if inner else tag] = float(value)
        except ValueError:
            return  # a text
