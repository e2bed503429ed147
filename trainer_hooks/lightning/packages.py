"""Which Lightning is meant: `lightning` and `pytorch_lightning` hold the same classes, and a Trainer takes its own."""

import sys
import types
from importlib import import_module
from importlib.util import find_spec
from typing import Any

PACKAGES = ("lightning.pytorch", "pytorch_lightning")


def base(where: str, name: str) -> Any:
    """Return the class `name` of the module `where`, to derive from.

    Of the package that the training has imported already; where it has imported both, or none and both are
    installed, a class that is both, so that either Trainer takes it.

    Raises:
        ImportError: neither package is installed.
    """
    classes = each(where, name)
    return classes[0] if len(classes) == 1 else types.new_class(name, classes)


def each(where: str, name: str) -> tuple[Any, ...]:
    """Return the class `name` of the module `where` of each package that `base` derives from.

    Raises:
        ImportError: neither package is installed.
    """
    return tuple(getattr(import_module(f"{package}.{where}"), name) for package in _meant())


def _meant() -> list[str]:
    imported = [package for package in PACKAGES if package in sys.modules]
    found = imported or [package for package in PACKAGES if find_spec(package.partition(".")[0]) is not None]
    if not found:
        raise ImportError("trainer_hooks.lightning needs the package lightning or pytorch-lightning")
    return found
