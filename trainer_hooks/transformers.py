"""Logs what a Trainer of Transformers trains: `Trainer(..., callbacks=[TailboardCallback("runs/x")])`."""

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from transformers import TrainerCallback, TrainerControl, TrainerState, TrainingArguments
from transformers.trainer_callback import ExportableState

from trainer_hooks.given import attempt
from trainer_hooks.integration.holder import RunHolder
from trainer_hooks.integration.rows import log_row
from trainer_hooks.integration.shared_stop import SharedStop
from trainer_hooks.run import Run

GROUPS = ("eval", "test")
SECRETS = ("token", "password", "secret", "api_key", "apikey", "credential")


class TailboardCallback(TrainerCallback, ExportableState):
    """A callback for `Trainer` and whatever is made of it; nothing has to be said in `report_to`.

    Logs what the Trainer logs, in the groups `train/`, `eval/` and `test/` at the Trainer's own steps; the progress;
    as config the arguments, the model's config and size, the checkpoints and the best of them. A file `STOP` in the run
    folder ends the training after its step. The run of a search is begun anew for each trial, and a training that goes
    on from a checkpoint goes on with the run that made it. The first process of a distributed training logs.

    A run that the callback opened ends with the training. An evaluation after it goes on with it.
    """

    def __init__(
        self,
        path: str | os.PathLike[str] | None = None,
        *,
        run: Run | None = None,
        stop: bool = True,
        save_on_stop: bool = False,
        **options: Any,
    ) -> None:
        """Take a run that is open, or what `trainer_hooks.init` takes.

        Args:
            path: the run folder; of a search the folder of its trials.
            run: an open run, in place of all else.
            stop: end the training when somebody asks for it; of several processes, all need the callback.
            save_on_stop: save a checkpoint before such an end.
            options: further keywords of `trainer_hooks.init`.

        Raises:
            TypeError: a run was given and what to open as well.
        """
        self._holder = RunHolder(path, run, options)
        self._stops, self._save_on_stop = stop, save_on_stop
        self._shared: SharedStop | None = None
        self._checkpoints: list[str] = []
        self._is_training = False
        self._trials = 0  # of a search, begun so far

    @property
    def run(self) -> Run | None:
        """The run, None where it is not begun yet, has ended, or is another process's."""
        return self._holder.run

    def on_train_begin(
        self, args: TrainingArguments, state: TrainerState, control: TrainerControl, model: Any = None, **_: Any
    ) -> None:
        """Open the run, in the first process."""
        del control
        self._is_training, self._checkpoints = True, []
        if self._stops:
            self._shared = SharedStop(args.device)
            self._shared.begin()
        if not state.is_world_process_zero:
            return
        self._renew(args, state)
        known = {name: value for name, value in _arguments(args).items() if value is not None}
        config = {"args": known, "trial": state.trial_params, **(attempt(lambda: model_facts(model)) or {})}
        run = self._holder.begin({name: value for name, value in config.items() if value})
        run.progress(state.global_step, state.max_steps)

    def on_step_end(
        self, args: TrainingArguments, state: TrainerState, control: TrainerControl, **_: Any
    ) -> TrainerControl:
        """Tell the progress; end the training where somebody asked for it."""
        del args
        run = self.run
        if run is not None:
            run.progress(state.global_step, state.max_steps)
        if self._shared is None:
            return control
        wanted = run is not None and run.stop_requested
        if self._shared.agreed(wanted):
            control.should_training_stop = True
            control.should_save = control.should_save or self._save_on_stop
        elif wanted and run is not None and not self._shared.reaches_all:
            run.refuse("stop", "the training cannot be stopped: not all of its processes have this callback")
        return control

    def on_log(
        self,
        args: TrainingArguments,
        state: TrainerState,
        control: TrainerControl,
        logs: Mapping[str, Any] | None = None,
        **_: Any,
    ) -> None:
        """Log what the Trainer logs."""
        del args, control
        if state.is_world_process_zero and logs:
            self._log(logs, state.global_step)

    def on_evaluate(self, args: TrainingArguments, state: TrainerState, control: TrainerControl, **_: Any) -> None:
        """End the run where the evaluation is not one of a training; its measures came by `on_log`."""
        del args, state, control
        if not self._is_training:
            self._holder.pause()

    def on_predict(
        self,
        args: TrainingArguments,
        state: TrainerState,
        control: TrainerControl,
        metrics: Mapping[str, Any] | None = None,
        **_: Any,
    ) -> None:
        """Log the measures of a prediction."""
        self.on_log(args, state, control, metrics)
        self.on_evaluate(args, state, control)

    def on_save(self, args: TrainingArguments, state: TrainerState, control: TrainerControl, **_: Any) -> None:
        """Note the checkpoint, and which are left and which is the best."""
        del control
        folder = _checkpoint_folder(args, state)
        self._checkpoints = [
            path for path in (*self._checkpoints, str(folder)) if path == str(folder) or _is_there(path)
        ]
        self._note_checkpoints(state)

    def on_train_end(self, args: TrainingArguments, state: TrainerState, control: TrainerControl, **_: Any) -> None:
        """End the run; what is logged later goes on with it."""
        del args, control
        self._checkpoints = [path for path in self._checkpoints if _is_there(path)]
        self._note_checkpoints(state)
        self._is_training, self._shared = False, None
        self._holder.pause()

    def state(self) -> dict[str, Any]:
        """Return what a checkpoint keeps of the callback: where the run is."""
        path = self._holder.path if self.run is None else self.run.path
        return {"args": {"path": None if path is None else os.fspath(path)}, "attributes": {}}

    def _renew(self, args: TrainingArguments, state: TrainerState) -> None:
        """Let the run be that of this training: a new one, or that of the checkpoint it goes on from."""
        names = {}
        path: str | os.PathLike[str] | None = None
        run_name = getattr(args, "run_name", None)
        if run_name and run_name != args.output_dir and "name" not in self._holder.options:
            names = {"name": run_name}
        if state.is_hyper_param_search:
            names = {"name": state.trial_name or f"run-{self._trials}"}  # as the Trainer calls its folder
            path = Path(self._holder.path or "runs") / names["name"]
            self._trials += 1
        again_from = state.global_step + 1 if state.global_step else None
        self._holder.renew(again_from, path=(_path_in(state) if again_from else None) or path, **names)

    def _log(self, logs: Mapping[str, Any], step: int) -> None:
        log_row(self._holder.begin(), {grouped(name): value for name, value in logs.items()}, step)

    def _note_checkpoints(self, state: TrainerState) -> None:
        if self.run is None or not state.is_world_process_zero:
            return
        best = {"best": state.best_model_checkpoint, "best_score": state.best_metric}
        facts = {**best, "best_step": getattr(state, "best_global_step", None), "kept": self._checkpoints}
        known = {name: value for name, value in facts.items() if value is not None and value != []}
        if known:
            self.run.update_config({"checkpoints": known})


