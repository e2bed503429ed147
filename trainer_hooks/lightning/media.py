"""The calls of a logger for all that is no number, named and ordered as those of Lightning's WandbLogger."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from lightning_utilities.core.rank_zero import rank_zero_only


class MediaLogger:
    """Logs pictures, sounds, texts and tables into the run. A step of None means the step logged last.

    Each takes one value or a list of them, and lists as long for what belongs to each (`caption=[...]`).
    """

    @property
    def experiment(self) -> Any:
        """The run."""
        raise NotImplementedError

    @rank_zero_only
    def log_image(self, key: str, images: Any, step: int | None = None, **kwargs: Sequence[Any]) -> None:
        """Log images: arrays, tensors, PIL images or paths; `caption`, `boxes` and `masks` as in `Run.log_image`."""
        self._log_each(self.experiment.log_image, key, images, step, ("caption", "boxes", "masks"), kwargs)

    @rank_zero_only
    def log_audio(self, key: str, audios: Any, step: int | None = None, **kwargs: Sequence[Any]) -> None:
        """Log sounds: arrays, tensors or paths; `caption` and `sample_rate` as in `Run.log_audio`."""
        self._log_each(self.experiment.log_audio, key, audios, step, ("caption", "sample_rate"), kwargs)

    @rank_zero_only
    def log_video(self, key: str, videos: Any, step: int | None = None, **kwargs: Sequence[Any]) -> None:
        """Log videos: arrays, tensors or paths; `caption` and `fps` as in `Run.log_video`."""
        self._log_each(self.experiment.log_video, key, videos, step, ("caption", "fps"), kwargs)

    @rank_zero_only
    def log_table(
        self,
        key: str,
        columns: Sequence[Any] | None = None,
        data: Any = None,
        dataframe: Any = None,
        step: int | None = None,
    ) -> None:
        """Log a table: names of columns and rows of cells, or a DataFrame."""
        self.experiment.log_table(key, data if dataframe is None else dataframe, step, columns)

    @rank_zero_only
    def log_text(
        self,
        key: str,
        columns: str | Sequence[Any] | None = None,
        data: Any = None,
        dataframe: Any = None,
        step: int | None = None,
    ) -> None:
        """Log a text (`log_text("notes", "It *learns*.")`), shown as Markdown; or texts as a table."""
        if isinstance(columns, str):
            self.experiment.log_text(key, columns, step)
        else:
            self.log_table(key, columns, data, dataframe, step)

    @rank_zero_only
    def log_figure(self, key: str, figure: Any, step: int | None = None, caption: str = "") -> None:
        """Log a figure of matplotlib or plotly."""
        self.experiment.log_figure(key, figure, step, caption)

    def _log_each(
        self,
        log: Callable[..., None],
        key: str,
        values: Any,
        step: int | None,
        known: Sequence[str],
        given: Mapping[str, Sequence[Any]],
    ) -> None:
        """Log each of the values with what was given for it; of what was given, the `known` names."""
        several = list(values) if isinstance(values, list | tuple) else [values]
        fitting = {name: one for name, one in given.items() if name in known and len(one) == len(several)}
        if unfit := ", ".join(sorted(set(given) - set(fitting))):
            expected = f"there are {' and '.join(known)}, each a list of {len(several):,}"
            self.experiment.refuse(f"{key} {unfit}", f"{key!r} is logged without {unfit}: {expected}")
        for place, value in enumerate(several):
            log(key, value, step, **{name: one[place] for name, one in fitting.items()})
