import csv
import io
import json
import math
import os
import subprocess
import wave
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow.parquet as pq
import pytest
import torch

import trainer_hooks
from app.__main__ import main
from app.commands.conversion.tables import align_rows
from app.readers.contract import Columns
from tests.logged import growing_rows, until
from tests.run_files import BEGAN, RunFiles
from tests.unit.readers.samples import SAMPLES

LOSS = [1.0, math.nan, 0.1, -math.inf, 1e300, 1 / 3]
AGAIN = [0, 0, 1, 5, 3, 3]  # steps that repeat and go back


@pytest.fixture
def run(tmp_path: Path) -> Path:
    """A run whose steps repeat and go back, with a tag that is logged now and then."""
    files = RunFiles(tmp_path / "logs" / "run").say(config={"lr": 0.1, "model": {"layers": 3}}, notes="**N**")
    for place, (step, value) in enumerate(zip(AGAIN, LOSS, strict=True)):
        more = {"step": 7.0} if place == 2 else {}
        files.log({"train/loss": value, **more}, step, BEGAN + place)
    return files.folder


def export(source: Path, to: str, target: Path, *more: str) -> int:
    return main(["export", str(source), "--to", to, "--out", str(target), *more])


def contents(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()}


def accumulated(folder: Path) -> Any:
    """What TensorBoard finds in a folder, all points of it."""
    module = pytest.importorskip("tensorboard.backend.event_processing.event_accumulator")
    everything = dict.fromkeys(("scalars", "images", "audio", "tensors"), 0)
    return module.EventAccumulator(str(folder), size_guidance=everything).Reload()


def same(found: list[float], wanted: list[float]) -> bool:
    return np.array_equal(found, wanted, equal_nan=True)


def test_csv_has_a_row_for_each_step_and_no_value_is_lost(run: Path, tmp_path: Path):
    assert export(run.parent, "csv", tmp_path / "out") == 0
    head, *rows = csv.reader(io.StringIO((tmp_path / "out" / "run.csv").read_text()))
    assert head == ["step", "wall_time", "tag/step", "train/loss"]
    assert [row[0] for row in rows] == ["0", "0", "1", "3", "3", "5"]
    assert [float(row[1]) - BEGAN for row in rows] == [0, 1, 2, 4, 5, 3]
    assert [row[2] for row in rows] == ["", "", "7", "", "", ""]
    assert same([float(row[3]) for row in rows], [1.0, math.nan, 0.1, 1e300, 1 / 3, -math.inf])


@pytest.mark.parametrize("to", ["csv", "parquet", "json"])
def test_long_rows_are_the_records_in_their_order(to: str, run: Path, tmp_path: Path):
    assert export(run.parent, to, tmp_path / "out", "--rows", "long") == 0
    if to == "csv":
        rows = list(csv.DictReader(io.StringIO((tmp_path / "out" / "run.csv").read_text())))
    elif to == "parquet":
        rows = pq.read_table(tmp_path / "out" / "run.parquet").to_pylist()
    else:
        rows = growing_rows(tmp_path / "out" / "run.jsonl")
    assert [row["tag"] for row in rows] == ["step"] + ["train/loss"] * 6
    assert [int(row["step"]) for row in rows] == [1, *AGAIN]
    assert [float(row["wall_time"]) - BEGAN for row in rows] == [2, 0, 1, 2, 3, 4, 5]
    assert same([float(row["value"]) for row in rows], [7.0, *LOSS])


def test_parquet_tells_a_logged_nan_from_what_was_not_logged(run: Path, tmp_path: Path):
    assert export(run.parent, "parquet", tmp_path / "out") == 0
    table = pq.read_table(tmp_path / "out" / "run.parquet")
    assert table.column_names == ["step", "wall_time", "tag/step", "train/loss"]
    loss = table.column("train/loss")
    assert (loss.null_count, same(loss.to_pylist()[:3], [1.0, math.nan, 0.1])) == (0, True)
    assert table.column("tag/step").to_pylist() == [None, None, 7.0, None, None, None]


def test_wide_json_is_made_of_lines_of_our_own_format(run: Path, tmp_path: Path):
    assert export(run.parent, "json", tmp_path / "out") == 0
    lines = growing_rows(tmp_path / "out" / "run.jsonl")
    assert lines[:3] == [
        {"_step": 0, "_time": BEGAN, "train/loss": 1.0},
        {"_step": 0, "_time": BEGAN + 1, "train/loss": "NaN"},
        {"_step": 1, "_time": BEGAN + 2, "step": 7.0, "train/loss": 0.1},
    ]
    assert lines[5] == {"_step": 5, "_time": BEGAN + 3, "train/loss": "-Infinity"}


