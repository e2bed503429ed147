"""The document of a Bokeh script: the run that everything is logged into, and callbacks that are called at once."""

import asyncio
import inspect
import os
import threading
from collections import deque
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import Any, Protocol

from trainer_hooks.bokeh.looks import Looks
from trainer_hooks.integration.holder import RunHolder
from trainer_hooks.notices import Notices
from trainer_hooks.run import Run


class Drawing(Protocol):
    """What has charts of its own: a figure."""

    def charts(self) -> dict[str, dict[str, Any]]:
        """Return category -> title -> form and tags, as `Run.log_charts` takes them."""


class Document(Looks):
    """What `curdoc()` returns: the run that everything is logged into."""

    def __init__(self) -> None:
        """Open nothing yet."""
        self._notices = Notices()
        self.lock = threading.RLock()  # of what is logged
        self._turn = threading.Lock()  # callbacks are called one at a time
        self._waiting: deque[Callable[[], Any]] = deque()
        self._holder = RunHolder()
        self._figures: list[Drawing] = []
        self._charts: dict[str, dict[str, Any]] = {}

    def log_to(self, path: str | os.PathLike[str] | None = None, *, run: Run | None = None, **options: Any) -> None:
        """Log into `run`, or into what `trainer_hooks.init` makes of the other arguments; what is open of it ends."""
        holder = RunHolder(path, run, options)
        with self.lock:
            self._holder.finish()
            self._holder, self._charts = holder, {}

    def opened(self) -> Run:
        """Return the run, opened where it is not, with the charts of its figures."""
        run = self._holder.run
        if run is None:
            run = self._holder.begin()
            if not self._holder.is_given:
                _finish_with_threads(run)
        for figure in self._figures:
            charts = {name: of for name, of in figure.charts().items() if self._charts.get(name) != of}
            self._charts.update(charts)
            if charts:
                run.log_charts(charts)
        return run

    def follow(self, figure: Drawing) -> None:
        """Log the charts of a figure too."""
        self._figures.append(figure)

    def add_next_tick_callback(self, callback: Callable[[], Any]) -> Looks:
        """Call `callback` now, or after the one that adds it: there is no page that it must wait for.

        What it raises is said, once, and the training goes on, as with Bokeh.
        """
        self._waiting.append(callback)
        while self._waiting and self._turn.acquire(blocking=False):  # else whoever has the turn calls it
            try:
                if self._waiting:  # nobody else took it meanwhile
                    _call(self._waiting.popleft(), self._notices)
            finally:
                self._turn.release()
        return Looks()

    def add_periodic_callback(self, *_: Any, **__: Any) -> Looks:
        """Say that it is not called: without a server nothing says for how long."""
        message = "callbacks by the clock are not called without Bokeh; log where the numbers are made"
        self._notices.once("timer", message)
        return Looks()

    add_timeout_callback = add_periodic_callback


def curdoc() -> Document:
    """Return the one document of this process."""
    return _document


def _finish_with_threads(run: Run) -> None:
    """End the run as failed where a thread ends with an error, as the main thread does."""
    before = threading.excepthook

    def on_error(arguments: Any) -> None:
        before(arguments)
        run.finish(arguments.exc_value)

    threading.excepthook = on_error


def _call(callback: Callable[[], Any], notices: Notices) -> None:
    """Call a function or coroutine; those of tornado find an event loop when they are called, as in Bokeh's server."""
    function = callback
    while isinstance(function, partial):
        function = function.func
    try:
        if hasattr(function, "__tornado_coroutine__"):
            _in_a_loop(callback)
        elif inspect.isawaitable(returned := callback()):
            _in_a_loop(lambda: returned)
    except Exception as error:  # noqa: BLE001 - it is the script's own code
        notices.once(f"callback {error!r}", f"a callback of the Bokeh document raised {error!r}")


def _in_a_loop(begin: Callable[[], Any]) -> None:
    """Wait for what `begin` returns, in a thread where this one runs a loop already, as in notebooks."""

    async def awaited() -> None:
        await begin()

    try:
        asyncio.get_running_loop()
    except RuntimeError:
        asyncio.run(awaited())  # 0.3 ms, so it is not for all callbacks
    else:
        with ThreadPoolExecutor(1) as executor:
            executor.submit(asyncio.run, awaited()).result()


_document = Document()
