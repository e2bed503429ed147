"""The SummaryWriter of trainer_hooks.tensorboard: runs, steps, values, and what frameworks reach for."""

import enum
import json
import logging
import math
import multiprocessing
import pickle
from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np
import pytest
import torch

import trainer_hooks
from app.readers.tailboard import READER
from tests.logged import media, python, rows, run_json, statuses
from tests.writer_calls import CALLS, KINDS, WITHOUT_STEP, WITHOUT_TIME, arguments, figure
from trainer_hooks.tensorboard import FileWriter, GlobalSummaryWriter, SummaryWriter


@pytest.fixture(autouse=True)
def _no_load(monkeypatch):
    """The machine's load comes by the clock."""
    monkeypatch.setattr("trainer_hooks.load.INTERVAL_S", math.inf)


@pytest.fixture
def writer(tmp_path):
    with SummaryWriter(tmp_path / "run") as writer:
        yield writer


def read(folder):
    """The run as the app reads it."""
    log = READER.open(Path(folder))
    log.poll()
    return log


def points(folder, tag):
    """(step, value) of a tag, as the app reads them."""
    columns = read(folder).load([tag])[tag]
    return list(zip(columns.step.tolist(), columns.value.tolist(), strict=True))


def all_items(writer):
    writer.flush()
    return media(Path(writer.log_dir))


def items(writer, tag):
    return [line for line in all_items(writer) if line["tag"] == tag]


# Runs


