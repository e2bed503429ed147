"""The files of a run, format 1: their names, their lines, and how a line is made and read.

A run is a folder. Every process that logs into it has a name of its own, the writer,
`<host>-<pid>-<counter>`, and writes files of its own, so no two processes ever share one:

    run.json                       who, what, when; replaced by rename only
    status-<writer>.json           what this writer is doing; replaced by rename; it also claims the name
    metrics-<writer>-<n>.jsonl     growing segment number n = 0, 1, 2, ...: one line per log() call
    metrics-<writer>-<n>.parquet   the same rows, closed; appears by rename, then its .jsonl is removed
    media-<writer>.jsonl           one line per image, figure, text, ...
    media/<ab>/<sha256>.<ext>      the blobs, named by the SHA-256 of their content; ab = its first 2 digits

`<host>` holds only letters, digits, `.` and `_`; every other character of the host's name became `_`. A name
that begins with `.` is a file in the making and is never read.

A metrics line, byte by byte: UTF-8 without a byte order mark; `{`; the members; `}`; one newline (0x0A); no
blank between tokens, no newline inside. It is strict JSON (RFC 8259) and flat:

    {"_step":120,"_time":1732140000.123456,"train/loss":0.3125,"lr":0.001}

    _step    integer in [-2**63, 2**63): the trainer's own counter; may repeat or go back
    _time    number: seconds since the epoch, UTC, when log() was called
    other    a tag and its value: a JSON number as precise as it was given (float64 keeps all its digits), or
             one of the strings "NaN", "Infinity", "-Infinity"

Each line reaches the kernel in one write on a file opened for append. A writer that could write only part of
a line takes that part back before it goes on, so only the end of a file can hold an incomplete line. Names that
begin with `_` are not tags: a reader ignores those it does not know.

The first line of a writer that resumed a run is the marker

    {"_resume":true,"_step":500,"_time":1732150000.0}

with the step of the line that follows it. Of each tag that this writer logs, the points of earlier writers at
and after its own first step are superseded. A marker that says how far the run goes back,

    {"_resume":true,"_step":500,"_time":1732150000.0,"_again_from":500}

supersedes the points of earlier writers at and after that step, of all tags.

A media line is flat except for `meta`:

    {"_step":3,"_time":1732140001.5,"tag":"val/digits","kind":"image","file":"media/9f/9f86....png",
     "media_type":"image/png","caption":"7 as 1","width":28,"height":28,"bytes":312,"index":0,"count":16}

    kind     which kind of tag this is: "image", "figure", "text", ...
    file     path of the blob below the run folder, with `/`; or instead of it
    text     the content itself; where there is neither, `meta` holds it
    parts    further blobs of the item by name, {"metadata":"media/3c/3c1d....json"}: what they are is the kind's matter
    bytes    size of the content; width, height: pixels, where they are known
    index    place among the `count` items that one call logged; 0 and 1 where they are missing
    caption, meta, parts    missing where empty; meta is an object of any JSON

docs/file-format.md says the same with examples, and what is in run.json, the status and a closed segment.
"""

import json
import re
from collections.abc import Mapping
from typing import Any, NamedTuple, NoReturn

FORMAT = 1

RUN_FILE = "run.json"
MEDIA_FOLDER = "media"
STEP_KEY = "_step"
TIME_KEY = "_time"
RESUME_KEY = "_resume"
AGAIN_KEY = "_again_from"
FOOTER_KEY = "tailboard"

SEGMENT_NAME = re.compile(r"metrics-(?P<writer>.+)-(?P<number>\d+)\.(?P<suffix>jsonl|parquet)")
MEDIA_NAME = re.compile(r"media-(?P<writer>.+)\.jsonl")
STATUS_NAME = re.compile(r"status-(?P<writer>.+)\.json")

NONFINITE = {"NaN": float("nan"), "Infinity": float("inf"), "-Infinity": float("-inf")}
MAX_STEP = 2**63 - 1

_to_json = json.JSONEncoder(ensure_ascii=False, allow_nan=False, separators=(",", ":")).encode


class BadLineError(ValueError):
    """A complete line that is not a line of this format."""


class Row(NamedTuple):
    """One metrics line.

    Attributes:
        step: the trainer's own counter.
        wall_time: seconds since the epoch, UTC.
        values: tag -> value, NaN and infinities included; empty in a resume marker.
        resume: this is the marker that a resumed writer begins with.
    """

    step: int
    wall_time: float
    values: Mapping[str, float]
    resume: bool = False


def writer_name(host: str, pid: int, counter: int) -> str:
    """Name a writer; a host's name may hold anything, a writer's only letters, digits, `.`, `_` and `-`."""
    return f"{re.sub(r'[^A-Za-z0-9._]', '_', host)[:64] or 'host'}-{pid}-{counter}"


def segment_name(writer: str, number: int) -> str:
    """Name the growing segment `number`, counted from 0."""
    return f"metrics-{writer}-{number}.jsonl"


