"""Which step a measurement belongs to."""

from collections.abc import Callable

from trainer_hooks.watching.sink import Sink


class Clock:
    """Counts steps of an optimizer in the steps that the training logs with.

    Where nothing says otherwise, a step is the one after the last logged, and each step of the optimizer after it one
    more: in a loop that logs `step=i` at every, at every tenth or at no step, that is i. It never goes back.

    Args:
        run: what the training logs with.
        given: tells the step instead.
    """

    def __init__(self, run: Sink, given: Callable[[], int] | None) -> None:
        self._run, self._given = run, given
        self._seen = self._last = -1
        self._since = 0

    def tick(self) -> int:
        """Return the step of the optimizer's step that is being made."""
        if self._given is not None:
            try:
                return int(self._given())
            except Exception as error:  # noqa: BLE001 - the training's own code
                self._given = None
                self._run.refuse("watch step", f"step= of watch() tells no step: {error}; steps are counted instead")
        seen = self._run.next_step()
        self._since = self._since + 1 if seen == self._seen else 0
        self._seen = seen
        self._last = max(seen + self._since, self._last + 1)
        return self._last
