"""Names of environments, which may hold any characters, and the folders they lie in."""

import re
from hashlib import sha256

_PLAIN = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.,=+@ -]{0,99}(?<![. ])")
_OTHER = re.compile(r"[^A-Za-z0-9_.,=+@-]+")
MAX_CHARS = 500


def environment_name(said: object) -> str:
    """Return the name under which visdom knows an environment: a slash in it is an underscore.

    Raises:
        ValueError: it is no text, empty or too long.
    """
    if said is None:
        return "main"
    if not isinstance(said, str) or not 0 < len(said) <= MAX_CHARS:
        raise ValueError(f"the name of an environment is a text of 1 to {MAX_CHARS} characters")
    return said.replace("/", "_").encode("utf-8", "replace").decode()


def folder_name(environment: str) -> str:
    """Return the name of an environment's folder: no two have the same, and none begins with a dot."""
    if _PLAIN.fullmatch(environment):
        return environment
    sign = sha256(environment.encode("utf-8", "replace")).hexdigest()[:12]
    return f"{_OTHER.sub('-', environment)[:60].strip('-.')}~{sign}"
