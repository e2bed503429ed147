"""Environments that visdom's own server saved, and logs of its clients: to be looked at."""

from pathlib import Path
from typing import Any

import orjson

from app.readers.folder import stamp_of
from app.store.panes.environment import Environment
from app.store.panes.window import Window


class SavedEnvironment(Environment):
    """The environment in one file, read anew when it was written anew."""

    def __init__(self, name: str, path: Path) -> None:
        super().__init__(name, path.parent, writable=False)
        self._path = path
        self._stamp: Any = None

    def catch_up(self) -> None:
        """Take in the file where it changed. Raises OSError."""
        with self.lock:
            stamp = stamp_of(self._path)
            if stamp == self._stamp:
                return
            try:
                windows = orjson.loads(self._path.read_bytes())["jsons"]
                made = [Window.of_state(str(window), state) for window, state in windows.items()]
            except (ValueError, KeyError, TypeError, AttributeError) as error:
                raise OSError(f"{self._path} is no environment of visdom: {error}") from error
            self._stamp = stamp
            self.windows = {}
            for one in made:
                self._put(one)


def foreign_environment(name: str, path: Path) -> Environment:
    """Return the environment that a run of visdom's is: a folder of ours, a log of calls or a saved one."""
    if path.is_dir():
        return Environment(name, path, writable=False)
    with path.open("rb") as file:
        is_log = file.read(256).lstrip().startswith(b"[")
    if is_log:
        return Environment(name, path.parent, writable=False, log_name=path.name)
    return SavedEnvironment(name, path)
