"""Event files beside the run, written by torch's own SummaryWriter or tensorboardX's, for `also_tensorboard=True`.

Their names end in COPY_SUFFIX, by which the app knows that they hold what the run beside them holds, and shows it once.
"""

import importlib
import inspect
import os
from collections.abc import Callable, Mapping
from typing import Any

from trainer_hooks.event_file import COPY_SUFFIX
from trainer_hooks.media import REFUSALS

PACKAGES = ("torch.utils.tensorboard", "tensorboardX")  # the first that can be imported writes
PLAIN = (bool, int, float, str)  # what upstream takes as hyper-parameters
CONTROL = ("add_hparams", "export_scalars_to_json")


def begin(
    folder: str,
    suffix: str,
    purge_step: int | None,
    refuse: Callable[[str, BaseException], None],
    defaults: Callable[[], Mapping[str, Any]],
) -> "EventFiles | None":
    """Return what writes event files; None, with a word on it, where no installed package can.

    Args:
        folder: where they go.
        suffix: of their names, before COPY_SUFFIX.
        purge_step: of the constructor.
        refuse: told what could not be written, and why.
        defaults: returns the arguments that hold for all calls now, as `use_metadata` set them.
    """
    for package in PACKAGES:
        try:
            return EventFiles(
                importlib.import_module(package), folder, suffix + COPY_SUFFIX, purge_step, refuse, defaults
            )
        except ImportError:
            continue
        except REFUSALS as error:
            refuse("also_tensorboard", error)
            return None
    refuse("also_tensorboard", ImportError("event files are written with the package tensorboard or tensorboardX"))
    return None


class EventFiles:
    """Makes each call on a writer of another package too. What that raises is said once and stops nothing."""

    def __init__(
        self,
        package: Any,
        folder: str,
        suffix: str,
        purge_step: int | None,
        refuse: Callable[[str, BaseException], None],
        defaults: Callable[[], Mapping[str, Any]],
    ) -> None:
        """Open a file; see `begin`. Raises what the package does where it cannot be used."""
        self._package = package
        self._summary = importlib.import_module(f"{package.__name__}.summary")
        self._folder, self._suffix, self._purge_step = folder, suffix, purge_step
        self._refuse, self._defaults = refuse, defaults
        self._open()

    def take(self, name: str, args: tuple[Any, ...], kwargs: dict[str, Any]) -> None:
        """Make one call; the arguments that the other package does not know are left out. Raises nothing."""
        try:
            if self._pid != os.getpid():  # a forked child: the other writer's thread stayed with the parent
                self._open()
            if name == "add_hparams":
                self._add_hparams(*args, **kwargs)
            elif hasattr(self._theirs, name) and name not in CONTROL:
                call = getattr(self._theirs, name)
                call(*args, **_known(call, {**self._defaults(), **kwargs}))
        except REFUSALS as error:
            self._refuse(f"{name} (event file)", error)

    def flush(self) -> None:
        """Write what waits."""
        self._theirs.flush()

    def close(self) -> None:
        """Write what waits and close; the other writer opens a new file by itself when it is called again."""
        self._theirs.close()

    def _open(self) -> None:
        self._pid = os.getpid()
        writer = self._package.SummaryWriter
        self._theirs = writer(self._folder, purge_step=self._purge_step, filename_suffix=self._suffix)
        self._purge_step = None

    def _add_hparams(
        self,
        hparam_dict: dict[str, Any],
        metric_dict: dict[str, Any],
        hparam_domain_discrete: Any = None,
        run_name: Any = None,  # noqa: ARG002 - no run of their own is made
        global_step: Any = None,
        name: Any = None,  # noqa: ARG002
    ) -> None:
        """Write hyper-parameters into this event file, where upstream makes another run of them."""
        plain = {key: one if isinstance(one, PLAIN) else str(one) for key, one in hparam_dict.items()}
        discrete = hparam_domain_discrete if isinstance(hparam_domain_discrete, dict) else None
        file_writer = self._theirs._get_file_writer()  # noqa: SLF001 - frameworks reach for it too
        for summary in self._summary.hparams(plain, metric_dict, discrete):
            file_writer.add_summary(summary)
        for key, value in metric_dict.items():
            self._theirs.add_scalar(key, value, global_step)


def _known(call: Any, kwargs: dict[str, Any]) -> dict[str, Any]:
    """Return the arguments that a method has."""
    parameters = inspect.signature(call).parameters
    if any(one.kind is one.VAR_KEYWORD for one in parameters.values()):
        return kwargs
    return {key: value for key, value in kwargs.items() if key in parameters}
