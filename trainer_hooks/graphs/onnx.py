"""The graph in an ONNX file, its modules told by the paths that exporters put into the names of nodes."""

import importlib
import math
import os
from pathlib import Path
from typing import Any, NamedTuple

from trainer_hooks.graphs.attempt import attempt
from trainer_hooks.graphs.form import Nodes, Source, Tensors, as_attribute

_EMPTY = ""  # the name of an input that is left out


class _Shaped(NamedTuple):
    dtype: str
    shape: tuple[int | str, ...]


class OnnxGraph:
    """Reads one file.

    Attributes:
        modules: each with `name`, `parent` and `layer`, the model at 0.
        layers: what the modules are: `class`, and the `weights` that their nodes take.
        nodes: the operations in the order of the file.

    Raises:
        ImportError: the package onnx is missing.
        OSError, ValueError: it is no ONNX file that can be read.
        TooManyNodesError: it has more operations than a graph holds.
    """

    def __init__(self, path: str | os.PathLike[str], tensors: Tensors) -> None:
        try:
            onnx = importlib.import_module("onnx")
        except ImportError as error:
            raise ImportError("an ONNX file is read with the package onnx: pip install onnx") from error
        self._tensors = tensors
        self._type_names = onnx.TensorProto.DataType
        self._attribute = onnx.helper.get_attribute_value
        model = _loaded(onnx, path)
        inferred, _ = attempt(lambda: onnx.shape_inference.infer_shapes(model))
        graph = (inferred or model).graph
        self.modules: list[dict[str, Any]] = [{"name": "", "parent": None, "layer": 0}]
        self.layers: list[dict[str, Any]] = [{"class": graph.name or "ONNX"}]
        self._places: dict[tuple[str, ...], int] = {(): 0}
        self._weights = {one.name: _Shaped(self._dtype(one.data_type), tuple(one.dims)) for one in graph.initializer}
        self._shapes = {one.name: self._shaped(one) for one in (*graph.value_info, *graph.input, *graph.output)}
        self._owned: set[str] = set()  # weights that were counted
        self._nodes = Nodes(tensors)
        self._sources: dict[str, Source] = {}
        self._read(graph)
        self.nodes = self._nodes.listed

    def _read(self, graph: Any) -> None:
        for value in graph.input:
            if value.name not in self._weights:
                self._sources[value.name] = self._add("input", 0, [], [value.name], {"name": value.name})
        for node in graph.node:
            place = self._place(tuple(part for part in node.name.split("/") if part)[:-1])
            self._own(place, [name for name in node.input if name in self._weights])
            attributes = {one.name: as_attribute(_text(self._attribute(one))) for one in node.attribute}
            number, _ = self._add(node.op_type, place, node.input, node.output, attributes)
            self._sources.update({name: (number, at) for at, name in enumerate(node.output) if name != _EMPTY})
        self._add("output", 0, [value.name for value in graph.output], [], {})

    def _add(self, op: str, module: int, inputs: Any, outputs: Any, attributes: dict[str, Any]) -> Source:
        sources = [self._sources[name] for name in inputs if name in self._sources]
        shapes = [shape for name in outputs if (shape := self._shapes.get(name)) is not None]
        return self._nodes.add(op, module, sources, shapes, attributes), 0

    def _place(self, path: tuple[str, ...]) -> int:
        """Return the place of the module with that path; it and those around it are made where they are new."""
        if path not in self._places:
            parent = self._place(path[:-1])
            self._places[path] = len(self.modules)
            self.modules.append({"name": path[-1], "parent": parent, "layer": len(self.layers)})
            self.layers.append({"class": path[-1]})
        return self._places[path]

    def _own(self, module: int, names: list[str]) -> None:
        """Count weights where they are taken first."""
        layer = self.layers[module]
        for name in names:
            shaped = self._weights[name]
            if name in self._owned:
                continue
            self._owned.add(name)
            count = math.prod(int(size) for size in shaped.shape)
            layer.setdefault("weights", []).append([name.rpartition(".")[2], self._tensors.place(shaped), 1])
            for fact in ("parameters", "trainable"):
                layer[fact] = layer.get(fact, 0) + count
            layer["bytes"] = layer.get("bytes", 0) + count * _width(shaped.dtype)

    def _shaped(self, value: Any) -> _Shaped | None:
        tensor = value.type.tensor_type
        if not tensor.elem_type:
            return None
        sizes = (one.dim_value if one.HasField("dim_value") else one.dim_param or "?" for one in tensor.shape.dim)
        return _Shaped(self._dtype(tensor.elem_type), tuple(sizes))

    def _dtype(self, number: int) -> str:
        name = str(self._type_names.Name(number)).lower()
        return {"float": "float32", "double": "float64"}.get(name, name)


def _loaded(onnx: Any, path: str | os.PathLike[str]) -> Any:
    """Return the model without weights that lie beside it. Raises ValueError: the file is no ONNX model."""
    if not Path(path).is_file():
        raise FileNotFoundError(f"there is no file {os.fspath(path)}")
    model, why = attempt(lambda: onnx.load(os.fspath(path), load_external_data=False))
    if model is None:
        raise ValueError(f"{os.fspath(path)} is no ONNX model: {why}")
    return model


def _text(value: Any) -> Any:
    return value.decode("utf-8", "replace") if isinstance(value, bytes) else value


def _width(dtype: str) -> int:
    """Return how many bytes a number takes."""
    digits = "".join(char for char in dtype if char.isdigit())
    return max(int(digits or 8) // 8, 1)
