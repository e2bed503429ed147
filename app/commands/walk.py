"""Finds the commands: every module of this folder that has a `COMMAND`."""

import importlib
import pkgutil

import app.commands
from app.commands.contract import Command


def all_commands() -> dict[str, Command]:
    """Return every command by name, in alphabetical order of their modules."""
    modules = (
        importlib.import_module(f"app.commands.{found.name}") for found in pkgutil.iter_modules(app.commands.__path__)
    )
    commands: list[Command] = [module.COMMAND for module in modules if hasattr(module, "COMMAND")]
    return {command.name: command for command in commands}
