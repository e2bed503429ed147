"""Reads values of protobuf Summary messages by their fields; needs no protobuf but what made the message."""

import importlib
import io
from collections.abc import Callable, Mapping
from typing import Any

from trainer_hooks.media import REFUSALS
from trainer_hooks.run import Run
from trainer_hooks.tensorboard.formats import edges_of

Log = Callable[[Run, Any, dict[str, Any]], None]  # run, value, {"step", "wall_time"}

PLUGIN_MESSAGES = {  # module of each package, and message
    "hparams": (
        "tensorboard.plugins.hparams.plugin_data_pb2",
        "tensorboardX.proto.plugin_hparams_pb2",
        "HParamsPluginData",
    ),
    "custom_scalars": ("tensorboard.plugins.custom_scalar.layout_pb2", "tensorboardX.proto.layout_pb2", "Layout"),
}
CURVE_ROWS = ("true_positives", "false_positives", "true_negatives", "false_negatives", "precision", "recall")
STRING = 7  # a tensor's data type
NUMBERS = {  # of a tensor: data type -> field, and numpy's type of `tensor_content`
    1: ("float_val", "<f4"),
    2: ("double_val", "<f8"),
    3: ("int_val", "<i4"),
    4: ("int_val", "<u1"),
    9: ("int64_val", "<i8"),
    10: ("bool_val", "?"),
}


def log_value(run: Run, value: Any, step: int, wall_time: float | None) -> None:
    """Log one value of a Summary as what it is; what cannot be read is refused, in words."""
    kind = value.WhichOneof("value")
    plugin = value.metadata.plugin_data.plugin_name
    log = _BY_PLUGIN.get(plugin) or _BY_FIELD.get(kind or "")
    try:
        if log is None:
            raise ValueError(f"a value of {plugin or kind or 'no kind'} is not read")
        log(run, value, {"step": step, "wall_time": wall_time})
    except REFUSALS as error:
        run.refuse(f"message {plugin or kind}", f"{value.tag!r} is not logged from a protobuf message: {error}")


def _log_scalar(run: Run, value: Any, when: dict[str, Any]) -> None:
    run.log({value.tag: value.simple_value}, **when)


def _log_scalar_tensor(run: Run, value: Any, when: dict[str, Any]) -> None:
    number = value.simple_value if value.WhichOneof("value") == "simple_value" else _array(value.tensor)
    run.log({value.tag: number}, **when)


def _log_hparams(run: Run, value: Any, when: dict[str, Any]) -> None:  # noqa: ARG001 - config has no step
    session = _plugin_message("hparams", value, value.metadata.plugin_data.content).session_start_info
    run.update_config({name: _plain(setting) for name, setting in session.hparams.items()})


def _log_layout(run: Run, value: Any, when: dict[str, Any]) -> None:
    layout = _plugin_message("custom_scalars", value, value.tensor.string_val[0])
    categories = {one.title: {chart.title: _chart(chart) for chart in one.chart} for one in layout.category}
    run.log_charts(categories, **when)


def _chart(chart: Any) -> tuple[str, list[str]]:
    if chart.WhichOneof("content") == "margin":
        return "margin", [tag for one in chart.margin.series for tag in (one.value, one.lower, one.upper)]
    return "multiline", list(chart.multiline.tag)


def _log_image(run: Run, value: Any, when: dict[str, Any]) -> None:
    encoded = value.image.encoded_image_string
    if encoded.startswith(b"GIF8"):
        run.log_video(value.tag, encoded, **when)
    else:
        run.log_image(value.tag, _picture(encoded), **when)


def _log_image_tensor(run: Run, value: Any, when: dict[str, Any]) -> None:
    if value.WhichOneof("value") == "image":
        _log_image(run, value, when)
    else:
        run.log_images(value.tag, [_picture(one) for one in value.tensor.string_val[2:]], **when)


def _picture(encoded: bytes) -> Any:
    from PIL import Image

    return Image.open(io.BytesIO(encoded))


