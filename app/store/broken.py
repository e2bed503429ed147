"""Whether a run's metrics ended in something that is no number."""

import math
from dataclasses import dataclass

from app.store.aside import is_aside
from app.store.summary import RunSummary
from app.store.table.direction import better


@dataclass(frozen=True, slots=True)
class Broken:
    """A metric whose last value is not finite.

    Attributes:
        tag: the metric.
        value: "NaN" or "infinite", its last value.
        step: at which it was first not finite.
    """

    tag: str
    value: str
    step: int | None


def broken_of(run: RunSummary) -> Broken | None:
    """Return the metric that broke first of those whose last value is not finite; None where all are numbers.

    Only metrics of which one end is better count, as a loss: others may be NaN on purpose.
    """
    found = []
    for tag, facts in run.facts.items():
        if facts.last is not None and not math.isfinite(facts.last) and not facts.is_step:
            step = facts.first_nonfinite_step
            if better(tag) and not is_aside(tag):
                found.append((math.inf if step is None else step, len(tag), tag))
    if not found:
        return None
    *_, tag = min(found)
    facts = run.facts[tag]
    value = "NaN" if facts.last is None or math.isnan(facts.last) else "infinite"
    return Broken(tag, value, facts.first_nonfinite_step)
