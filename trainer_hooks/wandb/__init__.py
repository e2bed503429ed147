"""The calls of W&B, for training scripts that have them: `import trainer_hooks.wandb as wandb`, and nothing else.

Runs lie in `runs/<project>/<name>`. Nothing is uploaded, nobody logs in. What has no meaning here warns once and goes
on; where an answer of W&B's server is needed, UnsupportedError says so.
"""

import sys
import types
from typing import Any

from trainer_hooks.integration.nothing import Nothing
from trainer_hooks.wandb import errors, plot, util
from trainer_hooks.wandb.absent import Unsupported, nothing, say_once
from trainer_hooks.wandb.artifacts import Artifact
from trainer_hooks.wandb.config import Config
from trainer_hooks.wandb.data import Audio, Histogram, Html, Image, Media, Object3D, Plotly, Video
from trainer_hooks.wandb.errors import CommError, Error, UnsupportedError, UsageError
from trainer_hooks.wandb.named import AlertLevel, Settings
from trainer_hooks.wandb.plot import plot_table
from trainer_hooks.wandb.run import Run
from trainer_hooks.wandb.session import Session
from trainer_hooks.wandb.standing import install
from trainer_hooks.wandb.table import Table

__all__ = [
    "AlertLevel",
    "Api",
    "Artifact",
    "Audio",
    "CommError",
    "Config",
    "Error",
    "EvalTable",
    "Histogram",
    "Html",
    "Image",
    "Media",
    "Object3D",
    "Plotly",
    "Run",
    "Settings",
    "Table",
    "UnsupportedError",
    "UsageError",
    "Video",
    "agent",
    "define_metric",
    "errors",
    "finish",
    "init",
    "install",
    "log",
    "log_artifact",
    "login",
    "plot",
    "plot_table",
    "save",
    "sweep",
    "util",
    "watch",
]
__version__ = "0.31.0"  # of W&B, whose calls these are: libraries compare it

EvalTable = Table
_session = Session()


def init(
    entity: str | None = None,
    project: str | None = None,
    dir: Any = None,  # noqa: A002 - W&B's names
    id: str | None = None,  # noqa: A002
    name: str | None = None,
    notes: str | None = None,
    tags: Any = None,
    config: Any = None,
    config_exclude_keys: Any = None,
    config_include_keys: Any = None,
    allow_val_change: bool | None = None,
    group: str | None = None,
    job_type: str | None = None,
    mode: str | None = None,
    force: bool | None = None,
    reinit: Any = None,
    resume: Any = None,
    resume_from: str | None = None,
    fork_from: str | None = None,
    save_code: bool | None = None,
    tensorboard: bool | None = None,
    sync_tensorboard: bool | None = None,
    monitor_gym: bool | None = None,
    settings: Any = None,
    anonymous: Any = None,
    **others: Any,
) -> Run:
    """Begin a run in `<dir>/runs/<project>/<name>`; without a name in one named by date and time.

    Args:
        entity: kept in the config, under `wandb`, as are project, group and job_type.
        project: the folder below `runs`.
        dir: where `runs` lies, by default the working folder. TAILBOARD_RUN names the run folder itself.
        id: the folder's name in place of `name`; with `resume` the run there goes on.
        name: shown, and the folder's name; date and time by default.
        notes: Markdown.
        tags: words to find the run by.
        config: a mapping, `argparse.Namespace`, a dataclass.
        config_exclude_keys: names of the config to leave out.
        config_include_keys: names of the config to take alone.
        allow_val_change: has no meaning here: all values may change.
        group: see `entity`.
        job_type: see `entity`.
        mode: "disabled" logs nothing; all others log here.
        force: has no meaning here.
        reinit: what happens where a run is active: "return_previous", the default, "finish_previous" or True,
            "create_new".
        resume: "allow", "must", "auto" or True: go on with the run of `id`, if it is there.
        resume_from: has no meaning here, which is said.
        fork_from: has no meaning here, which is said.
        save_code: has no meaning here: commit and changes are captured always.
        tensorboard: has no meaning here, which is said: logs of TensorBoard are read where they lie.
        sync_tensorboard: as `tensorboard`.
        monitor_gym: has no meaning here, which is said.
        settings: a mapping or `Settings`, for those of the above that were not given.
        anonymous: has no meaning here.
        others: have no meaning here.
    """
    return _session.begin({**others, **locals()})


