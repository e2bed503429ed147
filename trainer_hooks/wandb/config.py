"""`wandb.config`: what a run was started with, by attribute or by name."""

from collections.abc import Mapping
from typing import Any

from trainer_hooks.run import Run
from trainer_hooks.wandb.absent import say_once
from trainer_hooks.wandb.attributes import Attributes


class Config(Attributes):
    """The hyper-parameters of a run. What is set goes into its config at once."""

    def __init__(self, run: Run, given: Any = None) -> None:
        """Begin with what was given to `init`."""
        super().__init__(_run=run)
        self.update(given)

    def update(self, d: Any = None, allow_val_change: bool | None = None) -> None:  # noqa: ARG002 - all may change
        """Add names and values: a mapping, `argparse.Namespace`, a dataclass, absl flags. New values count."""
        found = _as_mapping(d)
        self._values.update(found)
        if found:
            self._run.update_config(found)

    def setdefaults(self, d: Any = None) -> dict[str, Any]:
        """Add those names that are not there yet; return all."""
        found = _as_mapping(d)
        self.update({name: value for name, value in found.items() if name not in self._values})
        return self.as_dict()

    def as_dict(self) -> dict[str, Any]:
        """Return all names and values."""
        return dict(self._values)

    def persist(self) -> None:
        """Do nothing: what is set is kept at once."""


def _as_mapping(given: Any) -> dict[str, Any]:
    """Return the names and values of whatever a program keeps its settings in; nothing, said once, of what has none."""
    if given is None:
        return {}
    if isinstance(given, Mapping):
        return {str(name): value for name, value in given.items()}
    if hasattr(given, "flag_values_dict"):  # absl
        return dict(given.flag_values_dict())
    if hasattr(given, "__dict__") and not isinstance(given, type):
        return {name: value for name, value in vars(given).items() if not name.startswith("_")}
    say_once("config", f"config takes names and values, got {given!r:.100}; it is left out")
    return {}
