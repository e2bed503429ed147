"""Artifacts: copied into the run folder, as MLflow's own store does; what can be looked at is logged as well."""

import json
import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from trainer_hooks.kinds import image
from trainer_hooks.mlflow.runs import ActiveRun

TEXTS = (".md", ".txt")
PAGES = (".html", ".htm")
MAX_SHOWN_BYTES = 1 << 20
MAX_SHOWN = 20  # files of one call


def keep_file(run: ActiveRun, local_path: Any, artifact_path: Any = None) -> None:
    """Copy a file or a folder into the artifacts of a run, below `artifact_path`; refuse in words what cannot be."""
    source = Path(local_path)
    target = run.artifacts / (artifact_path or "") / source.name
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        if source.is_dir():
            shutil.copytree(source, target, dirs_exist_ok=True)
        else:
            shutil.copy2(source, target)
    except (OSError, shutil.Error) as error:
        run.tailboard.refuse(f"artifact {source}", f"{source} is not copied: {error}")
        return
    shown = [target] if target.is_file() else sorted(target.rglob("*"))
    for path in shown[:MAX_SHOWN]:
        _show(run, path, path.relative_to(run.artifacts).as_posix())


def keep_folder(run: ActiveRun, local_dir: Any, artifact_path: Any = None) -> None:
    """Copy what lies in a folder into the artifacts of a run."""
    for path in sorted(Path(local_dir).glob("*")):
        keep_file(run, path, artifact_path)


def keep_text(run: ActiveRun, text: str, artifact_file: Any) -> None:
    """Write a text into a file of the artifacts, and log it."""
    target = run.artifacts / str(artifact_file)
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(str(text), encoding="utf-8")
    except OSError as error:
        run.tailboard.refuse(f"artifact {target}", f"{target} is not written: {error}")
    if target.suffix in PAGES:
        run.tailboard.log_html(str(artifact_file), str(text))
    elif target.suffix in TEXTS:
        run.tailboard.log_text(str(artifact_file), str(text))
    else:
        run.tailboard.log_text(str(artifact_file), f"```{target.suffix.lstrip('.')}\n{text}\n```")


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