def test_a_time_that_the_source_does_not_tell_is_left_empty(tmp_path: Path):
    source = tmp_path / "logs" / "metrics.jsonl"
    source.parent.mkdir()
    source.write_text('{"step": 0, "loss": 1.5}\n{"step": 1, "loss": 0.5}\n')
    os.utime(source, (BEGAN, BEGAN))
    for to in ("parquet", "json"):
        assert export(source, to, tmp_path / "out") == 0
    table = pq.read_table(tmp_path / "out" / "metrics.jsonl.parquet")
    assert table.column("wall_time").to_pylist() == [None, None]
    assert [row["_time"] for row in growing_rows(tmp_path / "out" / "metrics.jsonl.jsonl")] == [BEGAN, BEGAN]


def test_what_the_run_says_of_itself_lies_beside_its_table(run: Path, tmp_path: Path):
    assert export(run.parent, "csv", tmp_path / "out") == 0
    about = json.loads((tmp_path / "out" / "run.csv.json").read_text())
    assert about["config"] == {"lr": 0.1, "model": {"layers": 3}}
    assert (about["name"], about["format"], about["notes"], about["created"]) == ("run", "tailboard", "**N**", BEGAN)


def test_a_block_boundary_neither_loses_nor_moves_a_row(run: Path, tmp_path: Path, monkeypatch):
    assert export(run.parent, "csv", tmp_path / "whole") == 0
    monkeypatch.setattr("app.commands.conversion.tables._BLOCK_CELLS", 1)
    monkeypatch.setattr("app.commands.conversion.tables._MIN_BLOCK_ROWS", 1)
    assert export(run.parent, "csv", tmp_path / "pieces") == 0
    assert contents(tmp_path / "pieces")["run.csv"] == contents(tmp_path / "whole")["run.csv"]


def test_rows_of_tags_that_repeat_a_step_are_those_of_a_plain_loop():
    random = np.random.default_rng(1)
    steps = {tag: random.integers(0, 12, size) for tag, size in (("a", 40), ("b", 7), ("c", 0), ("d", 25))}
    series = {tag: Columns(step, step * 1.0, step * 1.0) for tag, step in steps.items()}
    wide = align_rows(series)
    keys = {}
    for tag, step in steps.items():
        keys[tag] = [(one, list(step[:place]).count(one)) for place, one in enumerate(step)]
    rows = sorted({key for found in keys.values() for key in found})
    assert wide.step.tolist() == [step for step, _ in rows]
    assert {tag: places.tolist() for tag, places in wide.places.items()} == {
        tag: [rows.index(key) for key in found] for tag, found in keys.items()
    }


@pytest.mark.parametrize("sample", SAMPLES.values(), ids=SAMPLES.keys())
def test_tensorboard_finds_the_scalars_of_every_format(sample: Any, tmp_path: Path):
    made = sample(tmp_path / "logs")
    made.grow(7)
    for path in made.root.rglob("*"):
        os.utime(path, (BEGAN, BEGAN))
    assert export(made.root, "tensorboard", tmp_path / "out") == 0
    found: dict[str, list[tuple[int, float]]] = {}
    for file in (tmp_path / "out").rglob("*tfevents*"):
        events = accumulated(file.parent)
        for tag in events.Tags()["scalars"]:
            found.setdefault(tag, []).extend((event.step, event.value) for event in events.Scalars(tag))
    for tag, records in made.records.items():
        assert [step for step, _ in found[tag]] == [step for step, _, _ in records]
        assert same([value for _, value in found[tag]], np.float32([value for _, _, value in records]).tolist())


def sound() -> bytes:
    file = io.BytesIO()
    with wave.open(file, "wb") as waves:
        waves.setnchannels(2)
        waves.setsampwidth(2)
        waves.setframerate(8000)
        waves.writeframes(bytes(400))
    return file.getvalue()


