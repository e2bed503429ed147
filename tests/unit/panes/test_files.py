"""What is drawn is in files before it is answered, and comes back from them whatever happened."""

import base64
import json
import os

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.readers.visdom import READER
from app.settings import LogRoot, Settings
from app.store.discovery import Discovery
from app.store.panes import environment as environment_module
from app.store.panes.calls import LOG_NAME
from app.store.panes.environment import CallError
from app.store.panes.layouts import SHARED_FILE, keep_layout
from app.store.panes.names import environment_name, folder_name
from app.store.panes.shelf import NoEnvironmentError, Panes, ReadOnlyError
from tests.unit.panes.calls_of_visdom import comparable

BIG = 1 << 20


def line(x, y, *, win="w", append=True):
    data = [{"x": x, "y": y, "name": "1", "type": "scatter", "mode": "lines"}]
    return {"data": data, "win": win, "eid": "main", "layout": {}, "opts": {"title": "loss"}, "append": append}


def text(content, win="t"):
    return {"data": [{"content": content, "type": "text"}], "win": win, "opts": {"title": "note"}}


def picture(seed, win="i"):
    noise = np.random.default_rng(seed).integers(0, 255, 20_000, np.uint8).tobytes()
    source = f"data:image/png;base64,{base64.b64encode(noise).decode()}"
    return {"data": [{"content": {"src": source, "caption": None}, "type": "image"}], "win": win}


@pytest.fixture
def panes(tmp_path):
    """Makes the environments of a server over a log folder."""
    made = []

    def make(*, visdom=True, runs=()):
        settings = Settings(roots=(LogRoot("", tmp_path / "runs"),), visdom=visdom)
        made.append(Panes(settings, lambda: runs))
        return made[-1]

    yield make
    for one in made:
        one.close()


def draw(panes, environment, *messages):
    with panes.writing(environment) as opened:
        for message in messages:
            opened.call("events", message, BIG)


def shown(panes, environment):
    with panes.reading(environment) as opened:
        return comparable(opened.states())


def test_an_append_adds_as_many_bytes_to_a_long_window_as_to_a_short_one(opened, monkeypatch):
    monkeypatch.setattr("time.time", lambda: 1_700_000_000.5)
    environment = opened()
    sizes = []
    for step in range(1_000, 4_000):
        environment.call("update", line([step], [0.5]), 100)
        sizes.append((environment.folder / LOG_NAME).stat().st_size)
    assert set(np.diff(sizes[1:])) == {sizes[2] - sizes[1]}
    assert opened().windows["w"].traces[0].points == 3_000


def test_half_a_line_that_a_kill_left_is_taken_back_and_the_next_call_kept(opened):
    environment = opened()
    environment.call("update", line([0], [1.0]), 100)
    environment.call("update", line([1], [2.0]), 100)
    environment.close()
    log = environment.folder / LOG_NAME
    whole = log.read_bytes()
    begin = whole.index(b"\n") + 1
    for end in range(begin, len(whole), 7):
        log.write_bytes(whole[:end])
        anew = opened()
        assert anew.states()["w"]["content"]["data"][0]["y"] == [1.0]
        anew.call("update", line([2], [3.0]), 100)
        anew.close()
        assert opened().states()["w"]["content"]["data"][0]["y"] == [1.0, 3.0]


def test_long_texts_lie_in_files_named_by_their_content_and_come_back_as_they_were(opened):
    environment = opened()
    source = picture(0)["data"][0]["content"]["src"]
    svg = f"<svg>{'<path/>' * 5_000}</svg>"
    page = f"before <img src='{source}'> between <img src='{source}'> {'x' * 20_000}"
    environment.call("events", picture(0), BIG)
    environment.call("events", text(svg, "svg"), BIG)
    environment.call("events", text(page, "page"), BIG)
    states = opened().states()
    assert states["i"]["content"]["src"] == source
    assert (states["svg"]["content"], states["page"]["content"]) == (svg, page)
    suffixes = sorted(path.suffix for path in (environment.folder / "media").glob("??/*"))
    assert suffixes == [".html", ".png", ".svg"]
    assert (environment.folder / LOG_NAME).stat().st_size < 3_000