def test_a_writer_without_a_folder_names_one_as_torch_does_and_never_takes_one_that_is_there(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("trainer_hooks.tensorboard.writer.time.strftime", lambda _: "May04_22-14-54")
    first, second = SummaryWriter(comment="_lr"), SummaryWriter(comment="_lr")
    assert str(first.log_dir).startswith("runs/May04_22-14-54_")
    assert str(first.log_dir).endswith("_lr")
    assert second.log_dir == f"{first.log_dir}-2"
    for writer, value in ((first, 1), (second, 2)):
        writer.add_scalar("a", value)
        writer.close()
        writer.add_scalar("a", value)
        writer.close()
        assert points(tmp_path / writer.log_dir, "a") == [(0, value), (1, value)]


@pytest.mark.parametrize("name", ["log_dir", "logdir"])
@pytest.mark.parametrize("kind", [str, Path])
def test_a_folder_may_be_given_in_any_way(tmp_path, name, kind):
    given = kind(tmp_path / "run")
    with SummaryWriter(**{name: given}) as writer:
        writer.add_scalar("a", 1)
        assert writer.get_logdir() == writer.log_dir == writer.logdir == given
        assert list(writer.all_writers) == [given]
    assert points(given, "a") == [(0, 1.0)]


def test_two_writers_on_one_folder_are_one_run_and_nothing_of_either_is_lost(tmp_path):
    train, val = SummaryWriter(tmp_path), SummaryWriter(tmp_path)
    for step in range(5):
        train.add_scalar("loss", step, step)
        val.add_scalar("loss", 10 + step, step)
    train.close()
    val.close()
    assert sorted(points(tmp_path, "loss")) == sorted((s, v) for s in range(5) for v in (s, 10 + s))
    assert [status["state"] for status in statuses(tmp_path)] == ["finished", "finished"]


def test_a_folder_with_event_files_of_others_is_joined_as_it_is(tmp_path):
    (tmp_path / "events.out.tfevents.1700000000.host.1.0").write_bytes(b"theirs")
    with SummaryWriter(tmp_path) as writer:
        writer.add_scalar("a", 1)
    assert points(tmp_path, "a") == [(0, 1.0)]
    assert (tmp_path / "events.out.tfevents.1700000000.host.1.0").read_bytes() == b"theirs"


def test_what_is_logged_after_close_goes_on_in_the_same_folder(tmp_path):
    writer = SummaryWriter(tmp_path)
    for step in range(3):
        writer.add_scalar("a", step, step)
        writer.close()
        assert writer.file_writer is None
        assert writer.all_writers is None
        writer.close()
    writer.flush()
    assert points(tmp_path, "a") == [(0, 0.0), (1, 1.0), (2, 2.0)]


def test_leaving_the_context_closes_and_an_error_marks_the_run_failed(tmp_path):
    with pytest.raises(ZeroDivisionError), SummaryWriter(tmp_path) as writer:
        writer.add_scalar("a", 1 / 0)
    assert writer.file_writer is None
    assert statuses(tmp_path)[0]["exit"]["type"] == "ZeroDivisionError"


def test_without_purge_step_a_later_writer_adds_and_with_it_supersedes(tmp_path):
    for purge_step, value in ((None, 1), (None, 2), (3, 3)):
        with SummaryWriter(tmp_path, purge_step=purge_step) as writer:
            for step in range(purge_step or 0, 5):
                writer.add_scalar("a", value, step)
    assert sorted(points(tmp_path, "a")) == [*((s, v) for s in range(3) for v in (1.0, 2.0)), (3, 3.0), (4, 3.0)]


def test_purge_step_holds_for_steps_and_tags_that_are_not_logged_again(tmp_path):
    with SummaryWriter(tmp_path) as writer:
        for step in range(10):
            writer.add_scalars("", {"a": step, "gone": step}, step)
    with SummaryWriter(tmp_path, purge_step=5) as writer:
        writer.add_scalar("a", 70, 7)
    assert points(tmp_path, "a") == [*((s, float(s)) for s in range(5)), (7, 70.0)]
    assert points(tmp_path, "gone") == [(s, float(s)) for s in range(5)]


@pytest.mark.parametrize("how", ["argument", "environment"])
def test_a_writer_that_is_turned_off_takes_every_call_and_makes_nothing(tmp_path, monkeypatch, how):
    if how == "environment":
        monkeypatch.setenv("TAILBOARD_DISABLED", "1")
    with SummaryWriter(tmp_path / "run", write_to_disk=how == "environment") as writer:
        call_everything(writer)
        writer.add_scalar("a", None, "no step")
        writer.flush()
        writer.file_writer.add_summary(scalar_proto("a", 1.0), 1)
    assert not (tmp_path / "run").exists()


def test_a_forked_child_and_a_spawned_one_log_into_the_same_run(tmp_path):
    code = """
import multiprocessing, os, sys
from trainer_hooks.tensorboard import SummaryWriter
def work(writer, tag):
    writer.add_scalar(tag, 1, 1)
    writer.close()
if __name__ == "__main__":
    writer = SummaryWriter(sys.argv[1])
    writer.add_scalar("parent", 1, 1)
    pid = os.fork()
    if pid == 0:
        work(writer, "forked")
        os._exit(0)
    assert os.waitpid(pid, 0)[1] == 0
    writer.add_scalar("parent", 2, 2)
    writer.close()
"""
    python(code, tmp_path)
    again = pickle.loads(pickle.dumps(SummaryWriter(tmp_path)))
    again.add_scalar("spawned", 1)
    again.close()
    assert points(tmp_path, "parent") == [(1, 1.0), (2, 2.0)]
    assert points(tmp_path, "forked") == [(1, 1.0)]
    assert points(tmp_path, "spawned") == [(0, 1.0)]


def test_opening_and_closing_many_writers_leaves_no_file_open(tmp_path):
    def opened():
        return len(list(Path("/proc/self/fd").iterdir()))

    SummaryWriter(tmp_path).close()
    before = opened()
    for _ in range(20):
        SummaryWriter(tmp_path).close()
    assert opened() <= before + 2


def test_a_subclass_may_put_its_own_name_before_every_tag(tmp_path):
    class Prefixed(SummaryWriter):
        def add_scalar(self, tag, *args, **kwargs):
            super().add_scalar(f"mine/{tag}", *args, **kwargs)

    with Prefixed(tmp_path) as writer:
        writer.add_scalar("a", 1, 2)
    assert points(tmp_path, "mine/a") == [(2, 1.0)]


def test_an_address_is_logged_below_runs_and_that_is_said(tmp_path, monkeypatch, caplog):
    monkeypatch.chdir(tmp_path)
    with SummaryWriter("s3://bucket/exp") as writer:
        writer.add_scalar("a", 1)
    assert "no local folder" in caplog.text
    assert points(tmp_path / "runs/s3/bucket/exp", "a") == [(0, 1.0)]


# Values, tags, times


class Colour(enum.Enum):
    RED = 1


@pytest.mark.parametrize(
    ("value", "stored"),
    [
        (0.1, 0.1),
        (2**53 + 1, 2**53 + 1),
        (True, 1),
        (np.float16(0.5), 0.5),
        (np.int64(7), 7),
        (np.array([2.5]), 2.5),
        (torch.tensor(0.5, requires_grad=True) * 2, 1.0),
        (torch.tensor([3]), 3),
        (torch.tensor(0.5, dtype=torch.bfloat16), 0.5),
        (torch.tensor(0.5, dtype=torch.float16), 0.5),
        (math.nan, "NaN"),
        (torch.tensor(-math.inf), "-Infinity"),
    ],
)
def test_numbers_of_all_kinds_are_kept_as_precise_as_they_are(writer, value, stored):
    writer.add_scalar("a", value, 1)
    assert [(row["_step"], row["a"]) for row in rows(Path(writer.log_dir))] == [(1, stored)]


@pytest.mark.parametrize("value", [None, "text", torch.zeros(3), [1.0], object(), np.array([]), 1j])
def test_what_is_no_number_is_refused_in_words_and_counted(tmp_path, caplog, value):
    with SummaryWriter(tmp_path) as writer:
        writer.add_scalar("a", value, 1)
        writer.add_scalar("a", value, 2)
        writer.add_scalar("b", 1, 3)
    (message,) = caplog.messages
    assert "'a' is not logged: expected one number" in message
    assert statuses(tmp_path)[0]["dropped"] == {"refused": 2}
    assert points(tmp_path, "b") == [(3, 1.0)]


@pytest.mark.parametrize("tag", ["a b", "/lead", "trail/", "a//b", "Größe/損失", "a.b:c(d)[e]", "%d {x}"])
def test_tags_stay_as_they_are(writer, tag):
    writer.add_scalar(tag, 1, 1)
    assert points(writer.log_dir, tag) == [(1, 1.0)]


def test_an_empty_tag_and_four_thousand_others_are_logged(tmp_path):
    with SummaryWriter(tmp_path) as writer:
        writer.add_scalar("", 1, 1)
        for number in range(4_000):
            writer.add_scalar(f"layer{number}", number, 1)
    assert len(read(tmp_path).facts) == 4_001
    assert points(tmp_path, "unnamed") == [(1, 1.0)]


def test_a_time_that_is_given_is_kept_by_all_kinds(writer):
    writer.add_scalar("a", 1, 1, walltime=1_700_000_000)
    writer.add_text("t", "x", 1, walltime=1_700_000_000.5)
    writer.add_scalar("b", 1, 1, walltime="noon")
    assert rows(Path(writer.log_dir))[0]["_time"] == 1_700_000_000
    assert items(writer, "t")[0]["_time"] == 1_700_000_000.5
    assert rows(Path(writer.log_dir))[1]["_time"] > 1_700_000_000


# Steps


def test_values_without_a_step_go_where_the_writer_is_and_never_on_each_other(writer):
    for _ in range(3):
        writer.add_scalar("a", 1)
        writer.add_scalar("b", 2)
    writer.add_scalar("loss", 0, 100)
    writer.add_scalar("a", 1)
    assert [step for step, _ in points(writer.log_dir, "a")] == [0, 1, 2, 100]
    assert [step for step, _ in points(writer.log_dir, "b")] == [0, 1, 2]


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ([-3, 5, 5, 2], [-3, 5, 5, 2]),
        ([np.int64(4), torch.tensor(5), np.float64(6.0), 7.0, True], [4, 5, 6, 7, 1]),
        ([2**62], [2**62]),
        ([1, "two", math.nan, 2**64], [1, 2, 3, 4]),
    ],
)
def test_steps_are_whole_numbers_of_any_kind_and_what_is_none_is_counted_on(tmp_path, caplog, given, kept):
    with SummaryWriter(tmp_path) as writer:
        for step in given:
            writer.add_scalar("a", 1, step)
    assert [row["_step"] for row in rows(tmp_path)] == kept
    assert bool(caplog.messages) == ("two" in given)


