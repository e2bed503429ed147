"""Logs what Stable-Baselines3 learns: `model.learn(..., callback=TailboardCallback("runs/ppo"))`."""

import os
from collections.abc import Mapping
from typing import Any

import numpy as np
import torch
from stable_baselines3.common.callbacks import BaseCallback
from stable_baselines3.common.logger import Figure, HParam, Image, KVWriter, Video

from trainer_hooks.given import attempt
from trainer_hooks.integration.holder import RunHolder
from trainer_hooks.run import Run
from trainer_hooks.tensorboard.formats import pictures
from trainer_hooks.values import RefusedError

FORMATS = ("tailboard", "tensorboard")  # what is kept from one of these by `exclude=` is not logged


class TailboardOutputFormat(KVWriter):
    """An output format of the Logger: `logger.Logger(None, [TailboardOutputFormat(run)])`.

    Numbers, texts, histograms of arrays, images, figures and videos are logged by their names at the step of the dump;
    hyper-parameters become config. Closing it leaves the run open.
    """

    def __init__(self, run: Run) -> None:
        """Log into an open run."""
        self.run = run

    def write(self, key_values: Mapping[str, Any], key_excluded: Mapping[str, Any], step: int = 0) -> None:
        """Log one dump.

        Args:
            key_values: by name.
            key_excluded: by name, the output formats that are not to have the value, or None.
            step: the number of environment steps.
        """
        wanted = {name: value for name, value in key_values.items() if not _is_excluded(key_excluded.get(name))}
        numbers = {name: value for name, value in wanted.items() if _is_number(value)}
        if numbers:
            self.run.log(numbers, step=step)
        for name in wanted.keys() - numbers.keys():
            self._write_item(name, wanted[name], step)

    def close(self) -> None:
        """Do nothing: the run may go on, and whoever opened it ends it."""

    def _write_item(self, name: str, value: Any, step: int) -> None:
        if isinstance(value, str):
            self.run.log_text(name, value, step=step)
        elif isinstance(value, torch.Tensor | np.ndarray):
            self.run.log_histogram(name, value, step=step)
        elif isinstance(value, Image):
            self._write_image(name, value, step)
        elif isinstance(value, Figure):
            self._write_figure(name, value, step)
        elif isinstance(value, Video):
            self.run.log_video(name, value.frames, step=step, fps=value.fps)
        elif isinstance(value, HParam):
            self.run.update_config(value.hparam_dict)
        else:
            self.run.log({name: value}, step=step)  # which refuses it in words

    def _write_image(self, name: str, value: Image, step: int) -> None:
        try:
            found = pictures(value.image, value.dataformats)
        except (RefusedError, TypeError, ValueError) as error:
            self.run.refuse(f"image {name}", f"the image {name!r} is not logged: {error}")
            return
        self.run.log_images(name, found, step=step)

    def _write_figure(self, name: str, value: Figure, step: int) -> None:
        self.run.log_figure(name, value.figure, step=step)
        if value.close:
            from matplotlib import pyplot as plt

            plt.close(value.figure)


class TailboardCallback(BaseCallback):
    """A callback for `learn`: attaches `TailboardOutputFormat` to the model's logger.

    Logs `rollout/`, `train/` and `time/` as TensorBoard would get them, at environment steps; the progress; as config
    the settings of the algorithm. A file `STOP` in the run folder ends the learning after a step. A run that it opened
    ends with `learn`; a later `learn(reset_num_timesteps=False)` goes on with it.
    """

    def __init__(
        self, path: str | os.PathLike[str] | None = None, *, run: Run | None = None, verbose: int = 0, **options: Any
    ) -> None:
        """Take a run that is open, or what `trainer_hooks.init` takes.

        Args:
            path: the run folder.
            run: an open run, in place of all else.
            verbose: as of any callback of Stable-Baselines3.
            options: further keywords of `trainer_hooks.init`.

        Raises:
            TypeError: a run was given and what to open as well.
        """
        super().__init__(verbose)
        self._holder = RunHolder(path, run, options)
        self._format: TailboardOutputFormat | None = None
        self._total = 0

    @property
    def run(self) -> Run | None:
        """The run, None where it is not begun yet or has ended."""
        return self._holder.run

    def _on_training_start(self) -> None:
        self._holder.renew(self.num_timesteps + 1 if self.num_timesteps else None)
        run = self._holder.begin(attempt(lambda: settings_of(self.model)))
        self._total = int(self.locals.get("total_timesteps", 0))
        self._detach()
        self._format = TailboardOutputFormat(run)
        self.logger.output_formats.append(self._format)

    def _on_step(self) -> bool:
        run = self.run
        if run is None:
            return True
        if self._total:
            run.progress(min(self.num_timesteps, self._total), self._total)
        return not run.stop_requested

    def _on_training_end(self) -> None:
        self._detach()
        self._holder.finish()

    def _detach(self) -> None:
        formats = self.logger.output_formats
        formats[:] = [one for one in formats if one is not self._format]


def settings_of(model: Any) -> dict[str, Any]:
    """Return the settings of an algorithm: what of its fields is a plain value, its policy, its environment."""
    hidden = ("num_timesteps", "start_time", "verbose", "tensorboard_log")
    fields = {name: value for name, value in vars(model).items() if not name.startswith("_") and name not in hidden}
    plain = {name: value for name, value in fields.items() if isinstance(value, bool | int | float | str)}
    policy = {name: str(value) for name, value in (fields.get("policy_kwargs") or {}).items()}
    names = {"algorithm": type(model).__name__, "policy": type(model.policy).__name__}
    facts = {**names, **plain, **({"policy_kwargs": policy} if policy else {})}
    environments = getattr(getattr(model.get_env(), "unwrapped", None), "envs", None) or [None]
    spec = getattr(environments[0], "spec", None)
    return {**facts, "environment": spec.id} if spec is not None else facts


def _is_excluded(formats: Any) -> bool:
    return formats is not None and any(name in formats for name in FORMATS)


def _is_number(value: Any) -> bool:
    return isinstance(value, np.ScalarType) and not isinstance(value, str | bytes)
