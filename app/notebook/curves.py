"""Which lines to draw of which runs: opened by the readers, smoothed as on the pages, thinned for a picture."""

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import numpy as np
import numpy.typing as npt

from app.readers.contract import Columns, RunLog
from app.readers.walk import all_readers
from app.settings import LogRoot
from app.store.aside import is_of_machine
from app.store.discovery import Discovery
from app.transforms.align import since
from app.transforms.downsample import downsample
from app.transforms.smoothing import check_amount, smooth

Float64Array = npt.NDArray[np.float64]
Axis = Literal["step", "relative", "wall"]

MOST_PANELS = 12
PIXEL_COLUMNS = 600  # of a line; each keeps its lowest and highest value
_LOSS = re.compile(r"(^|[/._ -])(loss|losses|nll|perplexity|objective)($|[/._ -])|loss$", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Curve:
    """One line of a panel.

    Attributes:
        x: shape (n,), steps, or seconds since the run began or since the epoch.
        raw: shape (n,), as logged; NaN and infinities are gaps.
        smoothed: shape (n,); None where nothing is smoothed.
        slot: of the palette: the run's place, or with one run the tag's.
        dash: number of a dash pattern: with several runs the tag's place in its panel.
    """

    label: str
    x: Float64Array
    raw: Float64Array
    smoothed: Float64Array | None
    slot: int
    dash: int


@dataclass(frozen=True, slots=True)
class Panel:
    """One chart."""

    title: str
    curves: Sequence[Curve]


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """What to draw, and how: the options that plot() and live() share.

    Attributes:
        tags: names or regular expressions; None: those whose name says that they are losses, else all.
        smoothing: amount of the average, in its unit; 0 with "ema" draws what was logged alone.
        average: a key of `app.transforms.smoothing.AVERAGES`.
    """

    tags: str | Collection[str] | None = None
    smoothing: float = 0.6
    average: str = "ema"
    x: Axis = "step"
    log_x: bool = False
    log_y: bool = False

    def check(self) -> None:
        """Raise ValueError where a value makes no sense."""
        check_amount(self.average, self.smoothing)
        if self.x not in ("step", "relative", "wall"):
            raise ValueError(f"x is step, relative or wall, not {self.x!r}")


def open_runs(paths: Sequence[Path]) -> dict[str, RunLog]:
    """Open the runs at these paths, and those below them, by the name that tells them apart.

    Raises:
        FileNotFoundError: there is nothing at a path, or no run.
    """
    logs: dict[str, RunLog] = {}
    for path in paths:
        if not path.exists():
            raise FileNotFoundError(f"There is no {path}.")
        found = Discovery([LogRoot("", path)], all_readers()).find()
        if not found:
            raise FileNotFoundError(f"There is no run in {path} that can be read. `python -m app inspect` says why.")
        for run_id, run in found.items():
            name = run_id if run_id not in logs else str(run.path)
            logs[path.name if run.path == path else name] = run.reader.open(run.path)
    return logs


def poll(logs: Mapping[str, RunLog]) -> bool:
    """Take in what is new in all runs; return whether anything was."""
    changed = False
    for log in logs.values():
        news = log.poll()
        changed |= news.changed
        while news.behind:
            news = log.poll()
    return changed


def panels(logs: Mapping[str, RunLog], look: Look) -> list[Panel]:
    """Return the charts of these runs, as of the last poll, at most MOST_PANELS.

    Tags that differ in their group alone, such as `train/loss` and `val/loss`, share one.
    """
    tags = chosen_tags(logs, look.tags)
    loaded = {name: log.load([tag for tag in tags if tag in log.facts]) for name, log in logs.items()}
    groups: dict[str, list[str]] = {}
    for tag in tags:
        groups.setdefault(tag.rpartition("/")[2], []).append(tag)
    titles = list(groups)[:MOST_PANELS]
    return [
        Panel(groups[last][0] if len(groups[last]) == 1 else last, list(_curves(loaded, groups[last], look)))
        for last in titles
    ]


def chosen_tags(logs: Mapping[str, RunLog], wanted: str | Collection[str] | None) -> list[str]:
    """Return the scalar tags to draw, by name. Of patterns those count that match a whole tag or stand in it."""
    names = {
        tag
        for log in logs.values()
        for tag, facts in log.facts.items()
        if facts.kind == "scalar" and not facts.is_step and not is_of_machine(tag)
    }
    if wanted is None:
        return sorted(tag for tag in names if _LOSS.search(tag)) or sorted(names)
    patterns = [wanted] if isinstance(wanted, str) else list(wanted)
    return sorted(
        {tag for each in patterns for tag in ({each} & names or {tag for tag in names if re.search(each, tag)})}
    )


def _curves(loaded: Mapping[str, Mapping[str, Columns]], tags: Sequence[str], look: Look) -> Iterator[Curve]:
    several_runs = len(loaded) > 1
    for place, (name, series) in enumerate(loaded.items()):
        for number, tag in enumerate(tags):
            if tag in series and len(series[tag]):
                label = tag if not several_runs else name if len(tags) == 1 else f"{name}: {tag}"
                slot, dash = (place, number) if several_runs else (number, 0)
                yield _curve(label, series[tag], look, slot, dash)


def _curve(label: str, columns: Columns, look: Look, slot: int, dash: int) -> Curve:
    x = _places(columns, look.x)
    keep = np.isfinite(x) & ((x > 0) | (not look.log_x))
    x, raw = x[keep], columns.value[keep]
    averaged = smooth(look.average, raw, x, look.smoothing)
    is_smoothed = averaged is not raw and not np.array_equal(averaged, raw, equal_nan=True)
    lines = [raw, averaged] if is_smoothed else [raw]
    shown = downsample(x, lines, PIXEL_COLUMNS, look.log_x) if len(x) else np.arange(0)
    return Curve(label, x[shown], raw[shown], averaged[shown] if is_smoothed else None, slot, dash)


def _places(columns: Columns, axis: Axis) -> Float64Array:
    if axis == "step":
        return since(columns.step, 0)
    times = columns.wall_time
    start = float(np.nanmin(times)) if axis == "relative" and np.isfinite(times).any() else 0.0
    return since(times, start)
