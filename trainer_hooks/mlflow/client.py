"""`MlflowClient`: the calls of the module with a run's id before their arguments, for runs of this process."""

from types import SimpleNamespace
from typing import Any

from trainer_hooks.integration.absent import Nothing
from trainer_hooks.mlflow import artifacts
from trainer_hooks.mlflow.absent import nothing
from trainer_hooks.mlflow.runs import ActiveRun
from trainer_hooks.mlflow.session import session


class MlflowClient:
    """Logs into runs by their ids. What needs a server, such as searching and registering, does nothing."""

    def __init__(self, tracking_uri: str | None = None, registry_uri: str | None = None) -> None:  # noqa: ARG002
        """Use the folder of `tracking_uri`, where that is given, from now on."""
        if tracking_uri:
            session.places.use(tracking_uri)

    def create_run(
        self,
        experiment_id: str,
        start_time: Any = None,  # noqa: ARG002
        tags: Any = None,
        run_name: str | None = None,
    ) -> ActiveRun:
        """Begin a run, which is not the active one."""
        run = session.create(run_name, experiment_id)
        run.set_tags(tags or {})
        return run

    def create_experiment(self, name: str, *_: Any, **__: Any) -> str:
        """Return the name, which is the id here."""
        return str(name)

    def get_experiment_by_name(self, name: str) -> SimpleNamespace:
        """Return the experiment: a folder, which need not be there."""
        return experiment(name)

    def get_run(self, run_id: str) -> ActiveRun:
        """Return the run with this id; one of an earlier process goes on."""
        return _run(run_id)

    def set_terminated(self, run_id: str, status: str | None = None, end_time: Any = None) -> None:  # noqa: ARG002
        """End the run."""
        session.end(_run(run_id), status or "FINISHED")

    def log_metric(self, run_id: str, key: str, value: Any, timestamp: Any = None, step: Any = None, **_: Any) -> None:
        """Log one number; `timestamp` in milliseconds since the epoch."""
        _run(run_id).log_metrics({key: value}, step, timestamp)

    def log_batch(self, run_id: str, metrics: Any = (), params: Any = (), tags: Any = (), **_: Any) -> None:
        """Log metrics, parameters and tags, each an object with `key` and `value`."""
        run = _run(run_id)
        for metric in metrics:
            run.log_metrics({metric.key: metric.value}, metric.step, metric.timestamp)
        run.set_params({param.key: param.value for param in params})
        run.set_tags({tag.key: tag.value for tag in tags})

    def log_param(self, run_id: str, key: str, value: Any, **_: Any) -> Any:
        """Add to the config."""
        _run(run_id).set_params({key: value})
        return value

    def set_tag(self, run_id: str, key: str, value: Any, **_: Any) -> None:
        """Keep a name and a value."""
        _run(run_id).set_tags({key: value})

    def log_artifact(self, run_id: str, local_path: Any, artifact_path: Any = None) -> None:
        """Copy a file into the run folder."""
        artifacts.keep_file(_run(run_id), local_path, artifact_path)

    def log_artifacts(self, run_id: str, local_dir: Any, artifact_path: Any = None) -> None:
        """Copy what lies in a folder into the run folder."""
        artifacts.keep_folder(_run(run_id), local_dir, artifact_path)

    def log_text(self, run_id: str, text: str, artifact_file: str) -> None:
        """Log a text."""
        artifacts.keep_text(_run(run_id), text, artifact_file)

    def log_dict(self, run_id: str, dictionary: Any, artifact_file: str) -> None:
        """Log a dictionary as JSON or YAML."""
        artifacts.keep_dict(_run(run_id), dictionary, artifact_file)

    def log_figure(self, run_id: str, figure: Any, artifact_file: str, **_: Any) -> None:
        """Log a figure of Matplotlib or Plotly."""
        _run(run_id).tailboard.log_figure(artifact_file, figure)

    def log_image(
        self,
        run_id: str,
        image: Any,
        artifact_file: str | None = None,
        key: str | None = None,
        step: Any = None,
        timestamp: Any = None,
        **_: Any,
    ) -> None:
        """Log an image."""
        artifacts.show_image(_run(run_id), image, key or artifact_file or "image", step, timestamp)

    def log_table(self, run_id: str, data: Any, artifact_file: str) -> None:
        """Log a table."""
        artifacts.show_table(_run(run_id), data, artifact_file)

    def __getattr__(self, name: str) -> Nothing:
        if name.startswith("_"):
            raise AttributeError(name)
        return nothing(f"MlflowClient.{name}")


def experiment(name: str) -> SimpleNamespace:
    """Return an experiment: its name is its id and its folder."""
    place = (session.places.root / name).absolute().as_uri()
    return SimpleNamespace(experiment_id=name, name=name, artifact_location=place, lifecycle_stage="active", tags={})


def _run(run_id: str) -> ActiveRun:
    """Return a run of this process by its id, or go on with an earlier one."""
    return session.get(run_id) or session.reopen(run_id)
