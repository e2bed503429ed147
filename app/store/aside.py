"""Which metrics tell of something else than what was trained: nobody looks at them first."""

import re
from typing import Final

OF_MACHINE: Final = r"^(system|time|timers|DeviceStatsMonitor[^/]*)/"
"""Tags of the load of the machine and of where its time goes: of `Run.track`, SB3, RLlib, Lightning's monitor.

Kept in a form that Python and the browser both understand.
"""

VERDICT: Final = r"^watch/(.+\.)?first_nonfinite$"
"""Text tags of `Run.watch`: which layer was the first to be not finite."""

_OF_MACHINE = re.compile(OF_MACHINE)
_VERDICT = re.compile(VERDICT)
_WATCHED = re.compile(r"^watch/")
_OF_LAYER = re.compile(r"^watch/[^/]+/")
_OF_SCHEDULE = re.compile(r"(^|/)(epochs?|lr|learning_rate|global_step|iterations?|lr-[^/]+)(/pg\d+)?$")


def is_of_machine(tag: str) -> bool:
    """Tell whether a scalar tag says how the machine fared, and nothing of the model."""
    return _OF_MACHINE.match(tag) is not None


def is_of_layer(tag: str) -> bool:
    """Tell whether a scalar tag is of one layer of a watched model: there are thousands of them."""
    return _OF_LAYER.match(tag) is not None


def is_verdict(tag: str) -> bool:
    """Tell whether a text tag says which layer of a watched model was the first to be not finite."""
    return _VERDICT.match(tag) is not None


def is_aside(tag: str) -> bool:
    """Tell whether a scalar tag is of the machine, of watched layers or of the schedule: no run is judged by it."""
    return any(pattern.search(tag) for pattern in (_OF_MACHINE, _WATCHED, _OF_SCHEDULE))
