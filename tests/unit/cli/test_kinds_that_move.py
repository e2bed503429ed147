"""Every kind, logged by the hooks, written as event files, read there by us and by TensorBoard, and imported again."""

import csv
import io
import json
import shutil
from collections.abc import Callable
from pathlib import Path

import numpy as np
import orjson
import pytest

import trainer_hooks
from app.__main__ import main
from app.commands.conversion.content import content_of
from app.commands.conversion.found import find
from app.readers.contract import MediaItem, RunLog
from app.readers.event_files.graph import read_graph
from tests.logged import run_json
from tests.run_files import RunFiles

STEP = 7
POINTS = np.float32([[0.1, 1 / 3, -2e-30], [1e9, 0, 1], [2, 3, 4], [5, 6, 8]])
FACES = [[0, 1, 2], [1, 2, 3]]
META_ONLY = ("weights", "pr/0", "roc/0", "confusion", "charts")
GIF = (
    b"GIF89a\x01\x00\x01\x00\x80\x00\x00\x00\x00\x00\xff\xff\xff,\x00\x00\x00\x00\x01\x00\x01\x00\x00\x02\x02D\x01\x00;"
)
GRAPH = {
    "format": 1,
    "method": "export",
    "why": "",
    "modules": [
        {"name": "", "parent": None, "layer": 0},
        {"name": "fc", "parent": 0, "layer": 1},
        {"name": "act", "parent": 0, "layer": 2},
    ],
    "layers": [
        {"class": "Net"},
        {"class": "Linear", "weights": [["weight", 1, 1], ["tied", 1, 1, "weight"]]},
        {"class": "ReLU"},
    ],
    "nodes": [
        {"op": "input", "module": 0, "inputs": [], "outputs": [0]},
        {"op": "linear", "module": 1, "inputs": [0], "outputs": [2]},
        {"op": "split", "module": 0, "inputs": [1], "outputs": [2, 2], "attributes": {"dim": 1}},
        {"op": "relu", "module": 2, "inputs": [[2, 1]], "outputs": [2]},
        {"op": "relu", "module": 2, "inputs": [3], "outputs": [2]},
        {"op": "fc", "module": 0, "inputs": [4, 1], "outputs": [2]},
    ],
    "tensors": [["float32", ["?", 3]], ["float32", [4, 3]], ["float32", ["?", 4]]],
}


def log_of(folder: Path) -> RunLog:
    """The one run at or below a folder, read to its end."""
    (run,) = find(folder).runs
    log = run.reader.open(run.path)
    while log.poll().behind:
        pass
    return log


def only(log: RunLog, tag: str) -> MediaItem:
    (item,) = log.media(tag)
    return item


def array_of(item: MediaItem) -> np.ndarray:
    return np.load(io.BytesIO(content_of(item)), allow_pickle=False)


def export(source: Path, target: Path, *more: str) -> int:
    return main(["export", str(source), "--to", "tensorboard", "--out", str(target), *more])


