"""Looking at runs from a script or a notebook.

Reading and smoothing is the app's, and `tailboard[app]` what it needs: it is imported when one of these is called, the
only way from here to there.
"""

import os
from collections.abc import Collection, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from trainer_hooks.exits import latest_run
from trainer_hooks.run import Run

if TYPE_CHECKING:
    from app.notebook.draw import Live

Place = str | os.PathLike[str] | Run
Axis = Literal["step", "relative", "wall"]
Backend = Literal["matplotlib", "plotly"]


def plot(
    runs: Place | Iterable[Place] | None = None,
    tags: str | Collection[str] | None = None,
    *,
    smoothing: float = 0.6,
    average: str = "ema",
    x: Axis = "step",
    log_x: bool = False,
    log_y: bool = False,
    backend: Backend | None = None,
) -> Any:
    """Draw the curves of runs, smoothed as on the charts page.

    Args:
        runs: a run, its folder or file in any format that the app reads, a folder of runs, or several of these. None:
            the run that this process began last.
        tags: names, or regular expressions that stand in one; None: all losses, and where there is none, all scalars.
        smoothing: amount of the average: of "ema" the weight of the past, in [0, 1); 0 draws what was logged alone.
        average: "ema", "time_weighted", "running", "gaussian" or "savgol", as in docs/smoothing.md.
        x: steps, seconds since each run's first point ("relative") or the time of day, UTC ("wall").
        log_x: logarithmic axis.
        log_y: logarithmic axis.
        backend: "matplotlib" or "plotly"; None: Matplotlib where it is installed.

    Returns:
        A Matplotlib or Plotly figure with a panel for each tag; tags that differ in their group alone share one.

    Raises:
        FileNotFoundError: there is no run.
        ValueError: nothing is logged under these tags, or an option makes no sense.
        ModuleNotFoundError: the app's packages are not installed.
    """
    with _in_words():
        from app.notebook.curves import Look
        from app.notebook.draw import plot as draw
    look = Look(tags=tags, smoothing=smoothing, average=average, x=x, log_x=log_x, log_y=log_y)
    return draw(_paths(runs), look, backend)


def live(
    runs: Place | Iterable[Place] | None = None,
    tags: str | Collection[str] | None = None,
    *,
    smoothing: float = 0.6,
    average: str = "ema",
    x: Axis = "step",
    log_x: bool = False,
    log_y: bool = False,
    every_s: float = 1.0,
) -> "Live":
    """Show the curves of runs in a notebook's cell, drawn anew while they grow, until they have ended.

    It goes on while later cells run, so it may stand before the training or in the same cell; the training may as well
    run elsewhere.

    Args:
        runs: as for `plot`.
        tags: as for `plot`.
        smoothing: as for `plot`.
        average: as for `plot`.
        x: as for `plot`.
        log_x: logarithmic axis.
        log_y: logarithmic axis.
        every_s: seconds between two pictures, at least.

    Returns:
        What ends it early with `stop()`, or waits for the last picture with `wait()`.

    Raises:
        RuntimeError: this is no notebook.
        FileNotFoundError: there is no run.
        ValueError: an option makes no sense.
        ModuleNotFoundError: the app's packages, or Matplotlib, are not installed.
    """
    with _in_words():
        from app.notebook.curves import Look
        from app.notebook.draw import live as show
    look = Look(tags=tags, smoothing=smoothing, average=average, x=x, log_x=log_x, log_y=log_y)
    return show(_paths(runs), look, every_s)


@contextmanager
def _in_words() -> Iterator[None]:
    """Say which packages an import wants."""
    try:
        yield
    except ModuleNotFoundError as error:
        raise ModuleNotFoundError(f"{error}; runs are read with the app: pip install 'tailboard[app]'") from None


def _paths(runs: Place | Iterable[Place] | None) -> list[Path]:
    if runs is None:
        latest = latest_run()
        if latest is None:
            raise FileNotFoundError("This process began no run; name one, or its folder.")
        runs = latest
    several = [runs] if isinstance(runs, str | os.PathLike | Run) else list(runs)
    for run in several:
        if isinstance(run, Run):
            run.flush()
    return [run.path if isinstance(run, Run) else Path(run).absolute() for run in several]
