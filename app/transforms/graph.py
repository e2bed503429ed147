"""Checks that a logged graph is one: what a browser draws must point at nothing that is not there."""

from collections.abc import Callable, Mapping
from typing import Any

MAX_MODULES = 100_000
MAX_NODES = 100_000


class GraphError(ValueError):
    """What was logged is no graph in the form of docs/graph.md."""


def sound_graph(graph: Any) -> dict[str, Any]:
    """Return a graph with its known parts alone, checked.

    Args:
        graph: JSON values as docs/graph.md describes them: `modules` (name, parent before itself, layer), `layers`,
            `nodes` (op, module, inputs, outputs) and `tensors` (data type, shape).

    Raises:
        GraphError: a part is missing, of another kind, or points at what is not there.
    """
    if not isinstance(graph, Mapping):
        raise GraphError("it is no JSON object")
    parts = {name: _list(graph, name) for name in ("modules", "layers", "nodes", "tensors")}
    if len(parts["modules"]) > MAX_MODULES or len(parts["nodes"]) > MAX_NODES:
        raise GraphError(f"it has more than {MAX_MODULES:,} modules or {MAX_NODES:,} nodes")
    if not parts["modules"]:
        raise GraphError("it has no modules")
    _each(parts["tensors"], "tensor", lambda _, one: _is_tensor(one))
    _each(parts["layers"], "layer", lambda _, one: _is_layer(one, len(parts["tensors"])))
    _each(parts["modules"], "module", lambda place, one: _is_module(place, one, len(parts["layers"])))
    counts = (len(parts["modules"]), len(parts["nodes"]), len(parts["tensors"]))
    _each(parts["nodes"], "node", lambda _, one: _is_node(one, *counts))
    words = {name: str(graph.get(name, "")) for name in ("method", "why")}
    return {"format": 1, **words, **parts}


def _list(graph: Mapping[str, Any], name: str) -> list[Any]:
    value = graph.get(name)
    if not isinstance(value, list):
        raise GraphError(f"it has no list of {name}")
    return value


def _each(values: list[Any], what: str, is_sound: Callable[[int, Any], bool]) -> None:
    for place, value in enumerate(values):
        if not is_sound(place, value):
            raise GraphError(f"{what} {place:,} is not as it should be")


def _is_tensor(one: Any) -> bool:
    return (
        isinstance(one, list)
        and len(one) == 2
        and isinstance(one[0], str)
        and isinstance(one[1], list)
        and all(isinstance(size, int | str) for size in one[1])
    )


def _is_layer(one: Any, tensors: int) -> bool:
    if not isinstance(one, Mapping):
        return False
    lists = [one.get(name, []) for name in ("inputs", "outputs", "weights")]
    if not all(isinstance(value, list) for value in lists):
        return False
    inputs, outputs, weights = lists
    numbers = [one.get(name, 0) for name in ("parameters", "trainable", "bytes", "buffers", "calls")]
    return (
        all(isinstance(number, int) for number in numbers)
        and all(_points(place, tensors) for place in (*inputs, *outputs))
        and isinstance(one.get("class", ""), str)
        and isinstance(one.get("settings", ""), str)
        and all(isinstance(row, list) and len(row) >= 3 and isinstance(row[0], str) for row in weights)
        and all(row[1] is None or _points(row[1], tensors) for row in weights)
    )


def _is_module(place: int, one: Any, layers: int) -> bool:
    if not isinstance(one, Mapping) or not isinstance(one.get("name"), str) or not _points(one.get("layer"), layers):
        return False
    return one.get("parent") is None if place == 0 else _points(one.get("parent"), place)


def _is_node(one: Any, modules: int, nodes: int, tensors: int) -> bool:
    return (
        isinstance(one, Mapping)
        and isinstance(one.get("op"), str)
        and isinstance(one.get("name", ""), str)
        and isinstance(one.get("attributes", {}), Mapping)
        and _points(one.get("module"), modules)
        and isinstance(one.get("inputs"), list)
        and isinstance(one.get("outputs"), list)
        and all(_is_source(source, nodes) for source in one["inputs"])
        and all(_points(place, tensors) for place in one["outputs"])
    )


def _is_source(source: Any, nodes: int) -> bool:
    if isinstance(source, list):
        return len(source) == 2 and _points(source[0], nodes) and isinstance(source[1], int) and source[1] >= 0
    return _points(source, nodes)


def _points(place: Any, count: int) -> bool:
    return isinstance(place, int) and not isinstance(place, bool) and 0 <= place < count