@pytest.fixture(scope="module")
def source(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with one run, `run`, that holds one of every kind."""
    folder = tmp_path_factory.mktemp("logs")
    random = np.random.default_rng(3)
    labels, scores = random.integers(0, 2, 50), random.random(50)
    film = folder.parent / "film.gif"
    film.write_bytes(GIF)
    layout = {"losses": {"both": ["Multiline", ["loss/.*", "loss (val)"]]}, "b": {"band": ["Margin", ["m", "l", "h"]]}}
    with trainer_hooks.init(folder / "run") as run:
        run.log({"loss": 0.5}, step=STEP)
        run.log_histogram("weights", random.normal(size=100), bins=8)
        run.log_pr_curve("pr/0", labels, scores, thresholds=11)
        run.log_roc_curve("roc/0", labels, scores, thresholds=11)
        run.log_confusion_matrix("confusion", labels, scores > 0.5)
        run.log_charts(layout)
        run.log_mesh(
            "head", POINTS, faces=FACES, colors=np.uint8(POINTS.clip(0, 9)), config={"camera": {"cls": "Perspective"}}
        )
        run.log_tensor("state", np.arange(6, dtype=np.int16).reshape(2, 3))
        pictures = np.zeros((4, 2, 2, 3))
        run.log_embedding(
            "points", POINTS, metadata=[["a", 1], ["b\t", 2], ["Ü", 3], ["", 4]], columns=["word", "n"], images=pictures
        )
        run.log_embedding("bare", POINTS, metadata=["a", "b", "c", "d"])
        run.log_table("rows", [[1, "x|y"], [2.5, None]], columns=["n", "text"])
        run.log_html("page", "<p>hi</p>")
        run.log_video("film", film)
        run.log_video("clip", np.zeros((2, 4, 4)))
        run.log_text("long", "x" * 20_000)
        run.log_masks("masks", np.zeros((4, 4)), np.eye(4, dtype=np.uint8))
        run.log_boxes("boxes", np.zeros((4, 4)), [[0, 0, 2, 2]], labels=["cat"])
    (run.path / "media" / "gg").mkdir()
    (run.path / "media" / "gg" / "graph.json").write_bytes(orjson.dumps(GRAPH))
    size = len((run.path / "media" / "gg" / "graph.json").read_bytes())
    named = {"tag": "graph", "kind": "graph", "media_type": "application/json", "file": "media/gg/graph.json"}
    RunFiles(run.path, "graph-1-1").media(STEP, **named, bytes=size, meta={"nodes": 6, "method": "export", "why": ""})
    return folder


@pytest.fixture(scope="module")
def exported(source: Path, tmp_path_factory: pytest.TempPathFactory) -> RunLog:
    target = tmp_path_factory.mktemp("exported")
    assert export(source, target) == 0
    return log_of(target)


def test_every_kind_is_the_same_after_an_import(source: Path, tmp_path: Path):
    assert main(["import", str(source), str(tmp_path / "ours")]) == 0
    before, after = log_of(source), log_of(tmp_path / "ours")
    assert {tag: facts.kind for tag, facts in after.facts.items()} == {
        tag: facts.kind for tag, facts in before.facts.items()
    }
    assert run_json(tmp_path / "ours" / "run")["imported"]["left_out"] == {}
    for tag in (tag for tag, facts in before.facts.items() if facts.kind != "scalar"):
        one, other = only(before, tag), only(after, tag)
        for name in ("step", "wall_time", "media_type", "text", "width_px", "height_px", "size_bytes", "meta"):
            assert getattr(other, name) == getattr(one, name), (tag, name)
        assert {part: path.read_bytes() for part, path in other.parts.items()} == {
            part: path.read_bytes() for part, path in one.parts.items()
        }
        if tag not in META_ONLY:
            assert content_of(other) == content_of(one)


def test_histograms_and_curves_have_their_numbers_in_event_files(source: Path, exported: RunLog):
    ours = log_of(source)
    weights, shown = only(ours, "weights").meta, only(exported, "weights").meta
    assert {name: weights[name] for name in shown} == dict(shown)
    assert shown.keys() >= {"edges", "counts", "min", "max", "num", "sum", "sum_squares"}
    for tag in ("pr/0", "roc/0"):
        assert exported.facts[tag].kind == "pr_curve"
        numbers, read = dict(only(ours, tag).meta), dict(only(exported, tag).meta)
        assert read.pop("thresholds") == pytest.approx(numbers.pop("thresholds"))
        assert read == numbers
    assert only(exported, "weights").step == STEP


def test_charts_of_a_run_are_one_layout_whose_tags_find_themselves(exported: RunLog):
    charts = only(exported, "custom_scalars__config__").meta["charts"]
    assert [(one["category"], one["title"], one["form"]) for one in charts] == [
        ("losses", "both", "multiline"),
        ("b", "band", "margin"),
    ]
    assert [one["tags"] for one in charts] == [["loss/.*", r"loss\ \(val\)"], ["m", "l", "h"]]


def test_a_mesh_and_a_tensor_are_arrays_again(exported: RunLog):
    head = only(exported, "head_VERTEX")
    np.testing.assert_array_equal(array_of(head), POINTS)
    assert head.meta["config"] == {"camera": {"cls": "Perspective"}}
    assert array_of(head.parts_in_log["faces"]).tolist() == FACES
    assert array_of(head.parts_in_log["colors"]).dtype == np.uint8
    state = array_of(only(exported, "state"))
    assert (state.dtype, state.tolist()) == (np.int16, [[0, 1, 2], [3, 4, 5]])


def test_tables_are_texts_and_films_are_pictures(exported: RunLog):
    assert only(exported, "rows").text == "| n | text |\n| --- | --- |\n| 1 | x\\|y |\n| 2.5 |  |"
    assert (exported.facts["film"].kind, content_of(only(exported, "film"))) == ("image", GIF)
    assert exported.facts["clip"].kind == "image"
    assert only(exported, "long").text == "x" * 20_000


def test_a_graph_keeps_its_modules_operations_and_shapes(exported: RunLog):
    item = only(exported, "__run_graph__")
    graph = read_graph(content_of(item), item.media_type, item.meta)
    modules = [one["name"] for one in graph["modules"]]
    assert sorted(modules) == ["", "act", "fc"]
    told = [(modules[one["module"]], one["op"], one["inputs"]) for one in graph["nodes"]]
    assert told == [
        ("", "input", []),
        ("fc", "linear", [0]),
        ("", "split", [1]),
        ("act", "relu", [[2, 1]]),
        ("act", "relu", [3]),
        ("", "fc", [4, 1]),
    ]
    assert [[graph["tensors"][place][1] for place in one["outputs"]] for one in graph["nodes"]][:3] == [
        [["?", 3]],
        [["?", 4]],
        [["?", 4], ["?", 4]],
    ]
    (layer,) = (graph["layers"][one["layer"]] for one in graph["modules"] if one["name"] == "fc")
    assert [(row[0], graph["tensors"][row[1]]) for row in layer["weights"]] == [("weight", ["float32", [4, 3]])]


def test_tensorboards_projector_finds_embeddings_beside_the_event_file(source: Path, tmp_path: Path):
    assert export(source, tmp_path) == 0
    folder = tmp_path / "run"
    configs = pytest.importorskip("tensorboard.plugins.projector.projector_config_pb2")
    text_format = pytest.importorskip("google.protobuf.text_format")
    projector = pytest.importorskip("tensorboard.plugins.projector.projector_plugin")
    config = text_format.Parse((folder / "projector_config.pbtxt").read_text(), configs.ProjectorConfig())
    bare, points = config.embeddings
    assert (bare.tensor_name, points.tensor_name) == ("bare:00007", "points:00007")
    for one in config.embeddings:
        np.testing.assert_array_equal(
            np.float32(projector._read_tensor_tsv_file(str(folder / one.tensor_path))), POINTS
        )
    assert (folder / bare.metadata_path).read_text() == "a\nb\nc\nd\n"
    rows = list(csv.reader((folder / points.metadata_path).read_text().splitlines(), delimiter="\t"))
    assert rows == [["word", "n"], ["a", "1"], ["b ", "2"], ["Ü", "3"], ["", "4"]]
    assert list(points.sprite.single_image_dim) == [2, 2]
    assert (folder / points.sprite.image_path).read_bytes().startswith(b"\x89PNG")


def test_what_tensorboard_has_no_place_for_is_counted(source: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    assert export(source, tmp_path) == 0
    assert capsys.readouterr().out.endswith("; left out: 2 boxes and masks over an image, 1 confusion_matrix, 1 html\n")


def test_event_files_become_runs_of_our_own_with_whole_meshes_and_embeddings(source: Path, tmp_path: Path, capsys):
    assert export(source, tmp_path / "theirs") == 0
    assert main(["import", str(tmp_path / "theirs"), str(tmp_path / "ours")]) == 0
    log, before = log_of(tmp_path / "ours"), log_of(source)
    assert run_json(tmp_path / "ours" / "run")["imported"]["left_out"] == {}
    assert (only(log, "long").text, content_of(only(log, "long"))) == (None, b"x" * 20_000)
    head = only(log, "head")
    assert dict(head.meta) == dict(only(before, "head").meta)
    assert {part: path.read_bytes() for part, path in head.parts.items()} == {
        part: path.read_bytes() for part, path in only(before, "head").parts.items()
    }
    assert main(["import", str(tmp_path / "theirs"), str(tmp_path / "ours")]) == 0
    assert capsys.readouterr().out.endswith("1 run is imported already and unchanged\n")
    points = only(log, "points")
    assert content_of(points) == content_of(only(before, "points"))
    assert dict(points.meta) == dict(only(before, "points").meta)
    told = json.loads(points.parts["metadata"].read_bytes())
    assert told == {"columns": ["word", "n"], "rows": [["a", "1"], ["b ", "2"], ["Ü", "3"], ["", "4"]]}
    assert points.parts["sprite"].read_bytes() == only(before, "points").parts["sprite"].read_bytes()
    assert dict(only(log, "state").meta) == dict(only(before, "state").meta)
    assert only(log, "__run_graph__").meta["method"] == "file"


def test_exported_embeddings_are_replaced_and_those_of_others_never(source: Path, tmp_path: Path, capsys):
    assert export(source, tmp_path) == 0
    names = sorted(path.name for path in (tmp_path / "run").iterdir())
    assert export(source, tmp_path, "--force") == 0
    assert sorted(path.name for path in (tmp_path / "run").iterdir()) == names
    config = tmp_path / "run" / "projector_config.pbtxt"
    config.write_text("embeddings { }\n")
    with pytest.raises(SystemExit, match="2"):
        export(source, tmp_path, "--force")
    assert "holds what no export wrote, projector_config.pbtxt" in capsys.readouterr().err
    assert config.read_text() == "embeddings { }\n"


@pytest.mark.parametrize(
    "damage", [lambda _: b"", lambda content: content[: len(content) // 2], lambda content: b"?" + content]
)
def test_damaged_blobs_are_counted_and_stop_nothing(
    damage: Callable[[bytes], bytes], source: Path, tmp_path: Path, capsys
):
    shutil.copytree(source, tmp_path / "logs")
    for path in (tmp_path / "logs" / "run" / "media").rglob("*.*"):
        path.write_bytes(damage(path.read_bytes()))
    assert export(tmp_path / "logs", tmp_path / "out") == 0
    told = capsys.readouterr().out
    for words in ("2 embedding", "1 graph", "1 mesh", "1 table", "1 tensor"):
        assert f"{words} that cannot be read" in told
    assert log_of(tmp_path / "out").facts.keys() >= {"loss", "weights", "pr/0", "custom_scalars__config__"}


def test_items_whose_parts_are_gone_are_kept_and_the_parts_counted(source: Path, tmp_path: Path, capsys):
    shutil.copytree(source, tmp_path / "logs")
    only(log_of(tmp_path / "logs"), "head").parts["faces"].unlink()
    assert main(["import", str(tmp_path / "logs"), str(tmp_path / "ours")]) == 0
    assert "left out: 1 faces of mesh that cannot be read\n" in capsys.readouterr().out
    assert only(log_of(tmp_path / "ours"), "head").parts.keys() == {"colors"}
