"""Names of W&B that programs pass to its calls."""

from enum import Enum
from types import SimpleNamespace


class AlertLevel(Enum):
    """How grave an alert is."""

    INFO = "INFO"
    WARN = "WARN"
    ERROR = "ERROR"


class Settings(SimpleNamespace):
    """Settings by name; those count that are arguments of `init` too, such as `mode` and `run_name`."""
