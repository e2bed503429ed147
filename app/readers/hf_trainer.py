"""`trainer_state.json`, which the Trainer of Hugging Face writes into the output folder and into each checkpoint.

Every checkpoint holds the history from the beginning on, so those of one training are one run: the folder that holds
them. It is read from the newest of them, and goes on when the next one is written.
"""

import re
from collections.abc import Collection, Mapping
from pathlib import Path
from typing import Any

from app.readers._json import decode
from app.readers._rows import Rows
from app.readers.contract import DEFAULT_CHOICES, Choices, Columns, Finding, News, RunInfo, RunLog, Stamp
from app.readers.folder import stamp_of
from app.readers.growing import GrowingFile, UnfinishedError
from app.readers.heads import head

_STATE = "trainer_state.json"
_NO_CONFIG = frozenset({"log_history", "epoch", "global_step", "stateful_callbacks"})
_CHECKPOINT = re.compile(r"checkpoint-(\d{1,18})")
_HISTORY = re.compile(rb'"log_history"\s*:\s*\[')
_FIRST_ENTRY = re.compile(rb'"log_history"\s*:\s*\[\s*(\{[^}]*\})')
_GLOBAL_STEP = re.compile(rb'"global_step"\s*:\s*(\d{1,18})')


class StateParser:
    """Takes in one trainer state.

    Attributes:
        rows: the entries of its history.
        config: what else the state says of the training, as the Trainer names it.
    """

    def __init__(self, choices: Choices) -> None:
        self.rows = Rows(choices)
        self.config: Mapping[str, Any] = {}

    def feed(self, data: bytes) -> Mapping[str, Columns]:
        """Return the records of the history, by tag.

        Raises:
            UnfinishedError: the state is cut short, or is none.
        """
        try:
            state = decode(data)
        except ValueError as error:
            raise UnfinishedError(str(error)) from error
        history = state.get("log_history") if isinstance(state, dict) else None
        if not isinstance(history, list):
            raise UnfinishedError("it has no log_history")
        self.config = {
            key: value
            for key, value in state.items()
            if key not in _NO_CONFIG and type(value) not in {bool, type(None)}
        }
        return self.rows.take([entry for entry in history if isinstance(entry, dict)])


class _Training(GrowingFile[StateParser]):
    """The newest state below an output folder, whichever file that is by now."""

    def __init__(self, folder: Path, choices: Choices) -> None:
        self._folder = folder
        super().__init__(
            folder / _STATE,
            lambda _: StateParser(choices),
            lambda parser: _info(folder, parser),
            whole=True,
        )

    def poll(self) -> News:
        """Take in what the newest state holds beyond the last poll."""
        self._path = _newest(self._folder) or self._path
        return super().poll()


class HfTrainer:
    """Finds output folders of the Trainer, and opens each as a run."""

    name = "hf_trainer"
    order = 20

    def find(self, folder: Path, names: Collection[str], *, named: bool = False) -> Finding:
        """Look for a state in the folder and in its checkpoints. Checkpoints of another training are another run."""
        if named:
            return Finding([folder / name for name in names if _is_state(folder / name)], names)
        states = _states(folder, names)
        if not states:
            return Finding()
        newest: dict[bytes, Path] = {}  # folder of the newest state, by the beginning of its history
        for state in states:
            newest.setdefault(_first_entry(state), state.parent)
        newest.pop(b"", None)  # nothing logged yet: it may belong to any
        others = [other for other in list(newest.values())[1:] if other != folder]
        return Finding([folder, *others], {state.relative_to(folder).parts[0] for state in states})

    def stamps(self, path: Path) -> Mapping[str, Stamp]:
        """Return the stamp of the state that the run is read from."""
        state = _newest(path) if path.is_dir() else path
        stamp = stamp_of(state) if state else None
        if state is None or stamp is None:
            raise FileNotFoundError(path)
        return {state.name if state == path else state.relative_to(path).as_posix(): stamp}

    def open(self, path: Path, choices: Choices = DEFAULT_CHOICES) -> RunLog:
        """Open an output folder or a checkpoint, which follows its newest state, or one state alone."""
        if path.is_dir():
            return _Training(path, choices)
        return GrowingFile(path, lambda _: StateParser(choices), lambda parser: _info(path, parser), whole=True)


def _info(path: Path, parser: StateParser) -> RunInfo:
    return parser.rows.info(path.name, config=parser.config)


def _newest(folder: Path) -> Path | None:
    """Return the state with the highest step; None where there is none."""
    try:
        names = [entry.name for entry in folder.iterdir()]
    except OSError:
        return None
    return next(iter(_states(folder, names)), None)


def _states(folder: Path, names: Collection[str]) -> list[Path]:
    """Return the states in the folder and in its checkpoints, those of the highest step first."""
    found = {folder / _STATE: _global_step(folder / _STATE)} if _STATE in names else {}
    found |= {folder / name / _STATE: int(match[1]) for name in names if (match := _CHECKPOINT.fullmatch(name))}
    return sorted((path for path in found if _is_state(path)), key=lambda path: -found[path])


def _is_state(path: Path) -> bool:
    return _HISTORY.search(head(path)) is not None


def _global_step(state: Path) -> int:
    match = _GLOBAL_STEP.search(head(state))
    return int(match[1]) if match else 0


def _first_entry(state: Path) -> bytes:
    """Return how the history begins, which tells one training from another; empty where it is short of one entry."""
    match = _FIRST_ENTRY.search(head(state))
    return match[1] if match else b""


READER = HfTrainer()
