"""The logger that Lightning's Trainer and Fabric log with."""

import os
import sys
from inspect import signature
from pathlib import Path
from typing import TYPE_CHECKING, Any

from lightning_utilities.core.rank_zero import rank_zero_only

import trainer_hooks
from trainer_hooks.lightning.checkpoints import checkpoint_facts
from trainer_hooks.lightning.media import MediaLogger
from trainer_hooks.lightning.packages import base, each
from trainer_hooks.run import Run
from trainer_hooks.stopping import STOP_FILE

if TYPE_CHECKING:
    from pytorch_lightning.loggers.logger import DummyExperiment, Logger
else:
    Logger = base("loggers.logger", "Logger")
    DummyExperiment = base("loggers.logger", "DummyExperiment")

ENDED_WELL = ("success", "finished")
INTERNAL = ("_instantiator", "_class_path")  # LightningCLI's own, among the hyper-parameters
BEGINNING = ("resume", "again_from", "join")  # of what `trainer_hooks.init` takes, what counts once


class TrainingFailedError(Exception):
    """The trainer ended with another status than success, and no exception is known."""


class TailboardLogger(MediaLogger, Logger):
    """Logs into the run `<save_dir>/<name>/version_<n>`, which the Trainer keeps its checkpoints in too.

    The run is opened when it is first needed, by the first process of a distributed job. It ends with the training;
    whatever is logged after that (a test, another Trainer with the same logger) goes on in the same run.
    """

    LOGGER_JOIN_CHAR = "-"

    def __init__(
        self,
        save_dir: str | os.PathLike[str] = "runs",
        name: str | None = "lightning_logs",
        version: int | str | None = None,
        prefix: str = "",
        log_graph: bool = False,
        *,
        run: Run | None = None,
        path: str | os.PathLike[str] | None = None,
        **init: Any,
    ) -> None:
        """Say where to log; nothing is opened yet.

        Args:
            save_dir: folder of all runs.
            name: folder below it; none if empty or None.
            version: of the run: a text is the folder's name, a number its number. None: the next number that is
                free, or with `resume=True` the last one that is not.
            prefix: put before each metric, with a `-` between.
            log_graph: log the graph of the model, with its `example_input_array`.
            run: an open run to log into; it stays open.
            path: the run folder, in place of `save_dir`, `name` and `version`.
            init: what else `trainer_hooks.init` takes: `config`, `tags`, `notes`, `resume`, `again_from`.

        Raises:
            TypeError: it takes something else.
        """
        super().__init__()
        signature(trainer_hooks.init).bind_partial(**init)  # raises here, not when the training begins
        self._save_dir = os.path.expandvars(Path(save_dir).expanduser())
        self._name, self._version = name or "", version
        self._prefix, self._log_graph = prefix, log_graph
        self._init = init
        self._run, self._keeps_open = run, run is not None
        self._join = False  # what is in the folder is ours
        self._checkpoints: dict[str, str] = {}  # state_key of a callback -> its name in the config
        if run is not None or path is not None:
            self._lie_in(Path(run.path if run is not None else path or ""))

    @property
    def name(self) -> str:
        """The folder below `save_dir`."""
        return self._name

    @property
    def version(self) -> int | str:
        """The number or the name of the run's folder."""
        if self._version is None:
            self._version = self._find_version()
        return self._version

    @property
    def save_dir(self) -> str:
        """The folder of all runs."""
        return self._save_dir

    @property
    def root_dir(self) -> str:
        """The folder of all versions."""
        return str(Path(self.save_dir, self.name))

    @property
    def log_dir(self) -> str:
        """The run folder."""
        version = self.version
        return str(Path(self.root_dir, version if isinstance(version, str) else f"version_{version}"))

    @property
    def experiment(self) -> Any:
        """The run, opened if it is not and again if it ended; in all but the first process one that logs nothing."""
        if not _is_first():
            return DummyExperiment()
        if self._run is None or (self._run.finished and not self._keeps_open):
            self._run = self._open(self._run)
        return self._run

    @rank_zero_only
    def log_metrics(self, metrics: dict[str, Any], step: int | None = None) -> None:
        """Log numbers; `epoch` is one of them."""
        if self._prefix:
            metrics = {f"{self._prefix}{self.LOGGER_JOIN_CHAR}{name}": value for name, value in metrics.items()}
        self.experiment.log(metrics, step)

    @rank_zero_only
    def log_hyperparams(self, params: Any = None, metrics: Any = None, step: int | None = None) -> None:
        """Add hyper-parameters to the run's config, and log metrics that go with them, as TensorBoardLogger does."""
        if isinstance(params, dict):
            params = {name: value for name, value in params.items() if name not in INTERNAL}
        self.experiment.update_config({} if params is None else params)
        if metrics is not None:
            self.log_metrics(metrics if isinstance(metrics, dict) else {"hp_metric": metrics}, step)

    @rank_zero_only
    def log_graph(self, model: Any, input_array: Any = None) -> None:
        """Log the graph of a model, if that was asked for: of its modules alone where there is no input."""
        if not self._log_graph:
            return
        inputs = getattr(model, "example_input_array", None) if input_array is None else input_array
        if inputs is not None and hasattr(model, "_apply_batch_transfer_handler"):
            inputs = model._apply_batch_transfer_handler(model._on_before_batch_transfer(inputs))  # noqa: SLF001
        self.experiment.log_graph(model, inputs)

    @rank_zero_only
    def watch(
        self,
        model: Any,
        log: str | None = "gradients",  # noqa: ARG002 - all that `Run.watch` tells is logged
        log_freq: int = 100,
        log_graph: bool = False,
        **options: Any,
    ) -> None:
        """Watch a model, called as WandbLogger's.

        Args:
            model: a module; of a LightningModule the steps are the Trainer's.
            log: taken and not looked at.
            log_freq: steps of the optimizer between two measured ones.
            log_graph: log the graph too.
            options: what else `Run.watch` takes.
        """
        if hasattr(model, "global_step"):
            options = {"step": lambda: model.global_step, **options}
        self.experiment.watch(model, every=log_freq, **options)
        if log_graph:
            self.experiment.log_graph(model, getattr(model, "example_input_array", None))

    @rank_zero_only
    def after_save_checkpoint(self, checkpoint_callback: Any) -> None:
        """Note in the config, as `checkpoints`, which files there are and which is the best."""
        facts = checkpoint_facts(checkpoint_callback)
        key = str(getattr(checkpoint_callback, "state_key", ""))
        name = self._checkpoints.setdefault(key, str(len(self._checkpoints) + 1))
        self.experiment.update_config({"checkpoints": facts if name == "1" else {name: facts}})

    @rank_zero_only
    def finalize(self, status: str) -> None:
        """End the run, unless it was given: with the exception that is being handled where `status` is no success."""
        if self._run is None or self._keeps_open:
            return
        reason = sys.exception() or TrainingFailedError(f"the trainer ended with status {status!r}")
        self._run.finish(None if status in ENDED_WELL else reason)

    def __getstate__(self) -> dict[str, Any]:
        """Return what a copy, in this process or another, needs to log into the same run."""
        if self._run is None and _is_first():
            _ = self.version
            self._join = not self._init.get("resume")  # whichever logs first begins the run
        return {**self.__dict__, "_run": None, "_keeps_open": False, "_join": self._join or self._run is not None}

    def _open(self, before: Run | None) -> Run:
        if before is not None and before.stop_requested:
            Path(before.path, STOP_FILE).unlink(missing_ok=True)  # it is done: a further training is not meant
        path = self.log_dir if before is None else before.path
        options = {name: value for name, value in self._init.items() if name not in BEGINNING}
        run = trainer_hooks.init(path, join=True, **options) if self._join else trainer_hooks.init(path, **self._init)
        self._join = True
        if run.path != Path(path).absolute():
            self._lie_in(run.path)
        return run

    def _lie_in(self, path: Path) -> None:
        """Take the folder of a run for save_dir, name and version."""
        path = path.absolute()
        self._save_dir, self._name, self._version = str(path.parent.parent), path.parent.name, path.name

    def _find_version(self) -> int:
        names = [path.name for path in Path(self.root_dir).glob("version_*")]
        numbers = [int(number) for name in names if (number := name.removeprefix("version_")).isdecimal()]
        if self._init.get("resume"):
            return max(numbers, default=0)
        return max(numbers, default=-1) + 1


# A Trainer takes the `log_dir` of these alone. Of any other logger, LightningCLI puts its config.yaml into the folder
# of all runs, and refuses to run a second time.
for csv_logger in each("loggers.csv_logs", "CSVLogger"):
    csv_logger.register(TailboardLogger)


def _is_first() -> bool:
    """Whether this is the first process of its job, as Lightning tells."""
    return getattr(rank_zero_only, "rank", 0) == 0
