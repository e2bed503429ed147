"""Any logged graph in one form, whoever wrote it: our own JSON, a GraphDef, run metadata or a Keras model."""

from collections.abc import Mapping
from typing import Any

import orjson

from app.readers._protobuf import MessageError
from app.readers.event_files.graph_def import graph_of_def, graph_of_metadata
from app.readers.event_files.graph_keras import graph_of_keras
from app.transforms.graph import GraphError, sound_graph


def read_graph(data: bytes, media_type: str, meta: Mapping[str, Any]) -> dict[str, Any]:
    """Return a graph as `sound_graph` does.

    Args:
        data: the blob of an item of kind `graph`.
        media_type: of the blob.
        meta: of the item; metadata of a run of TensorFlow has no `nodes` there.

    Raises:
        GraphError: the blob is damaged or holds no graph.
    """
    try:
        if media_type == "application/json":
            found = orjson.loads(data)
            is_ours = isinstance(found, Mapping) and "modules" in found
            return sound_graph(found if is_ours else graph_of_keras(found))
        return sound_graph(graph_of_def(data) if "nodes" in meta else graph_of_metadata(data))
    except orjson.JSONDecodeError as error:
        raise GraphError(f"it is no JSON: {error}") from error
    except MessageError as error:
        raise GraphError(str(error)) from error
