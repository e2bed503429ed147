"""The one thread that looks at the files: woken by events where there are any, by the clock otherwise."""

import time
from collections.abc import Mapping
from pathlib import Path
from threading import Event, Thread

from app.store.census import Census
from app.store.tracked import ENDED, TrackedRun
from app.store.watch import Touch, Watch

_SWEEP_S = 5.0  # look at everything this often though events come: one may have been lost
_SWEEP_SHARE = 20  # but spend no more than a twentieth of the time on it
_SHAPE_SHARE = 5  # and no more than a fifth where folders come and go
_GROUPS = 64  # folders without a run of their own that are watched before the runs
_SETTLE_S = 0.02  # after an event, so that a burst of lines is one poll
_SETTLE_SHARE = 4  # and so that polling takes a fifth of the time at most, however many runs grow
_MAX_SETTLE_S = 0.5
_GAP_S = 0.1  # between two polls while files grow all the time: a browser asks less often than that
_BEHIND_S = 0.005  # before more is read of a run that has more, or that a request is loading
_BATCH = 200  # runs polled before the thread looks whether it is to end


class Tailer:
    """Keeps a census up to date until it is closed.

    Args:
        census: the runs.
        watch: says which folders were touched.
        interval_s: how often to look where no events come.

    Attributes:
        ready: set once every run was looked at.
    """

    def __init__(self, census: Census, watch: Watch, interval_s: float) -> None:
        self.ready = Event()
        self._census = census
        self._watch = watch
        self._interval_s = interval_s
        self._closing = Event()
        self._thread = Thread(target=self._run, name="tailer", daemon=True)
        self._runs: list[TrackedRun] = []
        self._behind: list[TrackedRun] = []
        self._reshaped = False  # folders came or went since the last sweep
        # By the monotonic clock, in seconds: when the last sweep ended and how long it took, the same of the last
        # poll, and when runs without events were polled.
        self._swept = self._sweep_cost = self._polled = self._poll_cost = self._looked = 0.0

    def start(self) -> None:
        """Begin; returns at once."""
        self._thread.start()

    def close(self) -> None:
        """Stop the thread and wait for it."""
        self._closing.set()
        self._watch.wake()
        if self._thread.is_alive():
            self._thread.join()
        self._watch.close()

    def hurry(self) -> None:
        """Look soon at what people say of runs."""
        self._watch.wake()

    def sweep(self) -> None:
        """Find all runs and poll them, the newest first."""
        began = time.monotonic()
        self._reshaped = False
        self._census.take_edits()
        self._runs = self._census.discover()
        self._behind = []
        for first in range(0, len(self._runs), _BATCH):
            self._behind += self._census.poll(self._runs[first : first + _BATCH])
            if self._closing.is_set():
                return
        self._census.judge(time.time())
        self._watch.follow(self._worth_watching())
        self._swept = self._looked = time.monotonic()
        self._sweep_cost = self._swept - began
        self.ready.set()

    def catch_up(self) -> None:
        """Poll until no run has more to read."""
        while self._behind:
            self._behind = self._census.poll(self._behind)

    def _run(self) -> None:
        while not self._closing.is_set():
            done = False
            with self._census.failures.survived("looking at the log folders"):
                self._turn()
                done = True
            if not done:
                self._closing.wait(self._interval_s)

    def _turn(self) -> None:
        now = time.monotonic()
        due = min(self._sweep_due(), self._looked + self._interval_s)
        touched = self._watch.wait(_BEHIND_S if self._behind else max(0.0, due - now))
        self._behind += self._census.take_edits()
        if touched:
            self._closing.wait(self._settle_s())
            touched |= self._watch.wait(0)
        self._reshaped |= self._tells_of_runs(touched)
        if time.monotonic() >= self._sweep_due():
            self.sweep()
            return
        began = time.monotonic()
        self._behind = self._census.poll(self._due(touched))
        self._polled = time.monotonic()
        # A run that is far behind does not count: what others write meanwhile is to show up soon.
        self._poll_cost = 0.0 if self._behind else self._polled - began

    def _settle_s(self) -> float:
        """Seconds from an event to the poll."""
        gap_s = self._polled + _GAP_S - time.monotonic()
        return min(max(_SETTLE_S, gap_s, _SETTLE_SHARE * self._poll_cost), _MAX_SETTLE_S)

    def _sweep_due(self) -> float:
        if not self.ready.is_set():
            return 0.0
        if self._reshaped:
            return self._swept + _SHAPE_SHARE * self._sweep_cost
        pause_s = self._interval_s if self._watch.is_blind else _SWEEP_S
        return self._swept + max(pause_s, _SWEEP_SHARE * self._sweep_cost)

    def _tells_of_runs(self, touched: Mapping[Path, Touch]) -> bool:
        """Whether runs may have come or gone: folders did, or files in a folder that is no run by itself."""
        own = {folder for run in self._runs if run.found.path == run.found.folder for folder in run.found.folders}
        return any(touch == Touch.FOLDERS or (touch == Touch.FILES and at not in own) for at, touch in touched.items())

    def _due(self, touched: Mapping[Path, Touch]) -> list[TrackedRun]:
        """Runs to poll now: touched ones, those with more to read, and by the clock those that send no events."""
        due = dict.fromkeys(self._behind)
        due |= dict.fromkeys(run for run in self._runs if not touched.keys().isdisjoint(run.found.folders))
        if time.monotonic() - self._looked >= self._interval_s:
            self._looked = time.monotonic()
            self._census.judge(time.time())
            unseen = (run for run in self._runs if not self._watch.sees(run.found.folder))
            due |= dict.fromkeys(run for run in unseen if run.state not in ENDED)
        return list(due)

    def _worth_watching(self) -> list[Path]:
        """Folders by importance: where new runs may appear, and where runs grow; a resumed one is found by a sweep."""
        runs = [run for run in self._runs if run.state not in ENDED and not run.gone]
        live = [folder for run in runs for folder in run.found.folders]
        return [*self._census.group_folders[:_GROUPS], *live, *self._census.group_folders[_GROUPS:]]
