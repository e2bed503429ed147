"""The graph that `torch.fx` gives: the modules of torch as single nodes, everything between them one by one."""

import inspect
from collections.abc import Mapping, Sequence
from typing import Any

from trainer_hooks.graphs.exported import read_fx
from trainer_hooks.graphs.form import Tensors
from trainer_hooks.graphs.modules import Modules


def symbolic(modules: Modules, args: Sequence[Any], kwargs: Mapping[str, Any], tensors: Tensors) -> list[Any]:
    """Return the nodes of a model as `torch.fx` sees it; shapes come from one run of what it found.

    Raises:
        Exception: whatever it raises for a model that it cannot take.
    """
    from torch import fx
    from torch.fx.passes.shape_prop import ShapeProp

    model = modules.objects[0]
    signature = inspect.signature(model.forward)
    given = signature.bind(*args, **kwargs).arguments
    missing = {
        name: one.default
        for name, one in signature.parameters.items()
        if name not in given and one.default is not inspect.Parameter.empty
    }
    graph = fx.Tracer().trace(model, concrete_args=missing or None)
    placeholders = [node for node in graph.nodes if node.op == "placeholder"]
    values = [_given(str(node.target), given, missing) for node in placeholders]
    ShapeProp(fx.GraphModule(model, graph)).propagate(*values)
    return read_fx(graph, modules, tensors)


def _given(target: str, given: Mapping[str, Any], missing: Mapping[str, Any]) -> Any:
    """Return the value of a placeholder; one of a default is called like it with a number behind."""
    return given[target] if target in given else missing[target.rpartition("_")[0]]
