"""Runs as pandas frames, for notebooks: `read_run("runs/digits/lr-0.1")["train/loss"].plot()`."""

import os
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from app.readers.contract import Columns, Overlap, RunLog
from app.readers.walk import all_readers
from app.settings import LogRoot
from app.store.discovery import Discovery

if TYPE_CHECKING:
    import pandas as pd


def read_run(path: str | os.PathLike[str], *, long: bool = False, overlap: Overlap = "latest") -> "pd.DataFrame":
    """Read all scalars of one run, of any format that Tailboard reads.

    Args:
        path: the run's folder or file.
        long: one row per record instead of one per step.
        overlap: what a resumed run logged again: "latest" leaves the earlier points out, "all" keeps them.

    Returns:
        Wide: index `step` (int64, ascending, each once), one float64 column per tag, sorted by name. NaN is a step
        at which the tag was not logged, or was logged as NaN; of several records of one step the last counts.

        Long: columns `run` (its name), `tag`, `step`, `wall_time` (seconds since the epoch, UTC) and `value`, by tag
        and then in order of arrival; nothing is left out.

    Raises:
        FileNotFoundError: there is no run at `path`.
    """
    log = _open(Path(path))
    series = _series(log, overlap)
    return _long({log.info.name: series}) if long else _wide(series)


def read_runs(logdir: str | os.PathLike[str], *, long: bool = False, overlap: Overlap = "latest") -> "pd.DataFrame":
    """Read all scalars of all runs below a folder.

    Args:
        logdir: the log folder.
        long: one row per record instead of one per run and step.
        overlap: as for `read_run`.

    Returns:
        As `read_run`, with the run's path below `logdir` as its name. Wide: index `run` and `step`, and NaN also
        where a run has no such tag.

    Raises:
        FileNotFoundError: there is no such folder.
    """
    import pandas as pd

    folder = Path(logdir)
    if not folder.is_dir():
        raise FileNotFoundError(f"There is no folder {folder}.")
    found = Discovery([LogRoot("", folder)], all_readers()).find()
    runs = {run_id: _series(_polled(run.reader.open(run.path)), overlap) for run_id, run in sorted(found.items())}
    if long:
        return _long(runs)
    frames = [_wide(series) for series in runs.values()]
    return pd.concat(frames, keys=list(runs), names=["run", "step"]).sort_index(axis="columns") if runs else _wide({})


def _open(path: Path) -> RunLog:
    if not path.exists():
        raise FileNotFoundError(f"There is no {path}.")
    for run in Discovery([LogRoot("", path)], all_readers()).find().values():
        if run.path == path:
            return _polled(run.reader.open(path))
    formats = ", ".join(all_readers())
    raise FileNotFoundError(
        f"{path} is no run of a format that can be read ({formats}). For the runs in it: read_runs."
    )


def _polled(log: RunLog) -> RunLog:
    while log.poll().behind:
        pass
    return log


def _series(log: RunLog, overlap: Overlap) -> Mapping[str, Columns]:
    tags = [tag for tag, facts in log.facts.items() if facts.kind == "scalar"]
    loaded = log.load(tags, overlap)
    return {tag: loaded[tag] for tag in sorted(tags) if tag in loaded}


def _wide(series: Mapping[str, Columns]) -> "pd.DataFrame":
    import pandas as pd

    columns = {tag: pd.Series(part.value, pd.Index(part.step, name="step")) for tag, part in series.items()}
    last = {tag: column[~column.index.duplicated(keep="last")] for tag, column in columns.items()}
    frame = pd.DataFrame(last, index=None if last else pd.Index([], dtype="int64"))
    return frame.sort_index().rename_axis("step")


def _long(runs: Mapping[str, Mapping[str, Columns]]) -> "pd.DataFrame":
    import pandas as pd

    def parts() -> Iterator["pd.DataFrame"]:
        for name, series in runs.items():
            for tag, part in series.items():
                columns = {"step": part.step, "wall_time": part.wall_time, "value": part.value}
                yield pd.DataFrame({"run": name, "tag": tag, **columns})

    empty = {"run": str, "tag": str, "step": "int64", "wall_time": "float64", "value": "float64"}
    frames = list(parts())
    if not frames:
        return pd.DataFrame({name: pd.Series(dtype=kind) for name, kind in empty.items()})
    return pd.concat(frames, ignore_index=True)
