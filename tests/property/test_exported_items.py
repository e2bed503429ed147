"""Whatever the hooks take is read again from the values that an export makes of it, and shown by TensorBoard."""

import io
import tempfile
from pathlib import Path
from typing import Any

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays
from tensorboard.compat.proto.summary_pb2 import Summary
from tensorboard.data_compat import migrate_value
from tensorboard.util.tensor_util import make_ndarray

from app.commands.conversion.event_items import encode_call
from app.commands.conversion.graph_def import graph_def
from app.readers.contract import MediaItem
from app.readers.event_files.graph_def import graph_of_def
from app.readers.tensorboard import READER
from trainer_hooks.event_file import EventFile, file_name
from trainer_hooks.kinds import histogram, mesh, pr_curve, tensor
from trainer_hooks.media import Item

FACTS = ("min", "max", "num", "sum", "sum_squares")
DTYPES = st.sampled_from(["<f2", "<f4", "<f8", "u1", "<i2", "i1", "<i4", "<i8", "?", "<u2", "<u4", "<u8", ">f4"])
SHAPES = arrays.array_shapes(min_dims=0, max_dims=4, min_side=0, max_side=5)


def read(values: list[bytes], tag: str) -> MediaItem:
    """The one item of a tag in an event file with these values."""
    with tempfile.TemporaryDirectory() as folder:
        with EventFile(Path(folder, file_name(1.0, "host", 1)), 1.0) as file:
            file.write(1.0, 3, values)
        log = READER.open(Path(folder))
        while log.poll().behind:
            pass
        assert not log.problems
        (item,) = log.media(tag)
        blobs = {"": item} if item.make else {}
        for part, one in {**blobs, **item.parts_in_log}.items():
            item.meta[part] = np.load(io.BytesIO(one.make()))  # while the file is there
    return item


def encoded(kind: str, item: Item) -> list[bytes]:
    return encode_call(kind, "a", [item], several=False)


@given(
    values=st.one_of(
        st.lists(st.floats(width=32), max_size=40), st.lists(st.integers(-(2**40), 2**40), min_size=1, max_size=40)
    ),
    bins=st.sampled_from([1, 7, 64, "tensorflow", "auto", [-1.0, 0.0, 0.5, 1e20]]),
)
def test_histograms_keep_what_was_counted_and_the_facts(values: list[float], bins: object):
    ours = histogram.encode(np.array(values), bins=bins).meta
    values_of_event = encoded("histogram", Item("application/json", meta=ours))
    found = read(values_of_event, "a").meta
    filled = [place for place, count in enumerate(ours["counts"]) if count]
    kept = slice(filled[0], filled[-1] + 1) if filled else slice(0)
    assert found["counts"] == ours["counts"][kept]
    assert found["edges"][1:-1] == ours["edges"][kept][1:]
    assert all(found[name] == ours.get(name, 0.0) for name in FACTS)
    shown = make_ndarray(migrate_value(Summary.Value.FromString(values_of_event[0])).tensor)
    assert shown[:, 2].tolist() == found["counts"]


@given(
    labels=st.lists(st.booleans(), min_size=1, max_size=40),
    seed=st.integers(0, 2**32 - 1),
    thresholds=st.integers(2, 300),
    weight=st.floats(0, 1e6),
)
def test_curves_are_what_they_were(labels: list[bool], seed: int, thresholds: int, weight: float):
    scores = np.random.default_rng(seed).random(len(labels))
    ours = pr_curve.encode((np.array(labels), scores), thresholds=thresholds, weights=weight)
    found = read(encoded("pr_curve", ours), "a").meta
    np.testing.assert_allclose(found["thresholds"], ours.meta["thresholds"], rtol=0, atol=1e-12)
    assert {name: values for name, values in found.items() if name != "thresholds"} == {
        name: values for name, values in ours.meta.items() if name not in ("thresholds", "left_out")
    }


