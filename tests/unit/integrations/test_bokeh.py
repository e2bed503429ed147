"""Scripts that draw a training with Bokeh, with the imports changed; what they would draw is logged."""

import asyncio
import math
import subprocess
import sys
import threading
from functools import partial
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from tornado import gen

import trainer_hooks
from tests.logged import PATIENT, media, rows, statuses
from trainer_hooks.bokeh import ColumnDataSource, figure, mirror
from trainer_hooks.bokeh.document import Document

ROOT = Path(__file__).parents[3]
RECIPE = """
from functools import partial
from threading import Thread

from tornado import gen
from trainer_hooks.bokeh import ColumnDataSource, HoverTool, column, curdoc, figure

source = ColumnDataSource(data={'epochs': [], 'trainlosses': [], 'vallosses': [], 'hits': []})
plot = figure(plot_width=600, plot_height=600, title='Loss')
plot.line(x='epochs', y='trainlosses', color='red', legend='Training', line_width=2, alpha=0.8, source=source)
plot.line(x='epochs', y='vallosses', color='green', legend_label='Validation', source=source)
plot.xaxis.axis_label = 'epoch'
plot.legend.location = 'top_right'
plot.add_tools(HoverTool(tooltips=[('loss', '@trainlosses')]))
second = figure()
second.title.text = 'Accuracy'
second.circle('epochs', 'hits', source=source)
doc = curdoc()
doc.add_root(column(plot, second))

@gen.coroutine
def update(new_data):
    source.stream(new_data)

def train():
    for epoch in range(1, 4):
        new = {'epochs': [epoch], 'trainlosses': [1 / epoch], 'vallosses': [2 / epoch], 'hits': [1 - 1 / epoch]}
        doc.add_next_tick_callback(partial(update, new))
    {after}

Thread(target=train).start()
"""


def run_script(folder: Path, after: str) -> subprocess.CompletedProcess[str]:
    (folder / "training.py").write_text(PATIENT + RECIPE.replace("{after}", after))
    environ = {"PYTHONPATH": str(ROOT), "PATH": "", "TAILBOARD_RUN": str(folder / "run")}
    command = [sys.executable, "training.py"]
    return subprocess.run(command, cwd=folder, env=environ, capture_output=True, text=True, timeout=300, check=False)


@pytest.fixture
def document(monkeypatch):
    """A document of its own for each test; a process has one."""
    fresh = Document()
    monkeypatch.setattr("trainer_hooks.bokeh.document._document", fresh)
    return fresh


def points(folder, tag):
    return [(row["_step"], row[tag]) for row in rows(folder) if tag in row]


def test_the_recipe_logs_each_line_under_its_figure_and_legend(tmp_path):
    done = run_script(tmp_path, "")
    assert done.returncode == 0
    assert done.stderr == "HoverTool and whatever else of Bokeh only concerns looks is ignored\n"
    run = tmp_path / "run"
    assert points(run, "Loss/Training") == [(1, 1), (2, 1 / 2), (3, 1 / 3)]
    assert points(run, "Loss/Validation") == [(1, 2), (2, 1), (3, 2 / 3)]
    assert points(run, "Accuracy/hits") == [(1, 0), (2, 1 / 2), (3, 1 - 1 / 3)]
    (chart,) = media(run)
    (told,) = chart["meta"]["charts"]
    assert (told["title"], told["tags"]) == ("Loss", ["Loss/Training", "Loss/Validation"])
    assert statuses(run)[0]["state"] == "finished"


def test_an_error_in_the_thread_ends_the_run_as_failed(tmp_path):
    assert "no more" in run_script(tmp_path, "raise ArithmeticError('no more')").stderr
    assert statuses(tmp_path / "run")[0]["state"] == "failed"


def test_each_row_is_logged_once_however_it_comes(tmp_path, document):
    with trainer_hooks.init(tmp_path / "run") as run:
        document.log_to(run=run)
        source = ColumnDataSource(pd.DataFrame({"x": [0], "y": [5.0]}))
        figure().line("x", "y", source=source)
        source.stream({"x": [1], "y": [math.nan]})
        source.stream({"x": np.array([2]), "y": np.array([3.0])}, rollover=2)
        assert source.data == {"x": [1, 2], "y": [pytest.approx(math.nan, nan_ok=True), 3.0]}
        source.data = {"x": [0, 1, 2, 3], "y": [5.0, math.nan, 3.0, 2.0]}
        source.data["x"] = [0, 1, 2, 3, 4]  # longer than the other one, for a moment
        source.data["y"] = [5.0, math.nan, 3.0, 2.0, 1.0]
        source.patch({"y": [(1, 4.0)]})
    assert points(tmp_path / "run", "y") == [(0, 5.0), (1, "NaN"), (2, 3.0), (3, 2.0), (4, 1.0), (1, 4.0)]


def test_lists_are_drawn_at_once_and_steps_that_are_no_whole_numbers_are_logged_too(tmp_path, document):
    with trainer_hooks.init(tmp_path / "run") as run:
        document.log_to(run=run)
        figure(title="Done").line([0, 2], [0.5, 0.25], legend_label="loss")
        source = ColumnDataSource(data={"hours": [0.5, 1.5], "loss": [2.0, 1.0]})
        figure().line(x="hours", y="loss", source=source)
    assert points(tmp_path / "run", "Done/loss") == [(0, 0.5), (2, 0.25)]
    assert [(row["hours"], row["loss"]) for row in rows(tmp_path / "run") if "hours" in row] == [(0.5, 2.0), (1.5, 1.0)]


def test_callbacks_of_every_sort_are_called_one_after_the_other_and_may_fail(tmp_path, document, caplog):
    called = []

    async def coroutine():
        called.append("coroutine")

    @gen.coroutine
    def of_tornado():
        called.append("tornado")

    def nested():
        document.add_next_tick_callback(partial(called.append, "added"))
        called.append("nested")

    def fails():
        raise ArithmeticError("update failed")

    for callback in (coroutine, partial(of_tornado), nested, fails):
        document.add_next_tick_callback(callback)
    assert called == ["coroutine", "tornado", "nested", "added"]

    async def in_a_notebook():
        document.add_next_tick_callback(coroutine)

    notebook = threading.Thread(target=lambda: asyncio.run(in_a_notebook()))  # a browser may have a loop in this one
    notebook.start()
    notebook.join()
    assert called.pop() == "coroutine"
    assert "update failed" in caplog.text


def test_threads_that_stream_at_once_lose_nothing(tmp_path, document):
    with trainer_hooks.init(tmp_path / "run") as run:
        document.log_to(run=run)
        source = ColumnDataSource(data={"x": [], "y": []})
        figure().line("x", "y", source=source)

        def stream(first):
            for step in range(first, 200, 4):
                document.add_next_tick_callback(partial(source.stream, {"x": [step], "y": [step / 2]}))

        threads = [threading.Thread(target=stream, args=(first,)) for first in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        document.add_next_tick_callback(lambda: None)
    assert sorted(points(tmp_path / "run", "y")) == [(step, step / 2) for step in range(200)]


def test_a_source_is_mirrored_with_all_that_comes_into_it(tmp_path, document):
    source = ColumnDataSource(data={"epochs": [1], "loss": [3.0], "hits": [0.1]})
    run = mirror(source, tmp_path / "run", tags={"loss": "train/loss"})
    source.stream({"epochs": [2], "loss": [2.0], "hits": [0.2]})
    run.finish()
    assert points(run.path, "train/loss") == [(1, 3.0), (2, 2.0)]
    assert points(run.path, "hits") == [(1, 0.1), (2, 0.2)]
