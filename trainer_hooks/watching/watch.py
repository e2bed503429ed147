"""A model that is watched: hooks on its modules and on its optimizers, and what they tell the run."""

from collections.abc import Callable, Iterable
from typing import Any

import torch
from torch import nn
from torch.optim.optimizer import register_optimizer_step_post_hook, register_optimizer_step_pre_hook

from trainer_hooks.notices import warn
from trainer_hooks.watching import layers as layers_module
from trainer_hooks.watching.arrival import Arrival
from trainer_hooks.watching.broken import NEVER, Broken, earliest
from trainer_hooks.watching.clock import Clock
from trainer_hooks.watching.handle import Watching
from trainer_hooks.watching.layers import Choice, is_compiled
from trainer_hooks.watching.outputs import Outputs
from trainer_hooks.watching.rows import Row
from trainer_hooks.watching.sink import Sink
from trainer_hooks.watching.steps import Steps, Wanted
from trainer_hooks.watching.verdict import verdict

_INNER = ("optimizer", "base", "base_optimizer", "_optimizer", "optim")  # where wrappers keep torch's own


class Watch(Watching):
    """Watches one model. Made by `Run.watch`."""

    def __init__(
        self,
        run: Sink,
        model: nn.Module,
        optimizers: Iterable[Any],
        wanted: Wanted,
        *,
        activations: bool,
        layers: str | None,
        name: str,
        step: Callable[[], int] | None,
    ) -> None:
        self.name = name
        self._run, self._name, self._given_step = run, f"{name}." if name else "", step
        self._choice = Choice(model, layers, name)
        self._wanted = wanted
        self._outputs: Outputs | None = None
        self._handles: list[Any] = []
        self._all: dict[int, tuple[Any, Steps | None]] = {}  # by the id of an optimizer, which is kept so long
        self._waiting: list[tuple[Row, str]] = []
        self._asked: tuple[list[Broken], list[Broken], Arrival] | None = None  # which layers broke, on its way
        self._told = self._removed = False
        self._optimizers, self._activations, self._compiled = list(optimizers), activations, is_compiled(model)

    def begin(self) -> None:
        """Put the hooks in place."""
        if self._activations:
            self._outputs = Outputs(self._choice, tracing=self._wanted.trace, refuse=self._refuse_output)
            self._outputs.begin(measuring=True)
            if self._compiled:
                torch.compiler.reset()  # a graph that was made before has no hooks, and would go on without them
        self._hook_into(self._optimizers)
        if self._choice.left_out:
            self._run.refuse(
                "watch layers",
                f"watch() takes {layers_module.MAX_LAYERS:,} parameters and modules at most, "
                f"{self._choice.left_out:,} are left out: layers= chooses",
            )

    @property
    def model(self) -> nn.Module:
        """The model itself, without what wraps it."""
        return self._choice.root

    def step(self) -> None:
        """Say that the weights were changed just now; needed only where no optimizer of torch changes them."""
        if any(steps is not None for key, (_, steps) in self._all.items() if key):
            return  # an optimizer tells by itself
        steps = self._steps(None)
        self._guarded(steps.before)
        self._guarded(steps.after)
        if steps.is_measured:
            self._guarded(steps.keep_weights)  # nobody tells when the next step begins

    def remove(self) -> None:
        """Stop watching: every hook is taken away. A second call does nothing; the end of the run calls it too."""
        if self._removed:
            return
        self._removed = True
        for handle in self._handles:
            handle.remove()
        if self._outputs is not None:
            self._outputs.remove()
        try:
            for row, _ in self._waiting:
                row.arrival.wait()
            self._log_arrived()
            if self._asked is not None:
                self._asked[2].wait()
                self._answer()
            self.broke()
            if self._asked is not None:
                self._asked[2].wait()
                self._answer()
        except Exception as error:  # noqa: BLE001 - of a device that failed
            self._run.refuse("watch end", f"what was measured last of the model is lost: {error}")
        if not any(steps is not None and steps.count for _, steps in self._all.values()):
            warn(
                "no optimizer of torch changed the watched model: call step() of what watch() returned after each step"
            )
        self._all = {}

    # --- what the hooks call ---

    def measured(self, row: Row, steps: Steps) -> None:
        """Take a measured step, to be logged as soon as its numbers are here."""
        leads = next((place for place, (_, one) in enumerate(self._own()) if one is steps), 0)
        self._waiting.append((row, f"_{leads + 1}" if leads else ""))
        self._log_arrived()
        self.broke()

    def broke(self) -> None:
        """Ask which layer went non-finite first; said once, as soon as the answer is here."""
        if self._told or not self._wanted.trace or self._asked is not None:
            return
        outputs = [one for _, steps in self._own() for one in steps.broken_outputs]
        gradients = [one for _, steps in self._own() for one in steps.broken_gradients]
        self._asked = outputs, gradients, Arrival([one.first for one in (*outputs, *gradients)])
        self._answer()

    def _answer(self) -> None:
        if self._asked is None or not self._asked[2].is_here:
            return
        of_outputs, of_gradients, arrival = self._asked
        self._asked = None
        first = [tensor.tolist() for tensor in arrival.tensors]
        named = [one.names for one in (*of_outputs, *of_gradients)]
        found, cut = list(zip(named, first, strict=True)), len(of_outputs)
        (step_of_outputs, outputs), (step_of_gradients, gradients) = earliest(found[:cut]), earliest(found[cut:])
        self._tell(step_of_outputs, outputs, step_of_gradients, gradients)

    def _tell(self, step_of_outputs: int, outputs: list[str], step_of_gradients: int, gradients: list[str]) -> None:
        step = min(step_of_outputs, step_of_gradients)
        if step == NEVER:
            return
        self._told = True
        outputs = outputs if step_of_outputs == step else []
        gradients = gradients if step_of_gradients == step else []
        words = verdict(step, outputs, gradients, self._choice, [] if self._outputs is None else self._outputs.order)
        warn(words)
        self._run.say(f"watch/{self._name}first_nonfinite", words, step)
        self._run.log({f"watch/{self._name}nonfinite_layers": float(len({*outputs, *gradients}))}, step)

    def no_updates(self, error: Exception) -> None:
        """Say once that there is no room for a copy of the weights."""
        self._run.refuse("watch updates", f"the ratio of updates and weights is not measured, it needs a copy: {error}")

    # --- inside ---

    def _hook_into(self, optimizers: list[Any]) -> None:
        known = [_hookable(one) for one in optimizers]
        before, after = _uncompiled(self._before), _uncompiled(self._after)
        for given, one in zip(optimizers, known, strict=True):
            if one is None:
                self._run.refuse(
                    "watch optimizer",
                    f"{type(given).__name__} has no hooks as torch's optimizers have: "
                    "call step() of what watch() returned after each step",
                )
                continue
            self._steps(one)
            self._handles.append(one.register_step_pre_hook(before))
            self._handles.append(one.register_step_post_hook(after))
        if not optimizers:
            self._handles.append(register_optimizer_step_pre_hook(before))
            self._handles.append(register_optimizer_step_post_hook(after))

    def _steps(self, optimizer: Any) -> Steps:
        """Return what measures the steps of an optimizer; the first one leads: it measures the modules too."""
        key = 0 if optimizer is None else id(optimizer)
        _, steps = self._all.get(key, (None, None))
        if steps is None:
            clock, leads = Clock(self._run, self._given_step), not self._own()
            steps = Steps(self._choice, self._wanted, optimizer, self._outputs, clock, self, leads=leads)
            self._all[key] = optimizer, steps
        return steps

    def _own(self) -> list[tuple[Any, Steps]]:
        return [(optimizer, steps) for optimizer, steps in self._all.values() if steps is not None]

    def _steps_of(self, optimizer: Any) -> Steps | None:
        """Return the same where the optimizer has parameters of this model, else None."""
        if id(optimizer) not in self._all:
            own = {id(one) for one in self._choice.root.parameters()}
            if any(id(one) in own for group in optimizer.param_groups for one in group["params"]):
                return self._steps(optimizer)
            self._all[id(optimizer)] = optimizer, None
        return self._all[id(optimizer)][1]

    def _found(self, optimizer: Any) -> Steps | None:
        """Return the same; None too where the optimizer is like none of torch's."""
        try:
            return None if self._removed else self._steps_of(optimizer)
        except Exception as error:  # noqa: BLE001 - an optimizer may be the training's own code
            self._run.refuse("watch optimizer", f"{type(optimizer).__name__} is not watched: {error}")
            return None

    def _before(self, optimizer: Any, args: tuple[Any, ...], kwargs: dict[str, Any]) -> None:
        known = self._all.get(id(optimizer))
        steps = self._found(optimizer) if known is None else known[1]
        if steps is not None:
            self._guarded(steps.before, args, kwargs)

    def _after(self, optimizer: Any, _args: tuple[Any, ...], _kwargs: dict[str, Any]) -> None:
        known = self._all.get(id(optimizer))
        steps = self._found(optimizer) if known is None else known[1]
        if steps is not None:
            self._guarded(steps.after)
        if self._waiting or self._asked:
            self._guarded(self._poll)

    def _poll(self) -> None:
        self._log_arrived()
        self._answer()

    def _guarded(self, act: Callable[..., object], *args: Any) -> None:
        """Do something that must not end the training; whatever it raises ends the watching."""
        if self._removed:
            return
        try:
            act(*args)
        except Exception as error:  # noqa: BLE001 - tensors of other libraries raise what they like
            self._run.refuse("watch", f"the model is watched no longer: {type(error).__name__}: {error}")
            self._waiting = []
            self.remove()

    def _refuse_output(self, error: Exception) -> None:
        self._run.refuse("watch outputs", f"what a module returns is not measured: {type(error).__name__}: {error}")

    def _log_arrived(self) -> None:
        while self._waiting and self._waiting[0][0].arrival.is_here:
            row, after = self._waiting.pop(0)
            metrics = row.metrics(self._name, after)
            if metrics:
                self._run.log(metrics, row.step, row.wall_time)


def _uncompiled(hook: Callable[..., None]) -> Callable[..., None]:
    """Keep a hook out of compiled graphs; `torch.compiler.disable` alone would slow down every other step."""
    disabled = torch.compiler.disable(hook)

    def call(*args: Any) -> None:
        (disabled if torch.compiler.is_compiling() else hook)(*args)

    return call


def _hookable(optimizer: Any) -> Any:
    """Return the optimizer of torch that is given or wrapped, None where there is none."""
    seen = 0
    while optimizer is not None and seen < 5:
        if isinstance(getattr(optimizer, "_optimizer_step_pre_hooks", None), dict):
            return optimizer
        optimizer = next((inner for name in _INNER if (inner := getattr(optimizer, name, None)) is not None), None)
        seen += 1
    return None
