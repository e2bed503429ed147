"""Reads whatever lies in a folder as the app would, to the last byte: what the fuzzer and its findings call."""

from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from app.readers.contract import MediaItem, Reader, RunLog
from app.readers.walk import all_readers

MOST_POLLS = 10_000
MOST_ITEMS = 50  # of one tag


def read_folder(folder: Path, *, named: bool = False) -> list[RunLog]:
    """Find and read all runs in a folder: their facts, records, items and problems.

    Args:
        folder: it may hold any bytes.
        named: take its files as a person would name them, by content alone.

    Returns:
        The runs as they were read, of every reader that finds any: none is asked about its neighbours. Nothing is
        raised, whatever the files hold; that is what is tested.
    """
    logs = [reader.open(path) for reader, path in _found(folder, named=named)]
    for log in logs:
        read(log)
    return logs


def read(log: RunLog) -> None:
    """Read a run to its end, and all that can be asked of it."""
    polls = 0
    while log.poll().behind:
        polls += 1
        assert polls < MOST_POLLS, "it is behind for ever"
    repr((log.info, log.problems, log.status(0.0)))
    scalars = [tag for tag, facts in log.facts.items() if facts.kind == "scalar"]
    for columns in (log.load(scalars), log.load(scalars, "all")):
        for tag in set(scalars) & columns.keys():
            assert len(columns[tag].step) == len(columns[tag].wall_time) == len(columns[tag].value), tag
    for tag in log.facts.keys() - set(scalars):
        for item in log.media(tag)[:MOST_ITEMS]:
            _read_item(item)


def _found(folder: Path, *, named: bool) -> Iterator[tuple[Reader, Path]]:
    names = [entry.name for entry in folder.iterdir()]
    for reader in all_readers().values():
        finding = reader.find(folder, names, named=named)
        repr(finding)
        for path in finding.runs:
            reader.stamps(path)
            yield reader, path


def _read_item(item: MediaItem) -> None:
    repr(item)
    if item.path is not None and item.path.is_file():
        with item.path.open("rb") as file:
            file.read(1 << 20)
    for one in (item, *item.parts_in_log.values()):
        if one.make is not None:
            with suppress(OSError, ValueError):
                one.make()
