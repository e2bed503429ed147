import csv
import json
import math
import os
import time

import pytest

from app.readers.contract import Choices
from app.readers.lightning import READER as LIGHTNING
from app.readers.rl_monitor import READER as MONITORS
from app.readers.rl_progress import READER as PROGRESS
from app.readers.tables import READER as TABLES
from app.readers.timm import READER as TIMM
from app.readers.walk import all_readers
from app.readers.yolo import READER as YOLO
from app.settings import LogRoot
from app.store.discovery import Discovery

WINDOWS = "\r\n"


def write(path, text, encoding="utf-8"):
    """Write a file that has rested for a minute."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(text.encode(encoding))
    rest(path)
    return path


def rest(path):
    then = time.time() - 60
    os.utime(path, (then, then))


def read(path, choices=None, reader=TABLES):
    log = reader.open(path, choices or Choices())
    while log.poll().behind:
        pass
    return log


def points(log):
    """Return step and value of each record, by tag."""
    return {
        tag: list(zip(columns.step.tolist(), columns.value.tolist(), strict=True))
        for tag, columns in log.load(list(log.facts)).items()
    }


def values(log):
    return {tag: [value for _, value in records] for tag, records in points(log).items()}


def steps(log, tag):
    return [step for step, _ in points(log)[tag]]


@pytest.fixture
def table(tmp_path):
    """Return what writes a table and reads it."""

    def written(text, name="log.csv", encoding="utf-8", step_column=None):
        return read(write(tmp_path / name, text, encoding), Choices(step_column))

    return written


@pytest.mark.parametrize(
    "text",
    [
        "step,train loss\n1,0.5\n2,0.25\n",
        "step\ttrain loss\n1\t0.5\n2\t0.25\n",
        "step;train loss\n1;0,5\n2;0,25\n",
        "step|train loss\n1|0.5\n2|0.25\n",
        "| step | train loss |\n|------|------------|\n| 1 | 0.5 |\n| 2 | 0.25 |\n",
        "sep=;\nstep;train loss\n1;0,5\n2;0,25\n",
        '"step","train loss"\n"1","0.5"\n"2","0.25"\n',
        "  step ,  train loss\n     1 ,        0.5 \n     2,   0.25\n",
        "# written by hand\n\nstep,train loss\n# half way\n1,0.5\n\n2,0.25\n",
        "step,train loss\n1,0.5\n2,0.25",
        "step,train loss,\n1,0.5,\n2,0.25,\n",
        "step,train loss\n1,0.5,\n2,0.25,\n",
    ],
)
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
@pytest.mark.parametrize("line_end", ["\n", WINDOWS])
def test_a_table_is_read_however_it_is_written(table, text, encoding, line_end):
    log = table(text.replace("\n", line_end), encoding=encoding)
    assert points(log) == {"step": [(1, 1), (2, 2)], "train loss": [(1, 0.5), (2, 0.25)]}
    assert not log.problems


@pytest.mark.parametrize(
    "text",
    [
        "step   loss\n   1    0.5\n  20   0.25\n",
        "    step   loss\n0      1    0.5\n1     20   0.25\n",
        "# step loss\n1 0.5\n20 0.25\n",
        "#step loss\n1 0.5\n20 0.25\n",
    ],
)
def test_columns_may_be_aligned_by_spaces(table, text):
    found = points(table(text, "progress.txt"))
    assert {tag: found[tag] for tag in ("step", "loss")} == {"step": [(1, 1), (20, 20)], "loss": [(1, 0.5), (20, 0.25)]}


def test_a_table_of_one_column_counts_its_rows(table):
    assert points(table("loss\n0.5\n0.25\n")) == {"loss": [(0, 0.5), (1, 0.25)]}


def test_numbers_are_what_python_reads(table):
    spellings = [
        "nan",
        "NaN",
        "-inf",
        "Infinity",
        "1e400",
        "+1.5",
        "1.",
        ".5",
        "0.1",
        "1e-400",
        "-0",
        "123456789012345678",
    ]
    found = values(table("value\n" + "\n".join(spellings) + "\n"))["value"]
    assert list(map(repr, found)) == [repr(float(text)) for text in spellings]


@pytest.mark.parametrize("rows", [3, 300])
def test_the_same_numbers_are_read_from_many_rows_as_from_few(table, rows):
    cells = [" 0.1", "", "text", "nan", "7"] * rows
    log = table("step,value\n" + "".join(f"{row},{cell}\n" for row, cell in enumerate(cells)))
    wanted = [(row, float(cell)) for row, cell in enumerate(cells) if cell not in ("", "text")]
    assert repr(points(log)["value"]) == repr(wanted)


def test_empty_cells_are_no_records_and_text_is_left_out(table):
    log = table('step,loss,phase,note\n1,0.5,train,"a, b"\n2,,val,\n3,True,None,"say ""hi"""\n')
    assert points(log) == {"step": [(1, 1), (2, 2), (3, 3)], "loss": [(1, 0.5)]}
    assert not log.problems


