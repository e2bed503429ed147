"""Failures of the tailer that nobody foresaw: counted, logged once each, and survived."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager

_log = logging.getLogger(__name__)


class Failures:
    """The one place where the tailer catches everything: what went wrong with one run must not blind the app.

    Attributes:
        count: how many there were.
    """

    def __init__(self) -> None:
        self.count = 0
        self._logged: set[str] = set()

    @contextmanager
    def survived(self, doing: str) -> Iterator[None]:
        """Go on after the block whatever it raises; the same failure of the same doing is logged once."""
        try:
            yield
        except Exception as error:  # noqa: BLE001
            self.count += 1
            sort = f"{doing}: {type(error).__name__}"
            if sort not in self._logged:
                self._logged.add(sort)
                _log.exception("%s failed (failure %d); going on, and trying again later", doing, self.count)
