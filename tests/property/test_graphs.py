"""Whatever bytes a log calls a graph: a graph comes out, or words."""

from contextlib import suppress

import orjson
from hypothesis import given
from hypothesis import strategies as st

from app.readers.event_files.graph import read_graph
from app.transforms.graph import GraphError
from tests.unit.readers.graph_samples import DENSE

WHOLE = DENSE.SerializeToString()
PLACES = st.none() | st.booleans() | st.integers(-2, 3) | st.text(max_size=3)
NAMES = (
    *("config", "layers", "name", "class_name", "inbound_nodes", "input_layers", "modules", "nodes", "tensors"),
    *("parent", "layer", "op", "module", "inputs", "outputs", "weights", "attributes"),
)
VALUES = st.recursive(
    PLACES,
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(
            st.sampled_from(NAMES),
            inner,
            max_size=6,
        )
    ),
    max_leaves=30,
)


def is_graph_or_words(data, media_type, meta):
    with suppress(GraphError):
        assert orjson.loads(orjson.dumps(read_graph(data, media_type, meta)))["modules"]


@given(st.binary(max_size=200), st.sampled_from([{}, {"nodes": 1}]))
def test_any_bytes(data, meta):
    is_graph_or_words(data, "application/protobuf", meta)
    is_graph_or_words(data, "application/json", meta)


@given(st.lists(st.tuples(st.integers(0, len(WHOLE) - 1), st.integers(0, 255)), max_size=8), st.integers(0, len(WHOLE)))
def test_a_damaged_graph(changes, end):
    data = bytearray(WHOLE)
    for place, byte in changes:
        data[place] = byte
    is_graph_or_words(bytes(data[:end]), "application/protobuf", {"nodes": 1})


@given(VALUES)
def test_any_json(value):
    is_graph_or_words(orjson.dumps(value), "application/json", {})
