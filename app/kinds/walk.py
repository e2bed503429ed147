"""Finds the kinds: every folder here whose package has a `KIND`."""

import importlib
import pkgutil

import app.kinds
from app.kinds.contract import Kind


def all_kinds() -> dict[str, Kind]:
    """Return every kind by name."""
    folders = [found.name for found in pkgutil.iter_modules(app.kinds.__path__) if found.ispkg]
    kinds: list[Kind] = [importlib.import_module(f"app.kinds.{name}").KIND for name in folders]
    return {kind.name: kind for kind in kinds}
