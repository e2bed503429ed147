"""The files that wandb keeps beside its logs: the settings, the summary and what it knows of the machine."""

import json
from pathlib import Path
from typing import Any

from app.readers.yaml_files import read_yaml

_MAX_JSON_BYTES = 1 << 24


def read_config(path: Path) -> dict[str, Any]:
    """Return the settings of a config.yaml, which holds each with a description; wandb's own are left out."""
    return {
        name: entry["value"] if isinstance(entry, dict) and "value" in entry else entry
        for name, entry in read_yaml(path).items()
        if name not in ("wandb_version", "_wandb")
    }


def read_json(path: Path) -> dict[str, Any]:
    """Return the object in a JSON file; empty where there is none that can be read."""
    try:
        with path.open("rb") as file:
            value = json.loads(file.read(_MAX_JSON_BYTES))
    except (OSError, ValueError, RecursionError):
        return {}
    return value if isinstance(value, dict) else {}
