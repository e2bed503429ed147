"""A Keras model as its TensorBoard callback writes it, in the form of our own graphs: a module and a node per layer."""

from collections.abc import Iterator, Mapping
from typing import Any

from app.readers.event_files.graph_form import GraphForm
from app.transforms.graph import GraphError

_WHY = "read from a Keras model: layers and their settings, without sizes of parameters"
_WORTH = ("units", "filters", "kernel_size", "strides", "padding", "activation", "rate", "pool_size", "axis",
          "input_dim", "output_dim", "num_heads", "key_dim", "target_shape")  # fmt: skip
_MAX_DEPTH = 20
_MAX_LAYERS = 50_000


def graph_of_keras(model: Any) -> dict[str, Any]:
    """Return the graph of a model as JSON values. Raises GraphError where it is none."""
    config = _config(model)
    form = GraphForm(str(model.get("class_name", "Model")), _WHY)
    _Model(form, (), config, 0).read([])
    return form.whole()


def _config(model: Any) -> Mapping[str, Any]:
    """Return what a model is made of; old versions gave a bare list of layers."""
    config = model.get("config") if isinstance(model, Mapping) else None
    config = {"layers": config} if isinstance(config, list) else config
    if not isinstance(config, Mapping) or not isinstance(config.get("layers"), list):
        raise GraphError("it is no Keras model: it has no layers")
    return config


class _Model:
    """Reads one model, or one within another."""

    def __init__(self, form: GraphForm, path: tuple[str, ...], config: Mapping[str, Any], depth: int) -> None:
        if depth > _MAX_DEPTH:
            raise GraphError(f"its models are nested more than {_MAX_DEPTH} deep")
        self._form, self._path, self._config, self._depth = form, path, config, depth
        self._results: dict[str, list[int]] = {}  # name of a layer -> nodes that give its result

    def read(self, given: list[int]) -> list[int]:
        """Add the layers; `given` are the nodes whose results come in. Returns those whose results go out."""
        previous, layers = given, [one for one in self._config["layers"] if isinstance(one, Mapping)]
        inputs = set(_names(self._config.get("input_layers")))
        for layer in layers:
            name = str(layer.get("name") or _inner(layer).get("name") or f"layer {len(self._results)}")
            inbound = layer.get("inbound_nodes")
            sources = given if name in inputs else previous if inbound is None else self._sources(inbound)
            previous = self._results[name] = self._layer(name, layer, sources)
        outputs = [node for name in _names(self._config.get("output_layers")) for node in self._results.get(name, ())]
        return outputs or previous

    def _sources(self, inbound: Any) -> list[int]:
        return list(dict.fromkeys(node for name in _names(inbound) for node in self._results.get(name, ())))

    def _layer(self, name: str, layer: Mapping[str, Any], sources: list[int]) -> list[int]:
        if len(self._form.nodes) >= _MAX_LAYERS:
            raise GraphError(f"it has more than {_MAX_LAYERS:,} layers")
        path, config, kind = (*self._path, name), _inner(layer), str(layer.get("class_name", "layer"))
        settings = {key: config[key] for key in _WORTH if isinstance(config.get(key), str | int | float | list)}
        module = self._form.module(path, kind, ", ".join(f"{key}={value}" for key, value in settings.items())[:200])
        if isinstance(config.get("layers"), list):
            return _Model(self._form, path, config, self._depth + 1).read(sources)
        shape = config.get("batch_shape") or config.get("batch_input_shape")
        outputs = []
        if kind == "InputLayer" and isinstance(shape, list):
            sizes = [size if isinstance(size, int) else "?" for size in shape]
            outputs = [self._form.tensor(_dtype(config), sizes)]
        op = "input" if kind == "InputLayer" else kind
        attributes = {key: value if not isinstance(value, list) else str(value)[:80] for key, value in settings.items()}
        return [self._form.node(op, module, sources, outputs, attributes, name)]


def _inner(layer: Mapping[str, Any]) -> Mapping[str, Any]:
    config = layer.get("config")
    return config if isinstance(config, Mapping) else {}


def _dtype(config: Mapping[str, Any]) -> str:
    dtype = config.get("dtype")
    return dtype if isinstance(dtype, str) else ""


def _names(value: Any, depth: int = 0) -> Iterator[str]:
    """Yield the layers that a value refers to: [name, number, number, ...] at any depth, or a history of Keras 3."""
    if depth > _MAX_DEPTH:
        return
    if isinstance(value, Mapping):
        for one in value.values():
            yield from _names(one, depth + 1)
    elif isinstance(value, list):
        if len(value) >= 3 and isinstance(value[0], str) and isinstance(value[1], int) and isinstance(value[2], int):
            yield value[0]
            value = value[3:]
        for one in value:
            yield from _names(one, depth + 1)