def test_a_quoted_cell_may_hold_line_ends(table):
    log = table('step,note,loss\n1,"two\nlines",0.5\n2,"more\n\nlines",0.25\n3,none,0.125\n')
    assert points(log)["loss"] == [(1, 0.5), (2, 0.25), (3, 0.125)]


def test_a_quotation_mark_that_is_not_closed_hides_few_rows(table):
    rows = "".join(f"{step},{'' if step != 5 else chr(34)}text,{step}\n" for step in range(100))
    assert steps(table("step,note,loss\n" + rows), "loss") == list(range(100))


def test_columns_of_one_name_are_told_apart(table):
    log = table("step,loss,loss,,loss\n1,2,3,4,5\n")
    assert list(points(log)) == ["step", "loss", "loss.1", "column 4", "loss.2"]


def test_the_index_that_pandas_writes_gives_the_steps_where_nothing_else_does(table):
    log = table(",loss\n0,0.5\n10,0.25\n")
    assert points(log)["loss"] == [(0, 0.5), (10, 0.25)]
    assert log.info.step_column == "index"


@pytest.mark.parametrize("again", ["step,loss", "loss,step", "step,lr,loss"])
def test_a_header_that_comes_again_holds_for_what_is_below(table, again):
    rows = {"step": 3, "loss": 0.125, "lr": 0.1}
    below = ",".join(str(rows[name]) for name in again.split(","))
    log = table(f"step,loss\n1,0.5\n2,0.25\n{again}\n{below}\n")
    assert points(log)["loss"] == [(1, 0.5), (2, 0.25), (3, 0.125)]
    assert not log.problems


def test_a_table_that_pandas_appended_to_goes_on(table):
    log = table(",loss\n0,0.5\n1,0.25\n,loss\n0,0.125\n")
    assert points(log)["loss"] == [(0, 0.5), (1, 0.25), (0, 0.125)]


def test_rows_of_another_length_are_reported_and_what_fits_is_read(table):
    log = table("step,loss,acc\n1,0.5,0.1\n2,0.25\n3,0.125,0.2,7,8\n4,0.0625,0.3\n5\n")
    assert points(log)["loss"] == [(1, 0.5), (2, 0.25), (3, 0.125), (4, 0.0625)]
    assert points(log)["acc"] == [(1, 0.1), (3, 0.2), (4, 0.3)]
    assert {(problem.where, problem.count) for problem in log.problems} == {("line 3", 2), ("line 4", 1)}


@pytest.mark.parametrize(
    ("header", "chosen"),
    [
        ("epoch,step,loss", "step"),
        ("epoch,loss", "epoch"),
        ("time/total_timesteps,rollout/ep_rew_mean", "time/total_timesteps"),
        ("Epoch,TotalEnvInteracts,Time", "TotalEnvInteracts"),
        ("timesteps_total,training_iteration", "timesteps_total"),
        ("Global Step,loss", "Global Step"),
        ("loss,accuracy", ""),
    ],
)
def test_the_step_column_is_known_by_its_name(table, header, chosen):
    log = table(header + "\n" + "".join(",".join([str(row)] * len(header.split(","))) + "\n" for row in (3, 4, 6)))
    assert log.info.step_column == chosen
    assert steps(log, header.split(",")[-1]) == ([3, 4, 6] if chosen else [0, 1, 2])
    assert [tag for tag, facts in log.facts.items() if facts.is_step] == ([chosen] if chosen else [])


