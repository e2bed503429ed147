"""The run of an integration: one that it was given, or one that it opens when the training begins."""

import os
from collections.abc import Mapping
from typing import Any, Self

from trainer_hooks.run import Run
from trainer_hooks.start import init


class RunHolder:
    """Holds the run that an integration logs into; what it opened itself it also ends.

    Frameworks copy their callbacks and send them to other processes. A copy opens a run of its own where the first
    would have; where a run was given, a copy in this process shares it and one in another joins it.

    Attributes:
        path: the run folder that was asked for.
        options: the keywords of `trainer_hooks.init` that were asked for.
    """

    def __init__(
        self,
        path: str | os.PathLike[str] | None = None,
        run: Run | None = None,
        options: Mapping[str, Any] | None = None,
    ) -> None:
        """Remember what to open; nothing is made before `begin`.

        Args:
            path: the run folder, as in `trainer_hooks.init`.
            run: an open run, in place of all else.
            options: further keywords of `trainer_hooks.init`.

        Raises:
            TypeError: a run was given and what to open as well.
        """
        if run is not None and (path is not None or options):
            raise TypeError("expected a run that is open, or what trainer_hooks.init takes, and got both")
        self.path, self.options = path, dict(options or {})
        self._given = run
        self._own: Run | None = None
        self._last: os.PathLike[str] | None = None  # folder of the run that was opened here last
        self._next = self.path, self.options  # what `begin` opens

    @property
    def run(self) -> Run | None:
        """The run, None where one of its own is not begun yet or has ended."""
        return self._given or self._own

    @property
    def is_given(self) -> bool:
        """Whether the run belongs to somebody else, who ends it."""
        return self._given is not None

    def begin(self, config: Any = None) -> Run:
        """Return the run, opened if it is not; `config` is added to its own."""
        run = self.run
        if run is None:
            path, options = self._next
            run = self._own = init(path, **options)
            self._last = run.path
        if config:
            run.update_config(config)
        return run

    def finish(self, error: BaseException | None = None) -> None:
        """End the run if it is ours; the next `begin` opens another one."""
        own, self._own = self._own, None
        if own is not None:
            own.finish(error)

    def pause(self) -> None:
        """End the run if it is ours; the next `begin` goes on with it."""
        if self._own is not None:
            self._next = self._own.path, {"resume": True}
        self.finish()

    def renew(
        self, again_from: int | None = None, *, path: str | os.PathLike[str] | None = None, **options: Any
    ) -> None:
        """Let the next `begin` be that of another training; a run of ours that is still open ends.

        Args:
            again_from: go on with the last run, and log it again from this step on; None: open another run.
            path: in place of the one that was asked for, or of the last run's.
            options: in place of those of the same name that were asked for.
        """
        self.finish()
        asked = {**self.options, **options}
        if again_from is None:
            self._next = path or self.path, asked
        else:
            self._next = path or self._last or self.path, {"resume": True, "again_from": again_from, **asked}

    def __deepcopy__(self, _memo: Any) -> Self:
        copied = type(self)()
        vars(copied).update(vars(self), _own=None)
        return copied

    def __reduce__(self) -> tuple[Any, ...]:
        if self._given is not None:
            return type(self), (str(self._given.path), None, {"join": True})
        return type(self), (self.path, None, self.options), {"_last": self._last, "_next": self._next}
