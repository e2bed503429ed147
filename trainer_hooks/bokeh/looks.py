"""All of Bokeh that only concerns looks."""

import inspect
from typing import Any


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
