import json
import math
import os
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from app.__main__ import main
from tests.logged import ROOT
from tests.run_files import BEGAN, RunFiles
from tests.unit.readers.samples import SAMPLES

Inspect = Callable[..., dict[str, Any]]


@pytest.fixture
def inspect(capsys: pytest.CaptureFixture[str]) -> Inspect:
    """Runs the command and returns its JSON, strictly parsed."""

    def run(*paths: Path | str) -> dict[str, Any]:
        assert main(["inspect", "--json", *map(str, paths)]) == 0
        return json.loads(capsys.readouterr().out, parse_constant=pytest.fail)

    return run


def log(folder: Path, tag: str, *values: float) -> RunFiles:
    files = RunFiles(folder)
    for step, value in enumerate(values):
        files.log({tag: value}, step)
    return files


def rest(folder: Path) -> None:
    """Make the files look as if they were written long ago."""
    for path in folder.rglob("*"):
        os.utime(path, (BEGAN, BEGAN))


def listing(folder: Path) -> dict[Path, tuple[int, int]]:
    return {path: (path.stat().st_size, path.stat().st_mtime_ns) for path in folder.rglob("*")}


def test_a_run_is_described_as_documented(tmp_path: Path, inspect: Inspect):
    folder = tmp_path / "group" / "run"
    files = log(folder, "loss", 2.0, 0.5, 1.0).say(config={"lr": 0.1, "range": [1, None]})
    files.media(7, tag="samples", kind="image", media_type="image/png", file="media/ab/x.png")
    assert inspect(tmp_path) == {
        "runs": [
            {
                "path": str(tmp_path),
                "run": "group/run",
                "format": "tailboard",
                "files": [str(folder / name) for name in sorted(path.name for path in folder.iterdir())],
                "config": {"lr": 0.1, "range": [1, None]},
                "tags": {
                    "loss": {
                        "kind": "scalar",
                        "points": 3,
                        "first_step": 0,
                        "last_step": 2,
                        "first": 2.0,
                        "last": 1.0,
                        "min": 0.5,
                        "max": 2.0,
                        "sum": 3.5,
                        "nan": 0,
                        "inf": 0,
                    },
                    "samples": {"kind": "image", "points": 1, "first_step": 7, "last_step": 7},
                },
                "problems": [],
            }
        ],
        "skipped": [],
    }


def test_the_first_value_is_the_first_logged_and_the_others_are_of_finite_ones(tmp_path: Path, inspect: Inspect):
    log(tmp_path, "loss", math.nan, -math.inf, 4.0, math.inf)
    loss = inspect(tmp_path)["runs"][0]["tags"]["loss"]
    assert (loss["first"], loss["last"]) == ("NaN", "Infinity")
    assert (loss["min"], loss["max"], loss["sum"], loss["nan"], loss["inf"]) == (4.0, 4.0, 4.0, 1, 2)


def test_without_a_finite_value_there_is_no_lowest_highest_and_sum(tmp_path: Path, inspect: Inspect):
    log(tmp_path, "loss", math.nan, -math.inf)
    loss = inspect(tmp_path)["runs"][0]["tags"]["loss"]
    assert (loss["first"], loss["last"]) == ("NaN", "-Infinity")
    assert (loss["min"], loss["max"], loss["sum"]) == (None, None, None)


@pytest.mark.parametrize("closed", [False, True])
def test_the_sum_is_exact_where_large_values_cancel(tmp_path: Path, inspect: Inspect, closed: bool):
    files = log(tmp_path, "loss", *[0.1, 1e17, 0.2, -1e17] * 500)
    if closed:
        files.close()
    assert inspect(tmp_path)["runs"][0]["tags"]["loss"]["sum"] == math.fsum([0.1, 0.2] * 500)


def test_a_sum_beyond_all_numbers_is_infinite(tmp_path: Path, inspect: Inspect):
    log(tmp_path, "loss", 1.7e308, 1.7e308)
    assert inspect(tmp_path)["runs"][0]["tags"]["loss"]["sum"] == "Infinity"


def test_points_that_a_restart_logged_again_count_once(tmp_path: Path, inspect: Inspect):
    log(tmp_path, "loss", 5.0, 4.0, 3.0, 2.0)
    again = RunFiles(tmp_path, "host-2-0").resume(2, BEGAN + 100)
    again.log({"loss": 0.5}, 2, BEGAN + 100).log({"loss": 0.25}, 3, BEGAN + 101)
    loss = inspect(tmp_path)["runs"][0]["tags"]["loss"]
    assert (loss["points"], loss["first"], loss["last"], loss["sum"]) == (4, 5.0, 0.25, 9.75)


@pytest.mark.parametrize("sample", SAMPLES.values(), ids=SAMPLES.keys())
def test_every_format_is_described_by_what_was_written(sample: Any, tmp_path: Path, inspect: Inspect):
    made = sample(tmp_path / "logs")
    made.grow(9)
    rest(made.root)
    (found,) = [run for run in inspect(tmp_path)["runs"] if made.records.keys() <= run["tags"].keys()]
    for tag, records in made.records.items():
        values = [value for _, _, value in records]
        finite = [value for value in values if math.isfinite(value)]
        known = found["tags"][tag]
        assert (known["points"], known["nan"]) == (len(values), sum(map(math.isnan, values)))
        assert (known["first_step"], known["last_step"]) == (records[0][0], records[-1][0])
        assert (known["min"], known["max"], known["sum"]) == (min(finite), max(finite), math.fsum(finite))
        assert [float(known["first"]), float(known["last"])] == pytest.approx([values[0], values[-1]], nan_ok=True)


