"""The steps of one optimizer: what is measured before and after each, and what is logged of it."""

import time
from collections.abc import Mapping
from typing import Any, NamedTuple, Protocol

import torch
from torch import Tensor, nn

from trainer_hooks.watching.broken import Broken, BrokenGradients
from trainer_hooks.watching.changes import Measured, copies_of, measure_gradients, measure_weights
from trainer_hooks.watching.clock import Clock
from trainer_hooks.watching.layers import Choice
from trainer_hooks.watching.outputs import Outputs
from trainer_hooks.watching.rows import Row


class Wanted(NamedTuple):
    """What is measured: every how many steps, and of what."""

    every: int
    gradients: bool
    updates: bool
    trace: bool


class Listener(Protocol):
    """Who is told of measured steps."""

    def measured(self, row: Row, steps: "Steps") -> None:
        """A step was measured."""

    def broke(self) -> None:
        """Something is not finite."""

    def no_updates(self, error: Exception) -> None:
        """There is no room for a copy of the weights."""


class Steps:
    """Measures around the steps of one optimizer.

    What is called at every step is short: each operation more is one that all trainings pay for.

    Args:
        choice: the layers.
        wanted: what to measure of them.
        optimizer: whose parameters are measured; None: all of the model's.
        outputs: of the modules, if they are watched.
        clock: tells the step.
        listener: is told.
        leads: whether the modules' measured steps are those of this optimizer.

    Attributes:
        count: steps that were made.
        is_measured: whether the step that is being made, or comes next, is a measured one.
    """

    def __init__(
        self,
        choice: Choice,
        wanted: Wanted,
        optimizer: Any,
        outputs: Outputs | None,
        clock: Clock,
        listener: Listener,
        *,
        leads: bool,
    ) -> None:
        self._choice, self._wanted, self._optimizer = choice, wanted, optimizer
        self._outputs, self._clock, self._listener, self._leads = outputs, clock, listener, leads
        self._parameters: Mapping[str, nn.Parameter] = {}
        self._before: Mapping[str, Tensor] = {}
        self._gradients: Measured = []
        self._traced: BrokenGradients | None = None
        self._activations: dict[torch.device, Broken] = {}
        self._has_closure, self._broke = False, False
        self._are_finite = False  # the gradients of this step, as far as that is known
        self._step = 0
        self.count = 0
        self.is_measured = True

    @property
    def broken_gradients(self) -> list[Broken]:
        """What was found of gradients that are not finite."""
        return [] if self._traced is None else self._traced.all

    @property
    def broken_outputs(self) -> list[Broken]:
        """What was found of modules that returned what is not finite."""
        return list(self._activations.values())

    def before(self, args: tuple[Any, ...] = (), kwargs: Mapping[str, Any] | None = None) -> None:
        """Called when the optimizer begins a step, with the arguments of that: a closure makes the gradients later."""
        self._has_closure = False
        if kwargs or len(args) > 1:
            self._has_closure = any(callable(one) for one in (*args[1:], *(kwargs or {}).values()))
        self._step = self._clock.tick()
        if self.is_measured or not self._parameters:
            self._find_parameters()
        if not self._has_closure:
            self._take_gradients()
        if self.is_measured and self._optimizer is not None:
            self.keep_weights()

    def after(self) -> None:
        """Called when the optimizer has made its step."""
        if self._has_closure:
            self._take_gradients()
        if self._wanted.trace and self._outputs is not None:
            self._look_at_outputs(self._outputs)
        if self._broke:
            self._broke = False
            self._listener.broke()
        if self.is_measured:
            self._measure()
        self.count += 1
        self.is_measured = self.count % self._wanted.every == 0
        if self._outputs is not None and self._leads:
            self._outputs.begin(measuring=self.is_measured)

    def keep_weights(self) -> None:
        """Copy the weights, to tell later how far they moved; without the room for that nothing is told of it."""
        if not self._wanted.updates:
            return
        if not self._parameters:
            self._find_parameters()
        try:
            self._before = copies_of(self._parameters)
        except RuntimeError as error:  # of memory
            self._before = {}
            self._wanted = self._wanted._replace(updates=False)
            self._listener.no_updates(error)

    def _find_parameters(self) -> None:
        """Look again which parameters there are: some are made late, frozen or put in the place of others."""
        groups = [] if self._optimizer is None else self._optimizer.param_groups
        own = {id(one) for group in groups for one in group["params"]}
        found = dict(self._choice.parameters())
        if self._optimizer is not None:
            found = {name: one for name, one in found.items() if id(one) in own}
        same = found.keys() == self._parameters.keys() and all(found[name] is self._parameters[name] for name in found)
        if not same or self._traced is None:
            self._parameters, self._traced = found, BrokenGradients(self._choice.telling(found))

    def _take_gradients(self) -> None:
        if not self._wanted.gradients:
            return
        if self._wanted.trace and self._traced is not None:
            found = self._traced.look(self._step, self._skipped())
            self._are_finite = found is False
            self._broke = found or self._broke
        if self.is_measured:
            scale = getattr(self._optimizer, "grad_scale", None)  # of a GradScaler with a fused optimizer
            self._gradients = measure_gradients(self._parameters, scale)

    def _skipped(self) -> Tensor | None:
        found = getattr(self._optimizer, "found_inf", None)
        return found if isinstance(found, Tensor) else None

    def _look_at_outputs(self, outputs: Outputs) -> None:
        if self._are_finite:  # what a module returned would have come back to them, all but always
            if self._leads:
                outputs.kept = []
        elif self._leads or self._broke:
            outputs.look_at_kept()
        if not outputs.uses_cells or not (self._leads or self._broke):
            return
        outputs.uses_cells = False
        for device, sums in outputs.sums.items():
            if device not in self._activations:
                self._activations[device] = Broken([name for name, _ in outputs.modules], device)
            if sums.broken:
                self._broke = self._activations[device].add(torch.stack(sums.broken), self._step) or self._broke

    def _measure(self) -> None:
        measured = [*self._gradients, *measure_weights(self._parameters, self._before)]
        self._gradients, self._before = [], {}
        sums: list[Tensor] = []
        names: list[str] = []
        if self._outputs is not None and self._leads and self._outputs.modules:
            names = [name for name, _ in self._outputs.modules]
            sums = [torch.stack(one.moments) for one in self._outputs.sums.values()]
        row = Row.of(self._step, time.time(), measured, sums, names, self._skipped())
        self._listener.measured(row, self)
