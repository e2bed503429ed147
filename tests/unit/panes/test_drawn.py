"""What the page gets: little, and true."""

import numpy as np
import pytest

from app.store.panes.columns import Column
from app.store.panes.drawn import drawn
from app.store.panes.scripts import Scripts

VALUES = [
    [1, 2, 3],
    [1.5, None, 2],
    ["2024-05-01", "2024-05-02"],
    [1, "a", None],
    [None],
    [1 << 60, 1],
    [True, 2],
    [],
]


def address(parameters):
    return "/content?" + "&".join(f"{name}={value}" for name, value in parameters.items())


@pytest.mark.parametrize("first", VALUES)
@pytest.mark.parametrize("then", VALUES)
def test_a_column_holds_what_it_was_given(first, then):
    column = Column(first)
    column.extend(then)
    column.extend(first)
    assert column.as_list() == [*first, *then, *first]
    assert len(column) == 2 * len(first) + len(then)


def test_a_long_line_comes_with_its_lowest_and_highest_points_and_its_true_length(opened):
    environment = opened()
    values = np.sin(np.arange(100_000) / 500)
    values[12_345], values[54_321] = 9.0, -9.0
    trace = {"x": list(range(100_000)), "y": values.tolist(), "type": "scatter", "text": ["t"] * 100_000}
    environment.call("events", {"data": [trace], "win": "w", "layout": {}}, 1 << 22)
    window = drawn(environment, environment.windows["w"], address)
    (shown,) = window["content"]["data"]
    assert (window["points"], window["thinned"]) == ([100_000], True)
    assert len(shown["x"]) == len(shown["y"]) == len(shown["text"]) < 4_100
    points = dict(zip(shown["x"], shown["y"], strict=True))
    assert (points[12_345], points[54_321], points[0], points[99_999]) == (9.0, -9.0, values[0], values[-1])
    whole = environment.states()["w"]["content"]["data"][0]
    assert len(whole["y"]) == 100_000


def test_heat_maps_and_three_dimensions_are_never_thinned(opened):
    environment = opened()
    for number, kind in enumerate(("heatmap", "scatter3d", "bar")):
        trace = {"type": kind, "x": list(range(9_000)), "y": list(range(9_000)), "z": [list(range(9_000))]}
        environment.call("events", {"data": [trace], "win": str(number), "layout": {}}, 1 << 20)
        window = drawn(environment, environment.windows[str(number)], address)
        assert (len(window["content"]["data"][0]["x"]), window["thinned"]) == (9_000, False)


def test_a_text_says_whether_it_is_plain_and_a_clip_where_it_lies(opened):
    environment = opened()
    clip = f"<audio controls><source type='audio/wav' src=\"data:audio/wav;base64,{'AAAA' * 8_000}\"></audio>"
    for window, content in (("plain", "1 &lt; 2<br>two"), ("page", "<b>bold</b>"), ("clip", clip)):
        message = {"data": [{"type": "text", "content": content}], "win": window}
        environment.call("events", message, len(content))
    shown = {name: drawn(environment, window, address) for name, window in environment.windows.items()}
    assert (shown["plain"]["plain"], shown["page"]["plain"]) == ("1 < 2\ntwo", None)
    assert shown["page"]["content"] == "<b>bold</b>"
    assert (shown["clip"]["media"]["kind"], shown["clip"]["media"]["media_type"]) == ("audio", "audio/wav")
    name = shown["clip"]["media"]["src"].partition("file=")[2]
    assert (environment.folder / name).read_bytes() == bytes(24_000)


def test_a_script_that_asks_gets_its_messages_once_and_in_order():
    scripts = Scripts()
    heard: list[str] = []
    listening, asking = scripts.connect(heard.append), scripts.connect_polling()
    assert [scripts.tell({"target": "w", "number": number}) for number in range(2)] == [2, 2]
    assert heard == scripts.take(asking)
    assert [message.count("vis_alive") for message in heard] == [1, 0, 0]
    assert scripts.take(asking) == []
    scripts.disconnect(listening)
    assert scripts.tell({"target": "w"}) == 1
    assert scripts.take("nobody") is None
