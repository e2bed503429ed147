"""run.log() and its relatives, from the caller to the file."""

import json
import math

import numpy as np
import pytest
import torch

import trainer_hooks
from tests.logged import growing_rows, media, python, rows, run_json, statuses, until


@pytest.fixture
def run(tmp_path):
    with trainer_hooks.init(tmp_path / "run") as run:
        yield run


def logged(run):
    """Rows without their time."""
    return [{tag: value for tag, value in row.items() if tag != "_time"} for row in rows(run.path)]


def test_a_row_is_in_the_file_when_log_returns(run):
    run.log({"train/loss": 0.5, "lr": 0.1}, step=7)
    assert logged(run) == [{"_step": 7, "train/loss": 0.5, "lr": 0.1}]


def test_steps_count_on_from_the_last_one(run):
    for step in (None, None, 10, None, 3, None):
        run.log({"a": 1}, step=step)
    assert [row["_step"] for row in logged(run)] == [0, 1, 10, 11, 3, 4]


def test_steps_may_be_numpy_integers_and_tensors(run):
    run.log({"a": 1}, step=np.int64(4))
    run.log({"a": 1}, step=torch.tensor(5))
    assert [row["_step"] for row in logged(run)] == [4, 5]


def test_a_step_that_is_none_is_said_once_and_counted_on(run, caplog):
    run.log({"a": 1}, step=5)
    run.log({"a": 1}, step="seven")
    run.log({"a": 1}, step=2**63)
    assert [row["_step"] for row in logged(run)] == [5, 6, 7]
    assert len(caplog.messages) == 1
    assert "'seven'" in caplog.text


def test_tensors_and_numpy_numbers_are_logged_every_time(run):
    for _ in range(3):
        run.log({"t": torch.tensor(0.5, requires_grad=True), "n": np.float32(0.25), "b": True})
    assert logged(run) == [{"_step": step, "t": 0.5, "n": 0.25, "b": 1} for step in range(3)]


def test_nested_dictionaries_become_paths(run):
    run.log({"val": {"loss": 1, "top": {"1": 0.5}}})
    assert logged(run) == [{"_step": 0, "val/loss": 1, "val/top/1": 0.5}]


def test_values_that_are_not_finite_stay_what_they_are(run):
    run.log({"a": math.nan, "b": math.inf, "c": -math.inf, "d": 1.0})
    assert logged(run) == [{"_step": 0, "a": "NaN", "b": "Infinity", "c": "-Infinity", "d": 1.0}]


def test_what_is_no_number_is_refused_once_and_the_rest_of_the_row_is_logged(run, caplog):
    for _ in range(5):
        run.log({"weights": np.zeros((2, 3)), "loss": 1})
    assert logged(run) == [{"_step": step, "loss": 1} for step in range(5)]
    (message,) = caplog.messages
    assert "'weights'" in message
    assert "numpy.ndarray of shape (2, 3)" in message
    run.finish()
    assert statuses(run.path)[0]["dropped"] == {"refused": 5}


def test_a_tag_that_begins_with_an_underscore_is_renamed_and_that_is_said_once(run, caplog):
    run.log({"_loss": 1})
    run.log({"_loss": 2})
    assert logged(run) == [{"_step": 0, "loss": 1}, {"_step": 1, "loss": 2}]
    assert len(caplog.messages) == 1


def test_what_is_no_dictionary_does_not_stop_the_training(run, caplog):
    run.log([1, 2])
    run.log({})
    run.log({"only": "text"})
    assert logged(run) == []
    assert "list of length 2" in caplog.text


def test_rows_after_the_end_are_ignored_counted_and_named(tmp_path, caplog):
    run = trainer_hooks.init(tmp_path / "run")
    run.log({"a": 1})
    run.finish()
    run.finish()
    run.log({"a": 2})
    run.log_text("note", "late")
    assert len(rows(run.path)) == 1
    assert caplog.text.count("is ignored") == 1


def test_a_full_segment_is_followed_by_the_next_and_closed_beside_the_training(tmp_path, monkeypatch):
    monkeypatch.setattr("trainer_hooks.writer.SEGMENT_BYTES", 2_000)
    with trainer_hooks.init(tmp_path / "run") as run:
        for step in range(300):
            run.log({"loss": step, "square": step * step})
        until(lambda: len(list(run.path.glob("*.parquet"))) > 3)
    assert [(row["_step"], row["loss"], row["square"]) for row in rows(run.path)] == [(n, n, n * n) for n in range(300)]


def test_the_last_segment_is_closed_when_the_run_ends(tmp_path):
    with trainer_hooks.init(tmp_path / "run") as run:
        run.log({"a": 1})
        assert len(growing_rows(next(run.path.glob("metrics-*.jsonl")))) == 1
    assert not list(run.path.glob("metrics-*.jsonl"))
    assert len(rows(run.path)) == 1


@pytest.mark.parametrize("end", ["run.finish()", ""], ids=["finish", "exit"])
def test_a_training_that_ends_closes_its_segment_and_never_gets_pandas(tmp_path, end):
    code = f"""
import atexit, sys, trainer_hooks
atexit.register(lambda: print("pandas" in sys.modules))
run = trainer_hooks.init(sys.argv[1])
for step in range(100):
    run.log({{"a": step, "é": step / 2}}, step=step)
{end}
"""
    done = python(code, tmp_path / "run")
    assert (done.stdout, done.stderr) == ("False\n", "")
    assert not list((tmp_path / "run").glob("metrics-*.jsonl"))
    kept = [(row["_step"], row["a"], row["é"]) for row in rows(tmp_path / "run")]
    assert kept == [(step, step, step / 2) for step in range(100)]


