"""Event files beside the run, written by torch's own SummaryWriter or tensorboardX's, for `also_tensorboard=True`.

Their names end in COPY_SUFFIX, by which the app knows that they hold what the run beside them holds, and shows it once.
"""

import importlib
import inspect
import os
import time
from collections.abc import Callable, Mapping
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any, NamedTuple

from trainer_hooks.config import to_json
from trainer_hooks.event_file import COPY_SUFFIX
from trainer_hooks.media import REFUSALS
from trainer_hooks.tensorboard.base import Writing
from trainer_hooks.tensorboard.formats import box_options
from trainer_hooks.tensorboard.hparams import name_and_step

PLAIN = (bool, int, float, str)  # what upstream takes as hyper-parameters


class Package(NamedTuple):
    """One that writes event files."""

    name: str
    messages: str  # package of its protobuf modules
    needed_for_video: str  # without that module its add_video prints a line at each call, and writes nothing


PACKAGES = (  # the first that can be imported writes
    Package("torch.utils.tensorboard", "tensorboard.compat.proto", "moviepy.editor"),
    Package("tensorboardX", "tensorboardX.proto", "moviepy"),
)

Say = Callable[[str, str], None]
Defaults = Callable[[], Mapping[str, Any]]


def begin(folder: str, options: Mapping[str, Any], say: Say, defaults: Defaults) -> "EventFiles | None":
    """Return what writes event files; None, with a word on it, where no installed package can.

    Args:
        folder: where they go.
        options: of the other package's SummaryWriter; `filename_suffix` comes before COPY_SUFFIX.
        say: told, by a key and a message, what could not be written, and why.
        defaults: returns the arguments that hold for all calls now, as `use_metadata` set them.
    """
    error: BaseException = ImportError("event files are written with the package tensorboard or tensorboardX")
    for package in PACKAGES:
        try:
            return EventFiles(package, folder, options, say, defaults)
        except ImportError:
            continue
        except REFUSALS as found:
            error = found
            break
    say("also_tensorboard", f"no event files are written beside {folder}: {error}")
    return None


