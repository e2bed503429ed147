"""What a browser has drawn of one series, as a short text that it hands back: the server remembers nothing.

It is made of the data and the question alone, so that any process that reads the same files understands it.
"""

import math
import struct
import zlib
from dataclasses import dataclass

from app.readers.contract import Columns

_ENDS = struct.Struct("<qddqdd")


@dataclass(frozen=True, slots=True)
class Cursor:
    """Where a picture ended.

    Attributes:
        points: records of the series at that time.
        appended: points drawn since the last whole picture.
        total: points in the window.
        left_out: points without a place on the x axis.
        nonfinite: values that are not finite.
        average: the last finite average, NaN where there is none.
        seal: checksum of the question, the first record and the last of `points`: another one means that something
            else was asked, or that the series was rewritten.
    """

    points: int
    appended: int
    total: int
    left_out: int
    nonfinite: int
    average: float
    seal: int

    def __str__(self) -> str:
        counts = f"{self.points}:{self.appended}:{self.total}:{self.left_out}:{self.nonfinite}"
        return f"{counts}:{self.average!r}:{self.seal}"


def parse_cursor(text: str) -> Cursor | None:
    """Read a cursor back; None where the text is none, which asks for a whole picture like an empty one."""
    try:
        *counts, average, seal = text.split(":")
        points, appended, total, left_out, nonfinite = map(int, counts)
        cursor = Cursor(points, appended, total, left_out, nonfinite, float(average), int(seal))
    except ValueError:
        return None
    possible = cursor.points > 0 and 0 <= cursor.nonfinite <= cursor.points and not math.isinf(cursor.average)
    return cursor if possible else None


def seal_of(question: str, series: Columns, points: int) -> int:
    """Return the checksum of a question and of the first `points` records of a series, by the first and last of them.

    Args:
        question: all that a picture depends on beside the series.
        series: at least `points` records.
        points: at least 1.
    """
    ends = [column[place] for place in (0, points - 1) for column in (series.step, series.wall_time, series.value)]
    return zlib.crc32(_ENDS.pack(*ends), zlib.crc32(question.encode()))
