"""Writes the blocks of a LevelDB log and the protobuf messages in them, as wandb does."""

import json
import struct
import zlib

FILE_HEADER = b":W&B\xe1\xbe\x00"
BLOCK_BYTES = 32768


def varint(number):
    out = bytearray()
    while number > 0x7F:
        out.append(number & 0x7F | 0x80)
        number >>= 7
    return bytes([*out, number])


def field(number, value):
    """Encode one field: a message or text as bytes, a number as a varint."""
    if isinstance(value, int):
        return varint(number << 3) + varint(value)
    value = value.encode() if isinstance(value, str) else value
    return varint(number << 3 | 2) + varint(len(value)) + value


def item(key, value):
    """Encode a HistoryItem, SummaryItem, ConfigItem or StatsItem; a key of several parts is nested."""
    names = field(1, key) if isinstance(key, str) else b"".join(field(2, part) for part in key)
    return names + field(16, json.dumps(value))


def moment(seconds):
    return field(1, int(seconds)) + field(2, round(seconds % 1 * 1e9))


def history(items, step=None):
    rows = b"".join(field(1, item(key, value)) for key, value in items.items())
    return field(2, rows + (b"" if step is None else field(2, field(1, step) if step else b"")))


def summary(items):
    return field(3, b"".join(field(1, item(key, value)) for key, value in items.items()))


def config(items):
    return field(5, b"".join(field(1, item(key, value)) for key, value in items.items()))


def stats(seconds, items):
    return field(7, field(2, moment(seconds)) + b"".join(field(3, item(key, value)) for key, value in items.items()))


def run(config_items, *, name, notes, tags, began):
    update = b"".join(field(1, item(key, value)) for key, value in config_items.items())
    return field(
        17,
        field(4, update)
        + field(8, name)
        + field(9, notes)
        + b"".join(field(10, tag) for tag in tags)
        + field(17, moment(began))
        + field(21, field(1, "https://example.org/a.git") + field(2, "abc123")),
    )


def ended(code):
    return field(18, field(1, code) if code else b"")


def framed(record, offset):
    """Return the fragments of one record that begins at `offset` of its file."""
    out = b""
    first = True
    while True:
        left = BLOCK_BYTES - (offset + len(out)) % BLOCK_BYTES
        if left < 7:
            out += bytes(left)
            continue
        piece, record = record[: left - 7], record[left - 7 :]
        sort = (1 if first else 4) if not record else (2 if first else 3)
        out += struct.pack("<IHB", zlib.crc32(piece, zlib.crc32(bytes([sort]))), len(piece), sort) + piece
        first = False
        if not record:
            return out


def append(path, *records):
    """Append records to a file, and the file's header where it is new."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("ab") as file:
        if not file.tell():
            file.write(FILE_HEADER)
        for record in records:
            file.write(framed(record, file.tell()))