class EventFiles:
    """Makes each call on a writer of another package too. What that raises is said once and stops nothing.

    The other writer waits for its disk, and for its pictures to be drawn, as it does where it is used alone.
    """

    def __init__(self, package: Package, folder: str, options: Mapping[str, Any], say: Say, defaults: Defaults) -> None:
        """Open a file; see `begin`. Raises what the package does where it cannot be used."""
        # By its own module: a script may have put the class of this package into the place that all import it from.
        self._class = importlib.import_module(f"{package.name}.writer").SummaryWriter
        if issubclass(self._class, Writing):
            raise ImportError(f"the SummaryWriter in {package.name}.writer was replaced")
        self._summary = importlib.import_module(f"{package.name}.summary")
        self._package, self._folder, self._options = package, folder, dict(options)
        self._say, self._defaults = say, defaults
        self._inherited: list[Any] = []  # kept: letting go of a file would write the parent's buffer a second time
        self._pid, self._theirs = os.getpid(), self._open()

    def take(self, method: Callable[..., None], args: tuple[Any, ...], kwargs: Mapping[str, Any]) -> None:
        """Make the call of a method of our SummaryWriter. Raises nothing."""
        name = method.__name__
        try:
            given = _by_name(method, args, kwargs)
        except TypeError:  # the call that comes after this one raises it
            return
        self._try(name, lambda: getattr(self, f"_{name}", self._call)(name, given))

    def take_message(self, name: str, message: Any, step: Any, walltime: float | None) -> None:
        """Hand a Summary or Event message, or the bytes of a Summary, to the other file writer. Raises nothing."""
        self._try(name, lambda: getattr(self._writer(), name)(self._own(message), step, walltime))

    def take_graph(self, name: str, graph: Any, walltime: float | None) -> None:
        """Hand messages of a graph to the other file writer. Raises nothing."""
        self._try(name, lambda: getattr(self._writer(), name)(graph, walltime))

    @property
    def event_writer(self) -> Any:
        """What writes the records of the other writer's file."""
        return self._writer().event_writer

    def flush(self) -> None:
        """Write what waits. Raises nothing."""
        if self._theirs is not None and self._pid == os.getpid():
            self._try("flush", self._theirs.flush)

    def close(self) -> None:
        """Write what waits and close; what is taken later goes into a new file. Raises nothing."""
        if self._theirs is not None and self._pid == os.getpid():
            self._try("close", self._theirs.close)
            self._theirs = None

    def _open(self) -> Any:
        opened = self._class(self._folder, **{**self._options, "filename_suffix": self._suffix()})
        self._options["purge_step"] = None
        return opened

    def _suffix(self) -> str:
        # tensorboardX names files by the second, and writes over one of the same name; readers go by their order.
        return f"{self._options['filename_suffix']}.{time.time_ns()}{COPY_SUFFIX}"

    def _try(self, name: str, call: Callable[[], Any]) -> None:
        try:
            call()
        except REFUSALS as error:
            self._say(f"{name} (event file)", f"{name}() is not in the event files: {error or type(error).__name__}")

    def _opened(self) -> Any:
        """Return the other writer, opened anew after `close` and in a forked child."""
        if self._pid != os.getpid():  # its thread stayed with the parent
            self._inherited.append(self._theirs)
            self._pid, self._theirs = os.getpid(), None
        if self._theirs is None:
            self._theirs = self._open()
        return self._theirs

    def _call(self, name: str, given: dict[str, Any]) -> None:
        call = getattr(self._opened(), name, None)
        if call is not None:
            call(**_known(call, self._here_and_now(given)))

    def _here_and_now(self, given: dict[str, Any]) -> dict[str, Any]:
        return {**given, **{key: value for key, value in self._defaults().items() if given.get(key) is None}}

    def _add_figure(self, name: str, given: dict[str, Any]) -> None:
        self._call(name, {**given, "close": False})  # the run draws it next, and closes it then

    def _add_image_with_boxes(self, name: str, given: dict[str, Any]) -> None:
        options = box_options(given.get("rescale", 1), given.get("dataformats", "CHW"), given.get("labels"))
        self._call(name, {**given, **options})

    def _add_video(self, name: str, given: dict[str, Any]) -> None:
        if not _is_there(self._package.needed_for_video):
            raise ImportError(f"{self._package.name} needs {self._package.needed_for_video}, which is not installed")
        self._call(name, given)

    def _add_hparams(self, _name: str, given: dict[str, Any]) -> None:
        """Write a set into a folder of its own below this one, as upstream does, where TensorBoard finds several."""
        domains, metrics = given.get("hparam_domain_discrete"), given["metric_dict"]
        name, step = name_and_step(domains, given.get("run_name"), given.get("global_step"), given.get("name"))
        settings = {str(key): to_json(one) for key, one in given["hparam_dict"].items()}
        hparams = {
            "hparam_dict": {key: one if isinstance(one, PLAIN) else str(one) for key, one in settings.items()},
            "metric_dict": metrics,
            "hparam_domain_discrete": domains if isinstance(domains, dict) else None,
        }
        summaries = self._summary.hparams(**_known(self._summary.hparams, hparams))
        folder = Path(self._folder, str(name or time.time()))
        with self._class(str(folder), filename_suffix=self._suffix()) as writer:
            for summary in summaries:
                writer._get_file_writer().add_summary(summary, step)  # noqa: SLF001 - frameworks reach for it too
            for key, value in metrics.items():
                scalar = {"tag": key, "scalar_value": value, "global_step": step}
                writer.add_scalar(**self._here_and_now(scalar))

    def _writer(self) -> Any:
        return self._opened()._get_file_writer()  # noqa: SLF001 - as above

    def _own(self, message: Any) -> Any:
        """Return a message as one of the other package's, and a copy: it writes steps and times into them."""
        name = "Summary" if isinstance(message, bytes) else type(message).__name__
        module = importlib.import_module(f"{self._package.messages}.{name.lower()}_pb2")
        return getattr(module, name).FromString(message if isinstance(message, bytes) else message.SerializeToString())


@cache
def _parameters(method: Callable[..., Any]) -> inspect.Signature:
    return inspect.signature(method)


@cache
def _is_there(module: str) -> bool:
    try:
        return find_spec(module) is not None
    except ImportError:  # its package is not
        return False


def _by_name(method: Callable[..., None], args: tuple[Any, ...], kwargs: Mapping[str, Any]) -> dict[str, Any]:
    """Return all arguments by their names, `self` left out. Raises TypeError: the method does not have them."""
    named = _parameters(method).bind(None, *args, **kwargs).arguments
    del named["self"]
    return {**named.pop("kwargs", {}), **named}


def _known(call: Any, given: dict[str, Any]) -> dict[str, Any]:
    """Return the arguments that a function has."""
    parameters = inspect.signature(call).parameters
    if any(one.kind is one.VAR_KEYWORD for one in parameters.values()):
        return given
    return {name: value for name, value in given.items() if name in parameters}
