"""Text typed by a person -> values of settings. Each raises ValueError with a sentence that says what would do."""

import re
from pathlib import Path

UNITS = {"": 1, "K": 1_000, "M": 1_000_000, "G": 1_000_000_000, "T": 1_000_000_000_000}
BINARY_UNITS = {"K": 1 << 10, "M": 1 << 20, "G": 1 << 30, "T": 1 << 40}
SIZE = re.compile(r"\s*(\d+(?:\.\d+)?)\s*(?:([KMGT]?)B?|([KMGT])iB?)\s*", re.IGNORECASE)
SMALLEST_MEMORY_BYTES = 1_000_000
SHORTEST_TOKEN = 12
YES = ("1", "true", "yes", "on")
NO = ("", "0", "false", "no", "off")


def port(text: str) -> int:
    """A TCP port; 0 stands for any free one."""
    if not text.strip().isdecimal() or int(text) > 65_535:
        raise ValueError(f"{text!r} is not a port; ports go from 1 to 65535, and 0 takes a free one")
    return int(text)


def seconds(text: str) -> float:
    """A time between 0.05 s (more often, and the asking is the load) and an hour."""
    try:
        value = float(text)
    except ValueError:
        value = -1.0
    if not 0.05 <= value <= 3600:
        raise ValueError(f"{text!r} is not a time in seconds between 0.05 and 3600")
    return value


def size_bytes(text: str) -> int:
    """A size in bytes: KB, MB, GB, TB count in thousands, KiB, MiB, GiB, TiB in 1,024s."""
    match = SIZE.fullmatch(text)
    if match is None:
        raise ValueError(f"{text!r} is not a size; write it as 500MB, 1.5GB or 2GiB")
    number, decimal, binary = match.groups()
    value = int(float(number) * (BINARY_UNITS[binary.upper()] if binary else UNITS[decimal.upper()]))
    if value < SMALLEST_MEMORY_BYTES:
        raise ValueError(f"{text!r} is {value:,} bytes, too little for a single series; give 1MB or more, as in 500MB")
    return value


def threads(text: str) -> int:
    """A number of threads."""
    if not text.strip().isdecimal() or not 1 <= int(text) <= 1_000:
        raise ValueError(f"{text!r} is not a number of threads between 1 and 1000")
    return int(text)


def token(text: str) -> str:
    """A secret that is not guessed by trying."""
    if len(text) < SHORTEST_TOKEN or not text.isascii() or not text.isprintable() or " " in text:
        raise ValueError(
            f"a token has at least {SHORTEST_TOKEN} letters, digits and signs, and no blank; "
            "python -c 'import secrets; print(secrets.token_urlsafe())' makes one"
        )
    return text


def folder(text: str) -> Path:
    """A folder that need not exist yet; `~` is the home folder."""
    path = Path(text).expanduser().absolute()
    if path.exists() and not path.is_dir():
        raise ValueError(f"{path} is a file, not a folder")
    return path


def url_prefix(text: str) -> str:
    """A URL path with a slash at both ends."""
    if re.search(r"[\s?#]|//", text):
        raise ValueError(f"{text!r} is not a path of a URL; write it as /tailboard/")
    return f"/{text.strip('/')}/" if text.strip("/") else "/"


def switch(text: str) -> bool:
    """Yes or no, as an environment variable says it."""
    word = text.strip().lower()
    if word not in YES + NO:
        raise ValueError(f"{text!r} is neither yes (1) nor no (0)")
    return word in YES


def patterns(text: str) -> tuple[re.Pattern[str], ...]:
    """Regular expressions, one on each line, whose named groups give the numbers of a text log."""
    from app.readers.text_forms.patterns import compile_pattern

    return tuple(compile_pattern(line) for line in text.splitlines() if line.strip())
