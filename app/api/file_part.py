"""A part of a file as a file of its own: a blob in a log that holds more than it."""

import io
from pathlib import Path
from typing import TYPE_CHECKING

from app.readers.contract import Span

if TYPE_CHECKING:
    from _typeshed import WriteableBuffer


class FilePart(io.RawIOBase):
    """Reads the bytes of a span and none beside it.

    Raises:
        FileNotFoundError: the file is gone, or ends before the span does.
    """

    def __init__(self, path: Path, span: Span) -> None:
        super().__init__()
        self._file = path.open("rb", buffering=0)
        self._span = span
        self._at = 0
        if self._file.seek(0, io.SEEK_END) < span.offset + span.size:
            self._file.close()
            raise FileNotFoundError(f"{path} was cut")

    def readable(self) -> bool:
        """Tell that it can be read."""
        return True

    def seekable(self) -> bool:
        """Tell that parts of it can be read."""
        return True

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        """Go to a place, counted from the span's first byte, and return it."""
        base = {io.SEEK_SET: 0, io.SEEK_CUR: self._at, io.SEEK_END: self._span.size}[whence]
        self._at = max(0, base + offset)
        return self._at

    def readinto(self, buffer: "WriteableBuffer") -> int:
        """Read into a buffer, up to the end of the span; return how many bytes."""
        left = max(0, self._span.size - self._at)
        self._file.seek(self._span.offset + self._at)
        count = self._file.readinto(memoryview(buffer)[:left]) or 0
        self._at += count
        return count

    def close(self) -> None:
        """Close the file."""
        self._file.close()
        super().close()
