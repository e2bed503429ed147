"""`watch`: histograms of a model's gradients and parameters, every so many training passes."""

from collections.abc import Callable
from functools import partial
from typing import Any

HistogramLog = Callable[[str, Any], None]


class Watch:
    """Hooks on one torch module. Passes that are not logged cost one call of a hook."""

    def __init__(
        self, model: Any, log: HistogramLog, *, gradients: bool, parameters: bool, every: int, prefix: str
    ) -> None:
        """Begin to watch; the first training pass is logged, and from then on each `every`-th.

        Args:
            model: a torch.nn.Module.
            log: given a tag and a tensor.
            gradients: log `gradients/<name>`, as the backward pass leaves them.
            parameters: log `parameters/<name>`, as they are before the forward pass.
            every: passes from one that is logged to the next.
            prefix: put before the names of parameters, to tell models apart.
        """
        self.model = model
        self._log, self._gradients, self._parameters = log, gradients, parameters
        self._every, self._prefix = max(1, every), prefix
        self._passes = 0
        self._armed: dict[str, Any] = {}  # hooks on parameters, each for one backward pass
        self._hook = model.register_forward_pre_hook(self._before_forward)

    def remove(self) -> None:
        """Watch no longer."""
        self._hook.remove()
        self._disarm()

    def _before_forward(self, model: Any, _inputs: Any) -> None:
        if not model.training:
            return
        self._passes += 1
        if (self._passes - 1) % self._every:
            return
        self._disarm()
        for name, parameter in model.named_parameters():
            if self._parameters:
                self._log(f"parameters/{self._prefix}{name}", parameter)
            if self._gradients and parameter.requires_grad:
                self._armed[name] = parameter.register_hook(partial(self._take_gradient, name))

    def _take_gradient(self, name: str, gradient: Any) -> None:
        armed = self._armed.pop(name, None)
        if armed is not None:
            armed.remove()
            self._log(f"gradients/{self._prefix}{name}", gradient)

    def _disarm(self) -> None:
        while self._armed:
            self._armed.popitem()[1].remove()
