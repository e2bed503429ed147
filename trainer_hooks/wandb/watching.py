"""`watch`: histograms of a model's gradients and parameters, every so many backward passes."""

from collections import Counter
from collections.abc import Callable
from functools import partial
from typing import Any

HistogramLog = Callable[[str, Any], None]


class Watch:
    """Hooks on the parameters of one torch module: some training loops never call the module itself.

    Attributes:
        model: the module.
    """

    def __init__(
        self, model: Any, log: HistogramLog, *, gradients: bool, parameters: bool, every: int, prefix: str
    ) -> None:
        """Begin to watch; the first backward pass is logged, and from then on each `every`-th.

        Args:
            model: a torch.nn.Module; of its parameters those count that are trained.
            log: given a tag and a tensor.
            gradients: log `gradients/<name>`, as the backward pass makes them.
            parameters: log `parameters/<name>`, as they are before the optimizer's step.
            every: passes from one that is logged to the next.
            prefix: put before the names of parameters, to tell models apart.
        """
        self.model = model
        self._log, self._gradients, self._with_parameters = log, gradients, parameters
        self._every, self._prefix = max(1, every), prefix
        self._passes: Counter[str] = Counter()
        self._parameters = {name: one for name, one in model.named_parameters() if one.requires_grad}
        self._hooks = [one.register_hook(partial(self._take, name)) for name, one in self._parameters.items()]

    def remove(self) -> None:
        """Watch no longer."""
        while self._hooks:
            self._hooks.pop().remove()

    def _take(self, name: str, gradient: Any) -> None:
        self._passes[name] += 1
        if (self._passes[name] - 1) % self._every:
            return
        if self._gradients:
            self._log(f"gradients/{self._prefix}{name}", gradient)
        if self._with_parameters:
            self._log(f"parameters/{self._prefix}{name}", self._parameters[name])
