"""Finds the readers: every module of this folder that has a `READER`."""

import importlib
import pkgutil
import re
from collections.abc import Sequence

import app.readers
from app.readers.contract import Reader


def all_readers(text_patterns: Sequence[re.Pattern[str]] = ()) -> dict[str, Reader]:
    """Return every reader by name, in alphabetical order of their modules.

    Args:
        text_patterns: forms of lines that the user gave, which text logs are read by before the known ones.
    """
    found = pkgutil.iter_modules(app.readers.__path__)
    names = (one.name for one in found if not one.ispkg and not one.name.startswith("_"))
    modules = (importlib.import_module(f"app.readers.{name}") for name in names)
    readers: list[Reader] = [module.READER for module in modules if hasattr(module, "READER")]
    by_name = {reader.name: reader for reader in readers}
    if text_patterns:
        from app.readers.text import Text

        by_name[Text.name] = Text(text_patterns)
    return by_name
