"""The one place through which every add_... call goes."""

from collections.abc import Callable
from functools import wraps
from typing import Any, Protocol, TypeVar, cast

from trainer_hooks.media import REFUSALS

Method = TypeVar("Method", bound=Callable[..., None])


class MisuseError(TypeError):
    """A call that torch and tensorboardX refuse with a TypeError too, which scripts may count on."""


class Mirror(Protocol):
    """Something that is told of all calls, to write the same elsewhere."""

    def take(self, name: str, args: tuple[Any, ...], kwargs: dict[str, Any]) -> None:
        """Take one call of the method `name` of a SummaryWriter. Raises nothing."""

    def flush(self) -> None:
        """Write what waits."""

    def close(self) -> None:
        """Write what waits and close; a later `take` begins anew."""


class Guarded(Protocol):
    """What has guarded methods."""

    _mirror: Mirror | None

    def _refuse(self, name: str, error: BaseException) -> None: ...


def guarded(method: Method) -> Method:
    """Make a method never raise for what is logged, and tell the mirror of each call, if there is one.

    A call with arguments that the method does not have raises TypeError, as everywhere.
    """
    name = method.__name__

    @wraps(method)
    def call(self: Guarded, /, *args: Any, **kwargs: Any) -> None:
        if self._mirror is not None:
            self._mirror.take(name, args, kwargs)
        try:
            method(self, *args, **kwargs)
        except MisuseError:
            raise
        except REFUSALS as error:
            inside = error.__traceback__ is not None and error.__traceback__.tb_next is not None
            if not inside:  # the arguments do not fit
                raise
            self._refuse(name, error)

    return cast("Method", call)
