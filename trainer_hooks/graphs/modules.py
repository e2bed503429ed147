"""The modules of a model: what they are and which parameters they own."""

import json
from collections.abc import Mapping
from typing import Any

from trainer_hooks.graphs.attempt import attempt
from trainer_hooks.graphs.form import Tensors

_WRAPPERS = {  # class -> the attribute that holds the model
    "DataParallel": "module",
    "DistributedDataParallel": "module",
    "OptimizedModule": "_orig_mod",
}
_MAX_SETTINGS = 200  # characters


def unwrapped(model: Any) -> Any:
    """Return the model in wrappers that spread or compile it."""
    while (name := _WRAPPERS.get(type(model).__name__)) and hasattr(model, name):
        model = getattr(model, name)
    return model


class Modules:
    """The modules of a model in the order of their definition, each once; told by their places, the model at 0.

    Attributes:
        listed: each with `name`, `class` and `parent`, and where there is something to tell `settings`, `weights`,
            `parameters`, `trainable`, `bytes`, `buffers`, and, once the model ran, `inputs`, `outputs`, `calls`.
        objects: the modules themselves.
    """

    def __init__(self, model: Any, tensors: Tensors) -> None:
        self._tensors = tensors
        self._owners: dict[int, str] = {}  # id of a parameter -> its first name
        self.listed: list[dict[str, Any]] = []
        self.objects: list[Any] = []
        self._places: dict[str, int] = {}
        first: dict[int, int] = {}
        for path, module in model.named_modules(remove_duplicate=False):
            if id(module) not in first:
                first[id(module)] = len(self.listed)
                self.objects.append(module)
                self.listed.append(self._told(path, module))
            self._places[path] = first[id(module)]

    def place(self, path: str) -> int:
        """Return the place of the module with that path, or of the nearest one around it that there is."""
        while path not in self._places:
            path = path.rpartition(".")[0]
        return self._places[path]

    def compact(self) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
        """Return the modules as name, parent and layer, and the layers: what modules are, those that are alike once."""
        layers: dict[str, int] = {}
        modules = []
        for told in self.listed:
            what = {name: value for name, value in told.items() if name not in ("name", "parent")}
            layer = layers.setdefault(json.dumps(what), len(layers))
            modules.append({"name": told["name"], "parent": told["parent"], "layer": layer})
        return modules, [json.loads(text) for text in layers]

    def _told(self, path: str, module: Any) -> dict[str, Any]:
        parent, _, name = path.rpartition(".")
        told: dict[str, Any] = {
            "name": name,
            "class": str(getattr(module, "original_name", type(module).__name__)),
            "parent": self._places[parent] if path else None,
        }
        settings, _ = attempt(lambda: " ".join(str(module.extra_repr()).split()))
        if settings:
            told["settings"] = settings[:_MAX_SETTINGS]
        return {**told, **self._weights(path, module), **_buffers(module)}

    def _weights(self, path: str, module: Any) -> Mapping[str, Any]:
        """Return what a module owns itself; a parameter that another module had first counts there."""
        weights, own = [], []
        for name, parameter in module.named_parameters(recurse=False):
            full = f"{path}.{name}" if path else name
            owner = self._owners.setdefault(id(parameter), full)
            if is_lazy(parameter):
                weights.append([name, None, int(parameter.requires_grad)])
                continue
            one = [name, self._tensors.place(parameter), int(parameter.requires_grad)]
            weights.append(one if owner == full else [*one, owner])
            if owner == full:
                own.append(parameter)
        if not weights:
            return {}
        return {
            "weights": weights,
            "parameters": sum(one.numel() for one in own),
            "trainable": sum(one.numel() for one in own if one.requires_grad),
            "bytes": sum(one.numel() * one.element_size() for one in own),
        }


def is_lazy(parameter: Any) -> bool:
    """Tell whether a parameter has no shape before the model runs for the first time."""
    return type(parameter).__name__.startswith("Uninitialized")


def _buffers(module: Any) -> Mapping[str, int]:
    count = sum(buffer.numel() for _, buffer in module.named_buffers(recurse=False) if not is_lazy(buffer))
    return {"buffers": count} if count else {}


def why_not_run(model: Any) -> str:
    """Say why a model must not be run to learn its graph; "" where it may."""
    for parameter in model.parameters():
        if is_lazy(parameter):
            return "it has lazy parameters, which running it would fix; log the graph after its first step"
        if hasattr(parameter, "device_mesh") or hasattr(parameter, "ds_id"):
            return "its parameters are spread over processes, and running it in one would wait for the others"
    if any("FullyShardedDataParallel" in str(type(module).__mro__) for module in model.modules()):
        return "it is sharded over processes, and running it in one would wait for the others"
    return ""
