"""Curves of runs in a script: which are drawn, and that they are those of the charts page."""

import sys

import matplotlib as mpl
import numpy as np
import plotly.graph_objects as go
import pytest

import trainer_hooks
from app.transforms.smoothing import smooth

NOISE = np.random.default_rng(0).normal(size=200)


@pytest.fixture(autouse=True)
def without_windows():
    """Draw without a screen, and close what was drawn."""
    from matplotlib import pyplot as plt

    before = mpl.get_backend()
    plt.switch_backend("Agg")
    yield
    plt.close("all")
    plt.switch_backend(before)


@pytest.fixture
def run(tmp_path):
    with trainer_hooks.init(tmp_path / "runs" / "a") as run:
        for step, value in enumerate(NOISE.tolist()):
            run.log({"train/loss": value, "val/loss": value + 1, "train/acc": 0.5, "system/cpu": 3.0}, step=step * 10)
    return run


def lines_of(figure) -> dict[str, dict[str, tuple]]:
    """Title of each panel -> label of each line -> its x and y."""
    return {
        axes.get_title(): {line.get_label(): line.get_data() for line in axes.get_lines() if line.get_label()[0] != "_"}
        for axes in figure.axes
    }


def test_the_losses_of_the_latest_run_are_drawn_in_one_panel_smoothed_as_on_the_charts_page(run):
    panels = lines_of(trainer_hooks.plot())
    assert list(panels) == ["loss"]
    assert list(panels["loss"]) == ["train/loss", "val/loss"]
    x, y = panels["loss"]["val/loss"]
    steps = np.arange(200.0) * 10
    assert x.tolist() == steps.tolist()
    np.testing.assert_array_equal(y, smooth("ema", NOISE + 1, steps, 0.6))


def test_what_was_logged_is_drawn_faintly_behind_its_average_and_alone_without_one(run):
    [axes] = trainer_hooks.plot(run, tags="train/loss").axes
    faint, _full = axes.get_lines()
    assert faint.get_alpha() == 0.3
    np.testing.assert_array_equal(faint.get_ydata(), NOISE)
    [axes] = trainer_hooks.plot(run, tags="train/loss", smoothing=0).axes
    [only] = axes.get_lines()
    np.testing.assert_array_equal(only.get_ydata(), NOISE)


@pytest.mark.parametrize(("average", "amount"), [("running", 20), ("gaussian", 3), ("time_weighted", 0.9)])
def test_every_average_of_the_charts_page_can_be_chosen(run, average, amount):
    [lines] = lines_of(trainer_hooks.plot(run.path, "train/loss", average=average, smoothing=amount)).values()
    np.testing.assert_array_equal(lines["train/loss"][1], smooth(average, NOISE, np.arange(200.0) * 10, amount))


def test_runs_of_a_folder_are_compared_each_under_its_name(run):
    with trainer_hooks.init(run.path.parent / "b") as other:
        other.log({"train/loss": 2.0}, step=5)
    panels = lines_of(trainer_hooks.plot(run.path.parent, ["train/loss", "acc"]))
    assert {title: list(lines) for title, lines in panels.items()} == {"train/acc": ["a"], "train/loss": ["a", "b"]}
    assert panels["train/loss"]["b"][0].tolist() == [5.0]


def test_plotly_gets_the_same_lines(run):
    figure = trainer_hooks.plot(run, "val/loss", backend="plotly")
    assert isinstance(figure, go.Figure)
    faint, full = figure.data
    assert (full.name, full.x[-1], full.y[-1]) == ("val/loss", 1990, smooth("ema", NOISE + 1, NOISE, 0.6)[-1])
    assert faint.y == tuple((NOISE + 1).tolist())


def test_what_is_not_finite_is_a_gap(tmp_path):
    with trainer_hooks.init(tmp_path / "run") as run:
        for step, value in enumerate([1.0, float("nan"), 3.0, float("inf"), 5.0]):
            run.log({"loss": value}, step=step)
    figure = trainer_hooks.plot(run, smoothing=0, backend="plotly")
    assert figure.data[0].y == (1.0, None, 3.0, None, 5.0)
    [line] = trainer_hooks.plot(run, smoothing=0).axes[0].get_lines()
    assert np.isnan(line.get_ydata()).tolist() == [False, True, False, True, False]


def test_seconds_since_the_start_and_the_time_of_day_are_axes_too(tmp_path):
    with trainer_hooks.init(tmp_path / "run") as run:
        for step in range(3):
            run.log({"loss": step}, step=step, wall_time=1_700_000_000.0 + 60 * step)
    assert trainer_hooks.plot(run, x="relative", smoothing=0, backend="plotly").data[0].x == (0.0, 60.0, 120.0)
    wall = trainer_hooks.plot(run, x="wall", smoothing=0, backend="plotly")
    assert (wall.data[0].x[0], wall.layout.xaxis.type) == (1_700_000_000_000, "date")


def test_a_long_line_is_thinned_and_keeps_its_lowest_and_highest_value(tmp_path):
    values = np.random.default_rng(1).normal(size=20_000)
    with trainer_hooks.init(tmp_path / "run") as run:
        for value in values.tolist():
            run.log({"loss": value})
    drawn = trainer_hooks.plot(run, smoothing=0, backend="plotly").data[0].y
    assert len(drawn) < 2_000
    assert (min(drawn), max(drawn)) == (values.min(), values.max())


def test_what_cannot_be_drawn_is_said_in_words(run, tmp_path):
    with pytest.raises(FileNotFoundError, match=r"There is no .*nowhere"):
        trainer_hooks.plot(tmp_path / "nowhere")
    (tmp_path / "empty").mkdir()
    with pytest.raises(FileNotFoundError, match="no run in"):
        trainer_hooks.plot(tmp_path / "empty")
    with pytest.raises(ValueError, match="no scalar is logged under"):
        trainer_hooks.plot(run, "perplexity")
    with pytest.raises(ValueError, match="weight of smoothing 'ema'"):
        trainer_hooks.plot(run, smoothing=1.5)
    with pytest.raises(ValueError, match="x is step, relative or wall"):
        trainer_hooks.plot(run, x="epoch")
    with pytest.raises(RuntimeError, match=r"plot\(\) draws once"):
        trainer_hooks.live(run)


def test_without_the_apps_packages_it_is_said_what_to_install(run, monkeypatch):
    for name in [name for name in sys.modules if name.startswith("app.notebook")]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, "numpy", None)
    with pytest.raises(ModuleNotFoundError, match=r"pip install 'tailboard\[app\]'"):
        trainer_hooks.plot(run)
