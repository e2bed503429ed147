"""Where runs lie: `<tracking folder>/<experiment>/<run name>`, and how one is found again by its id."""

import os
import time
from pathlib import Path
from urllib.parse import unquote, urlsplit

from trainer_hooks.folder import read_facts
from trainer_hooks.integration.folders import folder_name, run_folder
from trainer_hooks.mlflow.absent import say_once
from trainer_hooks.record import RUN_FILE

DEFAULT_FOLDER = "runs"


class Places:
    """What `set_tracking_uri` and `set_experiment` said, or the environment."""

    def __init__(self) -> None:
        self._uri: str | None = None
        self._experiment: str | None = None

    @property
    def is_set(self) -> bool:
        """Whether anybody said where runs lie."""
        return (self._uri or os.environ.get("MLFLOW_TRACKING_URI")) is not None

    @property
    def root(self) -> Path:
        """The folder of all runs: a tracking URI that is one, or else `runs`."""
        return _folder_of(self._uri or os.environ.get("MLFLOW_TRACKING_URI") or DEFAULT_FOLDER)

    @property
    def uri(self) -> str:
        """The folder of all runs as a URI."""
        return self.root.absolute().as_uri()

    @property
    def experiment(self) -> str:
        """The name of the experiment, empty if none was set."""
        return self._experiment or os.environ.get("MLFLOW_EXPERIMENT_NAME") or ""

    def use(self, uri: object) -> None:
        """Let runs lie in the folder of this URI from now on."""
        self._uri = str(uri) if uri else None

    def enter(self, experiment: object) -> str:
        """Begin runs in this experiment from now on; return its name."""
        self._experiment = str(experiment)
        return self._experiment

    def new(self, name: str | None, parent: Path | None) -> Path | None:
        """Return the folder for a run, that of a nested one within its parent's; see `run_folder`."""
        own = name or os.environ.get("MLFLOW_RUN_NAME") or time.strftime("%Y%m%d-%H%M%S")
        return run_folder(self.root, self.experiment, own) if parent is None else parent / folder_name(own)

    def find(self, run_id: str) -> Path | None:
        """Return the folder of the run with this id, below the folder of all runs."""
        for file in self.root.rglob(RUN_FILE):
            if read_facts(file.parent).get("id") == run_id:
                return file.parent
        return None


def _folder_of(uri: str) -> Path:
    """Return the folder that a tracking URI names; for a server's or a database's `runs`, which is said once."""
    parts = urlsplit(uri)
    if parts.scheme == "file":
        return Path(unquote(parts.path))
    if len(parts.scheme) > 1:  # one letter is a drive
        say_once(
            "tracking uri", f"{parts.scheme}: is no folder, so runs are logged in {Path(DEFAULT_FOLDER).absolute()}"
        )
        return Path(DEFAULT_FOLDER)
    return Path(uri)
