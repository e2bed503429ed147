"""What is said once of calls that have no meaning without W&B's server, and what an answer of it is replaced by."""

from typing import NoReturn

from trainer_hooks.integration.absent import Absences
from trainer_hooks.wandb.errors import UnsupportedError

_absences = Absences("trainer_hooks.wandb")
say_once, nothing = _absences.say_once, _absences.nothing


class Unsupported:
    """Says what is missing where something would be read from it: an answer that only the server has."""

    def __init__(self, name: str, advice: str) -> None:
        self._name, self._advice = name, advice

    def __getattr__(self, name: str) -> NoReturn:
        if name.startswith("__"):
            raise AttributeError(name)
        raise UnsupportedError(f"{self._name}.{name} needs the server of W&B, which Tailboard has not; {self._advice}")
