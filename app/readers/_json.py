"""JSON as training programs write it: with bare NaN and Infinity, which strict JSON does not have."""

import json
import re
from collections.abc import Iterator, Sequence
from itertools import takewhile
from typing import Any

import orjson

_BOM = b"\xef\xbb\xbf"
_MARK = re.compile(rb'"(?:[^"\\]|\\.)*(?P<end>"?)|[\[\]{},]', re.DOTALL)
_CLOSES = {b"[": b"]", b"{": b"}"}
_MAX_DIGITS = 18  # of an integer, so that it fits into 64 bits
_NUMBER_KEY = re.compile(rb'"((?:[^"\\]|\\.){1,200})"\s*:\s*[-+]?(?:\d|NaN|Infinity)')


def decode(document: bytes) -> Any:
    """Decode one JSON value.

    Raises:
        ValueError: it is not JSON.
    """
    try:
        return orjson.loads(document)
    except orjson.JSONDecodeError:
        pass
    try:  # three times slower, and takes NaN; an integer of 400 digits becomes infinite
        return json.loads(document.removeprefix(_BOM), parse_int=_whole_number)
    except RecursionError:
        raise ValueError("it is nested too deeply") from None


def decode_beginning(beginning: bytes) -> Any:
    """Decode a document of which there may be no more than its beginning: all up to the last comma.

    Raises:
        ValueError: it is not JSON, or too little of it.
    """
    try:
        return decode(beginning)
    except ValueError:
        pass
    marks = list(takewhile(lambda mark: mark["end"] != b"", _MARK.finditer(beginning)))  # up to a text that is cut
    while marks and marks[-1][0] != b",":
        marks.pop()
    closing: list[bytes] = []
    for sign in (mark[0] for mark in marks):
        if sign in _CLOSES:
            closing.append(_CLOSES[sign])
        elif sign in {b"]", b"}"}:
            del closing[-1:]
    return decode(beginning[: marks[-1].start() if marks else 0] + b"".join(reversed(closing)))


def _whole_number(digits: str) -> int | float:
    return int(digits) if len(digits) <= _MAX_DIGITS else float(digits)


def decode_objects(lines: Sequence[bytes]) -> Iterator[tuple[int, dict[str, Any] | None]]:
    """Decode lines that each hold an object; blank ones are skipped.

    Yields:
        The number of each line, from 0, and what it holds: None where that is no JSON object.
    """
    try:
        objects = list(map(orjson.loads, lines))
    except orjson.JSONDecodeError:
        objects = [_decode_or_none(line) for line in lines]
    if set(map(type, objects)) == {dict}:
        yield from enumerate(objects)
        return
    for number, value in enumerate(objects):
        if isinstance(value, dict):
            yield number, value
        elif not lines[number].isspace() and lines[number]:
            yield number, None


def _decode_or_none(line: bytes) -> Any:
    try:
        return decode(line)
    except ValueError:
        return None


def whole_number(value: Any) -> int | None:
    """Return a decoded number that is whole, be it a float as beside a bare NaN; None where it is none."""
    return int(value) if type(value) in {int, float} and float(value).is_integer() else None


def number_keys(beginning: bytes) -> list[str]:
    """Return the keys of numbers, at any depth, in what may be no more than the beginning of a document."""
    return [key.decode("utf-8", "replace") for key in _NUMBER_KEY.findall(beginning)]
