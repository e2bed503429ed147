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
        self._given, self._path, self._options = run, path, dict(options or {})
        self._own: Run | None = None

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
            run = self._own = init(self._path, **self._options)
        if config:
            run.update_config(config)
        return run

    def finish(self, error: BaseException | None = None) -> None:
        """End the run if it is ours; the next `begin` opens another one."""
        own, self._own = self._own, None
        if own is not None:
            own.finish(error)

    def __deepcopy__(self, _memo: Any) -> Self:
        return type(self)(self._path, self._given, self._options)

    def __reduce__(self) -> tuple[Any, ...]:
        if self._given is not None:
            return type(self), (str(self._given.path), None, {"join": True})
        return type(self), (self._path, None, self._options)
