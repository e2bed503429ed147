"""The SummaryWriter: opened, closed and opened again on one folder, and what of it frameworks reach for."""

import os
import re
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self

from trainer_hooks.disabled import DisabledRun
from trainer_hooks.host import host_name
from trainer_hooks.notices import warn
from trainer_hooks.run import Run
from trainer_hooks.start import init, switched_on
from trainer_hooks.tensorboard.arrays import ArrayCalls
from trainer_hooks.tensorboard.documents import DocumentCalls
from trainer_hooks.tensorboard.file_writer import FileWriter
from trainer_hooks.tensorboard.hparams import Sets
from trainer_hooks.tensorboard.pictures import PictureCalls
from trainer_hooks.tensorboard.scalars import ScalarCalls
from trainer_hooks.tensorboard.steps import Steps

if TYPE_CHECKING:
    from trainer_hooks.tensorboard.mirror import EventFiles

RUNS = "runs"  # where torch and tensorboardX put runs that nobody named
ALSO = "TAILBOARD_ALSO_TENSORBOARD"
PROCESS_BOUND = ("file_writer", "all_writers", "_event_files")


class SummaryWriter(ScalarCalls, PictureCalls, ArrayCalls, DocumentCalls):
    """Logs into a run folder what scripts log with the SummaryWriter of torch or tensorboardX.

    Nothing that is logged raises: what cannot be is refused once, in words, to the log named `tailboard`, and counted.
    All calls may be made from any thread, after `close()`, in forked children, and in spawned ones that were given
    the writer.

    Attributes:
        log_dir: the folder as it was given, or as it was named.
        file_writer: takes protobuf messages; None after `close()`, until something is logged.
        all_writers: it by its folder; None after `close()`.
    """

    def __init__(
        self,
        log_dir: Any = None,
        comment: str = "",
        purge_step: int | None = None,
        max_queue: int = 10,
        flush_secs: float = 120,
        filename_suffix: str = "",
        write_to_disk: bool = True,
        logdir: Any = None,
        comet_config: Any = None,  # noqa: ARG002
        *,
        also_tensorboard: bool | None = None,
        **kwargs: Any,
    ) -> None:
        """Begin a run, or join the one that is in the folder.

        Args:
            log_dir: the run folder; nothing: `runs/<date>_<time>_<host><comment>`, which is never one that is there.
            comment: see `log_dir`.
            purge_step: what was logged in this folder earlier at and after this step no longer counts.
            max_queue: of event files; of a run each value is in the kernel's hands when the call returns.
            flush_secs: of event files, as `max_queue`.
            filename_suffix: of event files.
            write_to_disk: False: do nothing at all.
            logdir: `log_dir` as tensorboardX calls it.
            comet_config: not used.
            also_tensorboard: write event files beside the run too, for TensorBoard to read. None: what the environment
                variable TAILBOARD_ALSO_TENSORBOARD says.
            kwargs: what tensorboardX passes on to its file writer; not used.
        """
        wished = log_dir or logdir
        self.log_dir: Any = wished or f"{RUNS}/{time.strftime('%b%d_%H-%M-%S')}_{host_name()}{comment}"
        self.purge_step = purge_step
        self.max_queue = max_queue
        self.flush_secs = flush_secs
        self.filename_suffix = filename_suffix
        self.also_tensorboard = switched_on(ALSO) if also_tensorboard is None else also_tensorboard
        self.kwargs = kwargs
        self._to_disk = write_to_disk
        self._folder = _local(str(self.log_dir)).absolute()
        self._is_new = not wished
        self._default_step: Any = None
        self._default_time: Any = None
        self._grouped: dict[str, list[str]] = {}
        self._sets = Sets()
        self._steps = Steps(self._say)
        self._event_files: EventFiles | None = None
        self.file_writer: FileWriter | None = None
        self.all_writers: dict[Any, FileWriter] | None = None
        self._get_file_writer()

    @property
    def logdir(self) -> Any:
        """The folder, as tensorboardX calls it."""
        return self.log_dir

    @property
    def default_bins(self) -> list[float]:
        """Edges that grow by a tenth away from 0, from 1e-12 to 1e20 on both sides, as torch's histograms have."""
        edges = []
        edge = 1e-12
        while edge < 1e20:
            edges.append(edge)
            edge *= 1.1
        return [*(-edge for edge in reversed(edges)), 0, *edges]

    def get_logdir(self) -> Any:
        """Return the folder, as it was given."""
        return self.log_dir

    def flush(self) -> None:
        """Wait until all that was logged is in the kernel's hands. It is already, but on a network disk."""
        if self.file_writer is not None:
            self.file_writer.flush()
        if self._event_files is not None:
            self._event_files.flush()

    def close(self) -> None:
        """End the run. What is logged later goes on with it, in the same folder."""
        if self._event_files is not None:
            self._event_files.close()
        if self.file_writer is not None:
            self.file_writer.close()
        self.file_writer = self.all_writers = None

    @contextmanager
    def use_metadata(self, *, global_step: Any = None, walltime: float | None = None) -> Iterator[Self]:
        """Take this step and this time, in seconds since the epoch, for all that is logged within without its own."""
        before = self._default_step, self._default_time
        self._default_step, self._default_time = global_step, walltime
        try:
            with self._get_file_writer().use_metadata(global_step=global_step, walltime=walltime):
                yield self
        finally:
            self._default_step, self._default_time = before

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, _kind: type[BaseException] | None, error: BaseException | None, _trace: TracebackType | None
    ) -> None:
        if error is not None and self.file_writer is not None:
            self.file_writer.run.finish(error)
        self.close()

    def __getstate__(self) -> dict[str, Any]:
        """Return what another process needs to join the run: files and threads belong to this one."""
        return {**vars(self), **dict.fromkeys(PROCESS_BOUND)}

    def __setstate__(self, state: dict[str, Any]) -> None:
        vars(self).update(state)
        self._steps.heard_by(self._say)

    def __repr__(self) -> str:
        return f"{type(self).__name__}({str(self.log_dir)!r})"

    def _get_file_writer(self) -> FileWriter:
        """Return what takes protobuf messages, begun anew if it was closed; frameworks call it by this name."""
        if self.file_writer is None or self.all_writers is None:
            purge_step = self.purge_step
            run = self._begin()
            self.file_writer = FileWriter(self.log_dir, run=run, steps=self._steps)
            self.all_writers = {self.get_logdir(): self.file_writer}
            self._event_files = self._event_files or self._begin_event_files(run, purge_step)
            self.file_writer.mirror = self._event_files
        return self.file_writer

    def _opened(self) -> Run:
        writer = self.file_writer
        return writer.run if writer is not None else self._get_file_writer().run

    def _begin(self) -> Run:
        if not self._to_disk:
            return DisabledRun(self._folder)
        purge_step, self.purge_step = self.purge_step, None
        if purge_step is not None:
            run = init(self._folder, resume=True, again_from=self._steps.place("", purge_step).step)
        else:
            run = init(self._folder, join=not self._is_new)
        if run.path != self._folder:  # a run of the same second: this one has a folder of its own beside it
            self.log_dir, self._folder = str(Path(self.log_dir).with_name(run.path.name)), run.path
        self._is_new = False
        return run

    def _mirrored(self) -> "EventFiles | None":
        if self.also_tensorboard:
            self._opened()  # a writer that was sent to this process has none yet
        return self._event_files

    def _begin_event_files(self, run: Run, purge_step: int | None) -> "EventFiles | None":
        if not self.also_tensorboard or isinstance(run, DisabledRun):
            return None
        from trainer_hooks.tensorboard.mirror import begin

        options = {
            "purge_step": purge_step,
            "max_queue": self.max_queue,
            "flush_secs": self.flush_secs,
            "filename_suffix": self.filename_suffix,
        }
        return begin(str(run.path), options, self._say, self._defaults)

    def _defaults(self) -> dict[str, Any]:
        """Return step and time that `use_metadata` set."""
        given = {"global_step": self._default_step, "walltime": self._default_time}
        return {name: value for name, value in given.items() if value is not None}

    def _say(self, key: str, message: str) -> None:
        self._opened().refuse(key, message)


def _local(log_dir: str) -> Path:
    """Return the folder for `log_dir`; of an address, one below `runs`."""
    if "://" not in log_dir:
        return Path(os.fsdecode(log_dir))
    folder = Path(RUNS, *re.findall(r"[^/:]+", log_dir))
    warn(f"{log_dir} is no local folder, so the run is logged in {folder}")
    return folder
