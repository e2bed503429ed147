"""Model graphs: modules as a tree, operations with the shapes that flow between them, parameters. See docs/graph.md."""

import json
import os
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from trainer_hooks.graphs.attempt import attempt, silence
from trainer_hooks.graphs.form import FORMAT, Tensors
from trainer_hooks.graphs.modules import Modules, unwrapped, why_not_run
from trainer_hooks.media import Blob, Item
from trainer_hooks.values import describe

MAX_EXPORTED = 2_000
"""Operations: `torch.export` takes 1 to 5 ms for each, and the training waits."""

NO_INPUTS = "no inputs were given, so the model was not run: shapes and operations are unknown"


class Found(NamedTuple):
    """How a graph was had, and why not in a better way."""

    method: str  # "export", "fx", "trace" or "modules"
    why: str
    nodes: list[Any]


def encode(value: Any) -> Item:
    """Encode the graph of a model, as it runs in evaluation mode; the model is afterwards what it was.

    Args:
        value: the model, or the model and its inputs: a tensor, a tuple or list of arguments, a dictionary of named
            ones, or None to have the modules and their parameters alone.

    Raises:
        TypeError: it is no `torch.nn.Module`.
        ImportError, OSError, ValueError: it is a path, and the ONNX file there cannot be read.
    """
    model, inputs = value if isinstance(value, tuple) and len(value) == 2 else (value, None)
    if isinstance(model, str | os.PathLike):
        return _from_file(model)
    model = unwrapped(model)
    if not hasattr(model, "named_modules") or not hasattr(model, "named_parameters"):
        raise TypeError(f"expected a torch.nn.Module, got {describe(model)}")
    tensors = Tensors()
    modules = Modules(model, tensors)
    with silence():
        found = _find(modules, inputs, tensors)
    return _item(found, *modules.compact(), tensors)


def _from_file(path: str | os.PathLike[str]) -> Item:
    from trainer_hooks.graphs.onnx import OnnxGraph

    tensors = Tensors()
    graph = OnnxGraph(path, tensors)
    return _item(Found("file", "", graph.nodes), graph.modules, graph.layers, tensors)


def _item(found: Found, modules: list[Any], layers: list[Any], tensors: Tensors) -> Item:
    form = {
        "format": FORMAT,
        "method": found.method,
        "why": found.why,
        "modules": modules,
        "layers": layers,
        "nodes": found.nodes,
        "tensors": tensors.listed(),
    }
    content = json.dumps(form, separators=(",", ":")).encode()
    meta = {"nodes": len(found.nodes) or len(modules), "method": found.method, "why": found.why}
    return Item("application/json", Blob("json", content), meta=meta)


def _find(modules: Modules, inputs: Any, tensors: Tensors) -> Found:
    """Return the best graph that can be had."""
    model = modules.objects[0]
    if hasattr(model, "inlined_graph"):
        return _of_script(modules, tensors)
    if inputs is None:
        return Found("modules", NO_INPUTS, [])
    if why := why_not_run(model):
        return Found("modules", f"the model was not run: {why}", [])
    from trainer_hooks.graphs.still import held_still

    with held_still(modules.objects):
        return _of_run(modules, *_arguments(inputs), tensors)


def _of_script(modules: Modules, tensors: Tensors) -> Found:
    from trainer_hooks.graphs.scripted import Scripted

    nodes, why = attempt(Scripted(modules, tensors).read)
    if nodes is None:
        return Found("modules", f"the graph of the torch.jit model could not be read: {why}", [])
    return Found("trace", "it is a model of torch.jit, which carries the graph of its trace", nodes)


def _of_run(modules: Modules, args: Sequence[Any], kwargs: Mapping[str, Any], tensors: Tensors) -> Found:
    from trainer_hooks.graphs.traced import Trace

    trace = Trace(modules, tensors)
    _, fault = attempt(lambda: trace.run(_copied(args), _copied(kwargs)))
    if fault:
        return Found("modules", f"running the model raised {fault}", [])
    from trainer_hooks.graphs.exported import exported
    from trainer_hooks.graphs.symbolic import symbolic

    why = f"torch.export was not asked, since the model runs more than {MAX_EXPORTED:,} operations"
    if len(trace.nodes.listed) <= MAX_EXPORTED:
        found, fault = attempt(lambda: exported(modules, _copied(args), _copied(kwargs), tensors))
        if found is not None:
            return Found("export", "", found)
        why = f"torch.export could not: {fault}"
    found, fault = attempt(lambda: symbolic(modules, _copied(args), _copied(kwargs), tensors))
    if found is not None:
        return Found("fx", why, found)
    return Found("trace", f"{why}; torch.fx could not: {fault}", trace.nodes.listed)


def _arguments(inputs: Any) -> tuple[Sequence[Any], Mapping[str, Any]]:
    """Return positional and named arguments."""
    if isinstance(inputs, Mapping):
        return (), {str(name): value for name, value in inputs.items()}
    return (inputs if isinstance(inputs, tuple) else tuple(inputs) if isinstance(inputs, list) else (inputs,)), {}


def _copied(value: Any) -> Any:
    """Return the arguments with tensors of their own, since a model may work in place."""
    if hasattr(value, "detach") and hasattr(value, "clone"):
        return value.detach().clone()
    if isinstance(value, Mapping):
        return {name: _copied(one) for name, one in value.items()}
    if type(value) in (tuple, list):
        return type(value)(map(_copied, value))
    return value
