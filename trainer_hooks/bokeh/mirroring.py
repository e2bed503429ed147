"""Logs what comes into a source of Bokeh, beside its being drawn."""

import os
import threading
from collections.abc import Mapping
from typing import Any

from trainer_hooks.bokeh.columns import Follower
from trainer_hooks.integration.holder import RunHolder
from trainer_hooks.run import Run


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