def test_fractions_of_an_epoch_do_not_fall_on_one_step_and_are_kept_exactly(writer):
    for epoch in range(2):
        for batch in range(4):
            writer.add_scalar("loss", batch, epoch + batch / 4)
            writer.add_scalar("acc", batch, epoch + batch / 4)
    found = [row for row in rows(Path(writer.log_dir)) if "loss" in row]
    assert [row["_step"] for row in found] == list(range(8))
    assert [row["global_step"] for row in found[1:]] == [0.25, 0.5, 0.75, 1.0, 1.25, 1.5, 1.75]
    assert [row["_step"] for row in rows(Path(writer.log_dir)) if "acc" in row] == list(range(8))


# Together: add_scalars, charts, hyper-parameters


def test_scalars_of_one_call_are_one_row_and_one_chart_and_no_other_run(tmp_path):
    with SummaryWriter(tmp_path / "run") as writer:
        for step in range(3):
            writer.add_scalars(main_tag="loss/parts/", tag_scalar_dict={"a": torch.tensor(1), "b": 2}, global_step=step)
        writer.add_scalars("loss/parts", {"c": None, "b": 3}, 3)
    assert [path.name for path in tmp_path.iterdir()] == ["run"]
    found = [{tag: row[tag] for tag in row if tag != "_time"} for row in rows(tmp_path / "run")]
    assert found[0] == {"_step": 0, "loss/parts/a": 1, "loss/parts/b": 2}
    assert found[3] == {"_step": 3, "loss/parts/b": 3}
    charts = [item["meta"]["charts"] for item in items(writer, "charts")]
    assert [chart["tags"] for (chart,) in charts] == [
        ["loss/parts/a", "loss/parts/b"],
        ["loss/parts/a", "loss/parts/b", "loss/parts/c"],
    ]
    assert charts[0][0] | {"tags": []} == {
        "category": "loss",
        "title": "loss/parts",
        "form": "multiline",
        "tags": [],
        "source": "add_scalars",
    }


