"""The calls of W&B, for training scripts that have them: `import trainer_hooks.wandb as wandb`, and nothing else.

Runs lie in `runs/<project>/<name>`. Nothing is uploaded, nobody logs in. What has no meaning here warns once and goes
on; where an answer of W&B's server is needed, UnsupportedError says so.
"""

import sys
import types
from collections.abc import Callable
from importlib import import_module
from typing import Any

from trainer_hooks.integration.absent import Nothing
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

FRAMEWORKS = ("keras", "lightgbm", "xgboost")  # modules with W&B's callbacks, imported when they are used
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
    *,
    config_exclude_keys: Any = None,
    config_include_keys: Any = None,
    group: str | None = None,
    job_type: str | None = None,
    mode: str | None = None,
    reinit: Any = None,
    resume: Any = None,
    settings: Any = None,
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
        group: see `entity`.
        job_type: see `entity`.
        mode: "disabled" logs nothing; all others log here.
        reinit: what happens where a run is active: "return_previous", the default, "finish_previous" or True,
            "create_new".
        resume: "allow", "must", "auto" or True: go on with the run of `id`, if it is there.
        settings: a mapping or `Settings`, for those of the above that were not given.
        others: have no meaning here; where a script could miss what W&B makes of one, that is said once.
    """
    return _session.begin({**others, **locals()})


def finish(exit_code: int | None = None, quiet: bool | None = None) -> None:  # noqa: ARG001
    """End the active run."""
    _session.finish(exit_code)


join = finish


def _of_active_run(name: str) -> Callable[..., Any]:
    """Return the function that calls a method of the run that is active then; without one it says so once."""

    def call(*args: Any, **kwargs: Any) -> Any:
        return getattr(_active(name), name)(*args, **kwargs)

    call.__name__, call.__doc__ = name, getattr(Run, name).__doc__
    return call


log = _of_active_run("log")
define_metric = _of_active_run("define_metric")
watch = _of_active_run("watch")
unwatch = _of_active_run("unwatch")
alert = _of_active_run("alert")
save = _of_active_run("save")
log_artifact = _of_active_run("log_artifact")
log_model = _of_active_run("log_model")
use_artifact = _of_active_run("use_artifact")


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
        if name == "integration":  # its modules are here
            return self
        if name in FRAMEWORKS:
            return import_module(f"{__name__}.{name}")
        return getattr(_active(name), name) if hasattr(Run, name) else nothing(name)


sys.modules[__name__].__class__ = _Module
