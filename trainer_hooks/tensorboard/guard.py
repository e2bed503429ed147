"""The one place through which every add_... call goes."""

from collections.abc import Callable, Iterator, Mapping
from functools import wraps
from typing import Any, Protocol, TypeVar, cast

from trainer_hooks.media import REFUSALS

Method = TypeVar("Method", bound=Callable[..., None])


class MisuseError(TypeError):
    """A call that torch and tensorboardX refuse with a TypeError too, which scripts may count on."""


class Mirror(Protocol):
    """Something that is told of all calls, to write the same elsewhere."""

    def take(self, method: Callable[..., None], args: tuple[Any, ...], kwargs: Mapping[str, Any]) -> None:
        """Take one call of a method of a SummaryWriter. Raises nothing."""


class Guarded(Protocol):
    """What has guarded methods."""

    def _mirrored(self) -> Mirror | None: ...

    def _refuse(self, name: str, error: BaseException) -> None: ...


def guarded(method: Method) -> Method:
    """Make a method never raise for what is logged, and tell the mirror of each call first, if there is one.

    A call with arguments that the method does not have raises TypeError, as everywhere.
    """
    name = method.__name__

    @wraps(method)
    def call(self: Guarded, /, *args: Any, **kwargs: Any) -> None:
        try:
            mirror = self._mirrored()
            if mirror is not None:
                args = tuple(map(_reusable, args))
                kwargs = {key: _reusable(value) for key, value in kwargs.items()}
                mirror.take(method, args, kwargs)
            method(self, *args, **kwargs)
        except MisuseError:
            raise
        except REFUSALS as error:
            inside = error.__traceback__ is not None and error.__traceback__.tb_next is not None
            if not inside:  # the arguments do not fit
                raise
            self._refuse(name, error)

    return cast("Method", call)


def _reusable(value: Any) -> Any:
    """Return what a generator gives as a list, since two will go through it; all else as it is."""
    return list(value) if isinstance(value, Iterator) else value
