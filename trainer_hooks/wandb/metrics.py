"""`define_metric` and `summary`: which metric is another one's step, and the one number that is kept of each."""

from collections.abc import Callable, Mapping, MutableMapping
from contextlib import suppress
from fnmatch import fnmatchcase
from typing import Any, NamedTuple

from trainer_hooks.values import RefusedError, flatten, to_number, to_step
from trainer_hooks.wandb.attributes import Attributes

GROUP = "summary/"
KEPT: Mapping[str, Callable[[float, float], float]] = {"min": min, "max": max}


class Defined(NamedTuple):
    """What was said of the metrics whose names match `name`; `*` stands for anything."""

    name: str
    step_metric: str | None
    kept: tuple[str, ...]  # of "min", "max", "mean"


class Definitions:
    """All that `define_metric` was told. Of several that match, one with the exact name counts, then the last."""

    def __init__(self) -> None:
        self._all: dict[str, Defined] = {}
        self._found: dict[str, Defined | None] = {}
        self._last: dict[str, int] = {}  # of metrics that are steps of others
        self._best: dict[str, float] = {}
        self._means: dict[str, tuple[float, int]] = {}

    def add(self, name: str, step_metric: Any, summary: str | None, goal: str | None) -> None:
        """Take in one definition; `step_metric` is a name or what `define_metric` returned."""
        asked = {word.strip() for word in (summary or "").split(",")}
        if asked & {"best", "copy"}:
            asked.add("max" if goal == "maximize" else "min")
        step = getattr(step_metric, "name", step_metric)
        self._all.pop(name, None)
        self._all[name] = Defined(name, str(step) if step else None, tuple(sorted(asked & {"min", "max", "mean"})))
        self._found.clear()

    def by_step(self, row: Mapping[str, Any], step: int) -> dict[int, dict[str, Any]]:
        """Return what is to be logged at which step: at that of the step metric where there is one, else at `step`."""
        if not self._all:
            return {step: dict(row)}
        steps = {definition.step_metric for definition in self._all.values() if definition.step_metric}
        for tag in steps & row.keys():
            whole = _whole(row[tag])
            if whole is not None:
                self._last[tag] = whole
        found: dict[int, dict[str, Any]] = {}
        for tag, value in row.items():
            definition = self._of(tag)
            own = tag if tag in steps else definition.step_metric if definition else None
            found.setdefault(self._last.get(own or "", step), {})[tag] = value
        return found

    def kept(self, row: Mapping[str, Any]) -> dict[str, float]:
        """Return what changed of the smallest, largest and mean values, under the names they are logged with."""
        changed: dict[str, float] = {}
        for tag, value in row.items() if self._all else ():
            definition = self._of(tag)
            for word in definition.kept if definition else ():
                try:
                    number = to_number(value)
                except RefusedError:
                    break
                name = f"{GROUP}{tag}.{word}"
                best = self._better(name, word, number)
                if best == best and best != self._best.get(name):
                    self._best[name] = changed[name] = best
        return changed

    def _better(self, name: str, word: str, number: float) -> float:
        if word == "mean":
            total, count = self._means.get(name, (0.0, 0))
            self._means[name] = total + number, count + 1
            return (total + number) / (count + 1)
        return KEPT[word](self._best[name], number) if name in self._best else number

    def _of(self, tag: str) -> Defined | None:
        if tag not in self._found:
            matching = [self._all[name] for name in reversed(self._all) if fnmatchcase(tag, name)]
            self._found[tag] = self._all.get(tag) or next(iter(matching), None)
        return self._found[tag]


def _whole(value: Any) -> int | None:
    try:
        return to_step(value)
    except RefusedError:
        return None


class Summary(Attributes, MutableMapping[str, Any]):
    """The last value of each metric, and what a program sets itself, which is logged as `summary/<name>`."""

    def __init__(self, log: Callable[[dict[str, Any]], None]) -> None:
        """Begin empty; `log` is given what a program sets, by tag."""
        super().__init__(_log=log)

    def take(self, row: Mapping[str, Any]) -> None:
        """Remember the last values of what was logged, numbers only: a tensor would keep its memory."""
        for tag, value in row.items():
            if tag.startswith(GROUP):
                continue
            kind = type(value)
            if kind is float or kind is int:
                self._values[tag] = value
                continue
            with suppress(RefusedError):
                self._values[tag] = to_number(value)

    def update(self, *given: Any, **named: Any) -> None:
        """Set several, nested or not."""
        news = dict(flatten({**dict(*given), **named}))
        self._values.update(news)
        self._log({f"{GROUP}{name}": value for name, value in news.items()})

    def __delitem__(self, name: str) -> None:
        del self._values[name]
