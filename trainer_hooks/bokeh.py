"""Stands in for the parts of Bokeh that draw a training live, and logs what they would draw.

The recipe: `source = ColumnDataSource(data={...})`, `figure().line(x="epochs", y="loss", source=source)`,
`curdoc().add_root(...)`, and a thread that calls `curdoc().add_next_tick_callback(partial(update, new))`, where
`update` calls `source.stream(new)`. With these names imported from here, and Bokeh not even installed, `python
training.py` logs each line of each figure. `mirror` is for those who keep Bokeh: it logs what comes into a source.
"""

import asyncio
import inspect
import os
import threading
from collections import deque
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from trainer_hooks.columns import Follower, values_of
from trainer_hooks.holding import RunHolder
from trainer_hooks.notices import Notices
from trainer_hooks.run import Run

_notices = Notices()


class Looks:
    """Takes whatever is set, called or asked for: all that only concerns looks."""

    def __init__(self, *_: Any, **__: Any) -> None:
        """Take anything."""

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        found = Looks()
        self.__dict__[name] = found
        return found

    def __call__(self, *arguments: Any, **_: Any) -> Any:
        """Return the function that is decorated, or something that takes anything too."""
        return arguments[0] if len(arguments) == 1 and inspect.isroutine(arguments[0]) else Looks()

    def __getitem__(self, _: Any) -> Any:
        return Looks()

    def __setitem__(self, _: Any, __: Any) -> None:
        """Take anything."""

    def __iter__(self) -> Any:
        return iter(())


class ColumnDataSource(Looks):
    """Columns that lines are drawn of. What is streamed, patched or assigned is logged, as far as a line draws it."""

    def __init__(self, data: Any = None, *_: Any, **columns: Any) -> None:
        """Take columns by name, a DataFrame too; of keywords, those that hold columns."""
        given = data if data is not None else {name: of for name, of in columns.items() if isinstance(of, list | tuple)}
        self._lines: list[tuple[str, str, Callable[[], str]]] = []
        self._watchers: list[Callable[[str, Any, Any], Any]] = []
        self._follower = Follower(_document.opened)
        self._data = _Columns(self, given)

    @property
    def data(self) -> dict[str, Any]:
        """The columns, by name."""
        return self._data

    @data.setter
    def data(self, columns: Any) -> None:
        self._data = _Columns(self, columns)
        self.changed()

    @property
    def column_names(self) -> list[str]:
        """Names of the columns."""
        return list(self._data)

    def stream(self, new_data: Mapping[str, Any], rollover: int | None = None) -> None:
        """Add rows: name -> further values of the column; keep the last `rollover` rows, all if None."""
        for name, values in new_data.items():
            self._data.extend(name, values, rollover)
        self.changed()

    def patch(self, patches: Mapping[str, Iterable[tuple[Any, Any]]]) -> None:
        """Change values in place: name -> pairs of index or slice and what goes there."""
        for name, changes in patches.items():
            column = self._data.as_list(name)
            for place, value in changes:
                column[place] = value
        self.changed()

    def add(self, data: Any, name: str | None = None) -> str:
        """Add a column and return its name."""
        name = name or f"Series {len(self._data)}"
        self._data[name] = data
        return name

    def on_change(self, _attribute: str, *callbacks: Callable[[str, Any, Any], Any]) -> None:
        """Call `callbacks` with "data" and the columns, twice, after each change."""
        self._watchers.extend(callbacks)

    def draw(self, x: str, y: str, tag: Callable[[], str]) -> None:
        """A line draws the column `y` over the column `x`; it is called what `tag` returns."""
        self._lines.append((x, y, tag))
        self.changed()

    def changed(self) -> None:
        """Log what is new."""
        with _document.lock:
            self._follower.look(self._data, [(x, y, tag()) for x, y, tag in self._lines])
        for watcher in self._watchers:
            watcher("data", self._data, self._data)


class _Columns(dict[str, Any]):
    """The columns of a source, which notices when one is assigned."""

    def __init__(self, source: ColumnDataSource, columns: Any) -> None:
        super().__init__({str(name): columns[name] for name in columns})
        self._source = source
        self._own: set[str] = set()  # columns that are lists of ours

    def as_list(self, name: str) -> list[Any]:
        """Return a column that may be changed in place, empty where there is none; never the caller's own."""
        if name not in self._own:
            super().__setitem__(name, list(values_of(self.get(name, ()))))
            self._own.add(name)
        column: list[Any] = self[name]
        return column

    def extend(self, name: str, values: Any, most: int | None) -> None:
        """Add values to a column and keep the last ones, `most` at most."""
        column = self.as_list(name)
        column.extend(values_of(values))
        if most is not None:
            del column[: max(0, len(column) - most)]

    def __setitem__(self, name: str, values: Any) -> None:
        super().__setitem__(name, values)
        self._own.discard(name)
        self._source.changed()

    def update(self, *given: Any, **columns: Any) -> None:
        super().update(*given, **columns)
        self._own.clear()
        self._source.changed()