@pytest.mark.parametrize(
    "cells", ["0,0,0,0,0", "0.5,1.0,1.5,2.0,2.5", "a,b,c,d,e", ",,,,"], ids=["constant", "fractions", "text", "empty"]
)
def test_a_column_that_counts_nothing_gives_no_steps(table, cells):
    log = table("epoch,loss\n" + "".join(f"{cell},0.5\n" for cell in cells.split(",")))
    assert log.info.step_column == ""
    assert steps(log, "loss") == [0, 1, 2, 3, 4]


def test_a_person_chooses_the_step_column(table):
    text = "step,minutes,loss\n1,0.5,7\n2,1.5,8\n3,1.75,9\n"
    assert steps(table(text, step_column="minutes"), "loss") == [0, 1, 1]
    assert steps(table(text, step_column=""), "loss") == [0, 1, 2]
    assert steps(table(text, step_column="not there"), "loss") == [1, 2, 3]
    log = table(text, step_column="minutes")
    assert (log.info.step_column, log.info.step_columns) == ("minutes", ("step", "loss"))


def test_a_row_without_a_step_has_that_of_the_row_before(table):
    log = table("step,loss,val\n,9,\n5,1,\n6,2,\n,,0.5\n8,3,\nx,4,\n")
    assert points(log)["val"] == [(6, 0.5)]
    assert steps(log, "loss") == [0, 5, 6, 8, 8]


def test_a_step_column_that_turns_out_to_stand_still_is_given_up_while_the_table_grows(tmp_path):
    path = tmp_path / "model.log"
    path.write_text("epoch,loss\n0,1\n0,2\n")
    log = read(path)
    assert steps(log, "loss") == [0, 0]
    with path.open("a") as file:
        file.write("0,3\n0,4\n0,5\n")
    assert log.poll().rewritten == {"epoch", "loss"}
    assert steps(log, "loss") == [0, 1, 2, 3, 4]
    assert log.info.step_column == ""


@pytest.mark.parametrize(
    ("name", "cell", "wall_time"),
    [
        ("timestamp", "1700000000", 1.7e9),
        ("wall_time", "1700000000.5", 1.7e9 + 0.5),
        ("time", "1700000000500", 1.7e9 + 0.5),
        ("date", "2023-11-14T22:13:20+00:00", 1.7e9),
        ("Timestamp", "2023-11-14 22:13:20", 1.7e9),
        ("time", "12.5", math.nan),
    ],
)
def test_a_column_of_times_gives_the_wall_time(table, name, cell, wall_time):
    log = table(f"step,{name},loss\n1,{cell},0.5\n2,,0.25\n")
    times = log.load(["loss"])["loss"].wall_time.tolist()
    assert list(map(repr, times)) == [repr(wall_time), "nan"]


def test_a_header_longer_than_a_head_is_read(tmp_path):
    names = ["step", *(f"info/learner/policy_{column}/loss" for column in range(2_000))]
    path = write(tmp_path / "progress.csv", ",".join(names) + "\n" + ",".join(["7"] * len(names)) + "\n")
    assert list(TABLES.find(tmp_path, [path.name]).runs) == [path]
    assert set(points(read(path))) == set(names)


def found(folder, *names, named=False):
    return [path.name for path in TABLES.find(folder, names, named=named).runs]