def test_files_and_folders_may_be_mixed_and_each_run_names_its_argument(
    tmp_path: Path, inspect: Inspect, monkeypatch: pytest.MonkeyPatch
):
    log(tmp_path / "a" / "deep" / "er", "loss", 1.0)
    log(tmp_path / "b", "loss", 1.0)
    monkeypatch.chdir(tmp_path)
    found = inspect("a", "./b", ".")["runs"]
    assert [(one["path"], one["run"]) for one in found] == [
        ("a", "deep/er"),
        ("./b", "b"),
        (".", "a/deep/er"),
        (".", "b"),
    ]
    assert all(Path(name).is_file() for one in found for name in one["files"])


def test_what_is_skipped_is_named_with_a_reason_and_is_no_failure(tmp_path: Path, inspect: Inspect):
    (tmp_path / "notes.txt").write_text("nothing to see")
    (tmp_path / "model.bin").write_bytes(b"\0" * 100)
    found = inspect(tmp_path)
    assert found["runs"] == []
    reasons = {one["path"]: one["reason"] for one in found["skipped"]}
    assert str(tmp_path / "notes.txt") in reasons
    assert ".bin" in reasons[str(tmp_path)]


def test_a_broken_file_is_a_problem_beside_what_could_be_read(tmp_path: Path, inspect: Inspect, capsys):
    log(tmp_path / "run", "loss", 1.0).append(b"not a line\n").log({"loss": 2.0}, 2)
    (found,) = inspect(tmp_path)["runs"]
    assert found["tags"]["loss"]["points"] == 2
    (problem,) = found["problems"]
    assert problem["path"].endswith(".jsonl")
    assert problem["where"] == "line 2"
    assert main(["inspect", str(tmp_path)]) == 0
    assert f"{problem['path']}  line 2" in capsys.readouterr().out


def test_a_last_line_that_nobody_ended_counts(tmp_path: Path, inspect: Inspect):
    path = tmp_path / "metrics.jsonl"
    path.write_text('{"step": 0, "loss": 1.5}\n{"step": 1, "loss": 0.5}')
    os.utime(path)  # as fresh as a file can be
    (found,) = inspect(path)["runs"]
    assert (found["tags"]["loss"]["points"], found["tags"]["loss"]["last"]) == (2, 0.5)


def test_the_table_for_people_is_aligned(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    log(tmp_path / "long-name", "train/loss", *[0.5] * 1500)
    log(tmp_path / "b", "loss", 1.0, math.nan)
    (tmp_path / "notes.txt").write_text("nothing")
    assert main(["inspect", "--tags", str(tmp_path)]) == 0
    assert capsys.readouterr().out.splitlines() == [
        "RUN        FORMAT     TAGS  POINTS  LAST STEP  PROBLEMS",
        "b          tailboard     1       2          1         -",
        "long-name  tailboard     1   1,500      1,499         -",
        "",
        "TAG         KIND    POINTS  STEPS       FIRST  LAST  MIN  MAX  RUN",
        "loss        scalar       2  0 to 1      1      NaN   1    1    b",
        "train/loss  scalar   1,500  0 to 1,499  0.5    0.5   0.5  0.5  long-name",
        "",
        f"{'SKIPPED':<{len(str(tmp_path / 'notes.txt'))}}  WHY",
        f"{tmp_path / 'notes.txt'}  no format is recognised in it",
    ]


def test_a_path_that_does_not_exist_ends_with_status_2(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    with pytest.raises(SystemExit, match="2"):
        main(["inspect", str(tmp_path), str(tmp_path / "none")])
    assert f"{tmp_path / 'none'} does not exist" in capsys.readouterr().err


def test_nothing_is_written_anywhere(tmp_path: Path, inspect: Inspect, monkeypatch: pytest.MonkeyPatch):
    home = tmp_path / "home"
    home.mkdir()
    monkeypatch.setenv("HOME", str(home))
    monkeypatch.delenv("TAILBOARD_CACHE_DIR", raising=False)
    monkeypatch.delenv("XDG_CACHE_HOME", raising=False)
    log(tmp_path / "runs" / "run", "loss", 1.0)
    before = listing(tmp_path)
    inspect(tmp_path / "runs")
    assert listing(tmp_path) == before


def test_a_reader_that_stops_reading_is_no_failure(tmp_path: Path):
    for number in range(2000):
        (tmp_path / f"notes-{number}.txt").write_text("nothing")
    command = f"{sys.executable} -m app inspect {tmp_path} | head -n 1; exit ${{PIPESTATUS[0]}}"
    done = subprocess.run(["bash", "-c", command], cwd=ROOT, capture_output=True, text=True, check=False, timeout=600)
    assert (done.returncode, done.stdout, done.stderr) == (0, "No runs found.\n", "")


def test_a_live_run_is_waited_for_no_longer_than_a_file_needs_to_rest(
    tmp_path: Path, inspect: Inspect, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr("app.commands.conversion.found._REST_S", 0.05)
    log(tmp_path, "loss", 1.0).append(b'{"_step":1')
    for path in tmp_path.iterdir():
        os.utime(path, (time.time() + 3600, time.time() + 3600))  # as if it changed without end
    assert inspect(tmp_path)["runs"][0]["tags"]["loss"]["points"] == 1


def test_a_pattern_for_text_logs_is_used(tmp_path: Path, capsys):
    (tmp_path / "train.log").write_text("#3 gain~0.5\n")
    assert main(["inspect", "--json", "--text-pattern", r"#(?P<step>\d+) gain~(?P<gain>\S+)", str(tmp_path)]) == 0
    (found,) = json.loads(capsys.readouterr().out)["runs"]
    assert (found["format"], found["tags"]["gain"]["last"], found["tags"]["gain"]["last_step"]) == ("text", 0.5, 3)
