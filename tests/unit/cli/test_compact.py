import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

import trainer_hooks
from app.__main__ import main
from app.readers.walk import all_readers
from trainer_hooks.parquet import read_tags

ROOT = Path(__file__).parents[3]
STEPS = 1_000
HOUR_S = 3600
KILLED = """
import os, signal, sys, trainer_hooks
run = trainer_hooks.init(sys.argv[1])
for step in range(int(sys.argv[2])):
    run.log({"train/loss": 1 / (step + 1)}, step=step)
os.kill(os.getpid(), signal.SIGKILL)
"""


@pytest.fixture
def killed_run(tmp_path: Path) -> Path:
    """A run whose process was killed an hour ago while its segment was open."""
    folder = tmp_path / "runs" / "group" / "killed"
    environ = {**os.environ, "PYTHONPATH": str(ROOT)}
    done = subprocess.run([sys.executable, "-c", KILLED, str(folder), str(STEPS)], env=environ, check=False)
    assert done.returncode == -signal.SIGKILL
    for status in folder.glob("status-*.json"):
        fields = json.loads(status.read_text())
        status.write_text(json.dumps({**fields, "heartbeat": fields["heartbeat"] - HOUR_S}))
        os.utime(status, (0, 0))
    return folder


def open_files(folder: Path) -> list[Path]:
    return sorted(folder.glob("metrics-*.jsonl"))


def test_what_a_killed_training_left_open_is_closed_with_every_value(killed_run: Path, tmp_path: Path, capsys):
    size = sum(path.stat().st_size for path in open_files(killed_run))
    assert main(["compact", str(tmp_path / "runs")]) == 0
    assert open_files(killed_run) == []
    (closed,) = killed_run.glob("metrics-*.parquet")
    columns = read_tags(closed, ["train/loss"])["train/loss"]
    assert columns.value.tolist() == [1 / (step + 1) for step in range(STEPS)]
    said = f"{killed_run}: closed 1 of 1 segment, {size:,} bytes, to {closed.stat().st_size:,} bytes of Parquet\n"
    assert capsys.readouterr().out == said


def test_a_closed_run_reads_as_it_did_while_it_was_open(killed_run: Path, tmp_path: Path):
    def loss() -> list[float]:
        log = all_readers()["tailboard"].open(killed_run)
        log.poll()
        return log.load(["train/loss"])["train/loss"].value.tolist()

    before = loss()
    assert main(["compact", str(killed_run)]) == 0
    assert open_files(killed_run) == []
    assert len(before) == STEPS
    assert loss() == before


def test_a_training_that_is_alive_is_left_alone(tmp_path: Path, capsys):
    with trainer_hooks.init(tmp_path / "runs" / "alive") as run:
        run.log({"loss": 1.0}, step=0)
        before = {path: path.read_bytes() for path in open_files(run.path)}
        assert main(["compact", str(tmp_path / "runs")]) == 0
        assert {path: path.read_bytes() for path in open_files(run.path)} == before
    assert f"{run.path}: left alone, 1 segment: the training is alive" in capsys.readouterr().out


def test_a_segment_without_a_status_is_closed_only_when_it_has_rested(killed_run: Path, capsys):
    (segment,) = open_files(killed_run)
    for status in killed_run.glob("status-*.json"):
        status.unlink()
    assert main(["compact", str(killed_run)]) == 0
    assert segment.exists()
    os.utime(segment, (0, 0))
    assert main(["compact", str(killed_run)]) == 0
    assert not segment.exists()


def test_a_segment_with_a_broken_line_stays_and_the_others_are_closed(killed_run: Path, tmp_path: Path, capsys):
    broken = killed_run / "metrics-other-1-0-0.jsonl"
    broken.write_text('{"_step":0,"_time":1.0,"loss":0.5}\nnot a line\n')
    os.utime(broken, (0, 0))
    assert main(["compact", str(tmp_path)]) == 1
    assert open_files(killed_run) == [broken]
    assert len(list(killed_run.glob("metrics-*.parquet"))) == 1
    assert f"{broken}: stays as it is" in capsys.readouterr().err


def test_a_dry_run_changes_nothing(killed_run: Path, capsys):
    before = sorted(killed_run.rglob("*"))
    assert main(["compact", "--dry-run", str(killed_run)]) == 0
    assert sorted(killed_run.rglob("*")) == before
    assert f"{killed_run}: would close 1 segment" in capsys.readouterr().out


def test_nothing_to_close_is_said(tmp_path: Path, capsys):
    assert main(["compact", str(tmp_path)]) == 0
    assert capsys.readouterr().out == "No open segments: nothing to do.\n"


def test_a_path_that_is_no_folder_is_refused(tmp_path: Path, capsys):
    with pytest.raises(SystemExit, match="2"):
        main(["compact", str(tmp_path / "none")])
    assert "none is not a folder; give a run folder" in capsys.readouterr().err