@pytest.fixture
def rich_run(tmp_path: Path) -> Path:
    """A run with pictures, sounds, texts and a figure that TensorBoard cannot show."""
    with trainer_hooks.init(tmp_path / "logs" / "rich", config={"lr": 0.1, "bn": True}, notes="**N**") as run:
        run.log({"loss": 0.5}, step=1)
        run.log_image("one", np.zeros((4, 5, 3)), step=2)
        run.log_images("gallery", [np.zeros((4, 5, 3)), np.ones((4, 5, 3))], step=3)
        run.log_images("gallery", [np.zeros((4, 5, 3)), np.ones((4, 5, 3))], step=3)
        run.log_text("words", "Größe", step=4)
        run.log_histogram("weights", [0.0, 1.0, 2.0], step=4)
        run.log_pr_curve("pr", [0, 1], [0.25, 0.75], step=4)
        run.log_mesh("head", np.eye(3), step=4, faces=[[0, 1, 2]])
        run.log_charts({"all": {"losses": ["Multiline", ["loss"]]}}, step=4)
        run.log_graph(torch.nn.Linear(2, 2), step=4)
    files = RunFiles(run.path, "more-1-1")
    (run.path / "media" / "zz").mkdir()
    (run.path / "media" / "zz" / "s.wav").write_bytes(sound())
    files.media(5, tag="speech", kind="audio", media_type="audio/wav", file="media/zz/s.wav")
    files.media(6, tag="plot", kind="figure", media_type="application/vnd.plotly+json", text="{}")
    files.media(7, tag="page", kind="html", media_type="text/html", text="<p>")
    return run.path


def test_tensorboard_finds_pictures_sounds_texts_and_hyper_parameters(rich_run: Path, tmp_path: Path, capsys):
    assert export(rich_run.parent, "tensorboard", tmp_path / "out") == 0
    events = accumulated(tmp_path / "out" / "rich")
    (picture,) = events.Images("one")
    assert (picture.step, picture.width, picture.height) == (2, 5, 4)
    assert picture.encoded_image_string.startswith(b"\x89PNG")
    galleries = [list(event.tensor_proto.string_val) for event in events.Tensors("gallery")]
    assert [strings[:2] for strings in galleries] == [[b"5", b"4"]] * 2
    assert [len(strings) for strings in galleries] == [4, 4]
    (heard,) = events.Audio("speech")
    assert (heard.step, heard.sample_rate, heard.length_frames, heard.content_type) == (5, 8000, 100, "audio/wav")
    assert heard.encoded_audio_string == sound()
    assert [list(event.tensor_proto.string_val) for event in events.Tensors("words")] == [["Größe".encode()]]
    assert [list(event.tensor_proto.string_val) for event in events.Tensors("notes")] == [[b"**N**"]]
    plugin_data = pytest.importorskip("tensorboard.plugins.hparams.plugin_data_pb2")
    packed = events.SummaryMetadata("_hparams_/session_start_info").plugin_data.content
    started = plugin_data.HParamsPluginData.FromString(packed).session_start_info.hparams
    assert (started["lr"].number_value, started["bn"].bool_value) == (0.1, True)
    assert "left out: 1 figure of application/vnd.plotly+json, 1 html\n" in capsys.readouterr().out


@pytest.fixture
def tensorboard_data(tmp_path: Path) -> Iterator[Any]:
    """What TensorBoard's fast loader, which decides on what a browser shows, has to say of tmp_path/out."""
    server = pytest.importorskip("tensorboard_data_server").server_binary()
    ingester = pytest.importorskip("tensorboard.data.server_ingester")
    credentials = pytest.importorskip("tensorboard.util.grpc_util").ChannelCredsType.LOCAL
    if server is None:
        pytest.skip("there is no fast loader for this platform")
    port, out = tmp_path / "port", tmp_path / "out"
    out.mkdir()
    options = ["--reload=1", "--port=0", f"--port-file={port}", "--die-after-stdin"]
    with subprocess.Popen([server, f"--logdir={out}", *options], stdin=subprocess.PIPE) as process:
        until(lambda: port.exists() and port.read_text().endswith("\n"))
        address = f"localhost:{port.read_text().strip()}"
        yield ingester.ExistingServerDataIngester(address, channel_creds_type=credentials).data_provider
        process.kill()


