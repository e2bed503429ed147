"""The one number of a run that a person would look at first."""

import re
from dataclasses import dataclass
from functools import lru_cache

from app.store.aside import is_aside
from app.store.summary import RunSummary
from app.store.table.direction import Direction, better

_HELD_OUT = {"val", "valid", "validation", "eval", "test", "dev"}


@dataclass(frozen=True, slots=True)
class Best:
    """The best value of a metric and its step."""

    tag: str
    value: float
    step: int | None
    better: Direction


def best_of(run: RunSummary) -> Best | None:
    """Pick a run's headline metric and its best value; None where no name of a metric says what it is.

    A metric measured on held-out data, which a word such as `val` or `test` in its tag tells, goes before one of the
    training itself; then one to be raised (an accuracy) before one to be lowered (a loss), for it is the one that was
    defined for people; then the shorter and the first by name. What is aside, such as the load, does not count.
    """
    candidates = []
    for tag, facts in run.facts.items():
        if facts.kind == "scalar" and facts.min is not None and not facts.is_step:
            way, held_out = _read(tag)
            if way:
                candidates.append((not held_out, way == "min", len(tag), tag, way))
    if not candidates:
        return None
    *_, tag, way = min(candidates)
    facts = run.facts[tag]
    value, step = (facts.min, facts.min_step) if way == "min" else (facts.max, facts.max_step)
    return None if value is None else Best(tag, value, step, way)


@lru_cache(maxsize=1 << 16)  # asked anew of every tag of a growing run at every tick
def _read(tag: str) -> tuple[Direction | None, bool]:
    """Return which way the name of a metric says is better, and whether it is of held-out data."""
    words = re.split(r"[/._ -]", tag.lower())
    return (None if is_aside(tag) else better(tag)), not _HELD_OUT.isdisjoint(words)
