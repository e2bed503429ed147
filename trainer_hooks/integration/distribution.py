"""Lets libraries that look for a package among the installed ones find a module that stands for it."""

import os
import sys
from collections.abc import Iterator
from importlib.metadata import Distribution, DistributionFinder
from pathlib import Path
from typing import Any


class _Standing(Distribution):
    def __init__(self, name: str, version: str) -> None:
        self._metadata = f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n"

    def read_text(self, filename: str) -> str | None:
        return self._metadata if filename == "METADATA" else None

    def locate_file(self, path: str | os.PathLike[str]) -> Any:
        return Path(path)


class _Finder(DistributionFinder):
    """Finds those packages alone that are stood for, and no module."""

    def __init__(self) -> None:
        self.versions: dict[str, str] = {}

    def find_spec(self, *_: Any, **__: Any) -> None:
        return None

    def find_distributions(self, context: DistributionFinder.Context | None = None) -> Iterator[Distribution]:
        asked = context.name if context is not None else None
        for name, version in self.versions.items():
            if asked in (None, name):
                yield _Standing(name, version)


_finder = _Finder()


def stand_for(name: str, version: str) -> None:
    """Let this process find the package `name` in this version, unless it is installed."""
    if _finder not in sys.meta_path:
        sys.meta_path.append(_finder)  # at the end: what is really installed comes first
    _finder.versions[name] = version
