"""The run that does nothing, for TAILBOARD_DISABLED=1."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from trainer_hooks.run import Run
from trainer_hooks.watching.handle import Watching


class DisabledRun(Run):
    """Takes all that a run takes and touches neither disk nor memory."""

    def __init__(self, path: Path) -> None:
        """Remember the path that was asked for, and that is all."""
        self._path = path

    @property
    def path(self) -> Path:
        """The folder that the run would have been in; it is not made."""
        return self._path

    @property
    def finished(self) -> bool:
        """Never: there is nothing to finish."""
        return False

    @property
    def next_step(self) -> int:
        """Always 0: no step is counted."""
        return 0

    @property
    def stop_requested(self) -> bool:
        """Never: there is no folder to ask it in."""
        return False

    def log(self, metrics: Mapping[str, Any], step: int | None = None, wall_time: float | None = None) -> None:
        """Do nothing."""

    def update_config(self, config: Any) -> None:
        """Do nothing."""

    def refuse(self, key: str, message: str) -> None:
        """Do nothing."""

    def flush(self, timeout_s: float = 0.0) -> bool:  # noqa: ARG002
        """Do nothing; return True, since nothing waits."""
        return True

    def progress(self, done: float, total: float) -> None:
        """Do nothing."""

    def finish(self, error: BaseException | None = None) -> None:  # noqa: ARG002
        """Take away the bar of a loop that is followed."""
        self._end_tracking()

    def _log_beside(self, step: int, metrics: Mapping[str, float]) -> None:
        """Do nothing."""

    def watch(self, *_: Any, **__: Any) -> Watching:
        """Watch nothing, and import nothing for it."""
        return Watching()

    def _log_items(self, *_: Any, **__: Any) -> None:
        """Do nothing."""

    def __repr__(self) -> str:
        return f"<disabled run {str(self._path)!r}>"
