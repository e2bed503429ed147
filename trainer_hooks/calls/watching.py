"""The part of a run that watches models."""

import threading
import time
from collections.abc import Callable, Mapping
from typing import Any

from trainer_hooks.watching.handle import Watching

EVERY = 100  # steps: what a measured one takes is then less than the rest


class WatchCalls:
    """Tells how weights, gradients and activations of a model do while it trains."""

    _watched: "list[Watching] | None" = None
    _lock: threading.RLock
    _append: Callable[[bytes], None]
    _encode: Callable[..., bytes]
    _next_step: int
    _finished: bool

    def watch(
        self,
        model: Any,
        optimizer: Any = None,
        *,
        every: int = EVERY,
        activations: bool = True,
        gradients: bool = True,
        updates: bool = True,
        trace: bool = True,
        layers: str | None = None,
        name: str = "",
        step: Callable[[], int] | None = None,
    ) -> Watching:
        """Log norms, updates, zeros and non-finite values of each layer of a torch model at every so many steps.

        In a distributed job the first process does so, alone and without asking the others for anything. It raises
        nothing; what cannot be measured is said once.

        Args:
            model: a `torch.nn.Module`, wrapped or compiled or not.
            optimizer: of torch, or what wraps one, or several in a list; None: whichever has parameters of the model.
            every: steps of the optimizer between two measured ones; the first is one.
            activations: measure what the modules return, in passes of training.
            gradients: measure gradients as the optimizer gets them: after unscaling and clipping.
            updates: measure how far the weights move, which takes a copy of them during a measured step.
            trace: look at every step, measured or not, for what is not finite, to name the layer where it began.
            layers: a regular expression that is looked for in the names of parameters and modules; None: all.
            name: goes before the names of layers, to tell several models apart.
            step: tells the trainer's own counter; None: steps count on from the last one logged.

        Returns:
            What ends it: `remove()`, or as a context manager. The end of the run ends it too.
        """
        from trainer_hooks.watching.begin import Sink, begin  # torch

        if self._watched is None:
            self._watched = []
        run = Sink(lambda: self._next_step, self._log_watched, self._log_words, self._refuse_watching)
        return begin(
            run,
            self._watched,
            model,
            optimizer,
            every=every,
            activations=activations,
            gradients=gradients,
            updates=updates,
            trace=trace,
            layers=layers,
            name=name,
            step=step,
        )

    def _log_watched(self, metrics: Mapping[str, float], step: int, wall_time: float | None = None) -> None:
        """Log a row that is not the training's own: a log() without a step counts on as if it were not there."""
        if not self._finished:
            with self._lock:
                self._append(self._encode(step, time.time() if wall_time is None else wall_time, dict(metrics)))

    def _log_words(self, tag: str, text: str, step: int) -> None:
        self.log_text(tag, text, step=step)  # type: ignore[attr-defined] # of a run

    def _refuse_watching(self, key: str, message: str) -> None:
        self.refuse(key, message)  # type: ignore[attr-defined] # of a run

    def _end_watching(self) -> None:
        """Log what was measured last and take away all hooks."""
        for watch in self._watched or ():
            watch.remove()
