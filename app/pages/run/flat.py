"""What runs say of themselves, as flat rows of names and texts. Knows no Dash."""

import hashlib
import json
import shlex
from collections.abc import Mapping
from typing import Any

from app.readers.contract import RunInfo


def sections(info: RunInfo) -> dict[str, dict[str, str]]:
    """Return the facts of a run by section: title -> dotted name -> text, each in the order it was logged."""
    environment = dict(info.environment)
    packages = environment.pop("packages", {})
    git = {name: value for name, value in info.git.items() if value and name not in ("dirty", "diff", "diff_truncated")}
    if info.git:
        git["uncommitted changes"] = summarise_diff(str(info.git.get("diff") or ""))
    return {
        "Config": flatten(info.config),
        "Environment": {name: _readable(name, text, environment) for name, text in flatten(environment).items()},
        "Git": flatten(git),
        "Packages": flatten(packages) if isinstance(packages, Mapping) else {},
    }


def flatten(values: Mapping[str, Any], prefix: str = "") -> dict[str, str]:
    """Return nested values as dotted names and texts: `{"a": {"b": 1}}` is `{"a.b": "1"}`; lists as JSON."""
    flat: dict[str, str] = {}
    for name, value in values.items():
        if isinstance(value, Mapping) and value:
            flat |= flatten(value, f"{prefix}{name}.")
        else:
            flat[f"{prefix}{name}"] = value if isinstance(value, str) else json.dumps(value, default=str)
    return flat


def command(environment: Mapping[str, Any]) -> str:
    """Return the command line that started a run, to be pasted into a shell; empty where it is not known."""
    argv = environment.get("argv")
    if not isinstance(argv, list) or not argv:
        return ""
    line = shlex.join(["python", *map(str, argv)])
    folder = environment.get("cwd")
    return f"cd {shlex.quote(str(folder))} && {line}" if folder else line


def summarise_diff(diff: str) -> str:
    """Return how large a diff is, and six digits by which two can be told apart: `2 files, +10 −3 (9f86d0)`."""
    if not diff:
        return "none"
    lines = diff.splitlines()
    files = sum(line.startswith("diff --git ") for line in lines)
    added = sum(line.startswith("+") and not line.startswith("+++ ") for line in lines)
    removed = sum(line.startswith("-") and not line.startswith("--- ") for line in lines)
    digits = hashlib.sha256(diff.encode()).hexdigest()[:6]
    return f"{files} {'file' if files == 1 else 'files'}, +{added} −{removed} ({digits})"


def _readable(name: str, text: str, environment: Mapping[str, Any]) -> str:
    if name == "argv":
        return shlex.join(map(str, environment["argv"])) if isinstance(environment["argv"], list) else text
    return (
        ", ".join(map(str, environment["gpus"])) if name == "gpus" and isinstance(environment["gpus"], list) else text
    )
