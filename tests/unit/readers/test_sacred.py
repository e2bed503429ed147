import json

import pytest

from app.readers.contract import RunState
from app.readers.sacred import READER, as_number

START = "2023-10-10T07:12:11.500000"
BEGAN = 1_696_921_931.5


@pytest.fixture
def folder(tmp_path):
    folder = tmp_path / "7"
    folder.mkdir()
    return folder


def write(path, value):
    path.write_text(json.dumps(value, indent=2, sort_keys=True))


def opened(path):
    run = READER.open(path)
    while run.poll().behind:
        pass
    return run


def test_lists_of_each_metric_are_its_records(folder):
    metric = {"steps": [0, 5, 10], "timestamps": [START, START, START], "values": [1.0, float("nan"), 0.5]}
    write(folder / "metrics.json", {"loss": metric, "empty": {"steps": [], "timestamps": [], "values": []}})
    run = opened(folder)
    columns = run.load(["loss"])["loss"]
    assert (columns.step.tolist(), columns.wall_time.tolist()) == ([0, 5, 10], [BEGAN] * 3)
    assert list(run.facts) == ["loss"]
    assert run.facts["loss"].nan == 1


def test_values_that_are_no_numbers_are_reported_and_the_others_kept(folder):
    array = {"py/object": "numpy.ndarray", "dtype": "int64", "values": [1, 2]}
    write(folder / "metrics.json", {"a": {"steps": [0, None, 2], "timestamps": [], "values": [array, 2, True]}})
    run = opened(folder)
    assert run.load(["a"])["a"].step.tolist() == [1]
    (problem,) = run.problems
    assert problem.where == "a, value 1"


@pytest.mark.parametrize(
    "value",
    [
        0.5,
        {"dtype": "float64", "py/object": "numpy.float64", "value": 0.5},
        {"dtype": "float64", "py/object": "numpy.ndarray", "values": 0.5},
        {"dtype": "float64", "py/object": "numpy.ndarray", "values": [[0.5]]},
        {
            "py/reduce": [
                {"py/function": "numpy.core.multiarray.scalar"},
                {"py/tuple": [{"py/reduce": [{"py/type": "numpy.dtype"}, {"py/tuple": ["f8", False, True]}]}]},
                {"py/b64": "AAAAAAAA4D8="},
            ]
        },
    ],
)
def test_numbers_of_numpy_are_read_as_jsonpickle_writes_them(value):
    assert as_number(value) == 0.5


def test_settings_and_origin_are_taken_over(folder):
    repository = {"commit": "abc", "dirty": True, "url": "https://example.org/a.git"}
    run_file = {
        "artifacts": [],
        "experiment": {"name": "digits", "repositories": [repository], "dependencies": ["numpy==1.0"]},
        "host": {"hostname": "node1", "python_version": "3.11.7"},
        "meta": {"comment": "try it"},
        "start_time": START,
        "status": "COMPLETED",
    }
    write(folder / "run.json", run_file)
    sizes = {"py/object": "numpy.ndarray", "dtype": "int64", "values": [64]}
    betas = {"py/tuple": [0.9, 0.99]}
    write(folder / "config.json", {"lr": 0.1, "betas": betas, "net": {"width": 8}, "sizes": sizes})
    info = opened(folder).info
    assert (info.name, info.created, info.notes) == ("7", BEGAN, "try it")
    assert info.config == {"lr": 0.1, "betas": [0.9, 0.99], "net": {"width": 8}, "sizes": [64]}
    assert info.git == {"commit": "abc", "remote": "https://example.org/a.git", "dirty": True}
    assert info.environment["host"] == "node1"


@pytest.mark.parametrize(
    ("fields", "after_s", "state"),
    [
        ({"status": "COMPLETED"}, 1e6, RunState.FINISHED),
        ({"status": "FAILED", "fail_trace": ["Traceback\n", "ValueError: boom\n"]}, 0, RunState.FAILED),
        ({"status": "INTERRUPTED"}, 0, RunState.FAILED),
        ({"status": "RUNNING"}, 12, RunState.RUNNING),
        ({"status": "RUNNING"}, 1_000, RunState.CRASHED),
        ({"status": "QUEUED"}, 0, RunState.UNKNOWN),
    ],
)
def test_status_and_heartbeat_tell_what_the_run_is_doing(folder, fields, after_s, state):
    write(folder / "run.json", {"artifacts": [], "heartbeat": START, **fields})
    status = opened(folder).status(BEGAN + after_s)
    assert status.state is state
    if "fail_trace" in fields:
        assert (status.detail, status.traceback) == ("ValueError: boom", "Traceback\nValueError: boom\n")


def test_the_first_metric_comes_while_the_run_is_open(folder):
    write(folder / "run.json", {"artifacts": [], "status": "RUNNING"})
    run = opened(folder)
    assert not run.facts
    write(folder / "metrics.json", {"loss": {"steps": [0], "timestamps": [START], "values": [1.0]}})
    assert list(run.poll().appended) == ["loss"]


def test_a_run_is_told_from_our_own_run_json(folder):
    write(folder / "run.json", {"artifacts": [], "status": "RUNNING"})
    names = ["run.json", "config.json", "cout.txt", "picture.png"]
    assert READER.find(folder, names).claimed == {"run.json", "config.json", "cout.txt"}
    (folder / "run.json").write_text('{"format":1,"id":"abc"}')
    assert not READER.find(folder, names).runs


def test_metrics_that_a_person_names_are_read_alone(folder):
    write(folder / "metrics.json", {"loss": {"steps": [0], "timestamps": [START], "values": [1.0]}})
    path = folder / "metrics.json"
    assert READER.find(folder, ["metrics.json"], named=True).runs == [path]
    assert list(opened(path).facts) == ["loss"]
