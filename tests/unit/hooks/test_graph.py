"""Graphs of models: had in the best way there is, and the model is afterwards what it was."""

import json
import random
import warnings

import numpy as np
import pytest
import torch
from torch import fx, nn
from torch.nn import functional

import trainer_hooks
from tests.logged import media
from trainer_hooks.kinds.graph import NO_INPUTS, encode


def graph(model, inputs=None):
    """Encode a model; also checks that places point at what is there."""
    item = encode((model, inputs))
    found = json.loads(item.blob.content)
    assert item.meta["method"] == found["method"]
    for number, node in enumerate(found["nodes"]):
        sources = [source[0] if isinstance(source, list) else source for source in node["inputs"]]
        assert all(source < number for source in sources)
        assert node["module"] < len(found["modules"])
    return found


def layer(found, name):
    return next(found["layers"][one["layer"]] for one in found["modules"] if one["name"] == name)


def shapes(found, places):
    return [found["tensors"][place] for place in places]


def ops(found, module=None):
    wanted = [number for number, one in enumerate(found["modules"]) if module in (None, one["name"])]
    return [node["op"] for node in found["nodes"] if node["module"] in wanted]


class Net(nn.Module):
    """Batch norm and dropout, which training changes, and an operation that works in place."""

    def __init__(self):
        super().__init__()
        self.conv = nn.Conv2d(1, 4, 3)
        self.norm = nn.BatchNorm2d(4)
        self.relu = nn.ReLU(inplace=True)
        self.drop = nn.Dropout(0.5)
        self.head = nn.Linear(4 * 36, 10)
        self.seen = []
        self.calls = 0

    def forward(self, x):
        x.add_(1)
        self.calls += 1
        self.seen.append(self.calls)
        return self.head(self.drop(self.relu(self.norm(self.conv(x)))).flatten(1))


class Branching(nn.Module):
    """Goes another way for other data, which export and fx cannot follow."""

    def __init__(self):
        super().__init__()
        self.one = nn.Linear(4, 4)
        self.other = nn.Linear(4, 4)

    def forward(self, x):
        return self.one(x) if x.sum() > 0 else self.other(x)


@fx.wrap
def scaled_by_data(x):
    return x * float(x.detach().numpy().max())


class Wrapped(nn.Module):
    """Looks at its data in a function that fx takes as one operation."""

    def __init__(self):
        super().__init__()
        self.linear = nn.Linear(4, 2)

    def forward(self, x, scale=None):
        return scaled_by_data(self.linear(x))


def test_export_gives_operations_with_modules_shapes_and_attributes():
    found = graph(Net(), torch.zeros(2, 1, 8, 8))
    assert (found["method"], found["why"]) == ("export", "")
    assert ops(found, "conv") == ["conv2d"]
    assert ops(found)[-1] == "output"
    conv = next(node for node in found["nodes"] if node["op"] == "conv2d")
    assert shapes(found, conv["outputs"]) == [["float32", [2, 4, 6, 6]]]
    told = layer(found, "conv")
    assert (told["class"], told["parameters"], told["trainable"], told["bytes"]) == ("Conv2d", 40, 40, 160)
    assert [[name, found["tensors"][place]] for name, place, _ in told["weights"]] == [
        ["weight", ["float32", [4, 1, 3, 3]]],
        ["bias", ["float32", [4]]],
    ]
    assert shapes(found, told["outputs"]) == [["float32", [2, 4, 6, 6]]]
    assert layer(found, "drop")["settings"] == "p=0.5, inplace=False"


def test_fx_is_asked_where_export_fails_and_the_reason_is_told():
    found = graph(Wrapped(), {"x": torch.ones(3, 4)})
    assert found["method"] == "fx"
    assert found["why"].startswith("torch.export could not: ")
    assert ops(found) == ["input", "Linear", "scaled_by_data", "output"]
    assert shapes(found, found["nodes"][2]["outputs"]) == [["float32", [3, 2]]]


def test_control_flow_on_data_is_traced_along_the_way_that_was_taken():
    found = graph(Branching(), (torch.ones(2, 4),))
    assert found["method"] == "trace"
    assert "torch.fx could not: " in found["why"]
    assert ops(found, "one") == ["linear"]
    assert ops(found, "other") == []
    assert "outputs" not in layer(found, "other")
    assert found["nodes"][-1]["inputs"] == [ops(found).index("linear")]


def test_without_inputs_there_are_the_modules_alone():
    found = graph(Net())
    assert (found["method"], found["why"], found["nodes"]) == ("modules", NO_INPUTS, [])
    assert layer(found, "head")["parameters"] == 1450


def test_a_model_that_cannot_be_run_gives_its_modules_and_the_reason():
    found = graph(Net(), torch.zeros(2, 1, 9, 9))
    assert found["method"] == "modules"
    assert found["why"].startswith("running the model raised RuntimeError: ")
    assert len(found["modules"]) == 6


