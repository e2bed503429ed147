"""`metrics.csv` of Lightning's CSVLogger: a row for each step that logged, most of its cells empty."""

from pathlib import Path

from app.readers.table.folder import FolderTable

_SETTINGS = "hparams.yaml"


def _is_own(folder: Path, columns: frozenset[str]) -> bool:
    return "step" in columns and ((folder / _SETTINGS).is_file() or folder.name.startswith("version_"))


READER = FolderTable("lightning_csv", 20, ["metrics.csv"], [_SETTINGS], _is_own)
