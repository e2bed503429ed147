"""Words for a start without the packages that a command needs."""

import sys
from importlib.util import find_spec
from pathlib import Path

import app

OURS = ("app", "trainer_hooks")


def require(*packages: str) -> None:
    """Raise ModuleNotFoundError for the first of these packages that is not installed, before anything is begun."""
    for package in packages:
        if find_spec(package) is None:
            raise ModuleNotFoundError(f"No module named {package!r}", name=package)


def missing_packages_message(error: ModuleNotFoundError, extra: str) -> str | None:
    """Say which command installs what is missing; None where the missing module is one of our own.

    Args:
        error: what the import raised.
        extra: the extra of the distribution that brings the packages.
    """
    package = (error.name or "").partition(".")[0]
    if not package or package in OURS:
        return None
    return (
        f"tailboard: the package {package} is not installed in {sys.prefix}, and this command needs it. Install with:\n"
        f"    {sys.executable} -m pip install {distribution()}[{extra}]'"
    )


def distribution() -> str:
    """What to give to pip, up to the extra: this checkout, editable, where the app runs from one, else the name."""
    checkout = Path(app.__file__).parents[1]
    return f"--editable '{checkout}" if (checkout / "pyproject.toml").is_file() else "'tailboard"
