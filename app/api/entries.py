"""Runs and tags as the routes tell of them, in plain JSON values."""

import dataclasses
import zlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from app.api.answers import plain
from app.api.parameters import MOST_DIGITS
from app.readers.contract import RunStatus, TagFacts
from app.store.best import best_of
from app.store.broken import broken_of
from app.store.memory import RunSummary, StoreLike, UnknownRunError
from app.store.naming import as_counted, as_text
from app.store.sidecar import NO_EDITS

Entries = Callable[[Sequence[RunSummary]], list[dict[str, Any]]]


def seen_revision(store: StoreLike, since: str) -> int:
    """Return a revision as it came in a question; 0, for nothing seen, where it is none or of another server."""
    seen = int(since) if since.isdecimal() and len(since) <= MOST_DIGITS else 0
    return seen if store.first_revision <= seen <= store.revision else 0


def news_of_runs(store: StoreLike, since: str, entries: Entries | None = None) -> dict[str, Any]:
    """Return the runs that changed since a revision, and the ids of those that vanished.

    Args:
        store: where they are.
        since: `revision` of an earlier answer. Where it is none, or another server gave it, `all` is true and every
            run is in the answer: whoever asked forgets those that are not.
        entries: what is told of each; by default what the run list shows.
    """
    revision = store.revision  # taken first: what changes meanwhile is sent once more, not lost
    seen = seen_revision(store, since)
    runs, gone = store.changed_since(seen)
    return {
        "revision": str(revision),
        "ready": store.ready,
        "all": not seen,
        "runs": entries(runs) if entries else run_entries(store, runs),
        "gone": list(gone),
    }


def run_entries(store: StoreLike, runs: Sequence[RunSummary]) -> list[dict[str, Any]]:
    """Return what the run list shows of each run; one that vanishes meanwhile is left out."""
    entries = []
    for run in runs:
        try:
            entries.append(run_entry(store, run))
        except UnknownRunError:
            continue
    return entries


def run_entry(store: StoreLike, run: RunSummary) -> dict[str, Any]:
    """Return what the run list shows of a run. Times are seconds since the epoch. Raises UnknownRunError."""
    status, best, broken = store.status(run.id), best_of(run), broken_of(run)
    return {
        "id": run.id,
        "title": run.title,
        "name": run.info.name,
        "format": run.format,
        "slot": run.slot,
        "state": status.state.value,
        "detail": status.detail,
        "created": run.info.created,
        "last_step": run.last_step,
        "last_time": run.last_time,
        "heartbeat": status.heartbeat,
        "progress": status.progress,
        "left_s": status.left_s,
        "tags": list(run.info.tags),
        "notes": run.info.notes.strip().partition("\n")[0],
        "points": sum(facts.points for facts in run.facts.values() if facts.kind == "scalar"),
        "kinds": sorted({facts.kind for facts in run.facts.values()}),
        "media": sum(facts.points for facts in run.facts.values() if facts.kind != "scalar"),
        "problems": sum(problem.count for problem in run.problems),
        "dropped": status.dropped,
        "stop": _stop(status),
        "best": dataclasses.asdict(best) if best else None,
        "broken": dataclasses.asdict(broken) if broken else None,
        "edited": zlib.crc32(repr(run.edits).encode()) if run.edits != NO_EDITS else 0,
    }


def _stop(status: RunStatus) -> dict[str, Any] | None:
    if status.stop_time is None:
        return None
    return {"time": status.stop_time, "reason": status.stop_reason, "seen": status.stop_seen}


def run_whole(store: StoreLike, run: RunSummary) -> dict[str, Any]:
    """Return all that is known of a run but its points. Raises UnknownRunError."""
    info = run.info
    return {
        **run_entry(store, run),
        "folder": run.folder,
        "path": run.path,
        "files": run.files,
        "edits": dataclasses.asdict(run.edits),
        "step_column": info.step_column,
        "step_columns": list(info.step_columns),
        "config": plain(dict(info.config)),
        "environment": plain(dict(info.environment)),
        "git": plain(dict(info.git)),
        "notes": info.notes,
        "facts": {tag: plain(dataclasses.asdict(facts)) for tag, facts in sorted(run.facts.items())},
        "problems": [{**dataclasses.asdict(problem), "path": as_text(str(problem.path))} for problem in run.problems],
    }


def tag_entries(runs: Sequence[RunSummary | None], *, steps: bool = False) -> list[dict[str, Any]]:
    """Return the tags of runs: each with its kind and the positions in `runs` that have it; None has none.

    Sorted as people count: `layer.2` before `layer.10`. A column that gave the steps of the others is a chart of
    nothing, so it is left out but with `steps`.
    """
    found: dict[tuple[str, str], list[int]] = {}
    for place, run in enumerate(runs):
        for tag, facts in _tags_of(run, steps=steps):
            found.setdefault((tag, facts.kind), []).append(place)
    order = sorted(found, key=lambda one: (as_counted(one[0]), one[1]))
    return [{"tag": tag, "kind": kind, "runs": found[tag, kind]} for tag, kind in order]


def tags_etag(runs: Sequence[RunSummary | None]) -> str:
    """Return a checksum that stays the same while `tag_entries` of these runs does."""
    parts = [[run.id, *((tag, facts.kind) for tag, facts in _tags_of(run))] if run else [] for run in runs]
    return f"{zlib.crc32(repr(parts).encode()):08x}"


def _tags_of(run: RunSummary | None, *, steps: bool = False) -> Iterator[tuple[str, TagFacts]]:
    facts: Mapping[str, TagFacts] = run.facts if run else {}
    return ((tag, one) for tag, one in facts.items() if steps or not one.is_step)
