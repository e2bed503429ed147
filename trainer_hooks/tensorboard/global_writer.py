"""One writer for all modules and processes of a program, which counts the steps itself."""

from typing import Any, ClassVar, Self

from trainer_hooks.tensorboard.counters import Counters
from trainer_hooks.tensorboard.file_writer import FileWriter
from trainer_hooks.tensorboard.writer import SummaryWriter


class GlobalSummaryWriter:
    """The GlobalSummaryWriter of tensorboardX: each tag is counted up from 0, over all processes that share it.

    Forked children share it as it is, spawned ones if it is passed to them.

    Attributes:
        smw: the SummaryWriter that it logs with.
    """

    _shared: ClassVar["GlobalSummaryWriter | None"] = None

    def __init__(
        self,
        logdir: Any = None,
        comment: str = "",
        purge_step: int | None = None,
        max_queue: int = 10,
        flush_secs: float = 120,
        filename_suffix: str = "",
        write_to_disk: bool = True,
        log_dir: Any = None,
        coalesce_process: bool = True,  # noqa: ARG002 - every process writes files of its own, in the same run
        **kwargs: Any,
    ) -> None:
        """Begin a run, or join the one that is in the folder; the arguments are those of SummaryWriter."""
        self.smw = SummaryWriter(
            logdir or log_dir, comment, purge_step, max_queue, flush_secs, filename_suffix, write_to_disk, **kwargs
        )
        self._counters = Counters()

    def add_scalar(self, tag: str, scalar_value: Any, walltime: float | None = None) -> None:
        """Log one number at the next step of its tag; `walltime` is in seconds since the epoch."""
        self.smw.add_scalar(tag, scalar_value, self._counters.next(f"scalar {tag}"), walltime)

    def add_image(self, tag: str, img_tensor: Any, walltime: float | None = None, dataformats: str = "CHW") -> None:
        """Log one image of the axes `dataformats` at the next step of its tag."""
        self.smw.add_image(tag, img_tensor, self._counters.next(f"image {tag}"), walltime, dataformats)

    def add_text(self, tag: str, text_string: Any, walltime: float | None = None) -> None:
        """Log a text, shown as Markdown, at the next step of its tag."""
        self.smw.add_text(tag, text_string, self._counters.next(f"text {tag}"), walltime)

    @classmethod
    def getSummaryWriter(cls) -> Self:  # noqa: N802 - the name that scripts call
        """Return the one writer of this program, made by the first who asks."""
        if not isinstance(cls._shared, cls):
            cls._shared = cls()
        return cls._shared

    @property
    def file_writer(self) -> FileWriter:
        """What takes protobuf messages."""
        return self.smw._get_file_writer()  # noqa: SLF001 - the name that frameworks call

    def close(self) -> None:
        """End the run."""
        self.smw.close()
