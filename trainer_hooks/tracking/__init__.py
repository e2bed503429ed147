"""Following a training loop: `Run.track`. What its time goes into, how fast it is, how far."""

from trainer_hooks.tracking.tracker import Tracker

__all__ = ["Tracker"]
