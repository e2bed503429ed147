"""A graph in our own form as a GraphDef, so that TensorBoard draws it: modules as scopes, parameters as variables.

GraphDef   1 node, repeated
NodeDef    1 name | 2 op | 3 input, repeated | 5 attr, repeated: map of 1 key to 2 AttrValue
AttrValue  1 list (7 shape, repeated) | 2 bytes | 6 data type | 7 shape
Shape      2 dim, repeated (of each 1 size, -1 where it is not known) | 3 whether even the rank is not known
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from trainer_hooks.event_values import TENSOR_TYPES
from trainer_hooks.protobuf import content, number, text

_TYPES = {**TENSOR_TYPES, "complex64": 8, "bfloat16": 14, "complex128": 18}
_UNSAFE = re.compile(r"[^\w.\-\[\]()]")
_VARIABLE, _INPUT = "VariableV2", "Placeholder"  # what readers take for a parameter and for an input


def graph_def(graph: Mapping[str, Any]) -> bytes:
    """Encode a graph as `app.transforms.graph.sound_graph` returns it."""
    return _Encoder(graph).encode()


class _Encoder:
    """Names each node once, as TensorBoard tells scopes and edges by names alone."""

    def __init__(self, graph: Mapping[str, Any]) -> None:
        self._graph = graph
        self._scopes: list[str] = []
        self._taken: set[str] = set()
        for module in graph["modules"]:
            self._scopes.append(self._scope(module))

    def encode(self) -> bytes:
        names = [self._name(self._scopes[one["module"]], one.get("name") or one["op"]) for one in self._graph["nodes"]]
        nodes = [self._operation(name, one, names) for name, one in zip(names, self._graph["nodes"], strict=True)]
        return b"".join(content(1, node) for node in (*nodes, *self._variables()))

    def _scope(self, module: Mapping[str, Any]) -> str:
        """Return the full name of a module with `/` at its end, empty of the model itself, the first."""
        if module.get("parent") is None:
            return ""
        return self._name(self._scopes[module["parent"]], module["name"]) + "/"

    def _name(self, scope: str, name: str) -> str:
        """Return a full name that no node and no scope has."""
        wanted = found = scope + (_UNSAFE.sub("_", name) or "_")
        count = 0
        while found in self._taken:
            count += 1
            found = f"{wanted}_{count}"
        self._taken.add(found)
        return found

    def _operation(self, name: str, node: Mapping[str, Any], names: Sequence[str]) -> bytes:
        attributes = {str(key): text(2, str(value)) for key, value in node.get("attributes", {}).items()}
        tensors = [self._graph["tensors"][place] for place in node["outputs"]]
        if tensors:
            attributes |= _type("T", tensors[0][0])
            attributes["_output_shapes"] = content(1, b"".join(content(7, _shape(sizes)) for _, sizes in tensors))
        op = _INPUT if node["op"] == "input" else node["op"]
        return _node(name, op, [_source(source, names) for source in node["inputs"]], attributes)

    def _variables(self) -> Iterable[bytes]:
        """Yield the parameters of each module, but for those that count under another name."""
        for module, scope in zip(self._graph["modules"], self._scopes, strict=True):
            for name, place, _, *tied in self._graph["layers"][module["layer"]].get("weights", ()):
                if tied and tied[0]:
                    continue
                attributes = {}
                if place is not None:
                    dtype, sizes = self._graph["tensors"][place]
                    attributes = {**_type("dtype", dtype), "shape": content(7, _shape(sizes))}
                yield _node(self._name(scope, name), _VARIABLE, (), attributes)


def _node(name: str, op: str, inputs: Iterable[str], attributes: Mapping[str, bytes]) -> bytes:
    entries = (content(5, text(1, key) + content(2, value)) for key, value in attributes.items())
    return text(1, name) + text(2, op) + b"".join(text(3, one) for one in inputs) + b"".join(entries)


def _source(source: Any, names: Sequence[str]) -> str:
    return f"{names[source[0]]}:{source[1]}" if isinstance(source, list) else names[source]


def _type(key: str, dtype: str) -> dict[str, bytes]:
    return {key: number(6, _TYPES[dtype])} if dtype in _TYPES else {}


def _shape(sizes: Sequence[Any]) -> bytes:
    if list(sizes) == ["…"]:
        return number(3, 1)
    return b"".join(content(2, number(1, size if isinstance(size, int) else -1)) for size in sizes)
