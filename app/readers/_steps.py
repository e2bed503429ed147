"""Which column of a table, or key of a JSON record, counts the steps, and which one tells the time."""

import math
from collections.abc import Iterable
from datetime import UTC, datetime

import numpy as np

from app.readers.contract import Float64Array

# Names without case, spaces and signs between words, best first. Where a log has several, the first one here counts
# finest: what a trainer calls its step, then steps of an environment, iterations, updates, and epochs at last.
_STEP_NAMES = """
    step globalstep steps globalsteps trainstep trainsteps trainingstep trainingsteps currentstep currentsteps
    optimizerstep totalsteps
    timesteps timestep totaltimesteps timestepstotal numtimesteps timestepssofar envsteps envstep totalenvsteps
    numenvstepssampledlifetime numenvstepssampled totalenvinteracts totalnumsteps agenttimestepstotal
    frames frame totalframes numframes
    iter iteration iters iterations globaliter globaliteration trainiter numiter numiters niter itr it
    numupdates updates update nupdates
    trainingiteration
    epoch epochs currentepoch epochnum nepoch numepochs
    batch round generation episode episodes
"""
_STEP_RANK = {name: rank for rank, name in enumerate(_STEP_NAMES.split())}

_TIME_NAMES = "walltime timestamp createdat loggedat datetime date time"
_TIME_RANK = {name: rank for rank, name in enumerate(_TIME_NAMES.split())}

_EARLIEST_S, _LATEST_S = 5e8, 1e11  # 1985 to the year 5138; what is larger counts milliseconds, or less still
_UNITS = (1.0, 1e3, 1e6, 1e9)


def choose_step(names: Iterable[str]) -> str | None:
    """Return the name that tells best which step a row belongs to, or None where no name says so.

    Args:
        names: of columns that hold numbers. A name may have one group before it, as in `time/total_timesteps`.
    """
    return _best(names, _STEP_RANK)


def choose_time(names: Iterable[str]) -> str | None:
    """Return the name that tells best when a row was written, or None where no name says so.

    Some writers mean how long a step took by `time`: `wall_seconds` tells by the value.
    """
    return _best(names, _TIME_RANK)


def wall_seconds(value: object) -> float:
    """Return a time as seconds since the epoch, UTC; NaN where the value is none, such as a duration.

    Args:
        value: seconds, milli-, micro- or nanoseconds since the epoch, or text such as `2024-05-01T12:00:00+02:00`.
            Text without a time zone is taken as UTC.
    """
    if isinstance(value, str):
        try:
            moment = datetime.fromisoformat(value.strip().replace("/", "-"))  # nvidia-smi has slashes
        except ValueError:
            return math.nan
        return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp()
    if isinstance(value, int | float) and not isinstance(value, bool):
        for unit in _UNITS:
            if _EARLIEST_S < value / unit < _LATEST_S:
                return value / unit
    return math.nan


def all_wall_seconds(values: Float64Array) -> Float64Array:
    """Return the same as `wall_seconds` for many numbers; both of shape (n,)."""
    seconds = np.full(len(values), np.nan)
    for unit in _UNITS:
        scaled = values / unit
        np.copyto(seconds, scaled, where=(scaled > _EARLIEST_S) & (scaled < _LATEST_S))
    return seconds


def _best(names: Iterable[str], ranks: dict[str, int]) -> str | None:
    ranked = [(rank, name.count("/"), place, name) for place, name in enumerate(names) if (rank := _rank(name, ranks))]
    return min(ranked)[-1] if ranked else None


def _rank(name: str, ranks: dict[str, int]) -> int:
    """Return the rank, from 1; 0 where the name is none of them."""
    group, _, last = name.rpartition("/")
    return 0 if "/" in group else ranks.get("".join(filter(str.isalnum, last.lower())), -1) + 1