def _checkpoint_folder(args: TrainingArguments, state: TrainerState) -> Path:
    """Return where the Trainer has just saved: of a search, in a folder of the trial that it tells no callback."""
    folder, name = Path(args.output_dir), f"checkpoint-{state.global_step}"
    saved = folder.glob(f"*/{name}") if state.is_hyper_param_search else ()
    return max(saved, key=lambda path: path.stat().st_mtime, default=folder / name)


def grouped(name: str) -> str:
    """Return the tag of what the Trainer calls `name`: `eval_loss` is `eval/loss`, `loss` is `train/loss`."""
    if name == "epoch":
        return name
    group, _, rest = name.partition("_")
    return f"{group}/{rest}" if group in GROUPS and rest else f"train/{name}"


def model_facts(model: Any) -> dict[str, Any]:
    """Return the config of a model, that of its adapters, and how many parameters it has."""
    if model is None:
        return {}
    facts: dict[str, Any] = {}
    config = getattr(model, "config", None)
    if config is not None and hasattr(config, "to_dict"):
        facts["model"] = _without_secrets(config.to_dict())
    adapters = getattr(model, "peft_config", None)
    if isinstance(adapters, Mapping):
        facts["peft"] = {name: one.to_dict() for name, one in adapters.items() if hasattr(one, "to_dict")}
    if hasattr(model, "parameters"):
        sizes = [(getattr(one, "ds_numel", None) or one.numel(), one.requires_grad) for one in model.parameters()]
        total, trained = sum(size for size, _ in sizes), sum(size for size, trains in sizes if trains)
        facts["parameters"] = {"total": total, "trainable": trained}
    return facts


def _arguments(args: TrainingArguments) -> dict[str, Any]:
    return attempt(lambda: dict(_without_secrets(args.to_dict()))) or {}


def _without_secrets(settings: Any) -> Any:
    """Return nested settings without values whose names say that they are secret."""
    if not isinstance(settings, Mapping):
        return settings
    return {name: _without_secrets(value) for name, value in settings.items() if not _is_secret(name, value)}


def _is_secret(name: Any, value: Any) -> bool:
    """Tell whether a text is a secret by its name; `eos_token` of a model is none, and stands there as a number."""
    return isinstance(value, str) and any(word in str(name).lower() for word in SECRETS)


def _path_in(state: TrainerState) -> str | None:
    """Return the run folder that a checkpoint names, where there is one."""
    known = state.stateful_callbacks
    told = known.get(TailboardCallback.__name__) if isinstance(known, Mapping) else None
    path = told.get("args", {}).get("path") if isinstance(told, Mapping) else None
    return path if isinstance(path, str) and _is_there(path) else None


def _is_there(path: str) -> bool:
    return Path(path).is_dir()