def test_a_layout_may_be_declared_at_any_time_and_what_is_wrong_with_one_is_said(writer, caplog):
    layout = {"C": {"m": ["MultiLine", ["a", "b.*"]], "n": ["Margin", ["mid", "low", "high"]]}}
    writer.add_custom_scalars(layout)
    writer.add_scalar("a", 1, 5)
    writer.add_custom_scalars(layout)
    writer.add_custom_scalars_multilinechart(["a", "b"], title="t")
    writer.add_custom_scalars_marginchart(["a", "b", "c"], category="c")
    for bad in ({"C": {"m": ["Pie", ["a"]]}}, {"C": {"m": ["Margin", ["a"]]}}, {"C": ["m"]}, 5, {}):
        writer.add_custom_scalars(bad)
    charts = [item["meta"]["charts"] for item in items(writer, "charts")]
    assert [[(one["category"], one["title"], one["form"], one["tags"]) for one in chart] for chart in charts] == [
        *[[("C", "m", "multiline", ["a", "b.*"]), ("C", "n", "margin", ["mid", "low", "high"])]] * 2,
        [("default", "t", "multiline", ["a", "b"])],
        [("c", "untitled", "margin", ["a", "b", "c"])],
    ]
    assert {one["source"] for chart in charts for one in chart} == {"layout"}
    assert "its form is" in caplog.text


