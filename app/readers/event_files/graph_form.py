"""Puts a graph that names its scopes into the form that our own logs have, as docs/graph.md describes it."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

Shape = Sequence[int | str]

_MAX_COUNT = 1 << 53  # a browser has no larger whole numbers


class GraphForm:
    """A graph in the making. Modules are told by their path, a tuple of names, and come into being when they are named.

    Args:
        name: class of the whole model.
        why: what there is to say of the way in which it was had.
    """

    def __init__(self, name: str, why: str) -> None:
        self._why = why
        self._tensors: dict[tuple[str, tuple[int | str, ...]], int] = {}
        self._places: dict[tuple[str, ...], int] = {(): 0}
        self._modules: list[dict[str, Any]] = [{"name": "", "parent": None, "layer": 0}]
        self._layers: list[dict[str, Any]] = [{"class": name}]
        self.nodes: list[dict[str, Any]] = []

    def tensor(self, dtype: str, shape: Shape) -> int:
        """Return the place of a data type with a shape; an unknown size is "?"."""
        return self._tensors.setdefault((dtype, tuple(shape)), len(self._tensors))

    def module(self, path: tuple[str, ...], class_name: str = "", settings: str = "") -> int:
        """Return the place of a module, and of those around it that are not there yet."""
        if path not in self._places:
            parent = self.module(path[:-1])
            self._places[path] = len(self._modules)
            self._modules.append({"name": path[-1], "parent": parent, "layer": len(self._modules)})
            self._layers.append({})
        layer = self._layers[self._places[path]]
        layer |= {"class": class_name} if class_name else {}
        layer |= {"settings": settings} if settings else {}
        return self._places[path]

    def weight(self, path: tuple[str, ...], name: str, dtype: str, shape: Sequence[int]) -> None:
        """Add a parameter to a module; whether it is trained is not known."""
        layer = self._layers[self.module(path)]
        layer.setdefault("weights", []).append([name, self.tensor(dtype, shape), None])
        count = 1
        for size in shape:
            count *= max(size, 0)
        layer["parameters"] = min(layer.get("parameters", 0) + count, _MAX_COUNT)

    def node(
        self,
        op: str,
        module: int,
        inputs: Iterable[Any],
        outputs: Sequence[int],
        attributes: Mapping[str, Any],
        name: str,
    ) -> int:
        """Add a node; its inputs are places, or pairs of a place and the number of an output."""
        node = {"op": op, "module": module, "inputs": list(inputs), "outputs": list(outputs), "name": name}
        if attributes:
            node["attributes"] = dict(attributes)
        self.nodes.append(node)
        return len(self.nodes) - 1

    def whole(self) -> dict[str, Any]:
        """Return the graph."""
        return {
            "format": 1,
            "method": "file",
            "why": self._why,
            "modules": self._modules,
            "layers": self._layers,
            "nodes": self.nodes,
            "tensors": [[dtype, list(shape)] for (dtype, shape) in self._tensors],
        }
