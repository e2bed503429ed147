"""`trainer_hooks.plot` and `trainer_hooks.live`."""

import importlib.util
import io
import sys
import threading
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Literal

from app.notebook.curves import Look, open_runs, panels, poll
from app.notebook.pictures import in_matplotlib, in_plotly
from app.readers.contract import RunLog, RunState

Backend = Literal["matplotlib", "plotly"]
GOES_ON = (RunState.RUNNING, RunState.STALLED, RunState.UNKNOWN)
SHARE = 10  # of what it takes to draw a picture, to wait before the next: training goes on beside it
LONGEST_PAUSE_S = 10.0


def plot(paths: Sequence[Path], look: Look, backend: Backend | None) -> Any:
    """Draw runs once. See `trainer_hooks.plot`."""
    look.check()
    logs = open_runs(paths)
    poll(logs)
    drawn = panels(logs, look)
    if not drawn:
        raise ValueError(f"{', '.join(logs)}: no scalar is logged under {look.tags or 'any tag'} yet")
    if (backend or _first_installed("matplotlib", "plotly")) == "plotly":
        import plotly.graph_objects as go

        return go.Figure(in_plotly(drawn, look))
    from matplotlib import pyplot as plt

    figure = plt.figure()
    in_matplotlib(drawn, look, figure)
    if _is_notebook():
        plt.close(figure)  # the cell shows what it returns; open ones it would show again
    return figure


class Live:
    """A picture in a notebook's cell that is drawn anew while its runs grow. Ends with the runs, or by `stop`."""

    def __init__(self, paths: Sequence[Path], look: Look, every_s: float) -> None:
        """Draw it for the first time, and go on in a thread. See `trainer_hooks.live`."""
        from IPython.display import display
        from matplotlib.figure import Figure

        look.check()
        self._logs = open_runs(paths)
        self._look, self._every_s = look, every_s
        self._ended = threading.Event()
        poll(self._logs)
        in_matplotlib((), look, Figure())  # the first one loads fonts
        self._handle = display(self._bundle(), raw=True, display_id=True)
        self._thread = threading.Thread(target=self._go_on, name="tailboard-live", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """Leave the picture as it is."""
        self._ended.set()

    def wait(self, timeout_s: float | None = None) -> bool:
        """Wait until the runs have ended and the last picture is drawn; return whether they have."""
        self._thread.join(timeout_s)
        return not self._thread.is_alive()

    def __repr__(self) -> str:
        return f"<live picture of {', '.join(self._logs)}>"

    def _ipython_display_(self) -> None:
        """The picture is in the cell already."""

    def _go_on(self) -> None:
        pause_s = self._every_s
        while not self._ended.wait(pause_s):
            began_s = time.thread_time()
            has_ended = all(log.status(time.time()).state not in GOES_ON for log in self._logs.values())
            if poll(self._logs) or has_ended:
                self._handle.update(self._bundle(), raw=True)
            if has_ended:
                return
            pause_s = max(self._every_s, min(LONGEST_PAUSE_S, SHARE * (time.thread_time() - began_s)))

    def _bundle(self) -> dict[str, Any]:
        title = "   ".join(_told(name, log) for name, log in self._logs.items())
        drawn = panels(self._logs, self._look)
        if not drawn:
            return {"text/plain": f"{title}: no scalar is logged yet"}
        # A picture: JupyterLab's renderer of Plotly figures draws the first one and leaves out every later one.
        from matplotlib.figure import Figure

        figure, content = Figure(), io.StringIO()
        in_matplotlib(drawn, self._look, figure, title)
        figure.savefig(content, format="svg")
        return {"image/svg+xml": content.getvalue(), "text/plain": title}


def live(paths: Sequence[Path], look: Look, every_s: float) -> Live:
    """Show runs while they grow. See `trainer_hooks.live`."""
    if not _is_notebook():
        raise RuntimeError("live() draws in a notebook's cell and there is none here; in a script, plot() draws once")
    _first_installed("matplotlib")
    return Live(paths, look, every_s)


def _told(name: str, log: RunLog) -> str:
    steps = [facts.last_step for facts in log.facts.values() if facts.last_step is not None]
    state = log.status(time.time()).state
    words = [name, *([] if state == RunState.UNKNOWN else [str(state)]), *([f"step {max(steps):,}"] if steps else [])]
    return " · ".join(words)


def _first_installed(*names: Backend) -> Backend:
    found = [name for name in names if importlib.util.find_spec(name)]
    if not found:
        raise ModuleNotFoundError(f"drawing needs {' or '.join(names)}: pip install {names[0]}")
    return found[0]


def _is_notebook() -> bool:
    """Tell whether a kernel runs this: a terminal's IPython shows no pictures."""
    get_ipython = getattr(sys.modules.get("IPython"), "get_ipython", lambda: None)
    return getattr(get_ipython(), "kernel", None) is not None
