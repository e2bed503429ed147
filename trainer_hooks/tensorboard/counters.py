"""Counters by name that processes share, in memory that forked and spawned children inherit."""

import hashlib
import multiprocessing
from typing import Any

SLOTS = 1 << 14
_MASK = (1 << 63) - 1


class Counters:
    """Counts up from 0 for each name, the same over all processes that were given this object.

    Each of SLOTS slots is a name's hash and its count; a name goes into the first free slot at or after the place
    that its hash gives. Where none is free, this process counts on its own.
    """

    def __init__(self) -> None:
        """Make counters that begin at 0."""
        self._lock: Any = multiprocessing.Lock()
        self._slots: Any = multiprocessing.RawArray("q", 2 * SLOTS)
        self._own: dict[str, int] = {}

    def next(self, name: str) -> int:
        """Return the count of `name`, and count on."""
        key = int.from_bytes(hashlib.blake2b(name.encode("utf-8", "replace"), digest_size=8).digest()) & _MASK or 1
        with self._lock:
            for probe in range(SLOTS):
                slot = 2 * ((key + probe) % SLOTS)
                if self._slots[slot] in (0, key):
                    self._slots[slot] = key
                    self._slots[slot + 1] += 1
                    return int(self._slots[slot + 1]) - 1
        self._own[name] = self._own.get(name, -1) + 1
        return self._own[name]
