"""What the records of a `.wandb` file say: rows of history, settings, system load, how the run ended.

The records are the protobuf messages of wandb_internal.proto; fields are known by their numbers, which never change.
"""

import json
import math
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any, Final

from app.readers._json import decode
from app.readers._points import Points
from app.readers._protobuf import BYTES, MessageError, content, fields, signed, text
from app.readers.contract import Columns, MediaItem, TagFacts
from app.readers.facts import join_facts
from app.readers.folder import Problems
from app.readers.wandb_log.blocks import BlockLog
from app.readers.wandb_log.media import media_items, media_kind

STEP_KEY: Final = "_step"
SYSTEM_GROUP: Final = "system/"
_TIME_KEY = "_timestamp"
_VALUE = 16  # of an item: its value as JSON; field 1 is its key, field 2 the parts of a nested one
_VALUE_TAG = b"\x82\x01"  # how that field begins; its length follows
_ONE_BYTE = 0x80  # lengths below take one byte
_MAX_KEYS = 100_000
_UPDATE, _REMOVE = 1, 2  # of the records of settings and of the summary
_RUN_TEXTS = {3: "project", 6: "group", 7: "job_type", 8: "display_name", 9: "notes", 13: "host"}
_ENVIRONMENT_TEXTS = {1: "os", 2: "python", 5: "argv", 6: "program", 12: "host", 14: "executable", 18: "gpu"}
_NUMBER_BEGINS = frozenset(b"-0123456789NI")
_WORDS = {b'"NaN"': math.nan, b'"Infinity"': math.inf, b'"-Infinity"': -math.inf}
_MAX_DEPTH = 20
_MAX_STEP = 1 << 62

_Key = tuple[str, ...]


