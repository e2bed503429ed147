"""One module per kind of tag that is no number.

`run.log_<kind>` finds `trainer_hooks/kinds/<kind>.py` by its name and calls its `encode(value, **options)`, which
returns an `Item` or raises: ValueError or TypeError with what is wrong with the value, ImportError with what to
install. A module imports what it needs inside its functions, so that nothing is loaded before it is used.
"""

import importlib
import threading
from collections.abc import Callable
from typing import Any


class Encoders:
    """Finds the `encode` of each kind; its module is imported when it is first asked for."""

    def __init__(self) -> None:
        self._found: dict[str, Callable[..., Any]] = {}
        self._importing: set[int] = set()  # identifiers of threads

    def find(self, kind: str) -> Callable[..., Any] | None:
        """Return the encoder of a kind.

        Returns:
            None in a signal handler that came while its own thread imports a kind: modules are half made then, and
            only after the handler will they be whole.

        Raises:
            ImportError: there is no such kind.
        """
        if kind in self._found:
            return self._found[kind]
        thread = threading.get_ident()
        if thread in self._importing:
            return None
        self._importing.add(thread)
        try:
            self._found[kind] = importlib.import_module(f"trainer_hooks.kinds.{kind}").encode
        finally:
            self._importing.discard(thread)
        return self._found[kind]
