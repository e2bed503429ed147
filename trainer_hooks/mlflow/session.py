"""Which runs are active: a stack for each thread, as in MLflow, and one that threads without their own look at."""

import threading
from typing import Any

import trainer_hooks
from trainer_hooks.mlflow.places import Places
from trainer_hooks.mlflow.runs import ActiveRun


class Session:
    """The runs of this process.

    A thread that started no run logs into the newest of any thread: MLflow would begin a further run for it.

    Attributes:
        places: where they lie.
        last: the newest that was active, ended or not.
    """

    def __init__(self) -> None:
        self.places = Places()
        self.last: ActiveRun | None = None
        self._own = threading.local()
        self._all: list[ActiveRun] = []
        self._known: dict[str, ActiveRun] = {}

    @property
    def active(self) -> ActiveRun | None:
        """The newest run of this thread, or of any if it has none."""
        own = self._stack()
        found = own[-1:] or self._all[-1:]
        return found[0] if found else None

    def started(self) -> ActiveRun:
        """Return the active run; begin one if there is none, as every log_... call of MLflow does."""
        return self.active or self.start()

    def start(
        self,
        run_id: str | None = None,
        run_name: str | None = None,
        *,
        nested: bool = False,
        experiment: Any = None,
        description: str | None = None,
    ) -> ActiveRun:
        """Begin a run and make it active.

        Args:
            run_id: the run of this id goes on.
            run_name: its name and that of its folder.
            nested: put it within the active one.
            experiment: in place of the one that is set.
            description: Markdown.
        """
        parent = self.active
        if parent is not None and not nested:
            self._stack_of_own_run(parent)
        if experiment not in (None, "0"):
            self.places.enter(experiment)
        known = self._known.get(run_id) if run_id else None
        if known is not None and known.info.status == "RUNNING":
            run = known
        else:
            run = self._begin(run_id, run_name, parent if nested else None, description)
        self._stack().append(run)
        self._all.append(run)
        self.last = run
        return run

    def create(self, run_name: str | None, experiment: Any = None) -> ActiveRun:
        """Begin a run for a client, which is active nowhere."""
        if experiment not in (None, "0"):
            self.places.enter(experiment)
        return self._begin(None, run_name, None, None)

    def get(self, run_id: str) -> ActiveRun | None:
        """Return a run of this process by its id."""
        return self._known.get(run_id)

    def reopen(self, run_id: str) -> ActiveRun:
        """Go on with a run of an earlier process, which is active nowhere; begin one where there is none."""
        return self._begin(run_id, None, None, None)

    def end(self, run: ActiveRun | None = None, status: str = "FINISHED", error: BaseException | None = None) -> None:
        """End a run, by default the active one; the one it is nested in is active again."""
        run = run or self.active
        if run is None:
            return
        for stack in (self._stack(), self._all):
            if run in stack:
                stack.remove(run)
        run.finish(status, error)

    def _begin(
        self, run_id: str | None, run_name: str | None, parent: ActiveRun | None, description: str | None
    ) -> ActiveRun:
        found = self.places.find(run_id) if run_id else None
        path = found or self.places.new(run_name, parent.tailboard.path if parent else None)
        run = trainer_hooks.init(path, name=run_name, notes=description or "", resume=found is not None)
        begun = ActiveRun(run, self.places.experiment, parent, self.end)
        if run_name:
            begun.info.run_name = run_name
        self._known[begun.info.run_id] = begun
        if run_id and found is None:
            run.refuse("run id", f"no run of the id {run_id} is below {self.places.root}; a new one is begun")
            self._known[run_id] = begun
        return begun

    def _stack(self) -> list[ActiveRun]:
        if not hasattr(self._own, "stack"):
            self._own.stack = []
        stack: list[ActiveRun] = self._own.stack
        return stack

    def _stack_of_own_run(self, active: ActiveRun) -> None:
        """MLflow refuses a second run beside an active one; the training goes on with both."""
        if active in self._stack():
            active.tailboard.refuse(
                "second", "start_run() without nested=True beside an active run: both go on, MLflow would refuse it"
            )


session = Session()