@given(
    points=arrays.arrays(
        np.float32, st.tuples(st.integers(1, 20), st.just(3)), elements=st.floats(-1e9, 1e9, width=32)
    ),
    parts=st.sets(st.sampled_from(["faces", "colors"])),
    data=st.data(),
)
def test_meshes_are_whole_again(points: np.ndarray, parts: set[str], data: st.DataObject):
    rows = st.tuples(st.integers(0, 9), st.just(3))
    faces = data.draw(arrays.arrays(np.int32, rows, elements=st.integers(0, len(points) - 1)))
    colors = data.draw(arrays.arrays(np.uint8, points.shape))
    given_parts = (faces if "faces" in parts else None, colors if "colors" in parts else None)
    found = read(encoded("mesh", mesh.encode((points, *given_parts))), "a_VERTEX")
    np.testing.assert_array_equal(found.meta[""], points)
    assert found.parts_in_log.keys() == parts
    for part, array in (("faces", faces), ("colors", colors)):
        if part in parts:
            np.testing.assert_array_equal(found.meta[part], array)


@given(array=DTYPES.flatmap(lambda dtype: arrays.arrays(dtype, SHAPES)))
def test_tensors_are_what_they_were(array: np.ndarray):
    found = read(encoded("tensor", tensor.encode(array)), "a").meta[""]
    assert (found.dtype, found.shape) == (array.dtype.newbyteorder("="), array.shape)
    np.testing.assert_array_equal(found, array)


@st.composite
def graphs(draw: st.DrawFn) -> dict[str, Any]:
    """A graph in our own form, whose operations, modules and parameters often have the same names."""
    names = st.sampled_from(["a", "b", "a_1", "fc", "0", "a:0", "^b", "c d"])
    modules: list[dict[str, Any]] = [{"name": "", "parent": None, "layer": 0}]
    for place in range(1, draw(st.integers(1, 6))):
        parent = draw(st.integers(0, place - 1))
        siblings = {one["name"] for one in modules if one["parent"] == parent}
        name = draw(names.filter(lambda name, taken=siblings: name not in taken))
        modules.append({"name": name, "parent": parent, "layer": place})
    layers = [{"weights": [[draw(names), 0, 1]] if draw(st.booleans()) else []} for _ in modules]
    nodes: list[dict[str, Any]] = []
    for place in range(draw(st.integers(1, 8))):
        source = st.integers(0, max(place - 1, 0))
        inputs = draw(st.lists(st.one_of(source, st.tuples(source, st.integers(1, 3)).map(list)), max_size=3))
        module = draw(st.integers(0, len(modules) - 1))
        nodes.append({"op": draw(names), "module": module, "inputs": inputs if place else [], "outputs": [0]})
    return {"modules": modules, "layers": layers, "nodes": nodes, "tensors": [["float32", [2, "?"]]]}


@given(graph=graphs())
def test_graphs_keep_operations_edges_and_where_they_are(graph: dict[str, Any]):
    found = graph_of_def(graph_def(graph))
    assert [one["op"] for one in found["nodes"]] == [one["op"] for one in graph["nodes"]]
    assert [one["inputs"] for one in found["nodes"]] == [one["inputs"] for one in graph["nodes"]]
    depths = [[depth(one, place["module"]) for place in one["nodes"]] for one in (found, graph)]
    assert depths[0] == depths[1]
    weights = [sum(len(layer.get("weights", ())) for layer in one["layers"]) for one in (found, graph)]
    assert weights[0] == weights[1]
    together = [[one["nodes"][place]["module"] for place in range(len(one["nodes"]))] for one in (found, graph)]
    assert len(set(zip(*together, strict=True))) == len(set(together[0])) == len(set(together[1]))


def depth(graph: dict[str, Any], module: int) -> int:
    """In how many modules a module is."""
    parent = graph["modules"][module]["parent"]
    return 0 if parent is None else depth(graph, parent) + 1
