"""The hyper-parameters of many runs beside what came of each."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from app.readers.contract import TagFacts
from app.store.aside import is_aside, is_of_layer
from app.store.best import best_of
from app.store.naming import as_counted
from app.store.summary import RunSummary
from app.store.table.columns import flat_config, kind_of
from app.store.table.direction import Direction, better

Figure = Literal["best", "last", "min", "max"]
"""Which value of the metric stands for a run; `best` is the lowest or the highest, whichever is better."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a run came to: the value of the metric, as it was logged, and its step; None where it has none."""

    value: float | None
    step: int | None


@dataclass(frozen=True, slots=True)
class Parameter:
    """One hyper-parameter.

    Attributes:
        name: path into the config, joined by dots.
        is_number: every value is a number.
        values: of each run, None where its config does not have it.
        differs: the runs do not all have the same.
    """

    name: str
    is_number: bool
    values: Sequence[Any]
    differs: bool


@dataclass(frozen=True, slots=True)
class HyperParameters:
    """Runs, in columns.

    Attributes:
        metric: the tag that ranks them; "" where no run has logged a number.
        way: which end of it is better; None where its name does not say and nobody did.
        outcomes: of each run.
        metrics: scalar tags and how many runs have each, as people count, those that are aside last. Of the layers of a
            watched model the chosen one alone is among them.
    """

    run_ids: Sequence[str]
    parameters: Sequence[Parameter]
    metric: str
    way: Direction | None
    outcomes: Sequence[Outcome]
    metrics: Mapping[str, int]


def hyper_parameters(
    runs: Sequence[RunSummary], metric: str = "", figure: Figure = "best", way: Direction | None = None
) -> HyperParameters:
    """Put the configs of runs beside a metric.

    Args:
        runs: in the order wanted.
        metric: a scalar tag; where "" stands, the one that is most runs' headline.
        figure: which of its values counts. Where neither end is better, `best` is the last.
        way: which end is better, None to go by its name.
    """
    metrics = Counter(tag for run in runs for tag, facts in run.facts.items() if _is_metric(facts))
    ordered = sorted(metrics, key=lambda tag: (is_aside(tag), as_counted(tag)))
    metric = metric or _headline(runs) or next(iter(ordered), "")
    way = way or better(metric)
    wanted = (way or "last") if figure == "best" else figure
    return HyperParameters(
        run_ids=[run.id for run in runs],
        parameters=_parameters(runs),
        metric=metric,
        way=way,
        outcomes=[_outcome(run.facts.get(metric), wanted) for run in runs],
        metrics={tag: metrics[tag] for tag in ordered if tag == metric or not is_of_layer(tag)},
    )


def _is_metric(facts: TagFacts) -> bool:
    return facts.kind == "scalar" and not facts.is_step


def _headline(runs: Sequence[RunSummary]) -> str:
    found = Counter(best.tag for run in runs if (best := best_of(run)))
    return max(found, key=lambda tag: found[tag], default="")


def _outcome(facts: TagFacts | None, figure: str) -> Outcome:
    if facts is None or not _is_metric(facts):
        return Outcome(None, None)
    values = {"min": facts.min, "max": facts.max, "last": facts.last}
    steps = {"min": facts.min_step, "max": facts.max_step, "last": facts.last_step}
    return Outcome(values[figure], steps[figure])


def _parameters(runs: Sequence[RunSummary]) -> list[Parameter]:
    configs = [flat_config(run.info.config) for run in runs]
    names = sorted({name for config in configs for name in config}, key=as_counted)
    return [_parameter(name, [config.get(name) for config in configs]) for name in names]


def _parameter(name: str, values: Sequence[Any]) -> Parameter:
    there = [value for value in values if value is not None]
    return Parameter(name, kind_of(there) != "text", values, any(value != values[0] for value in values))
