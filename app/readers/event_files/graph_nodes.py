"""The nodes of a GraphDef, decoded from protobuf: TensorFlow's, and those of torch's SummaryWriter."""

from collections.abc import Iterator
from typing import Any, NamedTuple

from app.readers._protobuf import BYTES, VARINT, Buffer, Field, MessageError, content, fields, float32, signed, text

MAX_NODES = 50_000
"""Of one graph: more would only keep the browser busy."""

Shape = tuple[int | str, ...]

_FIRST = ("float32", "float64", "int32", "uint8", "int16", "int8", "string", "complex64", "int64", "bool")
_LATER = {14: "bfloat16", 19: "float16", 20: "resource", 21: "variant", 22: "uint32", 23: "uint64"}
_DTYPES = {**dict(enumerate(_FIRST, 1)), **_LATER}
_MAX_TEXT = 80
_MAX_ATTRIBUTES = 12
_SHAPES, _TORCH = "_output_shapes", "attr"


class NodeDef(NamedTuple):
    """One node as the file has it.

    Attributes:
        name: with its scopes, "dense/MatMul".
        inputs: names of nodes, with `:` and a number for a later output, `^` for one that only has to run before.
        shapes: of its outputs, None where they are not told; an unknown size is "?", an unknown rank a single "…".
        dtype: of its outputs, "" where it is not told.
        shape: what it holds itself, where it is a variable.
        attributes: the rest, as far as it is short.
    """

    name: str
    op: str
    inputs: tuple[str, ...]
    shapes: tuple[Shape, ...] | None
    dtype: str
    shape: Shape | None
    attributes: dict[str, Any]


def nodes_of(data: Buffer) -> Iterator[NodeDef]:
    """Yield the nodes of a GraphDef, those of its functions too, with the function's name as a scope.

    Raises:
        MessageError: it is none, or has more than MAX_NODES nodes.
    """
    for count, (prefix, node) in enumerate(_node_messages(data)):
        if count == MAX_NODES:
            raise MessageError(f"the graph has more than {MAX_NODES:,} nodes, which no page can show")
        yield _node(node, prefix)


def _node_messages(data: Buffer) -> Iterator[tuple[str, bytes]]:
    for one in fields(data):
        if one.wire_type != BYTES:
            continue
        if one.number == 1:
            yield "", content(data, one)
        elif one.number == 2:
            for function in _parts(content(data, one), 1):
                name = next(
                    (text(sign, part) for sign in _parts(function, 1) for part in fields(sign) if part.number == 1), ""
                )
                yield from ((f"{name or 'function'}/", node) for node in _parts(function, 3))


def _node(data: bytes, prefix: str) -> NodeDef:
    name, op, inputs, attributes = "", "", [], {}
    for one in fields(data):
        if one.wire_type != BYTES:
            continue
        if one.number == 1:
            name = text(data, one)
        elif one.number == 2:
            op = text(data, one)
        elif one.number == 3:
            given = text(data, one)
            inputs.append(f"^{prefix}{given[1:]}" if given.startswith("^") else prefix + given)
        elif one.number == 5:
            key, value = _entry(content(data, one))
            attributes[key] = value
    shapes = attributes.pop(_SHAPES, None)
    dtype = next((attributes.pop(key) for key in ("dtype", "T") if isinstance(attributes.get(key), str)), "")
    shape = attributes.pop("shape", None)
    short = {key: value for key, value in attributes.items() if _is_worth(key, value)}
    return NodeDef(
        prefix + name,
        op,
        tuple(inputs),
        shapes if _is_tuple_of(shapes, tuple) else None,
        dtype,
        shape if _is_tuple_of(shape, int | str) else None,
        dict(list(short.items())[:_MAX_ATTRIBUTES]),
    )


def _is_tuple_of(value: Any, kind: Any) -> bool:
    return isinstance(value, tuple) and all(isinstance(one, kind) for one in value)


def _is_worth(key: str, value: Any) -> bool:
    return value is not None and not key.startswith("_") and not isinstance(value, tuple) and value not in ("", "{}")


def _entry(data: bytes) -> tuple[str, Any]:
    key, value = "", None
    for one in fields(data):
        if one.number == 1 and one.wire_type == BYTES:
            key = text(data, one)
        elif one.number == 2 and one.wire_type == BYTES:
            value = _value(content(data, one))
    return key, value


def _value(data: bytes) -> Any:
    """Return an AttrValue: a text, number, name of a data type, shape, or tuple of shapes; None for any other."""
    for one in fields(data):
        if one.wire_type == VARINT and one.number in (3, 5, 6):
            return {3: signed(one.value), 5: bool(one.value), 6: _dtype(one.value)}[one.number]
        if one.number == 4:
            return round(float32(data, one), 7)
        if one.wire_type == BYTES and one.number == 2:
            return text(data, one).strip()[:_MAX_TEXT]
        if one.wire_type == BYTES and one.number == 7:
            return _shape(content(data, one))
        if one.wire_type == BYTES and one.number == 1:
            return _list(content(data, one))
    return None


def _list(data: bytes) -> Any:
    """Return a list of shapes as a tuple of them, of numbers or texts as words; None for any other."""
    found = list(fields(data))
    shapes = tuple(_shape(content(data, one)) for one in found if one.number == 7 and one.wire_type == BYTES)
    if shapes:
        return shapes
    words = [word for one in found if (word := _word(data, one))]
    return f"[{', '.join(words)}]"[:_MAX_TEXT] if words else None


def _word(data: bytes, one: Field) -> str:
    if one.number == 2 and one.wire_type == BYTES:
        return text(data, one)
    return str(signed(one.value)) if one.number == 3 and one.wire_type == VARINT else ""


def _shape(data: bytes) -> Shape:
    sizes: list[int | str] = []
    for one in fields(data):
        if one.number == 3 and one.value:
            return ("…",)
        if one.number == 2 and one.wire_type == BYTES:
            dim = content(data, one)
            size = next(
                (signed(part.value) for part in fields(dim) if part.number == 1 and part.wire_type == VARINT), 0
            )
            sizes.append("?" if size < 0 else size)
    return tuple(sizes)


def _parts(data: bytes, number: int) -> Iterator[bytes]:
    return (content(data, one) for one in fields(data) if one.number == number and one.wire_type == BYTES)


def _dtype(number: int) -> str:
    """Return the name of a data type; references to variables have 100 more."""
    return _DTYPES.get(number % 100, f"type {number}")
