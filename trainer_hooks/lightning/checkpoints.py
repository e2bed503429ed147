"""What a ModelCheckpoint keeps, as a run's config takes it."""

from typing import Any


def checkpoint_facts(callback: Any) -> dict[str, Any]:
    """Return which checkpoints a ModelCheckpoint keeps, where, and how good they are.

    Returns:
        `monitor` and `mode`, the paths `best` and `last`, `best_score`, and of several `kept`, a path and a score each.
        What the callback does not know is left out.
    """
    several = getattr(callback, "best_k_models", None) or {}
    kept = several if len(several) > 1 else {}
    facts = {
        "monitor": getattr(callback, "monitor", None),
        "mode": getattr(callback, "mode", None) if getattr(callback, "monitor", None) else None,
        "best": getattr(callback, "best_model_path", None),
        "best_score": getattr(callback, "best_model_score", None),
        "last": getattr(callback, "last_model_path", None),
        "kept": [{"path": str(path), "score": score} for path, score in kept.items()],
    }
    return {name: value for name, value in facts.items() if value is not None and value not in ("", [])}
