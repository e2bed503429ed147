import math
import subprocess
import sys

import numpy as np
import pytest

from app.frame import read_run, read_runs
from tests.run_files import BEGAN, RunFiles


@pytest.fixture
def files(tmp_path):
    files = RunFiles(tmp_path / "sweep/a").say(name="best")
    files.log({"loss": 3.0, "lr": 0.1}, 0).log({"loss": 2.0}, 1).log({"loss": math.nan, "lr": 0.01}, 5)
    return files.media(1, tag="text", kind="text", media_type="text/plain", text="hello")


def test_a_run_is_one_row_per_step_and_one_column_per_tag(files):
    frame = read_run(files.folder)
    assert (frame.index.name, list(frame.index), list(frame.columns)) == ("step", [0, 1, 5], ["loss", "lr"])
    np.testing.assert_equal(frame["loss"].to_numpy(), [3.0, 2.0, math.nan])
    np.testing.assert_equal(frame["lr"].to_numpy(), [0.1, math.nan, 0.01])
    assert (frame.index.dtype, frame["loss"].dtype) == (np.int64, np.float64)


def test_of_several_records_of_one_step_the_last_counts_and_steps_are_sorted(files):
    files.log({"loss": 9.0}, 1).log({"loss": 8.0}, 3)
    assert read_run(files.folder)["loss"].dropna().to_dict() == {0: 3.0, 1: 9.0, 3: 8.0}


def test_a_long_frame_has_every_record_in_order_of_arrival(files):
    files.log({"loss": 9.0}, 1)
    frame = read_run(files.folder, long=True)
    assert list(frame.columns) == ["run", "tag", "step", "wall_time", "value"]
    loss = frame[frame["tag"] == "loss"]
    assert loss["step"].tolist() == [0, 1, 5, 1]
    assert loss["wall_time"].tolist() == [BEGAN, BEGAN + 1, BEGAN + 5, BEGAN + 1]
    assert set(frame["run"]) == {"best"}


def test_what_a_resumed_run_logged_again_can_be_had_both_ways(files):
    again = RunFiles(files.folder, "host-2-0").resume(1, BEGAN + 100)
    again.log({"loss": 1.0}, 1, BEGAN + 100)
    assert read_run(files.folder, long=True)["tag"].tolist().count("loss") == 2
    assert read_run(files.folder, long=True, overlap="all")["tag"].tolist().count("loss") == 4


def test_all_runs_below_a_folder_come_in_one_frame(files, tmp_path):
    RunFiles(tmp_path / "b").log({"val": 1.0}, 7)
    frame = read_runs(tmp_path)
    assert frame.index.names == ["run", "step"]
    assert list(frame.columns) == ["loss", "lr", "val"]
    assert frame.loc[("b", 7), "val"] == 1.0
    assert frame.loc["sweep/a"].index.tolist() == [0, 1, 5]
    assert set(read_runs(tmp_path, long=True)["run"]) == {"b", "sweep/a"}


def test_a_run_without_scalars_is_an_empty_frame_with_the_same_shape(tmp_path):
    RunFiles(tmp_path / "a").say()
    assert read_run(tmp_path / "a").shape == (0, 0)
    assert read_run(tmp_path / "a").index.name == "step"
    assert list(read_run(tmp_path / "a", long=True).columns) == ["run", "tag", "step", "wall_time", "value"]
    assert len(read_runs(tmp_path)) == 0
    (tmp_path / "nothing").mkdir()
    assert len(read_runs(tmp_path / "nothing")) == len(read_runs(tmp_path / "nothing", long=True)) == 0


def test_a_path_without_a_run_is_refused_with_what_to_do(files, tmp_path):
    with pytest.raises(FileNotFoundError, match="read_runs"):
        read_run(tmp_path)
    with pytest.raises(FileNotFoundError, match="no such run"):
        read_run(tmp_path / "no such run")
    with pytest.raises(FileNotFoundError, match="no such folder"):
        read_runs(tmp_path / "no such folder")


def test_pandas_is_imported_when_a_frame_is_made_and_not_before():
    code = "import app.frame, sys; sys.exit('pandas' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
