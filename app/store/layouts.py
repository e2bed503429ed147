"""Charts that people compose for everybody who looks at these log folders: one small file in the state folder."""

import hashlib
import logging
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Literal, cast, get_args

import orjson

from app.settings import Settings
from app.store.state import replace, state_folder, writing

_log = logging.getLogger(__name__)

ChartForm = Literal["multiline", "margin"]
"""`multiline` draws a line for each tag; `margin` one of the first, within the band from the second to the third."""

MAX_CHARTS = 200
MAX_TAGS = 60
MAX_CHARS = 200
_MARGIN_TAGS = 3


class LayoutChangedError(Exception):
    """Somebody else saved charts meanwhile."""


@dataclass(frozen=True, slots=True)
class ComposedChart:
    """One chart of several tags.

    Attributes:
        category: the section it stands in; "" for the one of its title.
        title: shown above it; with `category` its name.
        form: how it is drawn.
        tags: names of tags, or regular expressions that match them whole.

    Raises:
        ValueError: a field is of another kind, empty or too long.
    """

    category: str
    title: str
    form: ChartForm
    tags: Sequence[str]

    def __post_init__(self) -> None:
        if not isinstance(self.category, str) or len(self.category) > MAX_CHARS:
            raise ValueError(f"the category of a chart is a text of at most {MAX_CHARS} characters")
        if not isinstance(self.title, str) or not 0 < len(self.title) <= MAX_CHARS:
            raise ValueError(f"the title of a chart is a text of 1 to {MAX_CHARS} characters")
        if self.form not in get_args(ChartForm):
            raise ValueError(f"the form of a chart is one of {', '.join(get_args(ChartForm))}")
        if not all(isinstance(tag, str) and tag for tag in self.tags) or not 0 < len(self.tags) <= MAX_TAGS:
            raise ValueError(f"a chart has 1 to {MAX_TAGS} tags, each a text")
        if self.form == "margin" and len(self.tags) != _MARGIN_TAGS:
            raise ValueError(f"a margin chart has 3 tags, the middle, the low and the high, not {len(self.tags)}")


@dataclass(frozen=True, slots=True)
class Layout:
    """What is saved, and a text that changes with it."""

    charts: Sequence[ComposedChart]
    revision: str


class Layouts:
    """The charts saved for some log folders. For any thread and any number of servers.

    Args:
        folder: the state folder, made when something is written for the first time.
        name: of the file in its folder of layouts.
    """

    def __init__(self, folder: Path, name: str) -> None:
        self._folder = folder
        self._path = folder / "layouts" / name

    @classmethod
    def of(cls, settings: Settings) -> "Layouts":
        """Return those of the settings' log folders. Raises StateFolderError."""
        roots = "\n".join(sorted(str(root.path) for root in settings.roots))
        name = hashlib.sha256(roots.encode("utf-8", "surrogateescape")).hexdigest()[:32]
        return cls(state_folder(settings), f"{name}.json")

    def read(self) -> Layout:
        """Return what is saved; nothing where the file is not there or says nothing that makes sense."""
        try:
            stat = self._path.stat()
            charts = as_charts(orjson.loads(self._path.read_bytes()))
        except FileNotFoundError:
            return Layout((), "")
        except (OSError, ValueError) as error:
            _log.warning("%s cannot be read (%s): its charts are not shown", self._path, error)
            return Layout((), "")
        return Layout(charts, f"{stat.st_ino}-{stat.st_size}-{stat.st_mtime_ns}")

    def write(self, charts: Sequence[ComposedChart], was: str) -> Layout:
        """Save these charts in place of all others.

        Args:
            charts: each with another category and title.
            was: revision of the layout that they were made of.

        Raises:
            LayoutChangedError: what is saved is of another revision.
            OSError: it cannot be written.
            StateFolderError: the folder is not this user's alone.
        """
        with writing(self._folder):
            self._path.parent.mkdir(mode=0o700, exist_ok=True)
            if self.read().revision != was:
                raise LayoutChangedError("Somebody else saved charts meanwhile.")
            replace(self._path, [asdict(chart) for chart in charts])
            return self.read()


def as_charts(said: Any) -> Sequence[ComposedChart]:
    """Return charts as they come in JSON. Raises ValueError."""
    if not isinstance(said, list) or len(said) > MAX_CHARTS:
        raise ValueError(f"charts are a list of at most {MAX_CHARTS}")
    charts = [_as_chart(one) for one in said]
    names = {(chart.category, chart.title) for chart in charts}
    if len(names) < len(charts):
        raise ValueError("two charts have the same category and title")
    return charts


def _as_chart(said: Any) -> ComposedChart:
    if not isinstance(said, Mapping) or not isinstance(said.get("tags"), list):
        raise ValueError("a chart is an object with category, title, form and a list of tags")
    form = cast("ChartForm", said.get("form", "multiline"))
    return ComposedChart(said.get("category", ""), said.get("title", ""), form, tuple(said["tags"]))