def test_progress_is_shown(run, caplog):
    run.progress(3, np.int64(10))
    run.progress("half", 1)
    run.finish()
    assert statuses(run.path)[0]["progress"] == {"done": 3.0, "total": 10.0}
    assert "'half'" in caplog.text


def test_a_signal_handler_may_log_while_log_runs(tmp_path):
    code = """
import signal, sys, trainer_hooks
run = trainer_hooks.init(sys.argv[1])
signal.signal(signal.SIGALRM, lambda *_: run.log({"from handler": 1}))
signal.setitimer(signal.ITIMER_REAL, 0.001, 0.0005)
for step in range(30_000):
    run.log({"loss": step}, step=step)
signal.setitimer(signal.ITIMER_REAL, 0)
run.finish()
"""
    python(code, tmp_path / "run")
    found = rows(tmp_path / "run")
    assert [row["loss"] for row in found if "loss" in row] == list(range(30_000))
    assert sum("from handler" in row for row in found) > 10


@pytest.mark.parametrize("mode", ["direct", "queued"])
def test_a_signal_handler_may_log_at_any_moment_of_log(tmp_path, monkeypatch, mode):
    monkeypatch.setenv("TAILBOARD_WRITE", mode)
    code = """
import faulthandler, sys, time, trainer_hooks, trainer_hooks.background
faulthandler.dump_traceback_later(240, exit=True)
trainer_hooks.background.COALESCE_S = 0.0
run = trainer_hooks.init(sys.argv[1])

def log(interrupted_at):
    passed = 0
    def trace(frame, event, _):
        nonlocal passed
        frame.f_trace_opcodes = True
        passed += event == "opcode"
        if event == "opcode" and passed == interrupted_at:
            run.log({"from handler": passed})
        return trace
    sys.settrace(trace)
    run.log({"loss": interrupted_at})
    sys.settrace(None)
    while run._writer.waiting:  # else its thread need not be woken the next time
        time.sleep(0.001)
    return passed

moment = 1
while log(moment) >= moment:
    moment += 1
run.finish()
print(moment)
"""
    moments = int(python(code, tmp_path / "run").stdout)
    found = rows(tmp_path / "run")
    assert [row["loss"] for row in found if "loss" in row] == list(range(1, moments + 1))
    assert sorted(row["from handler"] for row in found if "from handler" in row) == list(range(1, moments))


def test_an_interrupted_log_leaves_whole_lines_and_a_run_that_goes_on(tmp_path):
    code = """
import json, signal, sys, trainer_hooks
class Late(BaseException): pass
armed = False
def interrupt(*_):
    if armed: raise Late
run = trainer_hooks.init(sys.argv[1])
signal.signal(signal.SIGALRM, interrupt)
returned = []
for step in range(2_000):
    try:
        armed = True
        signal.setitimer(signal.ITIMER_REAL, 0.0002)
        for part in range(50):
            run.log({"loss": step, "part": part}, step=step)
            returned.append((step, part))
        armed = False
    except Late:
        armed = False
run.finish()
json.dump(returned, open(sys.argv[2], "w"))
"""
    python(code, tmp_path / "run", tmp_path / "returned")
    returned = {tuple(pair) for pair in json.loads((tmp_path / "returned").read_text())}
    found = [(row["loss"], row["part"]) for row in rows(tmp_path / "run")]
    assert len(found) == len(set(found))
    assert returned <= set(found)


def test_a_disabled_run_takes_everything_and_writes_nothing(tmp_path, monkeypatch):
    monkeypatch.setenv("TAILBOARD_DISABLED", "1")
    with trainer_hooks.init(tmp_path / "run", config={"lr": 1}) as run:
        run.log({"a": 1}, step=3)
        run.log_image("image", np.zeros((2, 2)))
        run.log_images("images", [np.zeros((2, 2))])
        run.log_text("text", "words")
        run.log_figure("figure", None)
        run.progress(1, 2)
    assert run.path == tmp_path / "run"
    assert not run.path.exists()


def test_media_carry_the_step_logged_last(run):
    run.log({"a": 1}, step=41)
    run.log_text("note", "after 41")
    run.log_text("note", "at 7", step=7)
    run.log({"a": 1})
    assert [item["_step"] for item in media(run.path)] == [41, 7]
    assert logged(run)[-1]["_step"] == 42


def test_the_run_says_where_it_comes_from(tmp_path):
    with trainer_hooks.init(tmp_path / "run", config={"lr": 0.1}, tags=["a", "b"], notes="why", name="best") as run:
        until(lambda: "packages" in run_json(run.path)["environment"])  # found out beside the training
    found = run_json(run.path)
    assert (found["name"], found["config"], found["tags"], found["notes"]) == ("best", {"lr": 0.1}, ["a", "b"], "why")
    assert found["format"] == 1
    assert len(found["id"]) == 32
    assert found["environment"]["packages"]["numpy"] == np.__version__
    assert found["environment"]["cpu_count"] > 0
    assert found["argv"]
