"""Hyper-parameters as the hparams plugin of TensorBoard stores them: in the metadata of a value, not in the value."""

from dataclasses import dataclass, field
from typing import Any

from app.readers._protobuf import Field, MessageError, fields, float64, text
from app.readers.contract import RunState

_SESSION_START, _SESSION_END = 3, 4
_MAX_DEPTH = 32
_STATES = {2: RunState.FAILED}
"""Torch and Lightning write a successful end when the run begins, so success says nothing of the run."""


@dataclass(slots=True)
class Session:
    """One session of training, as far as its values have come."""

    config: dict[str, Any] = field(default_factory=dict)
    created: float | None = None  # seconds since the epoch
    state: RunState = RunState.UNKNOWN

    def take(self, data: bytes) -> None:
        """Take in one HParamsPluginData. What it says of all sessions of an experiment is left. Raises MessageError."""
        for one in fields(data):
            if one.number == _SESSION_START:
                self._start(data, one)
            elif one.number == _SESSION_END:
                status = [end.value for end in fields(data, one.value, one.value + one.size) if end.number == 1]
                self.state = _STATES.get(status[-1] if status else 0, RunState.UNKNOWN)

    def _start(self, data: bytes, message: Field) -> None:
        for one in fields(data, message.value, message.value + message.size):
            if one.number == 1:
                name, value = _entry(data, one, 0)
                self.config[name] = value
            elif one.number == 5:
                self.created = float64(data, one) or None


def _entry(data: bytes, entry: Field, depth: int) -> tuple[str, Any]:
    """Return the key and the value of one entry of a map."""
    name, value = "", None
    for one in fields(data, entry.value, entry.value + entry.size):
        if one.number == 1:
            name = text(data, one)
        elif one.number == 2:
            value = _value(data, one, depth)
    return name, value


def _value(data: bytes, message: Field, depth: int) -> Any:
    """Return a `google.protobuf.Value` as plain Python. Every number is stored as a double: whole ones come as int."""
    if depth > _MAX_DEPTH:
        raise MessageError(f"values are nested deeper than {_MAX_DEPTH}", message.value)
    value: Any = None
    for one in fields(data, message.value, message.value + message.size):
        if one.number == 2:
            number = float64(data, one)
            value = int(number) if number.is_integer() and abs(number) < 2**53 else number
        elif one.number == 3:
            value = text(data, one)
        elif one.number == 4:
            value = bool(one.value)
        elif one.number == 5:
            entries = fields(data, one.value, one.value + one.size)
            value = dict(_entry(data, entry, depth + 1) for entry in entries if entry.number == 1)
        elif one.number == 6:
            entries = fields(data, one.value, one.value + one.size)
            value = [_value(data, entry, depth + 1) for entry in entries if entry.number == 1]
    return value
