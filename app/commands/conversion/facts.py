"""What a run holds, in numbers: each tag's facts as `inspect` prints them."""

import math
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from app.commands.conversion.found import files, polls
from app.commands.conversion.strict import strict
from app.readers.contract import Float64Array, RunLog, TagFacts
from app.store.discovery import FoundRun
from trainer_hooks.record import encode_value


def describe(run: FoundRun, argument: str, began: float) -> dict[str, Any]:
    """Read one run and return all that is known of it, as strict JSON can hold it.

    Args:
        run: what was found.
        argument: the path under which it was found, as it was given.
        began: when the command began, in seconds since the epoch.
    """
    names = [str(path) for path in files(run)]
    log = run.reader.open(run.path)
    values = _read_values(run, log, began)
    return {
        "path": argument,
        "run": run.id,
        "format": run.reader.name,
        "files": names,
        "config": strict(log.info.config),
        "tags": {tag: _tag(facts, values.get(tag, ())) for tag, facts in sorted(log.facts.items())},
        "problems": [
            {"path": str(one.path), "where": one.where, "what": one.what, "count": one.count} for one in log.problems
        ],
    }


def _read_values(run: FoundRun, log: RunLog, began: float) -> Mapping[str, Sequence[Float64Array]]:
    """Read a run to its end; return the values of each scalar tag in order of arrival, in pieces.

    The records that polls hand on are kept, so that a file is parsed once. Only tags whose earlier records changed
    meanwhile, or that were known without reading them, are loaded.
    """
    pieces: dict[str, list[Float64Array]] = {}
    rewritten: set[str] = set()
    for news in polls(run, log, began):
        rewritten |= news.rewritten
        for tag, columns in news.appended.items():
            pieces.setdefault(tag, []).append(columns.value)
    scalars = {tag: facts.points for tag, facts in log.facts.items() if facts.kind == "scalar"}
    wanted = {tag for tag, points in scalars.items() if tag in rewritten or sum(map(len, pieces.get(tag, ()))) < points}
    loaded = log.load(wanted) if wanted else {}
    return pieces | {tag: [columns.value] for tag, columns in loaded.items() if tag in scalars}


def _tag(facts: TagFacts, values: Sequence[Float64Array]) -> dict[str, Any]:
    known: dict[str, Any] = {
        "kind": facts.kind,
        "points": facts.points,
        "first_step": facts.first_step,
        "last_step": facts.last_step,
    }
    if facts.kind != "scalar":
        return known
    first = next((float(piece[0]) for piece in values if len(piece)), facts.first)
    numbers = {"first": first, "last": facts.last, "min": facts.min, "max": facts.max, "sum": _sum(facts, values)}
    named = {name: None if value is None else encode_value(value) for name, value in numbers.items()}
    return known | named | {"nan": facts.nan, "inf": facts.inf}


def _sum(facts: TagFacts, values: Sequence[Float64Array]) -> float | None:
    """Add up the finite values without rounding on the way; None where there are none."""
    if facts.points == facts.nan + facts.inf:
        return None
    try:
        return math.fsum(value for piece in values for value in piece[np.isfinite(piece)].tolist())
    except OverflowError:  # beyond 1.8e308
        return facts.sum
