"""Numbers on their way from a device to the host, which nobody waits for."""

from collections.abc import Sequence
from typing import Any

import torch
from torch import Tensor


class Arrival:
    """A copy of some tensors on the host: of a CUDA device without waiting, into memory that the device writes to.

    Args:
        tensors: of any devices; all are kept until they arrived.
    """

    def __init__(self, tensors: Sequence[Tensor]) -> None:
        self._sources = list(tensors)
        self._events: list[Any] = []
        self.tensors = [self._copied(tensor) for tensor in tensors]

    @property
    def is_here(self) -> bool:
        """Whether all of it arrived."""
        return all(event.query() for event in self._events)

    def wait(self) -> None:
        """Wait until all of it arrived."""
        for event in self._events:
            event.synchronize()

    def _copied(self, tensor: Tensor) -> Tensor:
        if tensor.device.type != "cuda":
            return tensor.to("cpu", copy=True)
        host = torch.empty(tensor.shape, dtype=tensor.dtype, pin_memory=True)
        host.copy_(tensor, non_blocking=True)
        event = torch.cuda.Event()
        event.record(torch.cuda.current_stream(tensor.device))
        self._events.append(event)
        return host
