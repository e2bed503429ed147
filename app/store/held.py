"""Values that were asked for last, held in memory under a bound. Nothing held is the truth: all can be had anew."""

from collections import OrderedDict
from collections.abc import Callable, Hashable
from threading import Lock
from typing import Generic, TypeVar

Key = TypeVar("Key", bound=Hashable)
Value = TypeVar("Value")


class Held(Generic[Key, Value]):
    """Values by key; those not asked for longest go first, and the newest stays whatever its size.

    For any number of threads. Two that miss the same value at once both make it.

    Args:
        max_bytes: of all values.
        size_of: memory of one value in bytes, about; the same each time.
    """

    def __init__(self, max_bytes: int, size_of: Callable[[Value], int]) -> None:
        self._max_bytes = max_bytes
        self._size_of = size_of
        self._values: OrderedDict[Key, Value] = OrderedDict()
        self._bytes = 0
        self._lock = Lock()

    @property
    def size_bytes(self) -> int:
        """Memory of all that is held, about."""
        return self._bytes

    def get(self, key: Key) -> Value | None:
        """Return the value of a key, which now is the last to go; None where it is not held."""
        with self._lock:
            if key not in self._values:
                return None
            self._values.move_to_end(key)
            return self._values[key]

    def put(self, key: Key, value: Value) -> Value:
        """Hold a value from now on, and return it."""
        with self._lock:
            if key in self._values:
                self._bytes -= self._size_of(self._values.pop(key))
            self._values[key] = value
            self._bytes += self._size_of(value)
            while self._bytes > self._max_bytes and len(self._values) > 1:
                self._bytes -= self._size_of(self._values.popitem(last=False)[1])
        return value
