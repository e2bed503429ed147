"""`mlflow.pytorch`: models as files among the artifacts, and `autolog`."""

from pathlib import Path
from types import SimpleNamespace
from typing import Any
from urllib.parse import unquote, urlsplit

from trainer_hooks.mlflow.autologging import autolog
from trainer_hooks.mlflow.session import session
from trainer_hooks.values import describe

__all__ = [
    "autolog",
    "load_model",
    "load_state_dict",
    "log_model",
    "log_state_dict",
    "save_model",
    "save_state_dict",
]
MODEL, SCRIPTED, STATE = "model.pth", "scripted.pth", "state_dict.pth"


def log_model(
    pytorch_model: Any,
    artifact_path: str | None = None,
    *_: Any,
    name: str | None = None,
    signature: Any = None,
    **__: Any,
) -> Any:
    """Save a model below the artifacts of the active run, as `artifact_path` or `name`; what serving needs is not.

    A model that cannot be saved is refused in words.
    """
    run, folder = session.started(), str(name or artifact_path or "model")
    place = run.artifacts / folder
    try:
        save_model(pytorch_model, place)
    except Exception as error:  # noqa: BLE001 - pickling runs the model's own code
        run.tailboard.refuse(f"model {folder}", f"the model {folder!r} is not saved: {error}")
    run.tailboard.update_config({"models": {folder: describe(pytorch_model), **_signature(folder, signature)}})
    return SimpleNamespace(model_uri=str(place), artifact_path=folder, run_id=run.info.run_id, model_id=None)


def _signature(folder: str, signature: Any) -> dict[str, str]:
    return {} if signature is None else {f"{folder} signature": str(signature)}


def save_model(pytorch_model: Any, path: Any, *_: Any, **__: Any) -> None:
    """Save a model into a folder. Raises what torch.save raises, and OSError."""
    import torch

    folder = Path(path)
    folder.mkdir(parents=True, exist_ok=True)
    if isinstance(pytorch_model, torch.jit.ScriptModule):
        torch.jit.save(pytorch_model, folder / SCRIPTED)
    else:
        torch.save(pytorch_model, folder / MODEL)


def load_model(model_uri: Any, dst_path: Any = None, **kwargs: Any) -> Any:  # noqa: ARG001
    """Load a model that `log_model` or `save_model` saved, from a path, `file:`, or `runs:/<run id>/<name>`.

    It is unpickled, which runs code of the file: load only what you trust.

    Raises:
        FileNotFoundError: there is none.
    """
    import torch

    folder = _folder(str(model_uri))
    options = {"map_location": kwargs["map_location"]} if "map_location" in kwargs else {}
    if (folder / SCRIPTED).exists():
        return torch.jit.load(folder / SCRIPTED, **options)
    return torch.load(folder / MODEL, weights_only=False, **options)


def log_state_dict(state_dict: Any, artifact_path: str, **_: Any) -> None:
    """Save tensors by name below the artifacts of the active run."""
    save_state_dict(state_dict, session.started().artifacts / artifact_path)


def save_state_dict(state_dict: Any, path: Any, **_: Any) -> None:
    """Save tensors by name into a folder. Raises OSError."""
    import torch

    Path(path).mkdir(parents=True, exist_ok=True)
    torch.save(state_dict, Path(path) / STATE)


def load_state_dict(state_dict_uri: Any, **kwargs: Any) -> Any:
    """Load what `log_state_dict` saved. Raises FileNotFoundError: there is none."""
    import torch

    return torch.load(_folder(str(state_dict_uri)) / STATE, **{"weights_only": True, **kwargs})


def _folder(uri: str) -> Path:
    """Return the folder that a path, a file: URI or a runs:/ URI names."""
    parts = urlsplit(uri)
    if parts.scheme == "file":
        return Path(unquote(parts.path))
    if parts.scheme != "runs":
        return Path(uri)
    run_id, _, name = parts.path.lstrip("/").partition("/")
    known = session.get(run_id)
    found = known.tailboard.path if known is not None else session.places.find(run_id)
    if found is None:
        raise FileNotFoundError(f"no run of the id {run_id} is below {session.places.root}")
    return found / "artifacts" / name
