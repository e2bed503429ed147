"""Windows are, call by call, what visdom's own server makes of the same calls of the real client."""

import numpy as np
import pytest
from plotly import graph_objects as go

from tests.unit.panes.calls_of_visdom import VisdomServer, calls_of, comparable

RANDOM = np.random.default_rng(0)
NAN = float("nan")


def lines(viz):
    window = viz.line(X=[0, 1], Y=[1.0, 0.5], win="loss", name="train", opts={"title": "loss", "xlabel": "step"})
    for step in range(2, 6):
        viz.line(X=[step], Y=[1 / step], win=window, name="train", update="append")
        viz.line(X=[step], Y=[2 / step], win=window, name="val", update="append")
    viz.line(X=[6], Y=[NAN], win=window, name="train", update="append")
    viz.line(X=[0, 1], Y=[7.0, 8.0], win=window, name="val", update="replace")
    viz.line(X=[0, 1], Y=[7.5, 8.5], win=window, name="new", update="replace")
    viz.line(Y=None, X=None, win=window, name="train", update="remove")
    viz.update_window_opts(window, {"title": "loss of digits", "ylabel": "nats", "legend": ["validation", "new"]})


def several_lines(viz):
    window = viz.line(X=[0, 1], Y=[[1, 2], [3, 4]], win="w", opts={"legend": ["a", "b"], "width": 300})
    viz.line(X=np.array([[2, 2]]), Y=np.array([[5, 6]]), win=window, update="append")
    viz.line(X=np.arange(3), Y=np.arange(3), win="dates")
    viz.line(X=np.arange(3), Y=np.arange(3), win=None)
    viz.line(X=[0.0], Y=[1.0], win="first append makes it", update="append")


def points(viz):
    colours = RANDOM.integers(0, 255, (2, 3))
    window = viz.scatter(
        RANDOM.random((9, 2)), [1, 2, 1] * 3, win="s", opts={"markercolor": colours, "legend": ["a", "b"]}
    )
    viz.scatter(RANDOM.random((4, 2)), [1, 2, 1, 2], win=window, update="append", opts={"markercolor": colours})
    viz.scatter(RANDOM.random(3), RANDOM.random(3), win=window, name="c", update="append")
    viz.scatter(RANDOM.random((9, 3)), [1, 2, 3] * 3, win="3d", opts={"markersize": 5})
    viz.scatter(RANDOM.random((3, 3)), win="3d", update="append")
    viz.scatter(RANDOM.random((3, 2)), win="text", opts={"textlabels": ["x", "y", "z"]})


def heat_maps(viz):
    window = viz.heatmap(
        np.arange(6).reshape(2, 3), win="h", opts={"columnnames": ["a", "b", "c"], "rownames": ["x", "y"]}
    )
    viz.heatmap(np.ones((1, 3)), win=window, update="appendRow", opts={"rownames": ["z"]})
    viz.heatmap(np.ones((1, 3)), win=window, update="prependRow", opts={"rownames": ["w"]})
    viz.heatmap(np.ones((4, 1)), win=window, update="appendColumn", opts={"columnnames": ["d"], "colormap": "Hot"})
    viz.heatmap(np.ones((4, 1)), win=window, update="prependColumn", opts={"columnnames": ["0"]})
    viz.heatmap(np.ones((1, 9)), win=window, update="appendRow", opts={"rownames": ["too long"]})
    viz.heatmap(np.ones((1, 5)), win=window, update="appendRow", opts={"rownames": ["x"]})
    viz.heatmap(np.array([[1.0, NAN]]), win=window, update="replace")
    viz.heatmap(None, win=window, update="remove")
    viz.heatmap(np.ones((2, 2)), win=window, update="appendRow")
    viz.heatmap(np.ones((2, 2)), win="unnamed", update="appendRow")


