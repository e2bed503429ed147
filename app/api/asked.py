"""Questions as JSON values come in: each taken by name and checked, with an error that says which one is wrong."""

import math
from collections.abc import Mapping, Sequence
from typing import Any, cast, get_args

from app.readers.contract import Overlap
from app.store.query import QuestionError, Smoothing, SmoothingKind

Window = tuple[float, float]


class Asked:
    """The fields of a JSON object. Each method raises QuestionError where the field is of another kind."""

    def __init__(self, fields: Any, what: str) -> None:
        if not isinstance(fields, Mapping):
            raise QuestionError(f"{what} must be a JSON object, not {_shown(fields)}.")
        self._fields = fields
        self._what = what

    def text(self, name: str, otherwise: str | None = None) -> str:
        """Return a text; without `otherwise` it must be there."""
        return str(self._take(name, otherwise, str, "a text"))

    def number(self, name: str, otherwise: float) -> float:
        """Return a finite number."""
        value = self._take(name, otherwise, (int, float), "a number")
        if isinstance(value, bool) or not math.isfinite(value):
            raise QuestionError(f"{name} of {self._what} must be a finite number, not {_shown(value)}.")
        return float(value)

    def flag(self, name: str) -> bool:
        """Return true or false; false where it is not there."""
        return bool(self._take(name, False, bool, "true or false"))

    def choice(self, name: str, choices: Any, otherwise: str) -> str:
        """Return one of the texts of a `Literal`."""
        value = self.text(name, otherwise)
        if value not in get_args(choices):
            raise QuestionError(f"{name} of {self._what} is one of {', '.join(get_args(choices))}, not {value!r}.")
        return value

    def texts(self, name: str) -> Sequence[str]:
        """Return a list of texts; empty where it is not there."""
        values = self._take(name, [], list, "a list")
        if not all(isinstance(value, str) for value in values):
            raise QuestionError(f"{name} of {self._what} must be a list of texts.")
        return tuple(values)

    def whole_numbers(self, name: str) -> Sequence[int]:
        """Return a list of whole numbers of at least 0; empty where it is not there."""
        values = self._take(name, [], list, "a list")
        if not all(type(value) is int and value >= 0 for value in values):
            raise QuestionError(f"{name} of {self._what} must be a list of whole numbers of at least 0.")
        return tuple(values)

    def has(self, name: str) -> bool:
        """Tell whether a field is there and not null."""
        return self._fields.get(name) is not None

    def objects(self, name: str, each: str) -> Sequence["Asked"]:
        """Return a list of objects; empty where it is not there."""
        return [Asked(value, each) for value in self._take(name, [], list, "a list")]

    def object(self, name: str) -> "Asked":
        """Return an object; an empty one where it is not there."""
        return Asked(self._take(name, {}, Mapping, "an object"), name)

    def text_by_name(self, name: str) -> Mapping[str, str]:
        """Return an object whose values are texts."""
        values: Mapping[str, str] = self._take(name, {}, Mapping, "an object")
        if not all(isinstance(value, str) for value in values.values()):
            raise QuestionError(f"the values of {name} of {self._what} must be texts.")
        return values

    def window(self, name: str) -> Window | None:
        """Return two numbers, None where there is null or nothing."""
        ends = self._fields.get(name)
        if ends is None:
            return None
        if not isinstance(ends, list) or len(ends) != 2 or not all(isinstance(end, int | float) for end in ends):
            raise QuestionError(f"{name} of {self._what} must be two numbers or null, not {_shown(ends)}.")
        return float(ends[0]), float(ends[1])

    def _take(self, name: str, otherwise: Any, kind: Any, words: str) -> Any:
        value = self._fields.get(name, otherwise)
        if not isinstance(value, kind):
            raise QuestionError(f"{name} of {self._what} must be {words}, not {_shown(value)}.")
        return value


def as_smoothing(asked: Asked) -> Smoothing:
    """Return the smoothing that an object with `kind` and `amount` asks for."""
    return Smoothing(cast("SmoothingKind", asked.choice("kind", SmoothingKind, "none")), asked.number("amount", 0.0))


def as_overlap(asked: Asked) -> Overlap:
    """Return which points of a resumed run are asked for: `overlap`, the latest where nothing is said."""
    return cast("Overlap", asked.choice("overlap", Overlap, "latest"))


def _shown(value: Any) -> str:
    text = repr(value)
    return text if len(text) <= 60 else f"{text[:60]}…"
