"""Trainings that log with other tools, each in a process of its own: `python -m tests.real_writers sacred FOLDER`.

These tools start threads and processes, change what a process prints, and warn.
"""

import sys
from pathlib import Path
from typing import Any

import numpy as np

BEGAN = 1_700_000_000.5  # seconds since the epoch
STEPS = range(0, 50, 10)
SETTINGS = {"lr": 0.1, "act": "relu", "model": {"width": 8}}
LAST = STEPS[-1]


def loss(step: int) -> float:
    """Return what the trainings log as loss; no power of two, so that it shows in how many bits it is kept."""
    return 1 / (step + 3)


def wait() -> None:
    """Say that what was logged so far is written, and go on when the other process says so."""
    sys.stdout.write("written\n")
    sys.stdout.flush()
    sys.stdin.readline()


def summaries(folder: Path) -> None:
    """Log with torch's SummaryWriter and with that of tensorboardX, which alone needs a further package for sound."""
    import tensorboardX
    import torch.utils.tensorboard

    with torch.utils.tensorboard.SummaryWriter(str(folder / "torch")) as writer:
        _log_summaries(writer)
        writer.add_audio("tone", torch.linspace(-1, 1, 800), LAST, sample_rate=8000, walltime=BEGAN + LAST)
        writer.add_hparams({"lr": 0.1, "act": "relu"}, {"hp/acc": 0.75}, run_name="trial")
    with tensorboardX.SummaryWriter(str(folder / "tensorboardX")) as writer:
        _log_summaries(writer)
        writer.add_hparams({"lr": 0.1, "act": "relu"}, {"hp/acc": 0.75}, name="trial")


def _log_summaries(writer: Any) -> None:
    for step in STEPS:
        writer.add_scalar("loss", loss(step), step, walltime=BEGAN + step)
        writer.add_scalars("both", {"train": loss(step), "val": 2 * loss(step)}, step, walltime=BEGAN + step)
    labels, predictions = np.array([0, 1, 1, 0]), np.array([0.1, 0.9, 0.4, 0.6])
    at = {"walltime": BEGAN + LAST}
    writer.add_histogram("weights", np.arange(100.0), LAST, **at)
    writer.add_image("picture", np.zeros((3, 4, 6), np.uint8), LAST, **at)
    writer.add_text("note", "**bold**", LAST, **at)
    writer.add_pr_curve("curve", labels, predictions, LAST, **at)
    writer.add_embedding(np.eye(3), metadata=["a", "b", "c"], global_step=LAST, tag="points")


def lightning(folder: Path) -> None:
    """Log with Lightning's CSVLogger and TensorBoardLogger into one folder, as many trainings do."""
    from pytorch_lightning.loggers import CSVLogger, TensorBoardLogger

    loggers = [
        CSVLogger(folder, name="digits", version=0),
        TensorBoardLogger(folder, name="digits", version=0, default_hp_metric=False),
    ]
    first, *later = STEPS
    for logger in loggers:
        logger.log_metrics({"loss": loss(first)}, first)
        logger.save()
    wait()
    for logger in loggers:
        logger.log_hyperparams(SETTINGS)
        for step in later:
            logger.log_metrics({"loss": loss(step)}, step)
        logger.log_metrics({"val/acc": 0.75}, LAST)
        logger.save()
        logger.finalize("success")


def sacred(folder: Path) -> None:
    """Store two runs with Sacred's FileStorageObserver: one that ends well and one that fails."""
    from sacred import Experiment
    from sacred.observers import FileStorageObserver

    for message in ("", "the loss is no number"):
        experiment = Experiment("digits", save_git_info=False)
        experiment.observers.append(FileStorageObserver(folder))
        experiment.add_config(SETTINGS | {"message": message})

        @experiment.main
        def train(_run: Any, message: str) -> float:
            for step in STEPS:
                _run.log_scalar("loss", loss(step), step)
                _run.log_scalar("float32", np.float32(loss(step)), step)
            if message:
                raise ValueError(message)
            return 0.75

        try:
            experiment.run()
        except ValueError:
            assert message


if __name__ == "__main__":
    {"summaries": summaries, "lightning": lightning, "sacred": sacred}[sys.argv[1]](Path(sys.argv[2]))
