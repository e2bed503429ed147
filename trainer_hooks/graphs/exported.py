"""The graph that `torch.export` gives: every operation with its shapes and the module that it runs in."""

import re
from collections.abc import Mapping, Sequence
from typing import Any

from trainer_hooks.graphs.form import Nodes, Source, Tensors, as_attribute, first_tensors
from trainer_hooks.graphs.modules import Modules

_AGAIN = re.compile(r"@\d+")  # marks the second and later calls of a module in its path


def exported(modules: Modules, args: Sequence[Any], kwargs: Mapping[str, Any], tensors: Tensors) -> list[Any]:
    """Return the nodes of a model as `torch.export` sees it, traced with tensors that hold no data.

    Raises:
        Exception: whatever export raises for a model that it cannot take.
    """
    import torch

    program = torch.export.export(modules.objects[0], tuple(args), dict(kwargs), strict=False)
    return read_fx(program.graph, modules, tensors, set(program.graph_signature.user_inputs))


def read_fx(graph: Any, modules: Modules, tensors: Tensors, inputs: set[str] | None = None) -> list[Any]:
    """Return the nodes of a graph of torch.fx.

    Args:
        graph: its nodes have shapes in their `meta`.
        modules: of the model.
        tensors: the table for shapes.
        inputs: names of the placeholders that are inputs; None for all, others are parameters.
    """
    nodes = Nodes(tensors)
    sources: dict[Any, Source] = {}
    for node in graph.nodes:
        value = _value(node)
        known = [sources[one] for one in node.all_input_nodes if one in sources]
        if node.op == "placeholder":
            if (inputs is None or node.name in inputs) and first_tensors(value):
                sources[node] = (nodes.add("input", 0, (), value, {"name": str(node.target)}), 0)
        elif node.op == "output":
            nodes.add("output", 0, known, ())
        elif _is_part(node) and node.args[0] in sources:
            sources[node] = (sources[node.args[0]][0], node.args[1])
        elif node.op != "get_attr" and first_tensors(value):
            name, attributes = _name(node, modules), _attributes(node)
            sources[node] = (nodes.add(name, _place(node, modules), known, value, attributes), 0)
    return nodes.listed


def _value(node: Any) -> Any:
    """Return what a node gives: tensors, or what has their shapes and data types."""
    return node.meta.get("val", node.meta.get("tensor_meta"))


def _is_part(node: Any) -> bool:
    """Tell whether a node takes one of several results, which is no operation of its own."""
    if getattr(node.target, "__name__", "") != "getitem" or not isinstance(node.args[1], int):
        return False
    return isinstance(_value(node.args[0]), list | tuple) and not hasattr(_value(node.args[0]), "shape")


def _name(node: Any, modules: Modules) -> str:
    if node.op == "call_module":
        return str(modules.listed[modules.place(node.target)]["class"])
    target = node.target
    packet = getattr(target, "overloadpacket", target)
    name = str(getattr(packet, "__name__", packet)).rpartition(".")[2]
    return name.strip("_") or name


def _place(node: Any, modules: Modules) -> int:
    if node.op == "call_module":
        return modules.place(node.target)
    stack = list((node.meta.get("nn_module_stack") or {}).values())
    path = str(stack[-1][0]) if stack else ""
    return modules.place(_AGAIN.sub("", path))


def _attributes(node: Any) -> dict[str, Any]:
    """Return the arguments that are no tensors, by name where the operation has a schema."""
    schema = getattr(node.target, "_schema", None)
    found: dict[str, Any] = {}
    names = [argument.name for argument in schema.arguments] if schema else []
    for name, value in [*zip(names, node.args, strict=False), *node.kwargs.items()]:
        if value is not None and not _has_nodes(value):
            found[name] = as_attribute(value)
    return found


def _has_nodes(value: Any) -> bool:
    if isinstance(value, list | tuple):
        return any(map(_has_nodes, value))
    return hasattr(value, "all_input_nodes")
