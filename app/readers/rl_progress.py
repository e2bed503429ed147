"""`progress.csv` and `progress.txt` with the settings beside them: spinning-up, rllab, garage and their relatives."""

from pathlib import Path

from app.readers.table.folder import FolderTable

_SETTINGS = ["config.json", "params.json", "variant.json"]


def _is_own(folder: Path, _columns: frozenset[str]) -> bool:
    return any((folder / name).is_file() for name in _SETTINGS)


READER = FolderTable("rl_progress", 20, ["progress.csv", "progress.txt", "log.txt"], _SETTINGS, _is_own)