def test_what_was_replaced_leaves_the_files_when_it_takes_too_much_room(opened, monkeypatch):
    environment = opened()
    environment.call("events", text("stays"), 10)
    for seed in range(4):
        environment.call("events", picture(seed), BIG)
    assert len(list((environment.folder / "media").glob("??/*"))) == 4
    monkeypatch.setattr(environment_module, "KEPT_BYTES", 1_000)
    environment.call("events", picture(4), BIG)
    environment.call("update", text("more"), 10)
    assert len(list((environment.folder / "media").glob("??/*"))) == 1
    assert comparable(opened().states()) == comparable(environment.states())
    assert opened().states()["t"]["content"] == "stays<br>more"


def test_a_full_disk_is_told_and_nothing_is_changed(opened, monkeypatch):
    environment = opened()
    environment.call("events", text("first"), 10)
    whole_write = os.write
    with monkeypatch.context() as patch:
        patch.setattr("os.write", lambda file, data: whole_write(file, data[:9]))
        with pytest.raises(OSError, match="only a part"):
            environment.call("events", text("second"), 10)
    assert environment.states()["t"]["content"] == "first"
    assert comparable(opened().states()) == comparable(environment.states())


def test_a_call_that_cannot_be_drawn_is_told_in_words_and_does_no_harm(opened):
    environment = opened()
    environment.call("events", text("first"), 10)
    for message in ({"win": "x"}, {"win": "x", "data": [3]}, {"win": "x", "data": []}):
        with pytest.raises(CallError, match="cannot be drawn"):
            environment.call("events", message, 10)
    assert environment.call("update", text("more", "other"), 10) == "win does not exist"
    with pytest.raises(CallError, match="1,000 characters"):
        environment.call("events", text("x", "w" * 1_001), 10)
    assert list(opened().windows) == ["t"]


def test_a_folder_that_somebody_deleted_is_made_anew(opened):
    environment = opened()
    environment.call("events", text("first"), 10)
    for path in environment.folder.iterdir():
        path.unlink()
    environment.folder.rmdir()
    environment.call("events", text("second", "u"), 10)
    assert list(opened().windows) == list(environment.windows) == ["u"]


def test_who_only_looks_follows_what_another_server_writes(opened):
    writing, looking = opened(), opened(writable=False)
    for step in range(3):
        writing.call("update", line([step], [step]), 100)
        looking.catch_up()
        assert looking.windows["w"].traces[0].points == step + 1
    before = looking.windows["w"].revision
    looking.catch_up()
    assert looking.windows["w"].revision == before


def test_an_environment_is_found_once_and_its_layouts_are_no_unknown_log(panes, tmp_path):
    one = panes()
    folder = one.folder / "main"
    folder.mkdir(parents=True)
    (folder / "run.json").write_text('{"name": "main"}')
    (folder / LOG_NAME).touch()
    names = ["run.json", LOG_NAME]
    assert READER.find(folder, names).runs == (), "its first call is being written"
    draw(one, "main", text("first"))
    assert READER.find(folder, names).runs == [folder]
    keep_layout(one.folder / SHARED_FILE, "wide", {"columns": {}})
    discovery = Discovery([LogRoot("", tmp_path / "runs")], {"visdom": READER})
    assert list(discovery.find()) == ["visdom/main"]
    assert discovery.skipped == ()


@given(st.lists(st.text(min_size=1, max_size=500), min_size=2, max_size=2, unique=True))
def test_no_two_environments_share_a_folder_and_none_leads_out_of_it(names):
    folders = [folder_name(environment_name(name)) for name in names]
    assert len({environment_name(name) for name in names}) == len(set(folders))
    for folder in folders:
        assert 0 < len(folder.encode()) < 200
        assert not folder.startswith(".")
        assert not set(folder) & {"/", "\\", "\0", ":"}


@pytest.mark.parametrize("name", ["..", "a/../../b", "", 3, "x" * 501])
def test_names_that_are_none_are_refused_and_slashes_are_underscores(name, panes, tmp_path):
    try:
        environment = environment_name(name)
    except ValueError:
        return
    one = panes()
    draw(one, environment, text("hello"))
    assert "/" not in environment
    assert one.names() == [environment]
    assert {path.name for path in tmp_path.iterdir()} == {"runs"}
    assert {path.name for path in (tmp_path / "runs").iterdir()} == {"visdom"}