def test_hyper_parameters_become_the_config_and_metrics_scalars_without_another_run(tmp_path):
    with SummaryWriter(tmp_path / "run") as writer:
        given = {"lr": 0.1, "net": {"depth": 3}, "act": Colour.RED, "none": None, "dims": [1, 2], "t": torch.tensor(2)}
        writer.add_hparams(given, {})
        writer.add_hparams({"net": {"width": 5}}, {"hparam/acc": torch.tensor(0.5)}, run_name="other", global_step=9)
    assert [path.name for path in tmp_path.iterdir()] == ["run"]
    assert run_json(tmp_path / "run")["config"] == {
        "lr": 0.1,
        "net": {"depth": 3, "width": 5},
        "act": "RED",
        "none": None,
        "dims": [1, 2],
        "t": 2,
    }
    assert points(tmp_path / "run", "hparam/acc") == [(9, 0.5)]


def test_a_search_in_one_process_is_a_table_with_a_row_per_set(tmp_path):
    with SummaryWriter(tmp_path) as writer:
        for lr in (0.1, 0.01):
            writer.add_hparams({"lr": lr}, {"acc": lr * 2}, name=f"trial{lr}")
    (item,) = items(writer, "hparams")
    table = json.loads((tmp_path / item["file"]).read_bytes())
    assert table == {"columns": ["name", "lr", "acc"], "rows": [["trial0.1", 0.1, 0.2], ["trial0.01", 0.01, 0.02]]}
    assert points(tmp_path, "acc") == [(0, 0.2), (1, 0.02)]


@pytest.mark.parametrize("given", [({"a": 1}, None), ([1], {}), (None, {})])
def test_hyper_parameters_that_are_no_dictionaries_raise_as_upstream(writer, given):
    with pytest.raises(TypeError, match="dictionar"):
        writer.add_hparams(*given)


def test_wrong_arguments_raise_as_everywhere(writer):
    with pytest.raises(TypeError, match="missing"):
        writer.add_scalar("a")
    with pytest.raises(TypeError, match="unexpected"):
        writer.add_text("a", "b", speed=1)


def test_a_run_and_a_writer_that_joined_it_add_to_one_config(tmp_path):
    with trainer_hooks.init(tmp_path, config={"seed": 1, "net": {"depth": 3}}) as run:
        with SummaryWriter(tmp_path) as writer:
            writer.add_hparams({"lr": 0.1, "net": {"width": 4}}, {})
        run.update_config({"seed": 2})
        run.update_config("no names")
    assert run_json(tmp_path)["config"] == {"seed": 2, "net": {"depth": 3, "width": 4}, "lr": 0.1}
    assert run_json(tmp_path)["environment"]["host"]


def test_writers_that_add_to_one_config_at_once_take_nothing_from_each_other(tmp_path):
    runs = [trainer_hooks.init(tmp_path, join=True) for _ in range(4)]
    for number in range(5):
        for place, run in enumerate(runs):
            run.update_config({"seen": {f"{place}-{number}": number}})
    for run in runs:
        run.finish()
    assert len(run_json(tmp_path)["config"]["seen"]) == 20


def test_all_scalars_can_be_had_as_json(tmp_path):
    with SummaryWriter(tmp_path / "run") as writer:
        writer.add_scalar("a", math.nan, 1, walltime=5)
        writer.close()
        writer.add_scalars("g", {"b": 2}, 2, walltime=6)
        writer.export_scalars_to_json(tmp_path / "all.json")
    name = str(tmp_path / "run")
    assert json.loads((tmp_path / "all.json").read_text()) == {f"{name}/a": [[5, 1, "NaN"]], f"{name}/g/b": [[6, 2, 2]]}


# Every call


def call_everything(writer):
    for name in CALLS:
        getattr(writer, name)(**arguments(name))
    writer.add_custom_scalars({"c": {"t": ["Multiline", ["a"]]}})
    writer.add_hparams({"a": 1}, {"b": 2})