@pytest.mark.parametrize(
    "text",
    [
        "",
        "Package Version\nnumpy 1.26.4\ntorch 2.4\n",
        "numpy==1.26\ntorch>=2\n",
        "Dear reader,\nthere were 5, or 6, of them.\n",
        "import os, sys\nfor i in 1, 2:\n    print(i, sys)\n",
        "Starting the training\nepoch 1 loss 0.5\nepoch 2 loss 0.25\n",
        "Starting the long training\nepoch 1 loss\nepoch 2 loss\n",
        "2024-05-01 10:00:00,123 INFO begun\n2024-05-01 10:00:01,456 INFO step 5, loss 0.5\n",
        '{"step": 1, "loss": 0.5}\n{"step": 2, "loss": 0.25}\n',
        "1,0.5\n2,0.25\n",
        "Logging to here\n----------\n| kl | 0.5 |\n| lr | 0.1 |\n----------\n",
        "[2018] Ep. 1 : Up. 1000 : Sen. 30,000 : Cost 5.6\n[2018] Ep. 1 : Up. 2000 : Sen. 60,000 : Cost 5\n",
        "step,loss\n",
        "\x00\x01binary,\x02\n1,2\n",
    ],
)
def test_text_that_is_no_table_is_none(tmp_path, text):
    write(tmp_path / "notes.txt", text)
    write(tmp_path / "train.log", text)
    assert found(tmp_path, "notes.txt", "train.log") == []


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("", "empty"),
        ("1,2\n3,4\n", "header"),
        ("name,city\nAda,London\n", "numbers"),
        ("\x00\x01", "no text"),
    ],
)
def test_what_is_called_a_table_and_is_none_is_declined_with_a_reason(tmp_path, text, why):
    write(tmp_path / "a.csv", text)
    (tmp_path / "folder.csv").mkdir()
    finding = TABLES.find(tmp_path, ["a.csv", "folder.csv", "gone.csv"])
    assert not finding.runs
    assert list(finding.declined) == ["a.csv"]
    assert why in finding.declined["a.csv"]


def test_a_table_is_found_by_its_name_when_walking_and_by_any_name_when_named(tmp_path):
    for name in ("a.csv", "b.TSV", "c.log", "d.txt", "e.dat", "f", "log", "slurm-1.out", "stdout"):
        write(tmp_path / name, "step\tloss\n1\t0.5\n")
    names = [path.name for path in tmp_path.iterdir()]
    assert found(tmp_path, *names) == ["a.csv", "b.TSV", "c.log", "d.txt", "log", "slurm-1.out", "stdout"]
    assert found(tmp_path, "f", named=True) == ["f"]


@pytest.mark.parametrize(
    "text",
    [
        "sepal_length,sepal_width,species\n5.1,3.5,setosa\n",
        "label,1x1,1x2\n7,0,255\n",
        "PassengerId,Survived,Name\n1,0,Ada\n",
    ],
)
def test_a_data_set_is_declined_unless_it_is_named(tmp_path, text):
    write(tmp_path / "train.csv", text)
    assert found(tmp_path, "train.csv") == []
    assert "data set" in TABLES.find(tmp_path, ["train.csv"]).declined["train.csv"]
    assert found(tmp_path, "train.csv", named=True) == ["train.csv"]


@pytest.mark.parametrize(
    "text", ["a,b\n1,2\n", "id,epoch\n5,1\n", "class,accuracy\ncat,0.5\n", "id,date\n1,2024-05-01\n"]
)
def test_a_table_that_may_be_a_log_is_found_whatever_else_it_holds(tmp_path, text):
    write(tmp_path / "train.csv", text)
    assert found(tmp_path, "train.csv") == ["train.csv"]


def test_units_are_taken_off_and_times_read_as_nvidia_smi_writes_them(tmp_path):
    header = "timestamp, name, utilization.gpu [%], memory.used [MiB], power.draw [W]\n"
    row = "2024/05/01 12:00:00.500, NVIDIA A100, 85 %, 10240 MiB, [N/A]\n"
    path = write(tmp_path / "gpu.csv", header + row)
    assert found(tmp_path, "gpu.csv") == ["gpu.csv"]
    log = read(path)
    assert values(log) == {"utilization.gpu [%]": [85.0], "memory.used [MiB]": [10240.0]}
    assert log.facts["utilization.gpu [%]"].last_time == 1714564800.5


def test_a_csv_with_a_header_alone_is_found_before_its_first_row(tmp_path):
    path = write(tmp_path / "a.csv", "step,loss\n")
    assert found(tmp_path, "a.csv") == ["a.csv"]
    log = read(path)
    assert (dict(log.facts), list(log.problems)) == ({}, [])


def test_a_file_that_is_no_table_after_all_is_reported(table):
    assert [problem.where for problem in table("1,2\n3,4\n").problems] == ["line 1"]


