"""Logs of NVIDIA's DLLogger."""

from pathlib import Path

from app.readers.dllogger import READER

LOG = """\
DLLL {"datetime": "2020-06-12 10:26:40", "type": "LOG", "step": "PARAMETER", "data": {"lr": 0.5}}
NVIDIA says hello
DLLL {"datetime": "2020-06-12 10:26:40", "type": "METADATA", "metric": "loss", "metadata": {"unit": null}}
DLLL {"datetime": "2020-06-12 10:26:41.5", "type": "LOG", "step": [0, 0], "data": {"loss": 4.0}}
DLLL {"datetime": "2020-06-12 10:26:42", "type": "LOG", "step": [0, 1], "data": {"loss": NaN, "note": "x"}}
DLLL {"datetime": "2020-06-12 10:26:43", "type": "LOG", "step": [0], "data": {"top1": 0.25}}
DLLL {"datetime": "2020-06-12 10:26:44", "type": "LOG", "step": [1, 0], "data": {"loss": 2.0}}
DLLL {"datetime": "2020-06-12 10:26:44", "type": "LOG", "step": [], "data": {"top1": 0.5}}
DLLL {"datetime": "2020-06-12 10:26:44", "type":
"""


def read(path: Path):
    path.write_text(LOG)
    log = READER.open(path)
    while log.poll().behind:
        pass
    return log


def test_a_log_is_read_with_its_steps_times_and_parameters(tmp_path):
    log = read(tmp_path / "nvlog.json")
    columns = log.load(["loss", "top1"])
    assert columns["loss"].step.tolist() == [0, 1, 2]
    assert columns["loss"].wall_time[0] == 1591957601.5
    assert log.facts["loss"].nan == 1
    assert (columns["top1"].step.tolist(), columns["top1"].value.tolist()) == ([1, 2], [0.25, 0.5])
    assert set(log.facts) == {"epoch", "iteration", "loss", "top1"}
    assert log.info.config == {"lr": 0.5}


def test_a_line_that_is_no_record_is_a_problem_with_its_place(tmp_path):
    assert [problem.where for problem in read(tmp_path / "nvlog.json").problems] == ["line 9"]


def test_it_is_found_by_how_it_begins(tmp_path):
    for name in ("nvlog.json", "raport.log", "other"):
        (tmp_path / name).write_text(LOG)
    (tmp_path / "metrics.json").write_text('{"loss": 1}')
    names = [path.name for path in tmp_path.iterdir()]
    assert [path.name for path in READER.find(tmp_path, names).runs] == ["nvlog.json", "raport.log"]
    assert [path.name for path in READER.find(tmp_path, ["other"], named=True).runs] == ["other"]