def other_plots(viz):
    grid = np.outer(np.arange(4.0), np.arange(5.0))
    viz.bar(RANDOM.random((3, 2)), opts={"stacked": True, "legend": ["a", "b"], "rownames": ["x", "y", "z"]}, win="bar")
    viz.line(X=[1], Y=[2], win="bar", update="append")
    viz.histogram(RANDOM.random(50), win="histogram", opts={"numbins": 5})
    viz.boxplot(RANDOM.random((10, 2)), win="box")
    viz.stem(RANDOM.random((5, 2)), win="stem")
    viz.pie(np.arange(3), win="pie", opts={"legend": ["a", "b", "c"]})
    viz.sunburst(np.array(["a", "b"]), np.array(["", "a"]), win="sunburst")
    viz.surf(grid, win="surf", opts={"title": "surface"})
    viz.contour(grid, win="contour")
    viz.quiver(np.ones((2, 2)), np.ones((2, 2)), win="quiver")
    viz.mesh(RANDOM.random((4, 3)), np.array([[0, 1, 2], [1, 2, 3]]), win="mesh")
    viz.dual_axis_lines(np.arange(3), np.arange(3), np.arange(3), win="dual")
    viz.plotlyplot(go.Figure(go.Bar(y=[2, 3]), {"title": "own"}), win="plotly")
    trace = {"x": [1, 2], "y": [4, 5], "mode": "markers+lines", "type": "custom", "name": "1st"}
    viz._send({"data": [trace], "layout": {"title": "raw"}, "win": "raw", "eid": "main"})
    viz.line(X=[3], Y=[6], win="raw", name="1st", update="append")


def panes(viz):
    window = viz.text("hello", win="t", opts={"title": "note"})
    viz.text("more", win=window, append=True)
    viz.text("alone", win="u", append=True)
    picture = RANDOM.random((3, 8, 8))
    viz.image(picture, win="i", opts={"caption": "one", "title": "pictures"})
    viz.images(RANDOM.random((4, 3, 8, 8)), win="grid")
    for caption in "abc":
        viz._send(
            {"data": [{"content": {"src": "data:,", "caption": caption}, "type": "image_history"}], "win": "past"},
            "events" if caption == "a" else "update",
        )
    viz.properties([{"type": "number", "name": "rate", "value": "0.1"}], win="p")
    viz.svg("<svg height='3'></svg>", win="svg")
    viz.graph([(0, 1), (1, 2)], nodeLabels=["a", "b", "c"], opts={"directed": True}, win="graph")
    viz.audio(np.sin(np.arange(100)), win="sound")
    viz.close(win="u")


def embeddings(viz):
    dots = [{"group": 0, "name": "Entity 0", "label": "a", "position": [0.1, 0.2], "idx": 0}]
    viz._send({"data": [{"content": {"data": dots}, "type": "embeddings"}], "win": "e", "opts": {"title": "digits"}})
    selected = {"update_type": "EntitySelected", "selected": {"html": "<b>0</b>", "entityId": "Entity 0"}}
    viz._send({"data": selected, "win": "e"}, "update")
    viz._send({"data": {"update_type": "RegionSelected", "points": dots}, "win": "e"}, "update")


SCRIPTS = [lines, several_lines, points, heat_maps, other_plots, panes, embeddings]


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda script: script.__name__)
def test_every_call_leaves_what_visdoms_own_server_would_keep(script, tmp_path, opened):
    theirs, ours = VisdomServer(), opened()
    for endpoint, message in calls_of(script, tmp_path):
        said = theirs.call(endpoint, message)
        assert ours.call(endpoint, message, 1 << 20) == said or endpoint == "close"
        assert comparable(ours.states()) == theirs.windows(), (endpoint, message)


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda script: script.__name__)
def test_a_server_that_was_started_anew_has_every_window(script, tmp_path, opened):
    first = opened()
    for endpoint, message in calls_of(script, tmp_path):
        first.call(endpoint, message, 1 << 20)
    assert comparable(opened().states()) == comparable(first.states())


def test_a_window_taken_out_and_put_back_is_the_same(tmp_path, opened):
    environment = opened()
    for script in SCRIPTS:
        for endpoint, message in calls_of(script, tmp_path):
            environment.call(endpoint, message, 1 << 20)
    before = environment.states()
    for window, state in before.items():
        environment.call("win_data", {"win": window, "data": state}, 1 << 20)
    assert comparable(environment.states()) == comparable(before)
    assert comparable(opened().states()) == comparable(before)


def test_points_without_a_place_change_nothing_and_those_without_a_value_are_gaps(tmp_path, opened):
    def script(viz):
        viz.line(X=[0], Y=[1.0], win="w", name="a")
        viz.line(X=[NAN], Y=[5.0], win="w", name="a", update="append")
        viz.line(X=[1], Y=[NAN], win="w", name="a", update="append")

    environment = opened()
    for endpoint, message in calls_of(script, tmp_path):
        environment.call(endpoint, message, 1 << 10)
    (trace,) = environment.states()["w"]["content"]["data"]
    assert (trace["x"], trace["y"]) == ([0, 1], [1.0, None])
