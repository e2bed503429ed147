"""The hyper-parameters that a script gave, call by call."""

from collections.abc import Mapping
from typing import Any

from trainer_hooks.config import to_json
from trainer_hooks.values import RefusedError, to_number

MAX_SETS = 1_000
TAG = "hparams"


def name_and_step(domains: Any, run_name: Any, global_step: Any, name: Any) -> tuple[Any, Any]:
    """Return what names a set and the step of its metrics, in whichever order `add_hparams` was given them.

    tensorboardX has `name` and `global_step` where torch has `hparam_domain_discrete` and `run_name`.
    """
    if isinstance(domains, str):
        return domains, run_name if global_step is None else global_step
    return name or run_name, global_step


class Sets:
    """The sets that `add_hparams` was given. One is the run's config; several are a search, and make a table."""

    def __init__(self) -> None:
        self._rows: list[dict[str, Any]] = []
        self._first: Mapping[str, Any] | None = None
        self._differ = False

    def add(self, name: str | None, hparams: Mapping[str, Any], metrics: Mapping[str, Any]) -> list[dict[str, Any]]:
        """Take in one set.

        Returns:
            A row per set so far, with the metrics, once two sets differ; nothing before, and nothing beyond MAX_SETS.
        """
        settings = {str(key): to_json(value) for key, value in hparams.items()}
        self._differ = self._differ or (self._first is not None and settings != self._first)
        self._first = settings if self._first is None else self._first
        if len(self._rows) >= MAX_SETS:
            return []
        named = {"name": str(name)} if name else {}
        self._rows.append({**named, **settings, **{str(key): _number(value) for key, value in metrics.items()}})
        return list(self._rows) if self._differ else []


def _number(value: Any) -> Any:
    try:
        return to_number(value)
    except RefusedError:
        return to_json(value)
