"""From what was measured to what is logged."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import torch
from torch import Tensor

from trainer_hooks.watching.arrival import Arrival
from trainer_hooks.watching.changes import Measured
from trainer_hooks.watching.outputs import statistics

SHARES = ("grad_zeros", "grad_nonfinite", "weight_nonfinite")


class Table(NamedTuple):
    """Columns of numbers of some layers of one device, on their way to the host."""

    names: Sequence[str]
    columns: Sequence[str]
    sizes: Sequence[int]  # values of each layer


@dataclass
class Row:
    """One measured step.

    Attributes:
        step: the training's.
        wall_time: seconds since the epoch, UTC.
        tables: what each of the arriving tensors holds, shape (columns, layers); None: sums of modules, shape
            (modules, 5).
        arrival: of as many tensors.
        skipped: whether the last tensor tells that the optimizer did not make its step.
        modules: names of the modules.
    """

    step: int
    wall_time: float
    tables: Sequence[Table | None]
    arrival: Arrival
    skipped: bool
    modules: Sequence[str]

    @classmethod
    def of(
        cls,
        step: int,
        wall_time: float,
        measured: Measured,
        sums: Sequence[Tensor],
        names: Sequence[str],
        skipped: Tensor | None,
    ) -> "Row":
        """Send what was measured on its way."""
        tables = [Table(layers, list(columns), sizes) for layers, sizes, columns in measured]
        tensors = [torch.stack(list(columns.values())) for _, _, columns in measured]
        last = [] if skipped is None else [skipped.clone()]
        arrival = Arrival([*tensors, *sums, *last])
        return cls(step, wall_time, [*tables, *[None] * len(sums)], arrival, bool(last), names)

    def metrics(self, before: str, after: str) -> dict[str, float]:
        """Return tag -> value of what arrived; nothing where the optimizer did not make its step.

        Args:
            before: goes before the names of what is of the whole model.
            after: goes behind them.
        """
        if self.skipped and self.arrival.tensors[-1].item():
            return {}
        layers: dict[str, dict[str, float]] = {}
        for table, tensor in zip(self.tables, self.arrival.tensors, strict=False):
            found = _of_modules(self.modules, tensor) if table is None else _of_table(table, tensor)
            for name, statistic, value in found:
                layers.setdefault(statistic, {})[name] = value
        _add_ratios(layers)
        metrics = {f"watch/{statistic}/{name}": value for statistic, of in layers.items() for name, value in of.items()}
        return {**metrics, **_of_all(layers, before, after)}


def _of_table(table: Table, tensor: Tensor) -> list[tuple[str, str, float]]:
    found = []
    for statistic, values in zip(table.columns, tensor.tolist(), strict=True):
        for name, size, value in zip(table.names, table.sizes, values, strict=True):
            found.append((name, statistic, value / size if statistic in SHARES else value))
    return found


def _of_modules(names: Sequence[str], tensor: Tensor) -> list[tuple[str, str, float]]:
    rows = zip(names, tensor, strict=True)
    return [(name, statistic, value) for name, sums in rows for statistic, value in statistics(sums).items()]


def _add_ratios(layers: dict[str, dict[str, float]]) -> None:
    """Put the ratio of update and weights in the place of both norms; weights that were all 0 have none."""
    updates, befores = layers.pop("update_norm", {}), layers.pop("before_norm", {})
    ratios = {name: update / befores[name] for name, update in updates.items() if befores[name] != 0}
    if ratios:
        layers["update_ratio"] = ratios


def _of_all(layers: Mapping[str, Mapping[str, float]], before: str, after: str) -> dict[str, float]:
    """Return the norm of all gradients together, and how many layers hold anything that is not finite."""
    broken = {
        name
        for statistic, of in layers.items()
        if statistic.endswith("nonfinite")
        for name, value in of.items()
        if value
    }
    of_all = {f"watch/{before}nonfinite_layers{after}": float(len(broken))}
    norms = layers.get("grad_norm")
    if norms:
        of_all[f"watch/{before}grad_norm{after}"] = math.sqrt(sum(norm * norm for norm in norms.values()))
    return of_all
