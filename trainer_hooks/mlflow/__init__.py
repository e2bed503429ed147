"""The calls of MLflow, for training scripts that have them: `import trainer_hooks.mlflow as mlflow`, and nothing else.

Runs lie in `runs/<experiment>/<run name>`, or below the folder that is the tracking URI. What has no meaning without a
server warns once and goes on.
"""

import sys
from types import SimpleNamespace
from typing import Any

from trainer_hooks.integration.stand_in import stand_in
from trainer_hooks.mlflow import artifacts, models, pytorch, tracking
from trainer_hooks.mlflow.absent import nothing, say_once
from trainer_hooks.mlflow.autologging import autolog
from trainer_hooks.mlflow.client import MlflowClient, experiment
from trainer_hooks.mlflow.runs import ActiveRun
from trainer_hooks.mlflow.session import session

__all__ = [
    "ActiveRun",
    "MlflowClient",
    "active_run",
    "autolog",
    "end_run",
    "install",
    "log_artifact",
    "log_artifacts",
    "log_dict",
    "log_figure",
    "log_image",
    "log_metric",
    "log_metrics",
    "log_param",
    "log_params",
    "log_table",
    "log_text",
    "models",
    "pytorch",
    "set_experiment",
    "set_tag",
    "set_tags",
    "set_tracking_uri",
    "start_run",
    "tracking",
]
__version__ = "3.17.2"  # of MLflow, whose calls these are: libraries compare it
utils = SimpleNamespace(  # the limits of MLflow's server, which libraries keep to
    validation=SimpleNamespace(MAX_PARAM_VAL_LENGTH=6_000, MAX_PARAMS_TAGS_PER_BATCH=100)
)


def set_tracking_uri(uri: Any) -> None:
    """Let runs lie in this folder (a path or file: URI); for a server's or a database's, in `runs`, which is said."""
    session.places.use(uri)


def get_tracking_uri() -> str:
    """Return the folder of all runs as a file: URI."""
    return session.places.uri


def is_tracking_uri_set() -> bool:
    """Return whether anybody said where runs lie."""
    return session.places.is_set


def set_experiment(experiment_name: str | None = None, experiment_id: str | None = None, **_: Any) -> SimpleNamespace:
    """Begin runs in the folder of this experiment from now on."""
    return experiment(session.places.enter(experiment_name or experiment_id or ""))


def create_experiment(name: str, *_: Any, **__: Any) -> str:
    """Return the name, which is the id here."""
    return str(name)


def get_experiment_by_name(name: str) -> SimpleNamespace:
    """Return an experiment: a folder, which need not be there."""
    return experiment(name)


get_experiment = get_experiment_by_name


def start_run(
    run_id: str | None = None,
    experiment_id: str | None = None,
    run_name: str | None = None,
    nested: bool = False,
    parent_run_id: str | None = None,
    tags: Any = None,
    description: str | None = None,
    log_system_metrics: bool | None = None,  # noqa: ARG001 - the load is logged always
) -> ActiveRun:
    """Begin a run and make it active, or go on with the one of `run_id`; `with` ends it, as failed after an exception.

    Args:
        run_id: of a run of this process, or of one below the tracking folder.
        experiment_id: the experiment, in place of the one that is set.
        run_name: its name and that of its folder, by default date and time.
        nested: put it into the folder of the active run.
        parent_run_id: said among its tags.
        tags: names and values, kept in the config under `tags`.
        description: Markdown.
        log_system_metrics: has no meaning here.
    """
    run = session.start(run_id, run_name, nested=nested, experiment=experiment_id, description=description)
    parent = {"mlflow.parentRunId": parent_run_id} if parent_run_id else {}
    run.set_tags({**(tags or {}), **parent})
    return run


def active_run() -> ActiveRun | None:
    """Return the active run, None without one."""
    return session.active


def last_active_run() -> ActiveRun | None:
    """Return the newest run that was active, ended or not."""
    return session.last


def get_run(run_id: str) -> ActiveRun:
    """Return the run with this id."""
    return MlflowClient().get_run(run_id)


def end_run(status: str = "FINISHED") -> None:
    """End the active run: FINISHED, FAILED or KILLED."""
    session.end(None, status)


def log_param(key: str, value: Any, synchronous: bool | None = None) -> Any:  # noqa: ARG001
    """Add to the config; a value that changes counts, which MLflow refuses."""
    session.started().set_params({key: value})
    return value


