"""The graph that a model of `torch.jit` carries in itself."""

from typing import Any, NamedTuple

from trainer_hooks.graphs.form import Nodes, Source, Tensors
from trainer_hooks.graphs.modules import Modules

_PLUMBING = ("prim::Constant", "prim::GetAttr", "prim::CreateObject", "prim::CallMethod")
_CONTAINERS = ("prim::ListConstruct", "prim::TupleConstruct", "prim::TupleUnpack", "prim::ListUnpack")


class _Shaped(NamedTuple):
    dtype: str
    shape: tuple[int, ...]


class Scripted:
    """Reads the graph of a traced or scripted model; the modules around a node are known of traced ones alone.

    Args:
        modules: the modules of the model.
        tensors: the table for shapes.
    """

    def __init__(self, modules: Modules, tensors: Tensors) -> None:
        self._modules = modules
        self._sources: dict[str, list[Source]] = {}  # name of a value -> where its tensors come from
        self._owners: dict[str, str] = {}  # name of a value that is a module or its parameter -> path
        self._nodes = Nodes(tensors)

    def read(self) -> list[Any]:
        """Return the nodes. Raises TooManyNodesError."""
        graph = self._modules.objects[0].inlined_graph
        first, *inputs = graph.inputs()
        self._owners[first.debugName()] = ""
        for value in inputs:
            node = self._nodes.add("input", 0, (), _shaped([value]), {"name": value.debugName()})
            self._sources[value.debugName()] = [(node, 0)]
        self._walk(graph)
        self._nodes.add("output", 0, self._of(graph.outputs()), ())
        return self._nodes.listed

    def _walk(self, block: Any) -> None:
        for node in block.nodes():
            blocks = list(node.blocks())
            if blocks:
                self._branch(node, blocks)
            else:
                self._take(node)

    def _branch(self, node: Any, blocks: list[Any]) -> None:
        """Take the nodes of branches or of a loop in; what comes out is what any of them gives."""
        given = self._of(node.inputs())
        for block in blocks:
            self._sources.update({value.debugName(): given for value in block.inputs()})
            self._walk(block)
        results = [list(block.outputs())[-node.outputsSize() :] for block in blocks if node.outputsSize()]
        for place, value in enumerate(node.outputs()):
            self._sources[value.debugName()] = self._of(outputs[place] for outputs in results)

    def _take(self, node: Any) -> None:
        kind, outputs = node.kind(), list(node.outputs())
        if kind == "prim::GetAttr":
            owner, name = self._owners.get(node.input().debugName(), ""), node.s("name")
            self._owners[node.output().debugName()] = f"{owner}.{name}" if owner else name
        elif kind in _CONTAINERS:
            passed = self._of(node.inputs())
            for place, value in enumerate(outputs):
                self._sources[value.debugName()] = passed if len(outputs) == 1 else passed[place : place + 1] or passed
        elif kind not in _PLUMBING and any("Tensor" in str(value.type()) for value in outputs):
            place = self._modules.place(self._path(node))
            number = self._nodes.add(
                kind.rpartition("::")[2].strip("_"), place, self._of(node.inputs()), _shaped(outputs)
            )
            for at, value in enumerate(outputs):
                self._sources[value.debugName()] = [(number, at)]

    def _of(self, values: Any) -> list[Source]:
        return [source for value in values for source in self._sources.get(value.debugName(), ())]

    def _path(self, node: Any) -> str:
        """Return the path of a node's module: its scope, or the owner of the parameters that it takes."""
        scope = str(node.scopeName()).rpartition("/")[2]
        if scope:
            return scope.removeprefix("__module").removeprefix(".")
        owners = (self._owners.get(value.debugName(), "") for value in node.inputs())
        return next((owner.rpartition(".")[0] for owner in owners if owner), "")


def _shaped(values: list[Any]) -> list[_Shaped]:
    """Return data type and shape of the values that the graph knows them of."""
    found = []
    for value in values:
        kind = value.type()
        if kind.kind() == "TensorType" and kind.sizes() is not None:
            found.append(_Shaped(str(kind.dtype()), tuple(kind.sizes())))
    return found
