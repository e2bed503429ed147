"""Any CSV, TSV or aligned table of text with a header: Keras' CSVLogger, Stable-Baselines3, loops of one's own."""

import re
from collections.abc import Collection, Mapping
from pathlib import Path

from app.readers._steps import choose_step, choose_time
from app.readers.contract import DEFAULT_CHOICES, Choices, Finding, RunLog, Stamp
from app.readers.table.file import TABLE_SUFFIXES, look_at, open_table, stamps_of
from app.readers.text_forms.plain_text import is_called_a_log

_LOG_NAME = re.compile(r"metric|result|score|eval|scalar|history|progress|log|stat|loss|curve", re.IGNORECASE)
_METRIC = re.compile(
    r"loss|acc|cost|ppl|perplex|rew|return|score|err|auc|iou|map|f1|lr|learning|mse|mae", re.IGNORECASE
)
# Of what data sets tell about each of their examples.
_OF_EXAMPLES = re.compile(
    r"(?:\w+_?)?id|label|class|target|species|variety|category|text|url|(?:image|file)?_?(?:name|path)|image|sex|gender",
    re.IGNORECASE,
)
_DATA_SET = (
    "none of its columns counts steps or is called like a metric, and it tells examples apart: a data set, by the "
    "looks of it. Name the file itself to read it all the same"
)


class Tables:
    """Finds tables and opens each as a run."""

    name = "csv"
    order = 40

    def find(self, folder: Path, names: Collection[str], *, named: bool = False) -> Finding:
        """Look for files that begin with a header of names and have numbers below it."""
        runs, declined = [], dict[str, str]()
        for path in (folder / name for name in sorted(names)):
            suffix = path.suffix.lower()
            if not (named or suffix in TABLE_SUFFIXES or is_called_a_log(path.name)):
                continue
            columns, why_not = look_at(path)
            if not why_not and not named and _is_data_set(path.name, columns):
                declined[path.name] = _DATA_SET
            elif not why_not:
                runs.append(path)
            elif suffix in TABLE_SUFFIXES and path.is_file():
                declined[path.name] = why_not
        return Finding(runs, [path.name for path in runs], declined)

    def stamps(self, path: Path) -> Mapping[str, Stamp]:
        """Return the stamp of the file."""
        return stamps_of(path)

    def open(self, path: Path, choices: Choices = DEFAULT_CHOICES) -> RunLog:
        """Open one file."""
        return open_table(path, choices)


def _is_data_set(name: str, columns: Collection[str]) -> bool:
    if choose_step(columns) or choose_time(columns) or _LOG_NAME.search(name):
        return False
    return any(map(_OF_EXAMPLES.fullmatch, columns)) and not any(map(_METRIC.search, columns))


READER = Tables()
