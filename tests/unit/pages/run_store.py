"""Runs that say things of themselves, for the run page."""

from app.readers.contract import RunInfo, RunState, RunStatus, TagFacts
from app.store.memory import RunSummary, UnknownRunError


def summary(run_id, *, config=None, environment=None, git=None, notes="", facts=None, problems=(), slot=0):
    """A run as the store tells of it."""
    said = {"config": config or {}, "notes": notes, "environment": environment or {}, "git": git or {}}
    info = RunInfo(run_id, created=1000.0, tags=("a", "b"), **said)
    return RunSummary(
        run_id, "tailboard", f"/logs/{run_id}", info, facts or {}, problems, slot, 1, 10, 2000.0, f"/logs/{run_id}"
    )


class ToldStore:
    """A store of runs made by hand, all with one status."""

    def __init__(self, *runs, status=None):
        self.by_id = {run.id: run for run in runs}
        self._status = status or RunStatus(RunState.FINISHED)

    def run(self, run_id):
        if run_id not in self.by_id:
            raise UnknownRunError(run_id, len(self.by_id))
        return self.by_id[run_id]

    def status(self, _run_id):
        return self._status


def scalar(points=1):
    """Facts of a scalar tag."""
    return TagFacts("scalar", points, 0, points)


def parts(children):
    """All components in a tree, the outermost first."""
    stack = [*children] if isinstance(children, list | tuple) else [children]
    while stack:
        part = stack.pop(0)
        yield part
        inner = getattr(part, "children", None)
        stack = [*(inner if isinstance(inner, list | tuple) else [] if inner is None else [inner]), *stack]


def words(children):
    """All texts in a tree, in order."""
    return [part for part in parts(children) if isinstance(part, str)]


def rows(children):
    """The rows of all tables of facts: name -> the texts of its cells."""
    named = [part for part in parts(children) if hasattr(part, "data-name")]
    return {getattr(row, "data-name"): [cell.children for cell in row.children[1:]] for row in named}
