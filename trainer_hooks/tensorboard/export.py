"""The scalars of a run folder as one JSON file."""

import json
from collections.abc import Iterator
from pathlib import Path

from trainer_hooks.record import BadLineError, Row, decode, encode_value

Points = dict[str, list[list[float | str]]]


def write_scalars(folder: Path, name: str, path: Path) -> None:
    """Write {`name`/tag: [[wall time in seconds since the epoch, step, value], ...]}, points in the order of times.

    Args:
        folder: of the run.
        name: put before each tag.
        path: the file to write. Values that JSON has no number for are the texts "NaN", "Infinity", "-Infinity".

    Raises:
        OSError: it cannot be written.
        ImportError: the run has closed segments, and pyarrow is missing.
    """
    points: Points = {}
    for segment in sorted(folder.glob("metrics-*")):
        read = _closed if segment.suffix == ".parquet" else _growing
        for tag, wall_time, step, value in read(segment):
            points.setdefault(f"{name}/{tag}", []).append([wall_time, step, encode_value(value)])
    for found in points.values():
        found.sort(key=lambda point: float(point[0]))
    with path.open("w", encoding="utf-8") as file:
        json.dump(points, file, ensure_ascii=False)


def _growing(segment: Path) -> Iterator[tuple[str, float, int, float]]:
    if segment.with_suffix(".parquet").exists():
        return
    for line in segment.read_bytes().split(b"\n")[:-1]:
        row = _row(line)
        yield from ((tag, row.wall_time, row.step, value) for tag, value in row.values.items())


def _row(line: bytes) -> Row:
    try:
        return decode(line)
    except BadLineError:
        return Row(0, 0.0, {})


def _closed(segment: Path) -> Iterator[tuple[str, float, int, float]]:
    from trainer_hooks.parquet import read_footer, read_tags

    footer = read_footer(segment)
    for tag, columns in read_tags(segment, footer.tags, footer).items():
        numbers = zip(columns.wall_time.tolist(), columns.step.tolist(), columns.value.tolist(), strict=True)
        yield from ((tag, *point) for point in numbers)