def log(data: Any = None, step: int | None = None, commit: bool | None = None, sync: Any = None) -> None:
    """Log with the active run, see `Run.log`."""
    _active("log").log(data, step=step, commit=commit, sync=sync)


def finish(exit_code: int | None = None, quiet: bool | None = None) -> None:  # noqa: ARG001
    """End the active run."""
    _session.finish(exit_code)


join = finish


def define_metric(name: str, *args: Any, **kwargs: Any) -> Any:
    """See `Run.define_metric`."""
    return _active("define_metric").define_metric(name, *args, **kwargs)


def watch(models: Any, *args: Any, **kwargs: Any) -> None:
    """See `Run.watch`."""
    _active("watch").watch(models, *args, **kwargs)


def unwatch(models: Any = None) -> None:
    """See `Run.unwatch`."""
    _active("unwatch").unwatch(models)


def alert(title: str, text: str, level: Any = None, wait_duration: Any = None) -> None:
    """See `Run.alert`."""
    _active("alert").alert(title, text, level, wait_duration)


def save(glob_str: Any = None, *args: Any, **kwargs: Any) -> Any:
    """See `Run.save`."""
    return _active("save").save(glob_str, *args, **kwargs)


def log_artifact(artifact_or_path: Any, *args: Any, **kwargs: Any) -> Any:
    """See `Run.log_artifact`."""
    return _active("log_artifact").log_artifact(artifact_or_path, *args, **kwargs)


def log_model(path: Any, *args: Any, **kwargs: Any) -> None:
    """See `Run.log_model`."""
    _active("log_model").log_model(path, *args, **kwargs)


def use_artifact(artifact_or_name: Any, *args: Any, **kwargs: Any) -> Any:
    """See `Run.use_artifact`."""
    return _active("use_artifact").use_artifact(artifact_or_name, *args, **kwargs)


def login(*_: Any, **__: Any) -> bool:
    """Return True: nobody needs to log in."""
    return True


def sweep(*_: Any, **__: Any) -> Unsupported:
    """Return what says, when it is used, that there are no sweeps."""
    say_once("sweep", "there are no sweeps; Optuna has them, see the integrations")
    return Unsupported("sweep", "use Optuna")


def agent(*_: Any, **__: Any) -> None:
    """Raise UnsupportedError: the hyper-parameters of a sweep come from W&B's server."""
    raise UnsupportedError(
        "an agent gets its hyper-parameters from the server of W&B, which Tailboard has not; use Optuna"
    )


def Api(*_: Any, **__: Any) -> Unsupported:  # noqa: N802 - a class of W&B
    """Return what says, when it is used, that there is no server to ask."""
    say_once("Api", "there is no server to ask; runs are read with Tailboard's HTTP API")
    return Unsupported("Api", "read runs with Tailboard's HTTP API")


def _active(call: str) -> Any:
    """Return the active run; without one say so once and return what does nothing."""
    _session.forget_finished()
    if _session.run is None:
        say_once(call, f"{call}() without an active run is ignored; call init() first")
        return Nothing()
    return _session.run


class _Module(types.ModuleType):
    """The module itself, whose `run`, `config` and `summary` are those of the active run."""

    @property
    def run(self) -> Run | None:
        _session.forget_finished()
        return _session.run

    @property
    def config(self) -> Any:
        return _active("config").config

    @config.setter
    def config(self, values: Any) -> None:
        _active("config").config.update(values)

    @property
    def summary(self) -> Any:
        return _active("summary").summary

    def __getattr__(self, name: str) -> Any:
        if name.startswith("_"):
            raise AttributeError(name)
        if hasattr(Run, name) and _session.run is not None:  # those that are called seldom
            return getattr(_session.run, name)
        return nothing(name)


sys.modules[__name__].__class__ = _Module