def _log_audio(run: Run, value: Any, when: dict[str, Any]) -> None:
    encoded = value.audio.encoded_audio_string if value.WhichOneof("value") == "audio" else value.tensor.string_val[0]
    run.log_audio(value.tag, bytes(encoded), **when)


def _log_text(run: Run, value: Any, when: dict[str, Any]) -> None:
    texts = [one.decode("utf-8", "replace") for one in value.tensor.string_val]
    run.log_text(value.tag.removesuffix("/text_summary"), "\n\n".join(texts), **when)


def _log_histogram(run: Run, value: Any, when: dict[str, Any]) -> None:
    histo = value.histo
    edges, counts = edges_of(list(histo.bucket_limit), list(histo.bucket), histo.min)
    facts = {"min": histo.min, "max": histo.max, "sum": histo.sum, "sum_squares": histo.sum_squares}
    run.log_histogram(value.tag, counts=counts, edges=edges, **facts, **when)


def _log_curve(run: Run, value: Any, when: dict[str, Any]) -> None:
    rows = _array(value.tensor).reshape(len(CURVE_ROWS), -1)
    run.log_pr_curve(value.tag, counts=dict(zip(CURVE_ROWS, rows, strict=True)), **when)


def _log_tensor(run: Run, value: Any, when: dict[str, Any]) -> None:
    if value.tensor.dtype == STRING:
        _log_text(run, value, when)
    else:
        run.log_tensor(value.tag, _array(value.tensor), **when)


def _array(tensor: Any) -> Any:
    """Return the numbers of a tensor message as an array of its shape. Raises ValueError: it holds others."""
    import numpy as np

    if tensor.dtype not in NUMBERS:
        raise ValueError(f"a tensor of data type {tensor.dtype} is not read")
    field, dtype = NUMBERS[tensor.dtype]
    shape = [axis.size for axis in tensor.tensor_shape.dim]
    if tensor.tensor_content:
        return np.frombuffer(tensor.tensor_content, dtype).reshape(shape)
    numbers = np.asarray(getattr(tensor, field), dtype)
    # One number may stand for a whole tensor.
    return np.full(shape, numbers[0]) if numbers.size == 1 else numbers.reshape(shape)


def _plugin_message(plugin: str, value: Any, content: bytes) -> Any:
    """Parse what a plugin was told, with the package that made the message, or the other one."""
    *modules, name = PLUGIN_MESSAGES[plugin]
    if type(value).__module__.startswith("tensorboardX"):
        modules.reverse()
    for module in modules:
        try:
            found = importlib.import_module(module)
        except ImportError:
            continue
        return getattr(found, name).FromString(content)
    raise ImportError(f"{plugin} are read with tensorboard or tensorboardX, and neither is installed")


def _plain(value: Any) -> Any:
    """Return a `google.protobuf.Value` as plain Python; whole numbers, all stored as doubles, as int."""
    kind = value.WhichOneof("kind")
    if kind == "struct_value":
        return {name: _plain(one) for name, one in value.struct_value.fields.items()}
    if kind == "list_value":
        return [_plain(one) for one in value.list_value.values]
    if kind == "number_value":
        number = value.number_value
        return int(number) if number.is_integer() and abs(number) < 2**53 else number
    return getattr(value, kind) if kind in ("string_value", "bool_value") else None


def _ignore(run: Run, value: Any, when: dict[str, Any]) -> None:
    """Take a part of hyper-parameters that says nothing of this run."""


def _log_session(run: Run, value: Any, when: dict[str, Any]) -> None:
    (_log_hparams if value.tag.endswith("session_start_info") else _ignore)(run, value, when)


_BY_PLUGIN: Mapping[str, Log] = {
    "scalars": _log_scalar_tensor,
    "hparams": _log_session,
    "custom_scalars": _log_layout,
    "images": _log_image_tensor,
    "audio": _log_audio,
    "text": _log_text,
    "pr_curves": _log_curve,
}
_BY_FIELD: Mapping[str, Log] = {
    "simple_value": _log_scalar,
    "histo": _log_histogram,
    "image": _log_image,
    "audio": _log_audio,
    "tensor": _log_tensor,
}
