"""Which slot (colour and dash pattern) each run has; a run keeps it for as long as it is there."""

from app.store.cache import Cache


class Slots:
    """Slots by run id, remembered in the cache, so that a restart changes no colour. For one thread."""

    def __init__(self, cache: Cache) -> None:
        self._cache = cache
        self._slots: dict[str, int] = {
            run_id: slot for run_id, slot in (cache.get("slots") or {}).items() if isinstance(slot, int)
        }
        self._saved = dict(self._slots)

    def of(self, run_id: str) -> int:
        """Return the slot of a run: the lowest free one where it has none yet."""
        if run_id not in self._slots:
            taken = set(self._slots.values())
            self._slots[run_id] = next(slot for slot in range(len(taken) + 1) if slot not in taken)
        return self._slots[run_id]

    def free(self, run_id: str) -> None:
        """Give the slot of a run that is gone to the next new one."""
        self._slots.pop(run_id, None)

    def save(self) -> None:
        """Write to the cache where something changed."""
        if self._slots != self._saved:
            self._cache.set_many({"slots": self._slots})
            self._saved = dict(self._slots)
