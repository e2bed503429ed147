"""The SummaryWriter of torch and of tensorboardX, logging into run folders: a script changes one import.

from trainer_hooks.tensorboard import SummaryWriter

Every call of both packages is there with their arguments; docs/tensorboard.md says what each becomes. Nothing of
them, and not torch itself, is needed or imported.
"""

from trainer_hooks.tensorboard.file_writer import FileWriter
from trainer_hooks.tensorboard.global_writer import GlobalSummaryWriter
from trainer_hooks.tensorboard.writer import SummaryWriter

__all__ = ["FileWriter", "GlobalSummaryWriter", "SummaryWriter"]