def media_name(writer: str) -> str:
    """Name the file that lists what the writer stored below `media/`."""
    return f"media-{writer}.jsonl"


def status_name(writer: str) -> str:
    """Name the file in which the writer says how it is doing."""
    return f"status-{writer}.json"


def blob_path(digest: str, extension: str) -> str:
    """Place of a blob below the run folder. `digest` is its SHA-256 in hex, `extension` has no dot."""
    return f"{MEDIA_FOLDER}/{digest[:2]}/{digest}.{extension}"


def encode_value(value: float) -> float | str:
    """Return what JSON holds for a number: itself, or the name of a value that JSON has no number for."""
    if value != value:
        return "NaN"
    if value in (float("inf"), float("-inf")):
        return "Infinity" if value > 0 else "-Infinity"
    return value


def decode_value(value: object) -> float:
    """Return the number that JSON's `value` stands for, as float64.

    Raises:
        BadLineError: it stands for none.
    """
    if isinstance(value, str) and value in NONFINITE:
        return NONFINITE[value]
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise BadLineError(f'{value!r} is neither a number nor one of "NaN", "Infinity", "-Infinity"')
    try:
        return float(value)
    except OverflowError:
        return NONFINITE["Infinity" if value > 0 else "-Infinity"]


def encode_row(step: int, wall_time: float, values: Mapping[str, float]) -> bytes:
    """Encode one metrics line, its newline included. The tags must not begin with `_`."""
    encoded = {tag: encode_value(value) for tag, value in values.items()}
    return _line({STEP_KEY: step, TIME_KEY: wall_time, **encoded})


def encode_resume(step: int, wall_time: float, again_from: int | None = None) -> bytes:
    """Encode the marker that a resumed writer begins with, its newline included."""
    again = {} if again_from is None else {AGAIN_KEY: again_from}
    return _line({RESUME_KEY: True, STEP_KEY: step, TIME_KEY: wall_time, **again})


def encode_media(step: int, wall_time: float, fields: Mapping[str, Any]) -> bytes:
    """Encode one media line, its newline included. `fields` has `tag`, `kind` and what the kind needs."""
    return _line({STEP_KEY: step, TIME_KEY: wall_time, **fields})


def decode(line: bytes) -> Row:
    """Read one complete metrics line, with or without its newline.

    Raises:
        BadLineError: it is not strict JSON, or `row` refuses it.
    """
    return row(parse(line))


def parse(line: bytes) -> dict[str, Any]:
    """Parse one complete line into the members of its JSON object.

    Raises:
        BadLineError: it is not strict JSON, or no object.
    """
    try:
        members = json.loads(line, parse_constant=_refuse_constant)
    except (ValueError, RecursionError) as error:
        raise BadLineError(f"not strict JSON: {error}") from error
    if not isinstance(members, dict):
        raise BadLineError(f"a line is a JSON object, found {type(members).__name__}")
    return members


def row(members: Mapping[str, Any]) -> Row:
    """Make a row of the parsed JSON object of a metrics line.

    Raises:
        BadLineError: `_step` or `_time` is missing or no number, or a value is no number.
    """
    step, wall_time = _step_and_time(members)
    values = {tag: decode_value(value) for tag, value in members.items() if not tag.startswith("_")}
    return Row(step, wall_time, values, resume=members.get(RESUME_KEY) is True)


def decode_media(line: bytes) -> dict[str, Any]:
    """Read one complete media line: the members as listed at the top of this module.

    Raises:
        BadLineError: it is not strict JSON, or lacks a step, a time, a tag, a kind, or what holds its
            content: `file`, `text` or `meta`.
    """
    members = parse(line)
    _step_and_time(members)
    for name in ("tag", "kind", "media_type"):
        if not isinstance(members.get(name), str):
            raise BadLineError(f"the media line has no {name}, found {members.get(name)!r}")
    if not isinstance(members.get("file", members.get("text")), str) and not isinstance(members.get("meta"), dict):
        raise BadLineError("the media line names no file and holds neither text nor meta")
    return members


def _line(members: Mapping[str, Any]) -> bytes:
    return _to_json(members).encode("utf-8", "replace") + b"\n"


def _refuse_constant(name: str) -> NoReturn:
    raise BadLineError(f'{name} is no JSON; it is written as the string "{name}"')


def _step_and_time(members: Mapping[str, Any]) -> tuple[int, float]:
    step, wall_time = members.get(STEP_KEY), members.get(TIME_KEY)
    if type(step) is not int or not -MAX_STEP - 1 <= step <= MAX_STEP:
        raise BadLineError(f"_step is an integer of 64 bits, found {step!r}")
    if type(wall_time) not in (int, float):
        raise BadLineError(f"_time is in seconds since the epoch, found {wall_time!r}")
    return step, float(wall_time)  # type: ignore[arg-type]
