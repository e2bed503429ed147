"""Calls code that is not ours, a model's and that of torch's tracers, so that nothing of it reaches the training."""

import contextlib
import logging
import sys
import threading
import warnings
from collections.abc import Callable, Iterator
from typing import Any, TypeVar

_MAX_WORDS = 240  # characters of a reason
Result = TypeVar("Result")


def attempt(function: Callable[[], Result]) -> tuple[Result | None, str]:
    """Call a function; return what it returns and "", or None and why it failed, in one line."""
    try:
        return function(), ""
    except Exception as error:  # noqa: BLE001 - a model's forward raises what it likes, and so do tracers
        return None, in_words(error)


def in_words(error: BaseException) -> str:
    """Return the type and the first words of an error, in one line."""
    text = " ".join(str(error).split())
    text = text if len(text) <= _MAX_WORDS else f"{text[: _MAX_WORDS - 1]}…"
    return f"{type(error).__name__}: {text}" if text else type(error).__name__


class _OfOthers:
    """A stream that drops what this thread writes and passes on what others write."""

    def __init__(self, stream: Any) -> None:
        self._stream = stream
        self._thread = threading.get_ident()

    def write(self, text: str) -> int:
        return len(text) if threading.get_ident() == self._thread else self._stream.write(text)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._stream, name)


@contextlib.contextmanager
def silence() -> Iterator[None]:
    """Keep what torch warns of, logs and prints to stderr while it traces from the training's output."""
    names = [name for name in logging.root.manager.loggerDict if name == "torch" or name.startswith("torch.")]
    handlers = {handler for name in ("", *names) for handler in logging.getLogger(name).handlers}

    def not_of_torch(record: logging.LogRecord) -> bool:
        return not record.name.startswith("torch")

    for handler in handlers:
        handler.addFilter(not_of_torch)
    try:
        # Export prints what it had found so far beside the error that it raises.
        with warnings.catch_warnings(), contextlib.redirect_stderr(_OfOthers(sys.stderr)):
            warnings.simplefilter("ignore")
            yield
    finally:
        for handler in handlers:
            handler.removeFilter(not_of_torch)
