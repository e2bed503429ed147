"""Logs what PyTorch Lightning trains: a logger for its Trainer and for Fabric, and a callback that looks closer.

from pytorch_lightning import Trainer
from trainer_hooks.lightning import TailboardCallback, TailboardLogger

Trainer(logger=TailboardLogger("runs"), callbacks=[TailboardCallback()])
"""

from trainer_hooks.lightning.callback import TailboardCallback
from trainer_hooks.lightning.logger import TailboardLogger

__all__ = ["TailboardCallback", "TailboardLogger"]
