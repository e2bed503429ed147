"""The form in which a graph is stored: modules, nodes and a table of tensors, as docs/graph.md describes it."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

FORMAT = 1
MAX_NODES = 20_000
"""Of one graph; of a larger one the modules alone are kept."""

_MAX_TENSORS = 16  # of the inputs or outputs of one node or module
_MAX_TEXT = 80  # characters of an attribute
_MAX_ATTRIBUTES = 12
_MAX_DEPTH = 6  # of containers in which tensors are looked for

Source = tuple[int, int]  # node, and which of its outputs


class TooManyNodesError(ValueError):
    """The graph has more than MAX_NODES nodes."""

    def __init__(self) -> None:
        super().__init__(f"it has more than {MAX_NODES:,} operations")


class Tensors:
    """A table of data types with shapes: each pair once, told by its place."""

    def __init__(self) -> None:
        self._places: dict[tuple[str, tuple[Any, ...]], int] = {}

    def place(self, tensor: Any) -> int:
        """Return the place of a tensor's data type and shape."""
        shape = tuple(size if type(size) is int else str(size) for size in getattr(tensor, "shape", ()))
        return self._places.setdefault((str(tensor.dtype).removeprefix("torch."), shape), len(self._places))

    def places(self, value: Any) -> list[int]:
        """Return the places of all tensors in a value, the first few."""
        return [self.place(one) for one in first_tensors(value)]

    def listed(self) -> list[Any]:
        """Return the table: data type and shape of each."""
        return [[dtype, list(shape)] for dtype, shape in self._places]


class Nodes:
    """The nodes of one graph, told by their places."""

    def __init__(self, tensors: Tensors) -> None:
        self._tensors = tensors
        self.listed: list[dict[str, Any]] = []

    def add(
        self, op: str, module: int, inputs: Iterable[Source], output: Any, attributes: Mapping[str, Any] | None = None
    ) -> int:
        """Add an operation and return its place.

        Args:
            op: its name, "conv2d".
            module: place of the module that it runs in.
            inputs: where its tensors come from; one that comes in twice is told twice.
            output: what it returns, of which the tensors are kept.
            attributes: further arguments.

        Raises:
            TooManyNodesError: there are MAX_NODES already.
        """
        if len(self.listed) >= MAX_NODES:
            raise TooManyNodesError
        node: dict[str, Any] = {
            "op": op,
            "module": module,
            "inputs": [list(source) if source[1] else source[0] for source in inputs],
            "outputs": self._tensors.places(output),
        }
        if attributes:
            node["attributes"] = dict(list(attributes.items())[:_MAX_ATTRIBUTES])
        self.listed.append(node)
        return len(self.listed) - 1


def tensors_in(value: Any, depth: int = 0) -> Iterator[Any]:
    """Yield the tensors in a value, also in lists, tuples, dictionaries and dataclasses."""
    if hasattr(value, "dtype") and hasattr(value, "shape"):
        yield value
    elif depth < _MAX_DEPTH:
        parts: Iterable[Any] = ()
        if isinstance(value, Mapping):
            parts = value.values()
        elif isinstance(value, list | tuple | set):
            parts = value
        elif hasattr(type(value), "__dataclass_fields__"):
            parts = vars(value).values() if hasattr(value, "__dict__") else ()
        for part in parts:
            yield from tensors_in(part, depth + 1)


def first_tensors(value: Any) -> list[Any]:
    """Return the first few tensors in a value."""
    found = []
    for tensor in tensors_in(value):
        found.append(tensor)
        if len(found) == _MAX_TENSORS:
            break
    return found


def as_attribute(value: Any) -> Any:
    """Return an argument that is no tensor in a form that JSON has: small values as they are, others as text."""
    if value is None or isinstance(value, bool | int):
        return value
    if isinstance(value, float):
        return value if value == value and abs(value) != float("inf") else str(value)
    text = str(value).removeprefix("torch.")
    return text if len(text) <= _MAX_TEXT else f"{text[: _MAX_TEXT - 1]}…"