class WandbParser:
    """Reads the records of one file in their order.

    Args:
        path: the file.
        problems: is told what cannot be read.
        files: the folder that media are named from.
        media_of: a tag whose items are wanted; of the others only facts are kept.

    Attributes:
        config: nested as logged.
        summary: numbers by tag.
        media_facts: by tag.
        media: the items of the wanted tag.
        exit_code: None as long as the run did not end.
        run: what the run's record says of it, by the names in `_RUN_TEXTS`.
        created: seconds since the epoch, None as long as it is not known.
    """

    def __init__(self, path: Path, problems: Problems, files: Path, media_of: str | None = None) -> None:
        self._path = path
        self._problems = problems
        self._files = files
        self._media_of = media_of
        self._log = BlockLog(path, problems)
        self._records = 0
        self._keys: dict[bytes, _Key] = {}  # by the bytes that stand for them
        self._takers = {  # by field of Record; those of history and system load bring points
            3: self._take_summary,
            5: self._take_config,
            17: self._take_run,
            18: self._take_exit,
            26: self._take_environment,
        }
        self.last_step = -1
        self.last_time = math.nan
        self.config: dict[str, Any] = {}
        self.summary: dict[str, float] = {}
        self.media_facts: dict[str, TagFacts] = {}
        self.media: list[MediaItem] = []
        self.exit_code: int | None = None
        self.created: float | None = None
        self.run: dict[str, str] = {}
        self.tags: list[str] = []
        self.git: dict[str, str] = {}
        self.environment: dict[str, Any] = {}

    def feed(self, data: bytes) -> Mapping[str, Columns]:
        """Take in the next bytes; return the records of history and system load that are whole now."""
        points = Points()
        for record in self._log.records(data):
            self._records += 1
            try:
                self._take(record, points)
            except (MessageError, RecursionError) as error:
                self._problems.add(self._path, f"record {self._records:,}", f"it is left out: {error}")
        return points.columns()

    def _take(self, record: bytes, points: Points) -> None:
        for field in fields(record):
            if field.wire_type != BYTES:
                continue
            if field.number == 2:
                self._take_history(content(record, field), points)
            elif field.number == 7:
                self._take_stats(content(record, field), points)
            elif field.number in self._takers:
                self._takers[field.number](content(record, field))

    def _take_history(self, message: bytes, points: Points) -> None:
        numbers, media = _sorted_out(self._items(message, 1))
        step = self._step(message, numbers)
        time = numbers.get(_TIME_KEY, math.nan)
        self.last_step, self.last_time = step, time
        for tag, number in numbers.items():
            points.add(tag, step, time, number)
        for tag, value in media.items():
            self._take_media(tag, step, time, value)

    def _step(self, message: bytes, numbers: Mapping[str, float]) -> int:
        number = numbers.get(STEP_KEY)
        if number is not None and abs(number) < _MAX_STEP:
            return int(number)
        own = next((field for field in fields(message) if field.number == 2 and field.wire_type == BYTES), None)
        if own is None:
            return self.last_step + 1
        inner = fields(message, own.value, own.value + own.size)
        step = next((signed(field.value) for field in inner if field.number == 1), 0)
        return step if abs(step) < _MAX_STEP else self.last_step + 1

    def _take_media(self, tag: str, step: int, time: float, value: Mapping[str, Any]) -> None:
        kind = media_kind(value)
        if kind is None:
            return
        last_time = None if math.isnan(time) else time
        facts = TagFacts(kind, 1, first_step=step, last_step=step, last_time=last_time)
        self.media_facts[tag] = join_facts(self.media_facts.get(tag), facts)
        if tag == self._media_of:
            self.media += media_items(tag, step, time, value, self._files)

    def _take_stats(self, message: bytes, points: Points) -> None:
        time = next((_moment(message, field.value, field.size) for field in fields(message) if field.number == 2), None)
        for name, number in _sorted_out(self._items(message, 3))[0].items():
            tag = SYSTEM_GROUP + name.removeprefix("system.")
            points.add(tag, max(self.last_step, 0), math.nan if time is None else time, number)

    def _take_summary(self, message: bytes) -> None:
        self.summary |= _sorted_out(self._items(message, _UPDATE))[0]
        for key, _ in self._items(message, _REMOVE):
            self.summary.pop("/".join(key), None)

    def _take_config(self, message: bytes) -> None:
        for key, value in self._items(message, _UPDATE):
            _put(self.config, key, _decoded(value))
        for key, _ in self._items(message, _REMOVE):
            if len(key) == 1:
                self.config.pop(key[0], None)

    def _take_run(self, message: bytes) -> None:
        takers = {4: self._take_config, 5: self._take_summary, 21: self._take_git}
        tags: list[str] = []
        for field in fields(message):
            if field.wire_type != BYTES:
                continue
            if field.number in takers:
                takers[field.number](content(message, field))
            elif field.number in _RUN_TEXTS:
                self.run[_RUN_TEXTS[field.number]] = text(message, field)
            elif field.number == 10:
                tags.append(text(message, field))
            elif field.number == 17:
                self.created = _moment(message, field.value, field.size)
        self.tags = tags or self.tags  # a later record tells all tags again

    def _take_git(self, message: bytes) -> None:
        names = {1: "remote", 2: "commit"}
        self.git |= {names[one.number]: text(message, one) for one in fields(message) if one.number in names}

    def _take_environment(self, message: bytes) -> None:
        for field in fields(message):
            if field.wire_type != BYTES:
                continue
            if field.number == 9:
                self._take_git(content(message, field))
            elif field.number == 5:
                self.environment.setdefault("argv", []).append(text(message, field))
            elif field.number in _ENVIRONMENT_TEXTS:
                self.environment[_ENVIRONMENT_TEXTS[field.number]] = text(message, field)

    def _items(self, message: bytes, number: int) -> Iterator[tuple[_Key, bytes]]:
        """Yield key and JSON of each item in this field of a message."""
        for field in fields(message):
            if field.number != number or field.wire_type != BYTES:
                continue
            item = content(message, field)
            # Keys repeat with every row: that the same bytes mean the same key is known faster than parsed again.
            key_end = item.find(_VALUE_TAG)
            value = key_end + len(_VALUE_TAG) + 1
            key = self._keys.get(item[:key_end]) if key_end >= 0 and value <= len(item) else None
            if key is not None and item[value - 1] == len(item) - value < _ONE_BYTE:
                yield key, item[value:]
                continue
            key, content_of, key_end = _item(item)
            if len(self._keys) < _MAX_KEYS:
                self._keys[item[:key_end]] = key
            yield key, content_of

    def _take_exit(self, message: bytes) -> None:
        self.exit_code = next((signed(one.value) for one in fields(message) if one.number == 1), 0)


