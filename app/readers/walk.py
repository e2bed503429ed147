"""Finds the readers: every module of this folder that has a `READER`."""

import importlib
import pkgutil

import app.readers
from app.readers.contract import Reader


def all_readers() -> dict[str, Reader]:
    """Return every reader by name, in alphabetical order of their modules."""
    modules = (
        importlib.import_module(f"app.readers.{found.name}") for found in pkgutil.iter_modules(app.readers.__path__)
    )
    readers: list[Reader] = [module.READER for module in modules if hasattr(module, "READER")]
    return {reader.name: reader for reader in readers}