class Figure(Looks):
    """A figure: its lines, and whatever else draws a column over another, are logged."""

    def __init__(self, *_: Any, title: Any = None, **__: Any) -> None:
        """Take the title; all else concerns looks."""
        self._title: Any = Looks()
        self._tags: list[Callable[[], str]] = []
        self.title = title

    @property
    def title(self) -> Any:
        """The title, whose text may be set later."""
        return self._title

    @title.setter
    def title(self, title: Any) -> None:
        self._title.text = getattr(title, "text", title)

    def line(self, x: Any = "x", y: Any = "y", *_: Any, source: Any = None, **looks: Any) -> Any:
        """Draw a line, of two columns of `source` or of two lists; it is called what its legend says."""
        if not isinstance(x, str) or not isinstance(y, str):
            source, x, y = ColumnDataSource({"x": x, "y": y}), "x", "y"
        if not isinstance(source, ColumnDataSource):
            return Looks()
        label = next((looks[name] for name in ("legend_label", "legend", "name") if looks.get(name)), y)
        label = label.get("value", y) if isinstance(label, Mapping) else label

        def tag() -> str:
            return f"{self._title.text}/{label}" if isinstance(self._title.text, str) else str(label)

        self._tags.append(tag)
        source.draw(x, y, tag)
        drawn: Any = Looks()
        drawn.data_source = source
        return drawn

    circle = scatter = step = line

    def charts(self) -> dict[str, dict[str, Any]]:
        """Return the chart that shows all lines of this figure in one panel, if there are several."""
        title = self._title.text if isinstance(self._title.text, str) else "figure"
        tags = list(dict.fromkeys(tag() for tag in self._tags))
        return {title: {title: ["multiline", tags]}} if len(tags) > 1 else {}


class Document(Looks):
    """What `curdoc()` returns: the run that everything is logged into."""

    def __init__(self) -> None:
        """Open nothing yet."""
        self.lock = threading.RLock()  # of what is logged
        self._turn = threading.Lock()  # callbacks are called one at a time
        self._waiting: deque[Callable[[], Any]] = deque()
        self._holder = RunHolder()
        self._figures: list[Figure] = []
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

    def follow(self, figure: Figure) -> Figure:
        """Log the charts of a figure too."""
        self._figures.append(figure)
        return figure

    def add_next_tick_callback(self, callback: Callable[[], Any]) -> Looks:
        """Call `callback` now, or after the one that adds it: there is no page that it must wait for.

        What it raises is said, once, and the training goes on, as with Bokeh.
        """
        self._waiting.append(callback)
        while self._waiting and self._turn.acquire(blocking=False):  # else whoever has the turn calls it
            try:
                _call(self._waiting.popleft())
            finally:
                self._turn.release()
        return Looks()

    def add_periodic_callback(self, *_: Any, **__: Any) -> Looks:
        """Say that it is not called: without a server nothing says for how long."""
        _notices.once("timer", "callbacks by the clock are not called without Bokeh; log where the numbers are made")
        return Looks()

    add_timeout_callback = add_periodic_callback


def curdoc() -> Document:
    """Return the one document of this process."""
    return _document


def figure(*arguments: Any, **looks: Any) -> Figure:
    """Return a new figure; of its options only `title` counts."""
    return _document.follow(Figure(*arguments, **looks))


def mirror(
    source: Any,
    path: str | os.PathLike[str] | None = None,
    *,
    run: Run | None = None,
    step: str | None = None,
    tags: Mapping[str, str] | None = None,
    **options: Any,
) -> Run:
    """Log what comes into a source of Bokeh, which goes on being drawn by it.

    Args:
        source: a `bokeh.models.ColumnDataSource`.
        path: the run folder, as in `trainer_hooks.init`.
        run: an open run, in place of it.
        step: the column of the steps; the first one if None.
        tags: column -> tag, where they are to differ.
        options: further keywords of `trainer_hooks.init`.

    Returns:
        The run, which ends with the process unless it is finished before.

    Raises:
        TypeError: a run was given and a path as well.
    """
    opened = RunHolder(path, run, options).begin()
    follower, lock = Follower(lambda: opened), threading.Lock()

    def look(_attribute: str, _old: Any, _new: Any) -> None:
        names = [name for name in source.data if name != "index"]
        first = step or names[0]
        lines = [(first, name, (tags or {}).get(name, name)) for name in names if name != first]
        with lock:
            follower.look(source.data, lines)

    look("data", None, None)
    source.on_change("data", look)
    return opened


def __getattr__(name: str) -> Any:
    """Return something that takes anything, in place of whatever else a script imports of Bokeh."""
    if name.startswith("_"):
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    _notices.once("looks", f"{name} and whatever else of Bokeh only concerns looks is ignored")
    return Looks()


def _finish_with_threads(run: Run) -> None:
    """End the run as failed where a thread ends with an error, as the main thread does."""
    before = threading.excepthook

    def on_error(arguments: Any) -> None:
        before(arguments)
        run.finish(arguments.exc_value)

    threading.excepthook = on_error


def _call(callback: Callable[[], Any]) -> None:
    """Call a function or coroutine; those of tornado find an event loop, as in Bokeh's server."""

    async def called() -> None:
        returned = callback()
        if inspect.isawaitable(returned):
            await returned

    def run() -> None:
        try:
            asyncio.run(called())
        except Exception as error:  # noqa: BLE001 - it is the script's own code
            _notices.once(f"callback {error!r}", f"a callback of the Bokeh document raised {error!r}")

    try:
        asyncio.get_running_loop()  # of a notebook: a thread has one loop at a time
    except RuntimeError:
        run()
    else:
        thread = threading.Thread(target=run)
        thread.start()
        thread.join()


_document = Document()
