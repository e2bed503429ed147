"""Makes JSON of whatever a training keeps its configuration in."""

import math
from collections.abc import Mapping
from enum import Enum
from typing import Any

from trainer_hooks.given import text_of
from trainer_hooks.record import encode_value
from trainer_hooks.values import MAX_DEPTH, to_number

MAX_TEXT_CHARS = 10_000
MAX_ITEMS = 10_000


def to_json(value: Any, around: tuple[Any, ...] = ()) -> Any:
    """Return `value` as JSON can hold it, nested as it was.

    Mappings, `argparse.Namespace`, dataclasses, the classes of attrs and pydantic, and named tuples become objects, as
    do OmegaConf's, resolved where that can be done; lists, tuples and sets become lists; numpy scalars and 0-d tensors
    become numbers; members of an Enum the word that they stand for, else their name; NaN and the infinities
    their names; all else, what lies too deep, and what holds itself, its `str()`. `around` is what the value lies in.
    """
    if isinstance(value, Enum):
        value = value.value if isinstance(value.value, str) or isinstance(value, int | float) else value.name
    if value is None or isinstance(value, bool | str):
        return value[:MAX_TEXT_CHARS] if isinstance(value, str) else value
    if isinstance(value, int | float):
        return encode_value(value) if math.isfinite(value) is False else value
    if len(around) >= MAX_DEPTH or any(value is one for one in around):
        return text_of(value)[:MAX_TEXT_CHARS]
    around = (*around, value)
    if type(value).__module__.startswith("omegaconf."):
        return to_json(_resolved(value), around)
    fields = _fields(value)
    if fields is not None:
        return {text_of(name): to_json(item, around) for name, item in list(fields.items())[:MAX_ITEMS]}
    if isinstance(value, list | tuple | set | frozenset):
        return [to_json(item, around) for item in list(value)[:MAX_ITEMS]]
    return _leaf(value)


def merged(known: Mapping[str, Any], more: Mapping[str, Any]) -> dict[str, Any]:
    """Return `known` with `more` in it: mappings are merged name by name, of all else what `more` says counts."""
    found = dict(known)
    for name, value in more.items():
        both = isinstance(value, Mapping) and isinstance(found.get(name), Mapping)
        found[name] = merged(found[name], value) if both else value
    return found


def _fields(value: Any) -> Mapping[Any, Any] | None:
    """Return the named parts of a mapping, a namespace or an object with declared fields; None for anything else."""
    if isinstance(value, Mapping):
        return value
    kind = type(value)
    names = getattr(kind, "__dataclass_fields__", None) or getattr(kind, "model_fields", None)  # the latter: pydantic
    if names is None and hasattr(kind, "__attrs_attrs__"):
        names = [field.name for field in kind.__attrs_attrs__]
    if names is None and isinstance(value, tuple):
        names = getattr(kind, "_fields", None)
    if names is not None and not isinstance(value, type):
        return {name: getattr(value, name, None) for name in names}
    return vars(value) if type(value).__name__.endswith("Namespace") and hasattr(value, "__dict__") else None


def _resolved(value: Any) -> Any:
    """Return OmegaConf's dictionary or list as plain ones. What cannot be resolved stays as it is written."""
    from omegaconf import OmegaConf  # loaded already, since the value is one of its own
    from omegaconf.errors import OmegaConfBaseException

    try:
        return OmegaConf.to_container(value, resolve=True, enum_to_str=True)
    except OmegaConfBaseException:
        return OmegaConf.to_container(value, resolve=False, enum_to_str=True)


def _leaf(value: Any) -> Any:
    if hasattr(value, "item"):
        try:
            return encode_value(to_number(value))
        except ValueError:
            pass
    return text_of(value)[:MAX_TEXT_CHARS]
