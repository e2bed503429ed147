"""What a format brought along, as strict JSON can hold it."""

from collections.abc import Mapping
from typing import Any

from trainer_hooks.config import to_json
from trainer_hooks.record import encode_value

_MAX_DEPTH = 64  # YAML can hold a list that holds itself


def strict(value: Any, depth: int = 0) -> Any:
    """Return nested mappings and lists with nothing cut off; NaN and the infinities become their names."""
    if value is None or isinstance(value, bool | int | str):
        return value
    if isinstance(value, float):
        return encode_value(value)
    if depth < _MAX_DEPTH and isinstance(value, Mapping):
        return {str(name): strict(item, depth + 1) for name, item in value.items()}
    if depth < _MAX_DEPTH and isinstance(value, list | tuple | set | frozenset):
        return [strict(item, depth + 1) for item in value]
    return to_json(value)
