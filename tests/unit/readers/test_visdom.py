import json

import pytest

from app.readers.visdom import READER
from app.readers.visdom_log import parser


def plot(x, y, *, name="1", win="w", env="main", title=None, where="events", append=None):
    call = {
        "data": [{"x": x, "y": y, "name": name, "type": "scatter", "mode": "lines"}],
        "win": win,
        "eid": env,
        "layout": {"title": title} if title else {},
        "opts": {},
    }
    return [where, call if append is None else {**call, "append": append}]


def write(path, *calls):
    with path.open("a") as file:
        file.writelines(json.dumps(call) + "\n" for call in calls)


def opened(path):
    run = READER.open(path)
    while run.poll().behind:
        pass
    return run


def rows(run, tag):
    columns = run.load([tag])[tag]
    return list(zip(columns.step.tolist(), columns.value.tolist(), strict=True))


@pytest.fixture
def log(tmp_path):
    return tmp_path / "calls.log"


def test_lines_of_a_plot_are_tags_below_environment_and_title(log):
    write(
        log,
        plot([0], [1.0], name="train", title="loss"),
        plot([1], [0.5], name="train", where="update", append=True),
        plot([0], [2.0], name="val", where="update", append=True),
        plot([5], [3.0], win="x", env="other"),
        plot([6], [4.0], win="y", title={"text": "loss"}),
    )
    run = opened(log)
    assert {tag: rows(run, tag) for tag in run.facts} == {
        "main/loss/train": [(0, 1.0), (1, 0.5)],
        "main/loss/val": [(0, 2.0)],
        "other/x/1": [(5, 3.0)],
        "main/loss (y)/1": [(6, 4.0)],
    }


def test_steps_are_counted_where_x_is_none(log):
    write(log, plot([0.0, 0.5], [3, 4]), plot(["2024-05-01"], [5], where="update", append=True))
    assert rows(opened(log), "main/w/1") == [(0, 3.0), (1, 4.0), (2, 5.0)]


def test_null_is_the_nan_that_was_logged_and_an_empty_point_is_none(log):
    more = plot([0, 1, 2], [3, None, 5], where="update", append=True)
    write(log, plot([None], [None]), more)
    run = opened(log)
    assert run.load(["main/w/1"])["main/w/1"].step.tolist() == [0, 1, 2]
    facts = run.facts["main/w/1"]
    assert (facts.points, facts.nan, facts.sum) == (3, 1, 8.0)


def test_a_plot_that_is_drawn_anew_with_more_points_only_grows(log):
    write(log, plot([0, 1], [1.0, 0.5]))
    run = opened(log)
    write(log, plot([0, 1, 2], [1.0, 0.5, 0.25]))
    news = run.poll()
    assert news.appended["main/w/1"].step.tolist() == [2]
    assert not news.rewritten
    assert rows(run, "main/w/1") == [(0, 1.0), (1, 0.5), (2, 0.25)]


@pytest.mark.parametrize("how", [{}, {"where": "update", "append": False}])
def test_a_plot_that_is_drawn_anew_with_others_is_replaced(log, how):
    write(log, plot([0, 1], [1.0, 0.5]), plot([0], [7.0], win="other"))
    run = opened(log)
    write(log, plot([0], [9.0], **how))
    assert run.poll().rewritten == {"main/w/1"}
    assert (rows(run, "main/w/1"), rows(run, "main/other/1")) == ([(0, 9.0)], [(0, 7.0)])


def test_a_window_that_slides_on_and_on_does_not_have_the_file_read_each_time(log, monkeypatch):
    monkeypatch.setattr(parser, "_MOST_ANEW", 2)
    write(log, *(plot([step, step + 1], [float(step), step + 1.0]) for step in range(10)))
    run = opened(log)
    steps = [step for step, _ in rows(run, "main/w/1")]
    assert steps[-1] == 10
    assert steps == sorted(set(steps))
    (problem,) = run.problems
    assert "drawn anew" in problem.what


def test_texts_are_items_of_their_window(log):
    for where, text in (("events", "<b>hello</b>"), ("update", "more")):
        call = {"data": [{"content": text, "type": "text"}], "win": "t", "eid": "main", "opts": {"title": "note"}}
        write(log, [where, call])
    run = opened(log)
    assert (run.facts["main/note"].kind, run.facts["main/note"].points) == ("text", 2)
    assert [(item.step, item.text) for item in run.media("main/note")] == [(0, "<b>hello</b>"), (1, "more")]


def test_lines_that_are_no_calls_are_reported_and_the_others_read(log):
    write(log, plot([0], [1.0]), {"no": "call"}, plot([1], [2.0], where="update", append=True))
    run = opened(log)
    assert rows(run, "main/w/1") == [(0, 1.0), (1, 2.0)]
    assert [problem.where for problem in run.problems] == ["line 2"]


def test_a_saved_environment_is_read_as_a_whole(tmp_path):
    path = tmp_path / "main.json"
    line = {"x": [0, 1], "y": [1.0, 0.5], "name": "train", "type": "scatter"}
    windows = {
        "w": {"type": "plot", "title": "loss", "content": {"data": [line], "layout": {"title": "loss"}}},
        "t": {"type": "text", "title": "note", "content": "hello"},
        "i": {"type": "image", "title": "pic", "content": {"src": "data:image/png;base64,AAAA"}},
    }
    path.write_text(json.dumps({"jsons": windows, "reload": {}}))
    run = opened(path)
    assert rows(run, "main/loss/train") == [(0, 1.0), (1, 0.5)]
    assert sorted(run.facts) == ["main/loss/train", "main/note"]
    assert [item.text for item in run.media("main/note")] == ["hello"]
    line["x"].append(2)
    line["y"].append(0.25)
    path.write_text(json.dumps({"jsons": windows, "reload": {}}))
    assert run.poll().appended["main/loss/train"].step.tolist() == [2]


def test_files_are_recognised_by_how_they_begin(tmp_path, log):
    write(log, plot([0], [1.0]))
    (tmp_path / "list.json").write_text('[{"epoch": 1}]')
    assert READER.find(tmp_path, ["calls.log", "list.json", "picture.png"]).runs == [log]


def test_visdom_itself_writes_what_is_read(log):
    client = pytest.importorskip("visdom", reason="visdom is not installed")
    viz = client.Visdom(log_to_filename=str(log), offline=True, env="digits")
    window = viz.line(X=[0], Y=[1.0], name="train", opts={"title": "loss"})
    for step in range(1, 5):
        viz.line(X=[step], Y=[1 / (step + 1)], win=window, name="train", update="append")
    viz.text("hello", opts={"title": "note"})
    run = opened(log)
    assert rows(run, "digits/loss/train") == [(step, 1 / (step + 1)) for step in range(5)]
    assert run.facts["digits/note"].kind == "text"
