"""What a training tells a person on standard error, which may be closed or lead nowhere."""

import sys


def is_terminal() -> bool:
    """Tell whether a person sees what goes to standard error."""
    try:
        return sys.stderr is not None and sys.stderr.isatty()
    except ValueError:  # it was closed
        return False


def write(text: str) -> bool:
    """Write to standard error at once; return whether anybody could read it."""
    try:
        if sys.stderr is not None:
            sys.stderr.write(text)
            sys.stderr.flush()
    except (OSError, ValueError):
        return False
    return True
