"""Plain HTTP beside Dash: runs, series, tables, media, health. Knows no Dash."""

import importlib
import pkgutil

from flask import Flask

from app.settings import Settings
from app.store.memory import StoreLike


def register(server: Flask, store: StoreLike, settings: Settings) -> None:
    """Serve every route below the settings' URL prefix.

    The routes are found by walking this folder: each module that has a `register(server, store, settings)` adds some.
    """
    for found in pkgutil.iter_modules(__path__):
        module = importlib.import_module(f"{__name__}.{found.name}")
        if hasattr(module, "register"):
            module.register(server, store, settings)
