"""What the run list shows of one run."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from app.readers.contract import Problem, RunInfo, TagFacts
from app.store.sidecar import NO_EDITS, Edits


@dataclass(frozen=True, slots=True)
class RunSummary:
    """One run as the run list shows it, with what people say of it put over what its files say.

    Attributes:
        id: path below its log root with `/`, prefixed with the root's name: stable and readable in a URL.
        slot: number of the run's colour and dash pattern, fixed when the run was first seen or chosen; 0, 1, 2, ...
        revision: the store's revision when this run last changed.
        last_step: the highest last step of all tags.
        last_time: when the newest record was logged, in seconds since the epoch.
        path: what its reader opens: its folder, or the file that is a run by itself.
        files: how many files the run is made of.
        edits: what people say of it.
    """

    id: str
    format: str
    folder: str
    info: RunInfo
    facts: Mapping[str, TagFacts]
    problems: Sequence[Problem]
    slot: int
    revision: int
    last_step: int | None
    last_time: float | None
    path: str = ""
    files: int = 1
    edits: Edits = NO_EDITS

    @property
    def title(self) -> str:
        """What it is called in lists: its id, the last part of which is the name that it was given, if any."""
        group, slash, _ = self.id.rpartition("/")
        name = self.info.name if self.edits.name is None else self.edits.name
        return self.id if name in ("", Path(self.path).name) else f"{group}{slash}{name}"


class UnknownRunError(LookupError):
    """A run was asked for that is not, or no longer, below the log roots."""

    def __init__(self, run_id: str, runs: int) -> None:
        self.run_id = run_id
        super().__init__(
            f"There is no run {run_id!r} among the {runs:,} runs of the log folders: it was renamed or deleted, or "
            "the link comes from another server. Pick a run from the list."
        )
