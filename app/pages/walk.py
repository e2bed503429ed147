"""Finds the pages: every folder here whose package has a `PAGE`."""

import importlib
import pkgutil

import app.pages
from app.pages.contract import Page


def all_pages() -> list[Page]:
    """Return every page in the order of the navigation."""
    folders = [found.name for found in pkgutil.iter_modules(app.pages.__path__) if found.ispkg]
    pages: list[Page] = [importlib.import_module(f"app.pages.{name}").PAGE for name in folders]
    return sorted(pages, key=lambda page: page.order)