def summary_numbers(summary: Mapping[str, Any]) -> dict[str, float]:
    """Return the numbers of a wandb-summary.json, nested keys joined with `/`."""
    return _sorted_out((((key,), json.dumps(value).encode()) for key, value in summary.items()))[0]


def _item(item: bytes) -> tuple[_Key, bytes, int]:
    """Return key and JSON of one item, and where its key ends."""
    names: list[str] = []
    value, key_end = b"", 0
    for part in fields(item):
        if part.number in (1, 2) and part.wire_type == BYTES:
            names.append(text(item, part))
            key_end = part.value + part.size
        elif part.number == _VALUE and part.wire_type == BYTES:
            value = content(item, part)
    return tuple(names), value, key_end


def _sorted_out(items: Iterable[tuple[_Key, bytes]]) -> tuple[dict[str, float], dict[str, dict[str, Any]]]:
    """Return the numbers among the items by tag, and by tag the values whose `_type` says that they are something else.

    Old versions write such a value as one JSON object, new ones as an item for each of its parts.
    """
    numbers: dict[str, float] = {}
    parts: dict[_Key, Any] = {}
    for key, value in items:
        if value[:1] and value[0] in _NUMBER_BEGINS:
            with suppress(ValueError):
                numbers["/".join(key)] = float(value)
            if len(key) > 1:
                parts[key] = numbers.get("/".join(key))
        elif value in _WORDS:
            numbers["/".join(key)] = _WORDS[value]
        elif value[:1] == b"{" or len(key) > 1:
            with suppress(ValueError):
                _flatten(key, decode(value), numbers, parts)
    typed = {key[:-1] for key in parts if len(key) > 1 and key[-1] == "_type"}
    if not typed:
        return numbers, {}
    media: dict[str, dict[str, Any]] = {}
    for key, value in parts.items():
        above = next((key[:size] for size in range(1, len(key)) if key[:size] in typed), None)
        if above is not None:
            numbers.pop("/".join(key), None)
            _put(media.setdefault("/".join(above), {}), key[len(above) :], value)
    return numbers, media


def _flatten(key: _Key, value: object, numbers: dict[str, float], parts: dict[_Key, Any]) -> None:
    """Put the numbers in a value into `numbers`, and all of it into `parts`."""
    if isinstance(value, dict) and len(key) <= _MAX_DEPTH:
        for name, inner in value.items():
            _flatten((*key, name), inner, numbers, parts)
        return
    parts[key] = value
    if isinstance(value, int | float) and not isinstance(value, bool):
        numbers["/".join(key)] = float(value)


def _put(config: dict[str, Any], key: _Key, value: object) -> None:
    *above, last = key or ("",)
    for name in above:
        inner = config.get(name)
        if not isinstance(inner, dict):
            inner = config[name] = {}
        config = inner
    config[last] = value


def _decoded(value: bytes) -> Any:
    """Return a setting as it was logged, None where it is not JSON."""
    try:
        return json.loads(value)
    except ValueError:
        return None


def _moment(message: bytes, begin: int, size: int) -> float:
    """Return a Timestamp message as seconds since the epoch."""
    parts = {field.number: signed(field.value) for field in fields(message, begin, begin + size) if not field.wire_type}
    return parts.get(1, 0) + parts.get(2, 0) / 1e9
