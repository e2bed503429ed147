"""What the callbacks of boosted trees share: whose run it is, and when it ends."""

import atexit
import os
import weakref
from collections.abc import Callable, Mapping
from types import TracebackType
from typing import Any, Self

from trainer_hooks.integration.holder import RunHolder
from trainer_hooks.run import Run


class BoostingCallback:
    """The part of a callback that knows no framework.

    A run of its own ends with the training. `with` tells it of an error; without, where the framework says nothing of
    the end, it ends when the callback goes away, and at the latest with the process.
    """

    def __init__(
        self,
        path: str | os.PathLike[str] | None = None,
        *,
        run: Run | None = None,
        **options: Any,
    ) -> None:
        """Take a run that is open, or what `trainer_hooks.init` takes.

        Args:
            path: the run folder.
            run: an open run, in place of all else.
            options: further keywords of `trainer_hooks.init`.

        Raises:
            TypeError: a run was given and what to open as well.
        """
        super().__init__()
        self._holder = RunHolder(path, run, options)

    @property
    def run(self) -> Run | None:
        """The run of the training under way; None where there is none."""
        return self._holder.run

    def close(self, error: BaseException | None = None) -> None:
        """End a run of its own. `error` is what ended the training, None if it went well."""
        self._holder.finish(error)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, _kind: type[BaseException] | None, error: BaseException | None, _trace: TracebackType | None
    ) -> None:
        self.close(error)

    def _begin(self, config: Mapping[str, Any]) -> Run:
        """Begin a training: whatever an earlier one left open ends."""
        self.close()
        # The hooks of the run itself were registered earlier, so they come later.
        run = self._holder.begin(config)
        if not self._holder.is_given:
            atexit.register(_close, weakref.ref(self))
        return run


def _close(callback: Callable[[], BoostingCallback | None]) -> None:
    """Close a callback that is still there when the process ends."""
    found = callback()
    if found is not None:
        found.close()
