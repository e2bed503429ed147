"""Graphs of other tools come in the form of our own: GraphDefs of torch and TensorFlow, run metadata, Keras models."""

import orjson
import pytest
import torch
from tensorboard.compat.proto import config_pb2, graph_pb2
from torch.utils.tensorboard import SummaryWriter

from app.readers.event_files.graph import read_graph
from app.readers.event_files.items import GRAPH_TAG
from app.readers.tensorboard import READER
from app.transforms.graph import GraphError
from tests.unit.readers.graph_samples import DENSE, node


def decoded(message, **meta):
    return read_graph(message.SerializeToString(), "application/protobuf", meta)


def path_of(graph, place):
    names = []
    while (module := graph["modules"][place])["parent"] is not None:
        names.insert(0, module["name"])
        place = module["parent"]
    return ".".join(names)


def told(graph):
    """Nodes as (module, op, inputs)."""
    return [(path_of(graph, one["module"]), one["op"], one["inputs"]) for one in graph["nodes"]]


def test_scopes_of_tensorflow_are_modules_and_variables_their_parameters():
    graph = decoded(DENSE, nodes=7)
    assert told(graph) == [
        ("", "input", []),
        ("dense.MatMul", "ReadVariableOp", []),
        ("dense.MatMul", "MatMul", [0, 1]),
        ("", "Split", [2]),
        ("", "Identity", [[3, 1]]),
    ]
    dense = next(graph["layers"][one["layer"]] for one in graph["modules"] if one["name"] == "dense")
    assert dense["parameters"] == 12
    assert graph["tensors"][dense["weights"][0][1]] == ["float32", [3, 4]]
    assert graph["tensors"][graph["nodes"][0]["outputs"][0]] == ["float32", ["?", 3]]
    assert graph["nodes"][-1]["attributes"] == {"note": "n"}


def test_a_single_shape_where_a_list_of_them_belongs_is_left_out():
    assert decoded(graph_pb2.GraphDef(node=[node("a", "Add", _output_shapes=(2, 3))]), nodes=1)["tensors"] == []


def test_functions_of_a_graph_and_of_run_metadata_are_read():
    library = graph_pb2.GraphDef()
    function = library.library.function.add(node_def=[node("a", "Add"), node("b", "Mul", ["a:z:0"])])
    function.signature.name = "f"
    assert told(decoded(library, nodes=0)) == [("f", "Add", []), ("f", "Mul", [0])]
    metadata = config_pb2.RunMetadata()
    for _ in range(2):
        metadata.function_graphs.add().pre_optimization_graph.CopyFrom(DENSE)
    modules = {path_of(decoded(metadata), one["module"]) for one in decoded(metadata)["nodes"]}
    assert modules == {f"function {place}{rest}" for place in (1, 2) for rest in ("", ".dense.MatMul")}


def test_metadata_without_a_graph_says_so():
    metadata = config_pb2.RunMetadata()
    metadata.step_stats.dev_stats.add(device="cpu")
    with pytest.raises(GraphError, match="holds no graph"):
        decoded(metadata)


def test_what_torch_s_writer_traced_has_its_modules_by_class_and_name(tmp_path):
    model = torch.nn.Sequential(torch.nn.Conv2d(1, 2, 3), torch.nn.Sequential(torch.nn.ReLU())).eval()
    with SummaryWriter(str(tmp_path)) as writer:
        writer.add_graph(model, torch.zeros(1, 1, 8, 8))
    log = READER.open(tmp_path)
    log.poll()
    (item,) = log.media(GRAPH_TAG)
    data = item.path.read_bytes()[item.span.offset : item.span.offset + item.span.size]
    graph = read_graph(data, item.media_type, item.meta)
    assert sorted(told(graph)) == [
        ("", "input", []),
        ("", "output", [3]),
        ("0", "convolution", [0]),
        ("1.0", "relu", [2]),
    ]
    classes = {
        path_of(graph, place): graph["layers"][one["layer"]]["class"] for place, one in enumerate(graph["modules"])
    }
    assert classes == {"": "Sequential", "0": "Conv2d", "1": "Sequential", "1.0": "ReLU"}


@pytest.mark.parametrize(
    "inbound",
    [
        lambda *names: [[[name, 0, 0, {}] for name in names]],
        lambda *names: [
            {"args": [{"class_name": "__keras_tensor__", "config": {"keras_history": [name, 0, 0]}} for name in names]}
        ],
    ],
    ids=["keras 2", "keras 3"],
)
def test_a_keras_model_has_a_node_for_each_layer_and_models_within_are_modules(inbound):
    inner = {"layers": [{"class_name": "Dense", "config": {"name": "d", "units": 4}}]}
    layers = [
        {"class_name": "InputLayer", "name": "x", "config": {"batch_shape": [None, 3], "dtype": "float32"}},
        {"class_name": "Sequential", "name": "inner", "config": inner, "inbound_nodes": inbound("x")},
        {"class_name": "Add", "name": "sum", "config": {}, "inbound_nodes": inbound("x", "inner")},
    ]
    layers[0]["inbound_nodes"] = []
    model = {"class_name": "Functional", "config": {"layers": layers, "input_layers": [["x", 0, 0]]}}
    graph = read_graph(orjson.dumps(model), "application/json", {})
    assert told(graph) == [("x", "input", []), ("inner.d", "Dense", [0]), ("sum", "Add", [0, 1])]
    assert graph["tensors"] == [["float32", ["?", 3]]]


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"modules": []}, "no modules"),
        ({"nodes": None}, "no list of nodes"),
        ({"nodes": [{"op": "add", "module": 0, "inputs": [7], "outputs": []}]}, "node 0 is not as it should be"),
        ({"modules": [{"name": "", "parent": 0, "layer": 0}]}, "module 0 is not"),
        ({"layers": [{"outputs": 3}]}, "layer 0 is not"),
        ({"tensors": [["float32", 3]]}, "tensor 0 is not"),
    ],
)
def test_a_graph_that_points_at_nothing_is_refused_in_words(change, words):
    whole = {"modules": [{"name": "", "parent": None, "layer": 0}], "layers": [{}], "nodes": [], "tensors": []}
    assert read_graph(orjson.dumps(whole), "application/json", {})["modules"] == whole["modules"]
    with pytest.raises(GraphError, match=words):
        read_graph(orjson.dumps(whole | change), "application/json", {})
