"""Calls that log what is read, heard or explored: texts, sound, graphs of models."""

import os
from typing import Any

from trainer_hooks.tensorboard import formats
from trainer_hooks.tensorboard.base import Writing
from trainer_hooks.tensorboard.guard import guarded


class DocumentCalls(Writing):
    """The part of a SummaryWriter that logs documents."""

    @guarded
    def add_text(self, tag: str, text_string: Any, global_step: Any = None, walltime: float | None = None) -> None:
        """Log a text, shown as Markdown."""
        self._opened().log_text(tag, text_string, **self._when(tag, global_step, walltime))

    @guarded
    def add_audio(
        self,
        tag: str,
        snd_tensor: Any,
        global_step: Any = None,
        sample_rate: int = 44100,
        walltime: float | None = None,
    ) -> None:
        """Log a sound in [-1, 1] of shape (L,), (1, L) or (L, 1), or of two channels; `sample_rate` per second."""
        when = self._when(tag, global_step, walltime)
        self._opened().log_audio(tag, formats.audio(snd_tensor), sample_rate=sample_rate, **when)

    @guarded
    def add_graph(
        self,
        model: Any,
        input_to_model: Any = None,
        verbose: bool = False,  # noqa: ARG002 - the app shows the graph
        use_strict_trace: bool = True,  # noqa: ARG002 - a model that cannot be traced is shown by its modules
    ) -> None:
        """Log the graph of a model, called with `input_to_model`. A model that cannot be traced raises nothing."""
        self._opened().log_graph(model, input_to_model)

    @guarded
    def add_onnx_graph(self, prototxt: str | os.PathLike[str]) -> None:
        """Log the graph in an ONNX file, given by its path. The package `onnx` reads it."""
        self._opened().log_graph(prototxt)

    @guarded
    def add_openvino_graph(self, xmlname: str | os.PathLike[str]) -> None:
        """Log nothing: graphs of OpenVINO are not read, and that is said once."""
        raise ValueError(f"graphs of OpenVINO are not read: {xmlname}; add_onnx_graph reads the model's ONNX file")