@pytest.mark.parametrize("name", KINDS)
def test_a_call_with_all_its_arguments_by_name_is_one_item_of_its_kind(writer, caplog, name):
    given = arguments(name)
    getattr(writer, name)(**given)
    assert caplog.messages == []
    found = all_items(writer)
    assert {item["kind"] for item in found} == {KINDS[name]}
    assert {item["tag"] for item in found} == {given.get("tag", "graph")}
    assert len(found) == (2 if name == "add_images" else 1)
    assert {item["_step"] for item in found} == {0 if name in WITHOUT_STEP else 7}
    if name not in WITHOUT_TIME:
        assert {item["_time"] for item in found} == {1_700_000_000.0}
    assert read(writer.log_dir).facts[given.get("tag", "graph")].kind == KINDS[name]


@pytest.mark.parametrize(
    ("dataformats", "shape", "size"),
    [
        ("CHW", (3, 4, 5), (5, 4)),
        ("chw", (1, 4, 5), (5, 4)),
        ("HWC", (4, 5, 4), (5, 4)),
        ("WHC", (5, 4, 3), (5, 4)),
        ("HCW", (4, 3, 5), (5, 4)),
        ("HW", (4, 5), (5, 4)),
        ("CHW", (4, 5), (5, 4)),
        ("WH", (5, 4), (5, 4)),
        ("HWC", (3, 5, 3), (5, 3)),
    ],
)
def test_images_come_in_any_order_of_axes(writer, dataformats, shape, size):
    writer.add_image("i", np.zeros(shape), dataformats=dataformats)
    (item,) = items(writer, "i")
    assert (item["width"], item["height"]) == size


@pytest.mark.parametrize(
    ("images", "dataformats", "count"),
    [
        (np.zeros((4, 3, 5, 6)), "NCHW", 4),
        (np.zeros((3, 5, 6, 4)), "CHWN", 4),
        ([torch.zeros(3, 5, 6), torch.zeros(3, 7, 8)], "CHW", 2),
        ([np.zeros((5, 6, 3))] * 3, "NHWC", 3),
        (np.zeros((2, 5, 6)), "NHW", 2),
    ],
)
def test_a_batch_of_images_is_a_gallery(writer, images, dataformats, count):
    writer.add_images("is", images, 1, dataformats=dataformats)
    assert [(item["index"], item["count"]) for item in items(writer, "is")] == [(n, count) for n in range(count)]


@pytest.mark.parametrize(
    ("call", "given"),
    [
        ("add_image", ("x", np.zeros((2, 3, 4, 5, 6)))),
        ("add_image", ("x", np.zeros((2, 4, 5)))),
        ("add_image", ("x", np.zeros((3, 4, 5)), 0, None, "ABC")),
        ("add_image", ("x", None)),
        ("add_histogram", ("x", None)),
        ("add_histogram_raw", ("x", 0, 1, 1, 1, 1, [1, 2], [1])),
        ("add_video", ("x", np.zeros((2, 3)))),
        ("add_embedding", (np.zeros((3, 2)), ["only one"])),
        ("add_pr_curve", ("x", [1, 0], [0.5])),
        ("add_mesh", ("x", np.zeros((4, 2)))),
        ("add_figure", ("x", "no figure")),
        ("add_scalars", ("x", [1, 2])),
        ("add_openvino_graph", ("model.xml",)),
        ("add_onnx_graph", ("nowhere.onnx",)),
        ("add_graph", ("no model",)),
    ],
)
def test_what_cannot_be_logged_raises_nothing_and_is_said_once(writer, caplog, call, given):
    with caplog.at_level(logging.WARNING):
        getattr(writer, call)(*given)
        getattr(writer, call)(*given)
    assert len(caplog.messages) == 1
    assert all_items(writer) == []


def test_figures_are_closed_unless_that_is_not_wanted(writer):
    kept, closed = figure(), [figure(), figure()]
    writer.add_figure("kept", kept, 1, close=False)
    writer.add_figure("closed", closed, 1)
    assert plt.fignum_exists(kept.number)
    assert not any(plt.fignum_exists(one.number) for one in closed)
    assert len(items(writer, "closed")) == 2
    plt.close(kept)


