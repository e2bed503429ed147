"""Sources and figures of a Bokeh script: what a line draws of a source is logged."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from trainer_hooks.bokeh.columns import Follower, values_of
from trainer_hooks.bokeh.document import curdoc
from trainer_hooks.bokeh.looks import Looks


class ColumnDataSource(Looks):
    """Columns that lines are drawn of. What is streamed, patched or assigned is logged, as far as a line draws it."""

    def __init__(self, data: Any = None, *_: Any, **columns: Any) -> None:
        """Take columns by name, a DataFrame too; of keywords, those that hold columns."""
        given = data if data is not None else {name: of for name, of in columns.items() if isinstance(of, list | tuple)}
        self._document = curdoc()
        self._lines: list[tuple[str, str, Callable[[], str]]] = []
        self._watchers: list[Callable[[str, Any, Any], Any]] = []
        self._follower = Follower(self._document.opened)
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
        with self._document.lock:
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


def figure(*arguments: Any, **looks: Any) -> Figure:
    """Return a new figure; of its options only `title` counts."""
    made = Figure(*arguments, **looks)
    curdoc().follow(made)
    return made
