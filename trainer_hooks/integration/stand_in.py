"""Lets a module stand in for a package that libraries import by themselves, and look for among the installed ones."""

import os
import sys
from collections.abc import Iterator, Mapping
from importlib.metadata import Distribution, DistributionFinder
from pathlib import Path
from types import ModuleType
from typing import Any


def stand_in(name: str, module: ModuleType, submodules: Mapping[str, ModuleType]) -> None:
    """Let `import <name>` mean `module`, for all modules of this process that are imported from now on.

    Args:
        name: of the package.
        module: what is imported in its place. Its `__version__` is the version that is found to be installed, unless
            the package itself is.
        submodules: by their dotted names below the package.

    Raises:
        RuntimeError: the package itself was imported already.
    """
    if sys.modules.get(name, module) is not module:
        raise RuntimeError(f"{name} itself was imported already; call {module.__name__}.install() before that")
    sys.modules |= {name: module, **{f"{name}.{inner}": one for inner, one in submodules.items()}}
    if _finder not in sys.meta_path:
        sys.meta_path.append(_finder)  # at the end: what is really installed comes first
    _finder.modules[name] = module


class _Standing(Distribution):
    def __init__(self, name: str, version: str) -> None:
        self._metadata = f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n"

    def read_text(self, filename: str) -> str | None:
        return self._metadata if filename == "METADATA" else None

    def locate_file(self, path: str | os.PathLike[str]) -> Any:
        return Path(path)


class _Finder(DistributionFinder):
    """Finds those packages alone that are stood in for, while they are, and no module."""

    def __init__(self) -> None:
        self.modules: dict[str, ModuleType] = {}

    def find_spec(self, *_: Any, **__: Any) -> None:
        return None

    def find_distributions(self, context: DistributionFinder.Context | None = None) -> Iterator[Distribution]:
        asked = context.name if context is not None else None
        for name, module in self.modules.items():
            if asked in (None, name) and sys.modules.get(name) is module:
                yield _Standing(name, module.__version__)


_finder = _Finder()