def test_the_model_of_a_wrapper_is_taken():
    found = graph(nn.DataParallel(Wrapped()), torch.ones(1, 4))
    assert [one["name"] for one in found["modules"]] == ["", "linear"]


def test_a_traced_model_carries_its_graph():
    traced = torch.jit.trace(nn.Sequential(nn.Linear(4, 3), nn.ReLU()), torch.zeros(2, 4))
    found = graph(traced, [])
    assert found["method"] == "trace"
    assert ops(found) == ["input", "linear", "relu", "output"]
    assert [found["layers"][one["layer"]]["class"] for one in found["modules"]] == ["Sequential", "Linear", "ReLU"]
    assert shapes(found, found["nodes"][2]["outputs"]) == [["float32", [2, 3]]]


def test_tied_parameters_count_once():
    model = nn.Sequential(nn.Embedding(10, 4), nn.Linear(4, 10, bias=False))
    model[1].weight = model[0].weight
    found = graph(model, torch.zeros(1, 2, dtype=torch.long))
    assert [layer(found, name)["parameters"] for name in "01"] == [40, 0]
    assert layer(found, "1")["weights"][0][3] == "0.weight"


def test_several_results_of_an_operation_are_told_apart():
    found = graph(nn.LSTM(4, 8), torch.zeros(3, 1, 4))
    place = ops(found).index("lstm")
    assert [shape for _, shape in shapes(found, found["nodes"][place]["outputs"])] == [[3, 1, 8], [1, 1, 8], [1, 1, 8]]
    assert found["nodes"][-1]["inputs"] == [place, [place, 1], [place, 2]]


def test_attention_is_told_by_its_modules_and_not_as_one_call():
    found = graph(nn.TransformerEncoderLayer(8, 2, 16, batch_first=True), torch.zeros(1, 3, 8))
    assert "scaled_dot_product_attention" in ops(found, "self_attn")
    assert ops(found, "linear1") == ["linear"]


def test_five_thousand_layers_stay_below_a_megabyte():
    item = encode((nn.Sequential(*[nn.Linear(2, 2) for _ in range(5000)]), torch.zeros(1, 2)))
    assert item.meta["nodes"] == 5002
    assert len(item.blob.content) < 1_000_000


@pytest.mark.parametrize("make", [Net, Branching, Wrapped])
def test_nothing_of_the_model_its_inputs_or_the_random_numbers_changes(make):
    model = make().train()
    model.requires_grad_(True)
    inputs = torch.rand(2, 1, 8, 8) if make is Net else torch.rand(2, 4)
    next(model.children()).eval()
    model(inputs.clone()).sum().backward()
    counted = []
    model.register_forward_hook(lambda *_: counted.append(1))
    before = snapshot(model, inputs)
    encode((model, inputs))
    assert snapshot(model, inputs) == before
    assert counted == []
    model(inputs.clone())
    assert counted == [1]


def snapshot(model, inputs):
    """All that a run could change, in values that compare."""
    tensors = [*model.state_dict().values(), *(one.grad for one in model.parameters()), inputs]
    return (
        [None if one is None else one.tolist() for one in tensors],
        [(module.training, dict(module._forward_hooks)) for module in model.modules()],
        [one.requires_grad for one in model.parameters()],
        (list(getattr(model, "seen", [])), getattr(model, "calls", 0)),
        (torch.get_rng_state().tolist(), random.getstate()),
        np.random.get_state()[1].tolist(),  # noqa: NPY002 - what models that use numpy draw from
        (torch.is_grad_enabled(), torch.backends.mha.get_fastpath_enabled()),
    )


def test_nothing_is_printed_or_warned_of(capfd):
    class Loud(Branching):
        def forward(self, x):
            warnings.warn("loud", stacklevel=1)
            return super().forward(x)

    with warnings.catch_warnings(record=True) as heard:
        warnings.simplefilter("always")
        encode((Loud(), torch.ones(2, 4)))
    assert heard == []
    assert capfd.readouterr() == ("", "")


def test_whatever_a_model_raises_the_training_goes_on(tmp_path):
    class OddError(Exception):
        pass

    class Odd(nn.Module):
        def forward(self, x):
            raise OddError("odd")

        def extra_repr(self):
            raise OddError

    with trainer_hooks.init(tmp_path / "a") as run:
        run.log_graph(Odd(), torch.zeros(1))
        run.log_graph(functional.relu, torch.zeros(1))  # no module: refused in words
    assert [line["meta"]["why"] for line in media(run.path)] == ["running the model raised OddError: odd"]


def test_lazy_and_sharded_models_are_not_run():
    found = graph(nn.Sequential(nn.LazyLinear(4)), torch.zeros(1, 2))
    assert found["method"] == "modules"
    assert "lazy" in found["why"]
    sharded = nn.Linear(2, 2)
    sharded.weight.ds_id = 0
    assert "spread over processes" in graph(sharded, torch.zeros(1, 2))["why"]