def log_params(params: Any, synchronous: bool | None = None, run_id: str | None = None) -> None:  # noqa: ARG001
    """Add several to the config."""
    _run(run_id).set_params(params)


def log_metric(
    key: str,
    value: Any,
    step: int | None = None,
    synchronous: bool | None = None,  # noqa: ARG001
    timestamp: int | None = None,
    run_id: str | None = None,
    **_: Any,
) -> None:
    """Log one number; without a step the metric counts on from its last one, where MLflow takes 0.

    Args:
        key: its name; `/` groups.
        value: the number.
        step: the trainer's own counter.
        synchronous: has no meaning here.
        timestamp: milliseconds since the epoch.
        run_id: in place of the active run.
    """
    _run(run_id).log_metrics({key: value}, step, timestamp)


def log_metrics(
    metrics: Any,
    step: int | None = None,
    synchronous: bool | None = None,  # noqa: ARG001
    run_id: str | None = None,
    timestamp: int | None = None,
    **_: Any,
) -> None:
    """Log several numbers by name, see `log_metric`."""
    _run(run_id).log_metrics(metrics, step, timestamp)


def set_tag(key: str, value: Any, synchronous: bool | None = None) -> None:  # noqa: ARG001
    """Keep a name and a value, in the config under `tags`."""
    session.started().set_tags({key: value})


def set_tags(tags: Any, synchronous: bool | None = None) -> None:  # noqa: ARG001
    """Keep names and values, in the config under `tags`."""
    session.started().set_tags(tags)


def log_artifact(local_path: Any, artifact_path: Any = None, run_id: str | None = None) -> None:
    """Copy a file into `artifacts` in the run folder; pictures, texts and pages are shown too."""
    artifacts.keep_file(_run(run_id), local_path, artifact_path)


def log_artifacts(local_dir: Any, artifact_path: Any = None, run_id: str | None = None) -> None:
    """Copy what lies in a folder into `artifacts` in the run folder."""
    artifacts.keep_folder(_run(run_id), local_dir, artifact_path)


def get_artifact_uri(artifact_path: str | None = None) -> str:
    """Return the path of the active run's artifacts, or of one of them."""
    folder = session.started().artifacts
    return str(folder / artifact_path if artifact_path else folder)


def log_text(text: str, artifact_file: str, run_id: str | None = None) -> None:
    """Log a text, and write it into a file of the artifacts."""
    artifacts.keep_text(_run(run_id), text, artifact_file)


def log_dict(dictionary: Any, artifact_file: str, run_id: str | None = None) -> None:
    """Log a dictionary as JSON or YAML, and write it into a file of the artifacts."""
    artifacts.keep_dict(_run(run_id), dictionary, artifact_file)


def log_figure(figure: Any, artifact_file: str, *, save_kwargs: Any = None) -> None:  # noqa: ARG001
    """Log a figure of Matplotlib or Plotly."""
    session.started().tailboard.log_figure(artifact_file, figure)


def log_image(
    image: Any,
    artifact_file: str | None = None,
    key: str | None = None,
    step: int | None = None,
    timestamp: int | None = None,
    synchronous: bool | None = False,  # noqa: ARG001
) -> None:
    """Log an image: an array or a PIL image, under `key` or the name of a file."""
    artifacts.show_image(session.started(), image, key or artifact_file or "image", step, timestamp)


def log_table(data: Any, artifact_file: str, run_id: str | None = None) -> None:
    """Log a DataFrame or columns by name."""
    artifacts.show_table(_run(run_id), data, artifact_file)


def log_input(*_: Any, **__: Any) -> None:
    """Say once that data sets are not written down."""
    say_once("log_input", "log_input does nothing here: log what the data is as a parameter or a table")


log_inputs = log_outputs = set_experiment_tag = set_experiment_tags = log_input


def flush_async_logging() -> None:
    """Wait until all is written."""
    if session.active is not None:
        session.active.tailboard.flush()


def install() -> None:
    """Let `import mlflow` mean this module, for all modules that are imported from now on.

    Raises:
        RuntimeError: MLflow itself was imported already.
    """
    stand_in("mlflow", sys.modules[__name__], {"pytorch": pytorch, "models": models, "tracking": tracking})


def _run(run_id: str | None) -> ActiveRun:
    return session.started() if run_id is None else MlflowClient().get_run(run_id)


def __getattr__(name: str) -> Any:
    if name.startswith("_"):
        raise AttributeError(name)
    return nothing(name)
