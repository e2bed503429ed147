"""Artifacts: copied into the run folder, as MLflow's own store does; what can be looked at is logged as well."""

import json
import os
import shutil
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from trainer_hooks.disabled import DisabledRun
from trainer_hooks.given import in_words, text_of
from trainer_hooks.kinds import image
from trainer_hooks.mlflow.runs import ActiveRun

TEXTS = (".md", ".txt")
PAGES = (".html", ".htm")
MAX_SHOWN_BYTES = 1 << 20
MAX_CHARS = 500  # of a message: an error of copying a folder names every file of it
MAX_SHOWN = 20  # files of one call


def keep_file(run: ActiveRun, local_path: Any, artifact_path: Any = None) -> None:
    """Copy a file or a folder into the artifacts of a run, below `artifact_path`; refuse in words what cannot be."""
    if isinstance(run.tailboard, DisabledRun):
        return
    try:
        source = Path(local_path)
        target = _place(run, Path(artifact_path or "") / source.name)
        target.parent.mkdir(parents=True, exist_ok=True)
        if source.is_dir():
            shutil.copytree(source, target, dirs_exist_ok=True, ignore=_but_not({*_own(run), target.resolve()}))
        else:
            shutil.copy2(source, target)
    except (OSError, TypeError, ValueError) as error:
        name = text_of(local_path)[:MAX_CHARS]
        run.tailboard.refuse(f"artifact {name}", f"{name} is not copied: {in_words(error)[:MAX_CHARS]}")
        return
    shown = [target] if target.is_file() else sorted(target.rglob("*"))
    for path in shown[:MAX_SHOWN]:
        _show(run, path, path.relative_to(run.artifacts).as_posix())


def keep_folder(run: ActiveRun, local_dir: Any, artifact_path: Any = None) -> None:
    """Copy what lies in a folder into the artifacts of a run."""
    try:
        found = [path for path in sorted(Path(local_dir).glob("*")) if path.resolve() not in _own(run)]
    except (OSError, TypeError, ValueError) as error:
        name = text_of(local_dir)[:MAX_CHARS]
        run.tailboard.refuse(f"artifact {name}", f"{name} is not copied: {in_words(error)[:MAX_CHARS]}")
        return
    for path in found:
        keep_file(run, path, artifact_path)


def keep_text(run: ActiveRun, text: str, artifact_file: Any) -> None:
    """Write a text into a file of the artifacts, and log it."""
    if isinstance(run.tailboard, DisabledRun):
        return
    target = Path(str(artifact_file))
    try:
        target = _place(run, target)
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(str(text), encoding="utf-8")
    except (OSError, ValueError) as error:
        name = str(target)[:MAX_CHARS]
        run.tailboard.refuse(f"artifact {name}", f"{name} is not written: {in_words(error)[:MAX_CHARS]}")
    if target.suffix in PAGES:
        run.tailboard.log_html(str(artifact_file), str(text))
    elif target.suffix in TEXTS:
        run.tailboard.log_text(str(artifact_file), str(text))
    else:
        run.tailboard.log_text(str(artifact_file), f"```{target.suffix.lstrip('.')}\n{text}\n```")


def _place(run: ActiveRun, name: Path) -> Path:
    """Return where an artifact of this name lies. Raises ValueError where that is outside of the run's artifacts."""
    target = Path(os.path.normpath(run.artifacts / name))
    if not target.is_relative_to(os.path.normpath(run.artifacts)):
        raise ValueError("it would lie outside of the run's artifacts")
    return target


def _own(run: ActiveRun) -> set[Path]:
    """Return the folders that a run copies into: a copy of them would have no end."""
    return {run.artifacts.resolve(), run.tailboard.path.resolve()}


def _but_not(left_out: set[Path]) -> Callable[[str, list[str]], list[str]]:
    """Return what tells shutil which names of a folder are not copied."""
    return lambda folder, names: [name for name in names if Path(folder, name).resolve() in left_out]


def keep_dict(run: ActiveRun, dictionary: Any, artifact_file: Any) -> None:
    """Write a dictionary as JSON, or as YAML where the name says so and PyYAML is there."""
    if Path(str(artifact_file)).suffix in (".yml", ".yaml"):
        try:
            import yaml
        except ImportError:
            pass
        else:
            keep_text(run, yaml.safe_dump(dictionary, default_flow_style=False), artifact_file)
            return
    keep_text(run, json.dumps(dictionary, indent=2, default=str), artifact_file)


def show_image(run: ActiveRun, picture: Any, name: str, step: Any, timestamp: Any) -> None:
    """Log an image: an array, a PIL image, or an image of MLflow's."""
    wall_time = None if timestamp is None else float(timestamp) / 1000
    run.tailboard.log_image(name, picture, step=step, wall_time=wall_time)


def show_table(run: ActiveRun, data: Any, artifact_file: Any) -> None:
    """Log a DataFrame or columns; a single cell is a row of its own."""
    if isinstance(data, Mapping) and not all(
        hasattr(value, "__len__") and not isinstance(value, str) for value in data.values()
    ):
        data = {name: [value] for name, value in data.items()}
    run.tailboard.log_table(str(artifact_file), data)


def _show(run: ActiveRun, path: Path, tag: str) -> None:
    """Log what a browser can show."""
    suffix = path.suffix.lower()
    if not path.is_file() or path.stat().st_size > MAX_SHOWN_BYTES:
        return
    if suffix.lstrip(".") in image.MEDIA_TYPES:
        run.tailboard.log_image(tag, path)
    elif suffix in PAGES:
        run.tailboard.log_html(tag, path)
    elif suffix in TEXTS:
        run.tailboard.log_text(tag, path.read_text(encoding="utf-8", errors="replace"))
