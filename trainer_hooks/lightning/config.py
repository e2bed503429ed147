"""What Lightning knows before and beside the metrics, as a run's config takes it: hyper-parameters, checkpoints."""

import sys
from collections.abc import Mapping
from typing import Any

from trainer_hooks.values import MAX_DEPTH


def plain(params: Any, depth: int = 0) -> Any:
    """Return hyper-parameters with every OmegaConf container in them, however deep, as dictionaries and lists.

    What cannot be resolved stays as it is written.
    """
    omegaconf = sys.modules.get("omegaconf")  # not imported: nothing of it can be in there
    if omegaconf is not None and omegaconf.OmegaConf.is_config(params):
        try:
            return omegaconf.OmegaConf.to_container(params, resolve=True)
        except omegaconf.errors.OmegaConfBaseException:
            return omegaconf.OmegaConf.to_container(params, resolve=False)
    if isinstance(params, Mapping) and depth < MAX_DEPTH:
        return {name: plain(value, depth + 1) for name, value in params.items()}
    return params


def checkpoint_facts(callback: Any) -> dict[str, Any]:
    """Return which checkpoints a ModelCheckpoint keeps, where, and how good they are.

    Returns:
        `monitor`, `mode`, the paths `best` and `last`, `best_score`, and `kept`: a path and a score each. What the
        callback does not know is left out.
    """
    kept = getattr(callback, "best_k_models", None) or {}
    facts = {
        "monitor": getattr(callback, "monitor", None),
        "mode": getattr(callback, "mode", None) if getattr(callback, "monitor", None) else None,
        "best": getattr(callback, "best_model_path", None),
        "best_score": getattr(callback, "best_model_score", None),
        "last": getattr(callback, "last_model_path", None),
        "kept": [{"path": str(path), "score": score} for path, score in kept.items()],
    }
    return {name: value for name, value in facts.items() if value is not None and value not in ("", [])}
