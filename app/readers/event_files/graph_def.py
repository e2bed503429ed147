"""A GraphDef in the form of our own graphs: scopes as modules, variables as parameters, constants left out."""

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from app.readers._protobuf import BYTES, Buffer, MessageError, content, fields
from app.readers.event_files.graph_form import GraphForm
from app.readers.event_files.graph_nodes import NodeDef, nodes_of

_TORCH_SCOPE = re.compile(r"(\w+)\[(.+)\]")
_VARIABLES = ("VarHandleOp", "Variable", "VariableV2")
_FROM_TORCH = (
    "read from what SummaryWriter.add_graph logged: the operations of one trace, parameters without their sizes"
)
_FROM_TENSORFLOW = "read from a TensorFlow graph; constants are left out"
_MAX_DEPTH = 40


def graph_of_def(data: Buffer) -> dict[str, Any]:
    """Return the graph of a GraphDef. Raises MessageError where it is none, or holds no node."""
    return _graph(list(nodes_of(data)))


def graph_of_metadata(data: Buffer) -> dict[str, Any]:
    """Return the graph in the metadata of a run of TensorFlow: of its functions, or as it was put on devices.

    Raises:
        MessageError: it is none, or holds no graph.
    """
    functions, parts = [], []
    for one in fields(data):
        if one.number == 3 and one.wire_type == BYTES:
            parts.append(content(data, one))
        elif one.number == 4 and one.wire_type == BYTES:
            inner = content(data, one)
            functions += [
                content(inner, part) for part in fields(inner) if part.number == 2 and part.wire_type == BYTES
            ]
    graphs = [list(nodes_of(graph)) for graph in functions or parts]
    if len(graphs) == 1:
        return _graph(graphs[0])
    return _graph([_below(f"function {place}/", node) for place, nodes in enumerate(graphs, 1) for node in nodes])


def _below(prefix: str, node: NodeDef) -> NodeDef:
    inputs = (f"^{prefix}{name[1:]}" if name.startswith("^") else prefix + name for name in node.inputs)
    return node._replace(name=prefix + node.name, inputs=tuple(inputs))


def _graph(nodes: Sequence[NodeDef]) -> dict[str, Any]:
    if not nodes:
        raise MessageError("it holds no graph: timings of a step alone, or nothing")
    is_torch = any("::" in node.op or node.op == "IO Node" for node in nodes)
    return (_Torch if is_torch else _TensorFlow)(nodes).read()


class _TensorFlow:
    """Reads the nodes of TensorFlow."""

    why = _FROM_TENSORFLOW

    def __init__(self, nodes: Sequence[NodeDef]) -> None:
        self._nodes = {node.name: node for node in nodes}
        self._scopes = {scope for node in nodes for scope in _scopes_of(node.name)}
        self._places: dict[str, int] = {}
        self._passed: dict[str, list[Any]] = {}
        self._form = GraphForm(self.root(), self.why)

    def root(self) -> str:
        """Return the class of the whole model."""
        return "graph"

    def is_left_out(self, node: NodeDef) -> bool:
        """Tell whether a node is no operation on tensors; its inputs are then passed to those that use it."""
        return node.op in ("Const", "NoOp", *_VARIABLES)

    def module(self, node: NodeDef) -> int:
        """Return the module around a node; a name that others have as a scope is in the module of that name."""
        path = _split(node.name)
        return self._form.module(tuple(path if node.name in self._scopes else path[:-1]))

    def words(self, node: NodeDef) -> tuple[str, Mapping[str, Any]]:
        """Return what a node does, and its attributes."""
        return "input" if node.op.startswith("Placeholder") else node.op, node.attributes

    def read(self) -> dict[str, Any]:
        """Return the graph."""
        kept = [node for node in self._nodes.values() if not self.is_left_out(node)]
        for node in kept:
            op, attributes = self.words(node)
            outputs = [self._form.tensor(node.dtype, shape) for shape in node.shapes or ()]
            name = node.name.rpartition("/")[2]
            self._places[node.name] = self._form.node(op, self.module(node), (), outputs, attributes, name)
        for node, known in zip(kept, self._form.nodes, strict=True):
            known["inputs"] = self._sources(node.inputs)
        for node in self._nodes.values():
            if node.op in _VARIABLES and node.shape is not None:
                *path, name = _split(node.name)
                sizes = [size if isinstance(size, int) else 0 for size in node.shape]
                self._form.weight(tuple(path), name, node.dtype, sizes)
        return self._form.whole()

    def _sources(self, inputs: Iterable[str], depth: int = 0) -> list[Any]:
        """Return where inputs come from, through nodes that are left out."""
        found: list[Any] = []
        for given in inputs:
            name, _, rest = given.partition(":")
            number = rest.rpartition(":")[2]
            if name in self._places:
                place = self._places[name]
                found.append(
                    [place, int(number)] if number.isdecimal() and int(number) < 1000 and int(number) else place
                )
            elif name in self._nodes and depth < _MAX_DEPTH:
                if name not in self._passed:
                    self._passed[name] = []  # while it is found out: a loop passes nothing to itself
                    self._passed[name] = self._sources(self._nodes[name].inputs, depth + 1)
                found += [source for source in self._passed[name] if source not in found]
        return found


class _Torch(_TensorFlow):
    """Reads the nodes of torch, whose scopes are modules with class and name: `Net/Conv2d[conv1]/input.1`."""

    why = _FROM_TORCH

    def __init__(self, nodes: Sequence[NodeDef]) -> None:
        self._has_shapes = any(node.shapes for node in nodes if node.op != "IO Node")
        super().__init__(nodes)

    def root(self) -> str:
        first = {node.name.partition("/")[0] for node in self._nodes.values() if node.op != "IO Node"}
        return first.pop() if len(first) == 1 else "model"

    def is_left_out(self, node: NodeDef) -> bool:
        if node.op == "IO Node":
            return False
        return node.op.startswith("prim::") or (self._has_shapes and not node.shapes)

    def module(self, node: NodeDef) -> int:
        path: tuple[str, ...] = ()
        place = 0
        if node.op != "IO Node":
            for scope in _split(node.name)[1:-1]:
                named = _TORCH_SCOPE.fullmatch(scope)
                path = (*path, named[2] if named else scope)
                place = self._form.module(path, named[1] if named else "")
        return place

    def words(self, node: NodeDef) -> tuple[str, Mapping[str, Any]]:
        attributes = {name: value for name, value in node.attributes.items() if name != "attr"}
        if node.op == "IO Node":
            return node.name.partition("/")[0], attributes
        return node.op.rpartition("::")[2].strip("_"), attributes


def _split(name: str) -> list[str]:
    """Return the scopes and the name in a full name; beyond a depth that no model has, the rest is one name."""
    return name.split("/", _MAX_DEPTH)


def _scopes_of(name: str) -> list[str]:
    parts = _split(name)
    return ["/".join(parts[:count]) for count in range(1, len(parts))]
