"""Runs a model once and writes down which functions of torch each module calls with which tensors."""

from collections.abc import Mapping, Sequence
from typing import Any

from trainer_hooks.graphs.form import Nodes, Source, Tensors, as_attribute, first_tensors, tensors_in
from trainer_hooks.graphs.modules import Modules

_NO_NAME = "__get__"  # functions of torch that are attributes of a tensor
_QUIET = {"detach", "detach_", "requires_grad_", "data", "grad", "is_leaf", "grad_fn"}


class Trace:
    """What one run of a model tells. Shapes of modules are put into `modules` as they are called.

    Args:
        modules: the modules of the model, put aside hooks included.
        tensors: the table for shapes.
    """

    def __init__(self, modules: Modules, tensors: Tensors) -> None:
        from torch.utils.weak import WeakTensorKeyDictionary

        self._modules = modules
        self._tensors = tensors
        self._within = [0]
        self._sources = WeakTensorKeyDictionary()  # tensor -> where it came from
        self.nodes = Nodes(tensors)

    def run(self, args: Sequence[Any], kwargs: Mapping[str, Any]) -> None:
        """Run the model. Raises whatever it raises, and TooManyNodesError."""
        for name, value in [*((f"input {place}", value) for place, value in enumerate(args)), *kwargs.items()]:
            self._note_input(name if len(args) > 1 or kwargs else "input", value)
        watches = [one for place, module in enumerate(self._modules.objects) for one in self._watch(place, module)]
        try:
            with self._recorder():
                output = self._modules.objects[0](*args, **kwargs)
        finally:
            for watch in watches:
                watch.remove()
        sources = self._sources_of(output)
        self.nodes.add("output", 0, sources, ())

    def _note_input(self, name: str, value: Any) -> None:
        for tensor in tensors_in(value):
            self._sources[tensor] = (self.nodes.add("input", 0, (), tensor, {"name": name}), 0)

    def _watch(self, place: int, module: Any) -> list[Any]:
        def enter(_module: Any, args: Any, kwargs: Any) -> None:
            self._within.append(place)
            self._modules.listed[place].setdefault("inputs", self._tensors.places((args, kwargs)))

        def leave(_module: Any, args: Any, output: Any) -> None:
            self._within.pop()
            told = self._modules.listed[place]
            told["calls"] = told.get("calls", 0) + 1
            told.setdefault("outputs", self._tensors.places(output))
            self._bridge(place, args, output)

        return [module.register_forward_pre_hook(enter, with_kwargs=True), module.register_forward_hook(leave)]

    def _bridge(self, place: int, args: Any, output: Any) -> None:
        """Add a node for a module whose result came from code that torch does not tell of."""
        unknown = [tensor for tensor in tensors_in(output) if tensor not in self._sources]
        if unknown:
            node = self.nodes.add(self._modules.listed[place]["class"], place, self._sources_of(args), unknown)
            self._remember(node, unknown)

    def _remember(self, node: int, output: Any) -> None:
        for number, tensor in enumerate(first_tensors(output)):
            self._sources[tensor] = (node, number)

    def _sources_of(self, value: Any) -> list[Source]:
        return [self._sources[tensor] for tensor in tensors_in(value) if tensor in self._sources]

    def _recorder(self) -> Any:
        from torch.overrides import TorchFunctionMode

        note = self._note

        class Recorder(TorchFunctionMode):
            def __torch_function__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
                output = func(*args, **(kwargs or {}))
                note(func, args, kwargs or {}, output)
                return output

        return Recorder()

    def _note(self, func: Any, args: Any, kwargs: Any, output: Any) -> None:
        name = getattr(func, "__name__", type(func).__name__)
        if name == _NO_NAME:
            name = getattr(getattr(func, "__self__", None), "__name__", name)
        if name in _QUIET or not first_tensors(output):
            return
        # Sources first: a function that works in place returns its input.
        inputs = self._sources_of((args, kwargs))
        attributes = {key: as_attribute(value) for key, value in kwargs.items() if not first_tensors(value)}
        self._remember(self.nodes.add(name.strip("_"), self._within[-1], inputs, output, attributes), output)