def test_the_arguments_beside_a_summary_of_timm_are_its_config(tmp_path):
    write(tmp_path / "summary.csv", "epoch,train_loss,eval_top1\n0,6.5,1.5\n1,6.0,2.5\n")
    write(tmp_path / "args.yaml", "lr: 0.5\n")
    assert TIMM.find(tmp_path, ["args.yaml", "summary.csv"]).runs == [tmp_path]
    log = read(tmp_path, reader=TIMM)
    assert (log.info.config, steps(log, "eval_top1")) == ({"lr": 0.5}, [0, 1])


def test_every_format_has_its_own_name_in_a_mixed_folder(tmp_path):
    write(tmp_path / "version_0/metrics.csv", "epoch,step,loss\n0,9,0.5\n")
    write(tmp_path / "version_0/hparams.yaml", "lr: 0.1\nnet: !!python/object:net.Net\n  width: 3\n")
    write(tmp_path / "detect/results.csv", "   epoch,   train/box_loss\n    1,    0.5\n")
    write(tmp_path / "detect/args.yaml", "lr0: 0.01\n")
    write(tmp_path / "td3/progress.txt", "Epoch\tLossQ\n1\t0.5\n2\t0.25\n")
    write(tmp_path / "td3/config.json", '{"seed": 3,\t"ac_kwargs": {"width": 5}}')
    write(tmp_path / "ppo/progress.csv", "time/iterations,loss\n1,0.5\n")
    write(tmp_path / "ppo/0.monitor.csv", '#{"t_start": 1700000000.0, "env_id": "CartPole-v1"}\nr,l,t\n1.0,5,2.5\n')
    runs = Discovery([LogRoot("", tmp_path)], all_readers()).find()
    names = {run.id: run.path.relative_to(tmp_path).as_posix() for run in runs.values()}
    assert {names[run.id]: run.reader.name for run in runs.values()} == {
        "version_0": "lightning_csv",
        "detect": "yolo",
        "td3": "rl_progress",
        "ppo/progress.csv": "csv",
        "ppo/0.monitor.csv": "rl_monitor",
    }
    configs = {names[run.id]: read(run.path, reader=run.reader).info.config for run in runs.values()}
    assert configs == {
        "version_0": {"lr": 0.1, "net": {"width": 3}},
        "detect": {"lr0": 0.01},
        "td3": {"seed": 3, "ac_kwargs": {"width": 5}},
        "ppo/progress.csv": {},
        "ppo/0.monitor.csv": {"env_id": "CartPole-v1"},
    }


@pytest.mark.parametrize(
    ("reader", "name", "text"),
    [
        (LIGHTNING, "version_0/metrics.csv", "step,loss\n1,0.5\n"),
        (YOLO, "train/results.csv", "epoch,train/box_loss\n1,0.5\n"),
        (PROGRESS, "run/progress.csv", "epoch,loss\n1,0.5\n"),
    ],
)
def test_one_file_of_a_run_is_read_alone(tmp_path, reader, name, text):
    path = write(tmp_path / name, text)
    assert points(read(path, reader=reader)) == points(read(path.parent, reader=reader))
    assert (read(path, reader=reader).info.name, read(path.parent, reader=reader).info.name) == (
        path.name,
        path.parent.name,
    )
    assert path.name in reader.stamps(path.parent)


def test_a_table_that_only_bears_a_known_name_is_a_plain_one(tmp_path):
    write(tmp_path / "metrics.csv", "epoch,loss\n1,0.5\n")
    write(tmp_path / "results.csv", "epoch,loss\n1,0.5\n")
    write(tmp_path / "progress.csv", "epoch,loss\n1,0.5\n")
    write(tmp_path / "monitor.csv", "r,l,t\n1,5,0.5\n")
    names = [path.name for path in tmp_path.iterdir()]
    for reader in (LIGHTNING, YOLO, PROGRESS, MONITORS):
        assert not reader.find(tmp_path, names).runs
    assert found(tmp_path, *names) == sorted(names)


def test_settings_that_change_are_read_again(tmp_path):
    write(tmp_path / "version_0/metrics.csv", "step,loss\n1,0.5\n")
    settings = write(tmp_path / "version_0/hparams.yaml", "lr: 0.1\n")
    log = read(tmp_path / "version_0", reader=LIGHTNING)
    settings.write_text("lr: 0.25\n")
    assert log.poll().changed
    assert log.info.config == {"lr": 0.25}


