"""What the calls of a SummaryWriter have in common: the run they log into, and where in it."""

from typing import Any

from trainer_hooks.run import Run
from trainer_hooks.tensorboard.guard import Mirror
from trainer_hooks.tensorboard.steps import Place, Steps


class Writing:
    """The part of a SummaryWriter that its calls log through."""

    _steps: Steps
    _default_step: Any
    _default_time: Any

    def _opened(self) -> Run:
        """Return the run, begun anew if it was closed."""
        raise NotImplementedError

    def _mirrored(self) -> Mirror | None:
        """Return what is told of all calls too, if anything is."""
        raise NotImplementedError

    def _place(self, tag: str, global_step: Any) -> Place:
        return self._steps.place(tag, self._default_step if global_step is None else global_step)

    def _when(self, tag: str, global_step: Any, walltime: Any = None) -> dict[str, Any]:
        """Return step and time as the log_... calls of a run take them."""
        time = self._default_time if walltime is None else walltime
        return {"step": self._place(tag, global_step).step, "wall_time": time}

    def _refuse(self, name: str, error: BaseException) -> None:
        self._opened().refuse(f"{name} {error}", f"{name}() logs nothing: {error}")
