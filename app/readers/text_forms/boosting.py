"""Rounds of boosted trees as XGBoost, LightGBM and CatBoost print them: a line for each, its cells parted by tabs."""

import re

from app.readers._rows import Row

# "[10]\ttrain-rmse:0.5\tval-rmse:0.6", "[10]\tvalid_0's l2: 0.5", and of CatBoost "10:\tlearn: 0.5\ttest: 0.6".
_ROUND = re.compile(r"(?:\[(?P<round>\d+)\]|(?P<catboost>\d+):)\t(?P<cells>.*)")
# A mean over folds has its deviation behind it, and CatBoost's best value the round it is of.
_CELL = re.compile(
    r"(?P<tag>[^:]+):\s*(?P<value>[-+]?(?:\d+\.?\d*(?:[eE][-+]?\d+)?|nan|inf))(?:\s?\+\s?[\d.e-]+| \(\d+\))?$"
)
_BEST = re.compile(r"best iteration is:\s*$", re.IGNORECASE)


class Rounds:
    """Reads the lines of one log, given in order."""

    def __init__(self) -> None:
        self._is_again = False  # LightGBM prints its best round a second time, below a line that says so

    def row(self, line: str) -> Row | None:
        """Return what a round measured, None where the line is none."""
        is_again, self._is_again = self._is_again, _BEST.search(line) is not None
        match = _ROUND.match(line)
        if match is None or is_again:
            return None
        row: Row = {}
        for cell in match["cells"].split("\t"):
            found = _CELL.match(cell.strip())
            if found:
                row[found["tag"]] = float(found["value"])
        return {"step": float(match["round"] or match["catboost"]), **row} if row else None
