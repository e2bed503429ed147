"""`summary.csv` of timm's training script: a row for each epoch, and its arguments beside it."""

from pathlib import Path

from app.readers.table.folder import FolderTable

_SETTINGS = "args.yaml"


def _is_own(folder: Path, columns: frozenset[str]) -> bool:
    return "epoch" in columns and (folder / _SETTINGS).is_file()


READER = FolderTable("timm", 20, ["summary.csv"], [_SETTINGS], _is_own)
