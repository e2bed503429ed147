"""Stands for those calls of other loggers that have no meaning without their servers: said once, and harmless."""

from collections.abc import Iterator
from inspect import isroutine
from typing import Any, Self

from trainer_hooks.notices import Notices


class Nothing:
    """Takes whatever is set or called, and answers with nothing again. It is false, and holds nothing."""

    def __init__(self, *_: Any, **__: Any) -> None:
        """Take anything."""

    def __getattr__(self, name: str) -> "Nothing":
        if name.startswith("_"):  # what others probe for: __array__, __fspath__, _repr_html_, ...
            raise AttributeError(name)
        return Nothing()

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        """Return nothing; a function that it is to decorate, as it is."""
        return args[0] if len(args) == 1 and not kwargs and isroutine(args[0]) else Nothing()

    def __getitem__(self, _: Any) -> "Nothing":
        return Nothing()

    def __setitem__(self, _: Any, __: Any) -> None: ...

    def __iter__(self) -> Iterator[Any]:
        return iter(())

    def __len__(self) -> int:
        return 0

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None: ...


class Absences:
    """What a module has not, and says so, once in a process for each."""

    def __init__(self, where: str) -> None:
        """`where` is the module, named in what is said."""
        self._where = where
        self._notices = Notices()

    def say_once(self, key: str, message: str) -> None:
        """Say something about the module's use, once for each `key`."""
        self._notices.once(key, f"{self._where}: {message}")

    def nothing(self, name: str) -> Nothing:
        """Say once that `name` does nothing, and return what answers every use of it."""
        self.say_once(name, f"{name} does nothing here")
        return Nothing()
