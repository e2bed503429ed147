"""`results.csv` of Ultralytics' YOLO, from YOLOv5 on: a row for each epoch."""

from pathlib import Path

from app.readers.table.folder import FolderTable

_COLUMNS = frozenset({"train/box_loss", "train/loss", "lr/pg0", "x/lr0", "metrics/accuracy_top1"})


def _is_own(_folder: Path, columns: frozenset[str]) -> bool:
    return "epoch" in columns and not columns.isdisjoint(_COLUMNS)


READER = FolderTable("yolo", 20, ["results.csv"], ["hyp.yaml", "opt.yaml", "args.yaml"], _is_own)
