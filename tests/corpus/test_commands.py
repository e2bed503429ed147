"""What inspect says of the logs of others, and what of it is left after import and export."""

import json
import math
import re
from pathlib import Path
from typing import Any

import pytest

from app.__main__ import main
from tests.corpus.corpus import FOLDER, expected, needed
from tests.logged import run_json

pytestmark = needed
FACTS = {"n": "points", **{name: name for name in ("first", "last", "min", "max", "sum", "nan", "inf")}}
PARTS = re.compile("_(VERTEX|FACE|COLOR)$")  # of meshes, which are one tag afterwards
UNREADABLE = {"graph", "embedding"}  # times of a step alone, vectors in a checkpoint


def inspected(path: Path, capsys: pytest.CaptureFixture[str]) -> dict[str, dict[str, Any]]:
    capsys.readouterr()
    assert main(["inspect", "--json", str(path)]) == 0
    found = json.loads(capsys.readouterr().out, parse_constant=pytest.fail)
    return {run["run"]: run for run in found["runs"]}


def facts_of_scalars(runs: dict[str, dict[str, Any]]) -> dict[str, Any]:
    return {
        name: {tag: facts for tag, facts in run["tags"].items() if facts["kind"] == "scalar"}
        for name, run in runs.items()
    }


def test_inspect_finds_the_facts_of_every_file_that_is_a_run(capsys: pytest.CaptureFixture[str]):
    """First values that are NaN and exact sums are here alone: a reader's own facts have neither."""
    compared = 0
    for run in inspected(FOLDER, capsys).values():
        for path in run["files"]:
            known = expected()["files"].get(Path(path).relative_to(FOLDER).as_posix(), {})
            columns = known.get("tags") or known.get("cols") or known.get("keys") or {}
            if sum("tfevents" in other for other in run["files"]) > 1:
                continue  # several files are one run
            own = {"step"} if run["format"] == "dvclive" else set()  # a column of each table, and of the summary
            for tag in columns.keys() & run["tags"].keys() - own:
                for name, fact in FACTS.items():
                    if name in columns[tag] and fact in run["tags"][tag]:
                        assert same(run["tags"][tag][fact], columns[tag][name]), (path, tag, fact)
                        compared += 1
    assert compared > 5_000


def test_an_imported_run_has_the_facts_of_its_source(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    before = inspected(FOLDER, capsys)
    assert main(["import", str(FOLDER), str(tmp_path)]) == 0
    after = inspected(tmp_path, capsys)
    assert facts_of_scalars(after) == facts_of_scalars(before)
    for name, run in before.items():
        kinds = {
            PARTS.sub("", tag) if facts["kind"] == "mesh" else tag: facts["kind"]
            for tag, facts in run["tags"].items()
            if facts["points"]
        }
        found = {tag: facts["kind"] for tag, facts in after[name]["tags"].items()}
        left_out = run_json(tmp_path / name)["imported"]["left_out"]
        missing = kinds.items() - found.items()
        assert found.items() <= kinds.items(), name
        assert {kind for _, kind in missing} <= UNREADABLE
        assert all(left_out[f"{kind} that cannot be read"] for _, kind in missing), name
        assert after[name]["config"] == run["config"]


def test_exported_event_files_have_the_facts_of_their_source(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    source = FOLDER / "tensorboard" / "tensorflow__tensorboard-demos"
    before = inspected(source, capsys)
    assert main(["export", str(source), "--to", "tensorboard", "--out", str(tmp_path)]) == 0
    after = inspected(tmp_path, capsys)
    assert facts_of_scalars(after) == facts_of_scalars(before)


def same(found: Any, wanted: Any) -> bool:
    if isinstance(found, str) or isinstance(wanted, str) or None in (found, wanted):
        return bool(found == wanted)
    return math.isclose(found, wanted, rel_tol=1e-12)