def test_tensorboards_own_server_shows_what_was_exported(rich_run: Path, tmp_path: Path, tensorboard_data: Any):
    assert export(rich_run.parent, "tensorboard", tmp_path / "out") == 0
    asked = {"ctx": pytest.importorskip("tensorboard.context").RequestContext(), "experiment_id": ""}

    def plugins() -> set[str]:
        return set(tensorboard_data.list_plugins(**asked))

    later = {"histograms", "pr_curves", "mesh", "custom_scalars", "graphs"}
    until(lambda: plugins() == {"scalars", "images", "audio", "text", "hparams", *later})
    scalars = tensorboard_data.read_scalars(**asked, plugin_name="scalars", downsample=10)
    assert [(one.step, one.value) for one in scalars["rich"]["loss"]] == [(1, 0.5)]
    pictures = tensorboard_data.list_blob_sequences(**asked, plugin_name="images")["rich"]
    assert {tag: one.max_step for tag, one in pictures.items()} == {"one": 2, "gallery": 3}
    assert set(tensorboard_data.list_tensors(**asked, plugin_name="text")["rich"]) == {"words", "notes"}
    (buckets,) = tensorboard_data.read_tensors(**asked, plugin_name="histograms", downsample=10)["rich"]["weights"]
    assert (buckets.step, buckets.numpy[:, 2].sum()) == (4, 3)
    assert set(tensorboard_data.list_tensors(**asked, plugin_name="mesh")["rich"]) == {"head_VERTEX", "head_FACE"}
    (hyper,) = tensorboard_data.list_tensors(**asked, plugin_name="hparams")["rich"].values()
    assert b"lr" in hyper.plugin_content


def test_an_earlier_export_stays_unless_it_is_to_be_replaced(run: Path, tmp_path: Path, capsys):
    for to in ("tensorboard", "csv"):
        assert export(run.parent, to, tmp_path / to) == 0
        before = contents(tmp_path / to)
        RunFiles(run, "later-1-1").log({"train/loss": 9.0}, 9, BEGAN + 9)
        with pytest.raises(SystemExit, match="2"):
            export(run.parent, to, tmp_path / to)
        assert "exists; --force replaces it" in capsys.readouterr().err
        assert contents(tmp_path / to) == before
        assert export(run.parent, to, tmp_path / to, "--force") == 0
        after = contents(tmp_path / to)
        assert after.keys() == before.keys()
        assert after != before


def test_event_files_of_others_are_never_touched(run: Path, tmp_path: Path, capsys):
    foreign = tmp_path / "out" / "run" / "events.out.tfevents.1.node"
    foreign.parent.mkdir(parents=True)
    foreign.write_bytes(b"theirs")
    with pytest.raises(SystemExit, match="2"):
        export(run.parent, "tensorboard", tmp_path / "out", "--force")
    assert "holds what no export wrote, events.out.tfevents.1.node" in capsys.readouterr().err
    assert contents(tmp_path / "out") == {"run/events.out.tfevents.1.node": b"theirs"}


@pytest.mark.parametrize(("to", "out"), [("csv", "logs"), ("csv", "logs/run/x"), ("tensorboard", "logs")])
def test_nothing_is_written_into_the_source(to: str, out: str, run: Path, tmp_path: Path, capsys):
    before = contents(tmp_path)
    with pytest.raises(SystemExit, match="2"):
        export(tmp_path / "logs", to, tmp_path / out)
    assert "which is only read" in capsys.readouterr().err
    assert contents(tmp_path) == before


def test_a_run_by_itself_has_the_name_of_its_folder(run: Path, tmp_path: Path):
    assert export(run, "csv", tmp_path / "out") == 0
    assert sorted(contents(tmp_path / "out")) == ["run.csv", "run.csv.json"]


def test_an_export_that_fails_leaves_nothing_half(run: Path, tmp_path: Path, monkeypatch, capsys):
    def fail(*_: object, **__: object) -> None:
        raise OSError("No space left on device")

    monkeypatch.setattr("app.commands.conversion.tables.csv.writer", fail)
    assert export(run.parent, "csv", tmp_path / "out") == 1
    assert "run: not exported: No space left on device" in capsys.readouterr().out
    assert contents(tmp_path / "out") == {}


@pytest.mark.parametrize(("name", "complaint"), [("none", "does not exist"), ("empty", "holds no run of a format")])
def test_a_source_without_runs_ends_with_status_2(name: str, complaint: str, tmp_path: Path, capsys):
    (tmp_path / "empty").mkdir()
    with pytest.raises(SystemExit, match="2"):
        export(tmp_path / name, "csv", tmp_path / "out")
    assert complaint in capsys.readouterr().err
    assert not (tmp_path / "out").exists()