@pytest.mark.parametrize(
    ("metadata", "rows_"),
    [
        (["a", "b", "c"], [["a"], ["b"], ["c"]]),
        (torch.tensor([3, 4, 5]), [[3], [4], [5]]),
        ({"a": 1, "b": 2, "c": 3}.keys(), [["a"], ["b"], ["c"]]),
    ],
)
def test_labels_of_embeddings_come_in_any_form(writer, metadata, rows_):
    writer.add_embedding(torch.rand(3, 2), metadata)
    (item,) = items(writer, "default")
    assert json.loads((Path(writer.log_dir) / item["parts"]["metadata"]).read_bytes())["rows"] == rows_


def test_the_bins_of_torch_are_there(writer):
    assert len(writer.default_bins) == 1549
    assert writer.default_bins == sorted(writer.default_bins)


# tensorboardX


def test_step_and_time_may_be_said_once_for_many_calls(writer):
    with writer.use_metadata(global_step=17, walltime=13.0) as same:
        same.add_scalar("a", 1)
        writer.add_scalar("a", 2, global_step=7)
        writer.add_text("t", "x")
    writer.add_scalar("a", 3)
    found = rows(Path(writer.log_dir))
    assert [row["_step"] for row in found] == [17, 7, 17]
    assert [row["_time"] for row in found][:2] == [13.0, 13.0]
    assert (items(writer, "t")[0]["_step"], items(writer, "t")[0]["_time"]) == (17, 13.0)


def test_boxes_in_the_order_of_tensorboardx_are_taken(writer, caplog):
    writer.add_image_with_boxes(
        "b", np.zeros((9, 8, 3)), np.array([[1, 2, 3, 4]]), 1, None, "HWC", ["cat"], thickness=3
    )
    assert caplog.messages == []
    (item,) = items(writer, "b")
    assert (item["width"], item["height"]) == (8, 9)
    assert [(box["box"], box["label"]) for box in item["meta"]["boxes"]] == [([1, 2, 3, 4], "cat")]


def test_hyper_parameters_in_the_order_of_tensorboardx_are_taken(writer):
    writer.add_hparams({"a": 1}, {"m": 2}, "trial", 5)
    assert points(writer.log_dir, "m") == [(5, 2.0)]


def test_the_global_writer_counts_each_tag_over_all_processes(tmp_path):
    writer = GlobalSummaryWriter(tmp_path, coalesce_process=True)

    def work():
        for _ in range(10):
            writer.add_scalar("shared", 1)
        writer.close()

    children = [multiprocessing.get_context("fork").Process(target=work) for _ in range(3)]
    for child in children:
        child.start()
    for child in children:
        child.join()
    writer.add_scalar("shared", 1, walltime=5)
    writer.add_image("i", np.zeros((3, 4, 5)))
    writer.add_image("i", np.zeros((4, 5, 3)), dataformats="HWC")
    writer.add_text("t", "x")
    writer.file_writer.flush()
    writer.close()
    assert sorted(step for step, _ in points(tmp_path, "shared")) == list(range(31))
    assert [item["_step"] for item in items(writer.smw, "i")] == [0, 1]


def test_the_global_writer_is_one_for_all_modules(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(GlobalSummaryWriter, "_shared", None)
    first = GlobalSummaryWriter.getSummaryWriter()
    assert GlobalSummaryWriter.getSummaryWriter() is first
    first.close()


def scalar_proto(tag, value):
    from tensorboard.compat.proto.summary_pb2 import Summary

    return Summary(value=[Summary.Value(tag=tag, simple_value=value)])


def test_a_file_writer_stands_on_its_own_and_may_be_opened_again(tmp_path):
    writer = FileWriter(tmp_path, 10, 120, ".suffix")
    writer.add_summary(scalar_proto("a", 1.0), 3)
    writer.close()
    writer.reopen()
    writer.reopen()
    with writer.use_metadata(global_step=4, walltime=9.0):
        writer.add_summary(scalar_proto("a", 2.0))
    writer.flush()
    writer.close()
    assert writer.get_logdir() == str(tmp_path)
    assert sorted(points(tmp_path, "a")) == [(3, 1.0), (4, 2.0)]
