"""Statistics of tensors as tensors on the same device: nothing here waits for a GPU."""

import math
from collections.abc import Sequence

import torch
from torch import Tensor

WIDE = (torch.float32, torch.float64)


def precise(device: torch.device) -> torch.dtype:
    """Return the widest type of numbers that a device has."""
    return torch.float32 if device.type == "mps" else torch.float64


def widened(tensor: Tensor) -> Tensor:
    """Return half precision as float32, whose squares neither overflow nor vanish; anything wider as it is."""
    return tensor if tensor.dtype in WIDE else tensor.float()


def norms(tensors: Sequence[Tensor]) -> Tensor:
    """Return the L2 norm of each tensor of one device, shape (n,); NaN and infinities make it what they are."""
    if all(tensor.dtype in WIDE for tensor in tensors):
        found = torch._foreach_norm(list(tensors))  # noqa: SLF001 - as torch.nn.utils.clip_grad_norm_ does
    else:
        found = [torch.linalg.vector_norm(tensor, dtype=_accumulator(tensor)) for tensor in tensors]
    return torch.stack(list(found)).to(precise(tensors[0].device))


def zeros(tensors: Sequence[Tensor]) -> Tensor:
    """Return how many values of each tensor are exactly 0, shape (n,)."""
    counts = [tensor.numel() - torch.count_nonzero(tensor) for tensor in tensors]
    return torch.stack(counts).to(precise(tensors[0].device))


def nonfinite(tensors: Sequence[Tensor], known: Tensor) -> Tensor:
    """Return how many values of each tensor are NaN or infinite, shape (n,).

    Args:
        tensors: of one device.
        known: their norms: where all are finite on a processor, nothing is counted.
    """
    if known.is_cpu and math.isfinite(known.sum().item()):
        return torch.zeros_like(known)
    # a value less itself is 0 unless it is NaN or infinite: one pass less than isfinite
    counts = [torch.count_nonzero(tensor - tensor) for tensor in map(widened, tensors)]
    return torch.stack(counts).to(precise(tensors[0].device))


def moments(tensor: Tensor) -> Tensor:
    """Return count, sum, sum of squares, zeros and non-finite values of one tensor, shape (5,); sums may be added."""
    exact = precise(tensor.device)
    values = widened(tensor)
    if values.is_cpu and not torch.compiler.is_compiling():
        return torch.tensor(_moments_here(values), dtype=exact)
    count = values.numel()
    mean = values.mean()
    spread = torch.linalg.vector_norm(values - mean).to(exact).square()  # without loss beside a large mean
    mean = mean.to(exact)
    zero = (count - torch.count_nonzero(values)).to(exact)
    broken = torch.count_nonzero(values - values).to(exact)
    return torch.stack((torch.full_like(mean, count), mean * count, spread + mean * mean * count, zero, broken))


def _moments_here(values: Tensor) -> tuple[float, ...]:
    """Return the same as numbers: on a processor Python adds them in less time than tensors of one value."""
    count = values.numel()
    mean = values.mean()
    spread, middle = torch.linalg.vector_norm(values - mean).item(), mean.item()
    broken = 0 if math.isfinite(spread) else int(torch.count_nonzero(values - values))
    zero = count - int(torch.count_nonzero(values))
    return count, middle * count, spread * spread + middle * middle * count, zero, broken


def total(tensor: Tensor) -> Tensor:
    """Return the sum of one tensor, which is finite if all of it is; 0-d."""
    if tensor.dtype.itemsize == 1:  # float8 adds nothing by itself
        tensor = tensor.float()
    return tensor.sum(dtype=_accumulator(tensor))


def _accumulator(tensor: Tensor) -> torch.dtype:
    return tensor.dtype if tensor.dtype in WIDE else torch.float32
