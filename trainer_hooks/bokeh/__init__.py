"""Stands in for the parts of Bokeh that draw a training live, and logs what they would draw.

The recipe: `source = ColumnDataSource(data={...})`, `figure().line(x="epochs", y="loss", source=source)`,
`curdoc().add_root(...)`, and a thread that calls `curdoc().add_next_tick_callback(partial(update, new))`, where
`update` calls `source.stream(new)`. With these names imported from here, and Bokeh not even installed, `python
training.py` logs each line of each figure. `mirror` is for those who keep Bokeh: it logs what comes into a source.
"""

from typing import Any

from trainer_hooks.bokeh.document import curdoc
from trainer_hooks.bokeh.drawing import ColumnDataSource, figure
from trainer_hooks.bokeh.looks import Looks
from trainer_hooks.bokeh.mirroring import mirror
from trainer_hooks.notices import Notices

__all__ = ["ColumnDataSource", "curdoc", "figure", "mirror"]
_notices = Notices()


def __getattr__(name: str) -> Any:
    """Return something that takes anything, in place of whatever else a script imports of Bokeh."""
    if name.startswith("_"):
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    _notices.once("looks", f"{name} and whatever else of Bokeh only concerns looks is ignored")
    return Looks()