class LightningWriter:
    """Writes as Lightning's CSVLogger does: rows are appended, and all are written anew when columns appear."""

    def __init__(self, path):
        self.path = path
        self.names = []

    def save(self, rows):
        names = sorted({*self.names, *(name for row in rows for name in row)})
        if names != self.names and self.names:
            with self.path.open(newline="") as file:
                before = list(csv.DictReader(file))
            self._write("w", names, before)
        self._write("a", names, rows, header=not self.names)
        self.names = names

    def _write(self, mode, names, rows, *, header=True):
        with self.path.open(mode, newline="") as file:
            writer = csv.DictWriter(file, names)
            if header:
                writer.writeheader()
            writer.writerows(rows)


class OldLightningWriter:
    """Writes as Lightning did before: all rows anew, each time."""

    def __init__(self, path):
        self.path = path
        self.rows = []

    def save(self, rows):
        self.rows += rows
        with self.path.open("w", newline="") as file:
            writer = csv.DictWriter(file, sorted({name for row in self.rows for name in row}))
            writer.writeheader()
            writer.writerows(self.rows)


class BaselinesWriter:
    """Writes as Baselines and Stable-Baselines3 do: a new header over the old one in place, commas after each row."""

    def __init__(self, path):
        self.path = path
        self.names = []
        path.touch()

    def save(self, rows):
        for row in rows:
            new = [name for name in row if name not in self.names]
            self.names += new
            with self.path.open("r+") as file:
                before = file.readlines()[1:]
                file.seek(0)
                file.write(",".join(self.names) + "\n")
                file.writelines(line[:-1] + "," * len(new) + "\n" for line in before)
                file.write(",".join(str(row.get(name, "")) for name in self.names) + "\n")


@pytest.mark.parametrize("writer", [LightningWriter, OldLightningWriter, BaselinesWriter])
def test_columns_that_appear_change_nothing_of_what_was_shown(tmp_path, writer):
    path = tmp_path / "metrics.csv"
    writer, shown = writer(path), {}
    writer.save([{"step": 0, "loss": 0.5}])
    log = read(path)
    shown = points(log)
    for step in range(1, 40):
        row = {"step": step, "loss": 1 / step, f"val/{step // 10}": float(step)}
        writer.save([row])
        rest(path)
        news = log.poll()
        assert not news.rewritten
        for tag, columns in news.appended.items():
            shown[tag] = shown.get(tag, []) + list(zip(columns.step.tolist(), columns.value.tolist(), strict=True))
        assert shown == points(log)
        assert not log.problems
    assert shown["val/3"] == [(step, float(step)) for step in range(30, 40)]


def monitor(rows, start=1.7e9):
    return "#" + json.dumps({"t_start": start, "env_id": "Hopper"}) + "\n" + "r,l,t\n" + rows


def test_episodes_are_placed_by_the_steps_and_the_time_at_their_end(tmp_path):
    path = write(tmp_path / "monitor.csv", monitor("1.5,10,0.5\n2.5,20,1.25\n3.5,5,2.0\n"))
    log = read(path, reader=MONITORS)
    assert points(log)["r"] == [(10, 1.5), (30, 2.5), (35, 3.5)]
    assert log.load(["r"])["r"].wall_time.tolist() == [1.7e9 + 0.5, 1.7e9 + 1.25, 1.7e9 + 2]
    assert (log.info.created, log.info.config) == (1.7e9, {"env_id": "Hopper"})
    assert not any(facts.is_step for facts in log.facts.values())


def test_episodes_are_counted_where_a_person_wants_it(tmp_path):
    path = write(tmp_path / "monitor.csv", monitor("1.5,10,0.5\n2.5,20,1.25\n"))
    assert steps(read(path, Choices(""), MONITORS), "r") == [0, 1]


def test_episodes_of_a_training_that_went_on_follow_the_others(tmp_path):
    path = write(tmp_path / "monitor.csv", monitor("1,10,0.5\n") + monitor("2,20,0.5\n", start=1.8e9))
    log = read(path, reader=MONITORS)
    assert points(log)["r"] == [(10, 1), (30, 2)]
    assert log.load(["r"])["r"].wall_time.tolist() == [1.7e9 + 0.5, 1.8e9 + 0.5]
