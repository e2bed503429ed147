"""Takes protobuf messages, as frameworks hand them to the file writer inside a SummaryWriter."""

import importlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Protocol, Self

from trainer_hooks.run import Run
from trainer_hooks.start import init
from trainer_hooks.tensorboard.guard import guarded
from trainer_hooks.tensorboard.steps import Steps
from trainer_hooks.tensorboard.summaries import log_value

SUMMARIES = ("tensorboard.compat.proto.summary_pb2", "tensorboardX.proto.summary_pb2")  # read those that are bytes


class MessageMirror(Protocol):
    """Something that is told of all messages, to write the same elsewhere. Nothing of it raises."""

    def take_message(self, name: str, message: Any, step: Any, walltime: float | None) -> None:
        """Take a message that the method `name` was given."""

    def take_graph(self, name: str, graph: Any, walltime: float | None) -> None:
        """Take messages of a graph."""

    @property
    def event_writer(self) -> Any:
        """What writes the records of its file."""


class FileWriter:
    """Logs protobuf messages, those of tensorboard and of tensorboardX, into a run.

    What they hold is logged as what it is: scalars, images, texts, audio, histograms, tensors, curves, charts, and
    hyper-parameters as the run's config. What is known of none of these is refused once, in words.

    Attributes:
        run: what is logged into.
        mirror: is told of all messages too, if there is one.
    """

    def __init__(
        self,
        log_dir: Any,
        max_queue: int = 10,  # noqa: ARG002 - each message is in the kernel's hands when the call returns
        flush_secs: float = 120,  # noqa: ARG002
        filename_suffix: str = "",  # noqa: ARG002
        *,
        run: Run | None = None,
        steps: Steps | None = None,
    ) -> None:
        """Log into the run in `log_dir`, begun if there is none.

        Args:
            log_dir: the run folder.
            max_queue: not used.
            flush_secs: not used.
            filename_suffix: not used.
            run: an open run, in place of one that is begun here.
            steps: of the SummaryWriter that this belongs to.
        """
        self._log_dir = log_dir
        self.run = run or self._begin()
        self._steps = steps or Steps(self.run.refuse)
        self.mirror: MessageMirror | None = None
        self._default_step: Any = None
        self._default_time: Any = None

    @property
    def event_writer(self) -> Any:
        """What writes event files beside the run, of the package that does: scripts ask it for the file's name.

        Raises:
            AttributeError: none are written.
        """
        if self.mirror is None:
            raise AttributeError("no event files are written; also_tensorboard=True would write them")
        return self.mirror.event_writer

    def get_logdir(self) -> str:
        """Return the run folder as it was given."""
        return str(self._log_dir)

    @guarded
    def add_summary(self, summary: Any, global_step: Any = None, walltime: float | None = None) -> None:
        """Log what a Summary message, or the bytes of one, holds.

        Args:
            summary: the message.
            global_step: any number or None.
            walltime: seconds since the epoch; None: now.
        """
        step = self._default_step if global_step is None else global_step
        time = self._default_time if walltime is None else walltime
        if self.mirror is not None:
            self.mirror.take_message("add_summary", summary, step, time)
        self._log(summary, step, time)

    @guarded
    def add_event(self, event: Any, step: Any = None, walltime: float | None = None) -> None:
        """Log what an Event message holds, at `step` if it is given, else at the step of the message."""
        step = self._default_step if step is None else step
        time = self._default_time if walltime is None else walltime
        if self.mirror is not None:
            self.mirror.take_message("add_event", event, step, time)
        if event.WhichOneof("what") == "summary":
            self._log(event.summary, event.step if step is None else step, time)
        elif event.WhichOneof("what") not in ("file_version", "session_log", None):
            self._refuse_message(event.WhichOneof("what"))

    @guarded
    def add_graph(self, graph_profile: Any, walltime: float | None = None) -> None:
        """Log nothing: graphs as protobuf messages are not kept, and that is said once."""
        if self.mirror is not None:
            self.mirror.take_graph("add_graph", graph_profile, walltime)
        self._refuse_message(f"graph of {type(graph_profile).__name__}")

    @guarded
    def add_onnx_graph(self, graph: Any, walltime: float | None = None) -> None:
        """Log nothing, as `add_graph`."""
        if self.mirror is not None:
            self.mirror.take_graph("add_onnx_graph", graph, walltime)
        self._refuse_message(f"graph of {type(graph).__name__}")

    def flush(self) -> None:
        """Wait until all that was logged is in the kernel's hands."""
        self.run.flush()

    def close(self) -> None:
        """End the run."""
        self.run.finish()

    def reopen(self) -> None:
        """Go on with the run, if it was ended."""
        if self.run.finished:
            self.run = self._begin()

    @contextmanager
    def use_metadata(self, *, global_step: Any = None, walltime: float | None = None) -> Iterator[Self]:
        """Take this step and this time for all messages within that come without."""
        before = self._default_step, self._default_time
        self._default_step, self._default_time = global_step, walltime
        try:
            yield self
        finally:
            self._default_step, self._default_time = before

    def _log(self, summary: Any, step: Any, wall_time: Any) -> None:
        for value in _values(summary):
            log_value(self.run, value, self._steps.place(value.tag, step).step, wall_time)

    def _mirrored(self) -> None:
        """Tell nobody of calls: messages are passed on with the step and the time that hold for them."""

    def _refuse(self, name: str, error: BaseException) -> None:
        self.run.refuse(f"message {name}", f"a protobuf message is not logged: {name}() {error}")

    def _begin(self) -> Run:
        return init(Path(str(self._log_dir)), join=True)

    def _refuse_message(self, what: str) -> None:
        self.run.refuse(f"message {what}", f"a protobuf message is not logged: {what} is not read")


def _values(summary: Any) -> Any:
    return (_parsed(summary) if isinstance(summary, bytes) else summary).value


def _parsed(summary: bytes) -> Any:
    for module in SUMMARIES:
        try:
            return importlib.import_module(module).Summary.FromString(summary)
        except ImportError:
            continue
    raise ImportError("messages as bytes are read with tensorboard or tensorboardX, and neither is installed")
