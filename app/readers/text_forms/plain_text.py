"""What logs of plain text are called, and how text is told from everything else."""

from pathlib import Path

from app.readers.table.layout import decoder

_SUFFIXES = frozenset({".log", ".txt", ".out", ".err"})
_NAMES = frozenset({"log", "stdout", "stderr", "output", "nohup.out"})
_MAX_BAD_SHARE = 0.05  # of the characters of a text


def is_called_a_log(name: str) -> bool:
    """Tell whether the name of a file is one that programs give to what they print."""
    return Path(name).suffix.lower() in _SUFFIXES or name in _NAMES


def text_of(beginning: bytes) -> str | None:
    """Return the text of a file that begins so, UTF-8 or UTF-16 with a mark; None where it is no text."""
    text = decoder(beginning).decode(beginning)
    is_text = "\0" not in text and text.count("\ufffd") <= _MAX_BAD_SHARE * len(text)
    return text if is_text else None
