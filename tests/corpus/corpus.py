"""Logs that other people made, where they are at hand, and the facts that a reader must find in them."""

import json
import os
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from app.readers.contract import RunLog, TagFacts
from app.readers.walk import all_readers
from app.settings import LogRoot
from app.store.discovery import Discovery

FOLDER = Path(os.environ.get("TAILBOARD_CORPUS", Path(__file__).parents[3] / "shared" / "corpus"))
needed = pytest.mark.skipif(
    not (FOLDER / "expected.json").is_file(),
    reason=f"the logs of others are not at {FOLDER}; their licences keep them out",
)


@cache
def expected() -> dict[str, Any]:
    """Return expected.json, or nothing where the logs are not at hand."""
    path = FOLDER / "expected.json"
    return json.loads(path.read_text()) if path.is_file() else {"files": {}, "directories": {}}


def files(*folders: str, **facts: Any) -> list[str]:
    """Return the paths of the files below these folders whose facts hold these values, such as `form="yaml"`."""
    return [
        path
        for path, known in expected()["files"].items()
        if path.split("/")[0] in folders and all(known.get(name) == value for name, value in facts.items())
    ]


def opened(path: str) -> tuple[str, RunLog]:
    """Open the run that this file or folder is by itself; return its format and its log, read to the end."""
    target = FOLDER / path
    runs = [run for run in Discovery([LogRoot("", target)], all_readers()).find().values() if run.path == target]
    assert runs, f"{path} is not recognised"
    log = runs[0].reader.open(target)
    while log.poll().behind:
        pass
    return runs[0].reader.name, log


def assert_scalar(facts: TagFacts, known: dict[str, Any]) -> None:
    """Compare the facts of a tag with those of expected.json; what that does not name is not compared."""
    found = {
        "n": facts.points,
        "first_step": facts.first_step,
        "last_step": facts.last_step,
        "min": facts.min,
        "max": facts.max,
        "nan": facts.nan,
        "inf": facts.inf,
        "last": facts.last,
        "sum": facts.sum if facts.points > facts.nan + facts.inf else None,
    }
    if known.get("first") not in ("NaN", "Infinity", "-Infinity"):
        found["first"] = facts.first
    for name, value in found.items():
        if name in known and known[name] is None:
            assert value is None, name
        elif name in known:
            wanted = float(known[name]) if isinstance(known[name], str) else known[name]
            assert value == pytest.approx(wanted, rel=1e-12, nan_ok=True), name
