"""Ends a distributed training of torch at the same step in all of its processes, or they would wait for each other."""

import time

import torch
import torch.distributed as dist

EXCHANGE_S = 2.0  # about how often the processes tell each other, as often as a run looks for a request
MAX_STEPS = 1_000  # between two exchanges


class SharedStop:
    """What one process knows of a request, agreed with all others: `begin` once, then `agreed` after every step.

    Attributes:
        is_alone: there is no other process.
        reaches_all: all processes take part. Where one does not, there is no exchange: it would wait for ever.
    """

    begun = 0  # trainings in this process, the same number in all that go on together

    def __init__(self, device: torch.device) -> None:
        """Exchange tensors on `device`; nothing is sent yet."""
        self.is_alone = not (dist.is_available() and dist.is_initialized() and dist.get_world_size() > 1)
        self.reaches_all = False
        self._device = device
        self._left = 1  # steps to the next exchange, the same in all processes
        self._steps, self._time = 0, time.monotonic()

    def begin(self) -> None:
        """Tell the others that this process takes part, before the first step."""
        SharedStop.begun += 1
        if not self.is_alone:
            _store().add(self._key, 1)

    def agreed(self, wanted: bool) -> bool:
        """Return whether any process wants to stop, the same in all of them; called after every step.

        Most calls only count. About every EXCHANGE_S a number is sent around, which waits for the accelerator.
        """
        if self.is_alone:
            return wanted
        self._left -= 1
        self._steps += 1
        if self._left > 0:
            return False
        if self._steps == 1:  # all have done a step together, so all have begun
            self.reaches_all = _store().add(self._key, 0) == dist.get_world_size()
        return self.reaches_all and self._exchange(wanted)

    def _exchange(self, wanted: bool) -> bool:
        step_s = max(time.monotonic() - self._time, 1e-6) / self._steps
        pause = min(max(round(EXCHANGE_S / step_s), 1), MAX_STEPS)
        told = torch.tensor([int(wanted), pause], dtype=torch.int64, device=self._device)
        dist.all_reduce(told, op=dist.ReduceOp.MAX)
        stop, self._left = told.tolist()
        return bool(stop)

    @property
    def _key(self) -> str:
        return f"tailboard/stop/{SharedStop.begun}"


def _store() -> "dist.Store":
    """Return where the processes found each other: asking it waits for nobody."""
    return dist.distributed_c10d._get_default_store()  # noqa: SLF001 - torch's own modules ask for it so