def test_an_environment_is_forked_with_its_pictures_and_then_goes_its_own_way(panes):
    one = panes()
    draw(one, "main", text("first"), picture(0))
    one.fork("main", "a copy: 1/2")
    draw(one, "main", text("changed"))
    draw(one, "a copy: 1/2", picture(1, "more"))
    assert shown(one, "a copy: 1/2")["t"]["content"] == "first"
    assert sorted(shown(one, "main")) == ["i", "t"]
    draw(one, "third", text("third"))
    one.fork("main", "third")
    assert sorted(shown(one, "third")) == ["i", "t"]
    one.delete("main")
    one.close()
    (one.folder / ".1a2b-3c").mkdir()  # a deletion that a kill cut short
    assert panes().names() == ["a copy: 1/2", "third"]
    third = panes()
    draw(third, "third", text("more", "u"))
    assert not (one.folder / ".1a2b-3c").exists()
    with pytest.raises(NoEnvironmentError, match="'main'"):
        shown(third, "main")


def test_a_second_server_on_the_same_folder_says_so_and_looks_on(panes):
    first, second = panes(), panes()
    draw(first, "main", text("first"))
    with pytest.raises(ReadOnlyError, match="Another server writes"):
        draw(second, "main", text("second"))
    assert shown(second, "main")["t"]["content"] == "first"
    first.close()
    draw(second, "main", text("third"))
    assert shown(panes(visdom=False), "main")["t"]["content"] == "third"


def test_more_environments_than_are_held_are_all_there(panes, monkeypatch):
    monkeypatch.setattr("app.store.panes.shelf.MAX_HELD", 3)
    one = panes()
    for _ in range(2):
        for number in range(8):
            with one.writing(f"env {number}") as environment:
                environment.call("update", line([number], [1.0]), 100)
    assert [entry.name for entry in one.listed()] == [f"env {number}" for number in range(8)]
    assert {shown(one, f"env {number}")["w"]["content"]["data"][0]["x"][-1] for number in range(8)} == set(range(8))
    assert all(len(shown(one, f"env {number}")["w"]["content"]["data"][0]["x"]) == 2 for number in range(8))


def test_the_same_files_are_a_run_with_lines_texts_pictures_and_times(opened):
    environment = opened()
    for step in range(3):
        environment.call("update", line([step], [1 / (step + 1)]), 100)
    environment.call("events", text("hello"), 10)
    environment.call("events", picture(0), BIG)
    environment.call("events", picture(1), BIG)
    environment.call("events", {"data": [{"type": "bar", "y": [1, 2]}], "win": "b", "layout": {"title": "bars"}}, 10)
    finding = READER.find(environment.folder, [path.name for path in environment.folder.iterdir()])
    assert (finding.runs, sorted(finding.claimed)) == ([environment.folder], [LOG_NAME, "media", "run.json"])
    run = READER.open(environment.folder)
    run.poll()
    assert {tag: (facts.kind, facts.points) for tag, facts in run.facts.items()} == {
        "loss/1": ("scalar", 3),
        "note": ("text", 1),
        "i": ("image", 2),
        "bars": ("figure", 1),
    }
    series = run.load(["loss/1"])["loss/1"]
    assert (series.step.tolist(), series.value.tolist()) == ([0, 1, 2], [1, 1 / 2, 1 / 3])
    created = json.loads((environment.folder / "run.json").read_bytes())["created"]
    assert (series.wall_time >= created - 1).all()
    assert [item.path.read_bytes()[:3] for item in run.media("i")] == [
        base64.b64decode(picture(seed)["data"][0]["content"]["src"][22:])[:3] for seed in (0, 1)
    ]
    (figure,) = run.media("bars")
    assert json.loads(figure.make()) == {"data": [{"type": "bar", "y": [1, 2]}], "layout": {"title": "bars"}}
    assert (run.info.name, run.info.created) == ("main", created)
