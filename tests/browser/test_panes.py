"""Panes: windows of real programs that use Visdom's own client, in a real browser."""

import json
import re
import subprocess
import sys
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import expect

from tests.logged import until

CLIENT = """
import contextlib, io, json, sys, time
import numpy as np
import visdom
for line in sys.stdin:
    port, events, code = json.loads(line)
    viz = visdom.Visdom(port=port, env="main", use_incoming_socket=False, use_polling=events)
    until = time.monotonic() + 60
    while events and not hasattr(viz, "vis_sid") and time.monotonic() < until:
        time.sleep(0.02)
    said = io.StringIO()
    with contextlib.redirect_stdout(said):
        exec(code, {"viz": viz, "np": np, "visdom": visdom})
    print(json.dumps(said.getvalue()), flush=True)
"""


@pytest.fixture(scope="module")
def client():
    """A process with Visdom's own client, which takes seconds to load: one for all tests."""
    command = [sys.executable, "-c", CLIENT]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as program:
        yield program
        program.stdin.close()
        program.kill()


@pytest.fixture
def run(client):
    """Runs code with a client `viz` of the server at `url`; returns its words. `events`: it hears what people do."""

    def start(url, code, *, events=False):
        print(json.dumps([urlsplit(url).port, events, code]), file=client.stdin, flush=True)
        line = client.stdout.readline()
        while line and not line.startswith('"'):  # the client's own words
            line = client.stdout.readline()
        assert line, "the script failed; its traceback is above"
        return json.loads(line)

    return start


@pytest.fixture
def url(tmp_path, serve):
    """The address of a server that answers Visdom's clients."""
    return serve(tmp_path / "runs", visdom=True)


THREE = """
for name in ("one", "two", "three"):
    viz.line(X=[0, 1, 2], Y=[3, 1, 2], win=name, opts=dict(title=name, width=400, height=240))
"""


def pane(page, title):
    """The window of this title."""
    return page.locator(".pane").filter(has=page.locator(f'.pane-title:text-is("{title}")'))


def open_panes(page, url, query=""):
    page.goto(f"{url}panes{query}")
    expect(page.locator(".pane").first).to_be_visible()


def box(page, title):
    return pane(page, title).bounding_box()


def drag(page, locator, dx, dy):
    place = until(locator.bounding_box)
    x, y = place["x"] + min(30, place["width"] / 2), place["y"] + place["height"] / 2
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(x + dx / 2, y + dy / 2)
    page.mouse.move(x + dx, y + dy)
    page.mouse.up()


def drawn(page, title):
    """Wait until a plot is drawn, and return how many points each of its lines has."""
    expect(pane(page, title).locator(".main-svg").first).to_be_visible()
    return pane(page, title).locator(".pane-plot").evaluate("plot => plot.data.map((trace) => trace.x.length)")


def test_a_window_appears_without_a_change_to_the_script_and_grows_with_it(page, url, run):
    page.goto(f"{url}panes")
    expect(page.get_by_text("No windows yet")).to_be_visible()
    run(url, 'viz.line(X=[0, 1], Y=[1, 2], win="w", opts=dict(title="loss"))')
    assert drawn(page, "loss") == [2]
    expect(page.locator('a.nav[data-page="panes"]')).to_be_visible()
    run(url, 'viz.line(X=[2], Y=[5], win="w", update="append")')
    until(lambda: drawn(page, "loss") == [3])


def test_a_window_is_dragged_and_resized_and_stays_so_after_a_reload(page, url, run):
    run(url, THREE)
    open_panes(page, url)
    before = {name: box(page, name) for name in ("one", "two", "three")}
    assert len({place["y"] for place in before.values()}) == 1, "three windows of 400 pixels fit side by side"
    drag(page, pane(page, "one").locator(".pane-bar"), before["three"]["x"] - before["one"]["x"], 0)
    drag(page, pane(page, "one").locator(".pane-corner"), -120, 80)
    after = {name: box(page, name) for name in before}
    assert after["one"]["x"] == pytest.approx(before["three"]["x"], abs=2)
    assert after["one"]["width"] < before["one"]["width"] - 90
    assert after["one"]["height"] == pytest.approx(before["one"]["height"] + 80, abs=2)
    assert after["two"] == before["two"], "what is not in the way stays"
    assert after["three"]["y"] > before["three"]["y"], "what is in the way goes below"
    page.reload()
    expect(pane(page, "one")).to_be_visible()
    assert {name: box(page, name) for name in before} == after


def test_a_window_is_moved_resized_and_closed_by_keys(page, url, run):
    run(url, THREE)
    open_panes(page, url)
    before = box(page, "two")
    pane(page, "two").locator(".pane-bar").focus()
    for key in ("ArrowDown", "Shift+ArrowRight", "Shift+ArrowDown"):
        page.keyboard.press(key)
    after = box(page, "two")
    assert after["width"] > before["width"]
    assert after["height"] > before["height"]
    page.keyboard.press("Delete")
    question = page.get_by_role("alertdialog")
    expect(question).to_contain_text("Close “two” for everybody?")
    page.keyboard.press("Escape")
    expect(question).to_have_count(0)
    expect(pane(page, "two").locator(".pane-bar")).to_be_focused()
    page.keyboard.press("Delete")
    page.keyboard.press("Enter")
    expect(pane(page, "two")).to_have_count(0)
    assert run(url, 'print(viz.win_exists("two"), viz.win_exists("one"))') == "False True\n"


def test_an_enlarged_window_covers_the_page_and_goes_back(page, url, run):
    run(url, THREE)
    open_panes(page, url)
    drawn(page, "two")
    before = box(page, "two")
    bar = pane(page, "two").locator(".pane-bar")
    bar.focus()
    page.keyboard.press("Enter")
    plot = pane(page, "two").locator(".main-svg").first
    until(lambda: (plot.bounding_box() or {"width": 0})["width"] > 1300)  # none while it is drawn anew
    assert bar.evaluate("(bar) => bar.contains(document.elementFromPoint(200, bar.getBoundingClientRect().y + 9))")
    page.keyboard.press("Escape")
    until(lambda: box(page, "two") == before)
    expect(bar).to_be_focused()


def test_new_windows_and_closed_ones_move_no_other(page, url, run):
    run(url, THREE)
    open_panes(page, url)
    before = box(page, "one"), box(page, "three")
    run(url, 'viz.close("two")\nviz.text("hello", win="four", opts=dict(title="four", width=700))')
    expect(pane(page, "four")).to_be_visible()
    expect(pane(page, "two")).to_have_count(0)
    assert (box(page, "one"), box(page, "three")) == before
    run(url, 'viz.text("back", win="two", opts=dict(title="two"))')
    expect(pane(page, "two")).to_be_visible()
    assert (box(page, "one"), box(page, "three")) == before


def test_windows_are_filtered_by_words_and_by_expressions(page, url, run):
    run(url, THREE)
    open_panes(page, url)
    search = page.get_by_label("Filter windows")
    search.fill("/^t/")
    expect(page.locator(".pane-title:visible")).to_have_text(["two", "three"])
    expect(page.locator("#panes-count")).to_have_text("2 of 3 windows")
    search.fill("nothing")
    expect(page.get_by_text("None of the 3 windows matches the filter “nothing”.")).to_be_visible()
    search.fill("")
    expect(page.locator(".pane:visible")).to_have_count(3)


def test_a_zoom_and_a_hidden_line_survive_an_append(page, url, run):
    look = 'win="w", opts=dict(title="w", showlegend=True)'
    run(url, f"viz.line(X=[[i, i] for i in range(9)], Y=[[i, 2 * i] for i in range(9)], {look})")
    open_panes(page, url)
    drawn(page, "w")
    plot = pane(page, "w").locator(".pane-plot")
    drag(page, pane(page, "w").locator(".nsewdrag").first, 120, 0)
    zoomed = plot.evaluate("(plot) => plot._fullLayout.xaxis.range")
    assert zoomed[1] - zoomed[0] < 6
    pane(page, "w").locator(".legendtoggle").first.click()
    until(lambda: plot.evaluate("(plot) => plot._fullData[0].visible") == "legendonly")
    run(url, 'viz.line(X=[[9, 9]], Y=[[9, 18]], win="w", update="append")')
    until(lambda: drawn(page, "w") == [10, 10])
    assert plot.evaluate("(plot) => plot._fullLayout.xaxis.range") == pytest.approx(zoomed)
    assert plot.evaluate("(plot) => plot._fullData.map((trace) => trace.visible)") == ["legendonly", True]


def test_environments_are_compared_window_by_window(page, url, run):
    code = """
for env, height in (("runs_a", 1), ("runs_b", 2)):
    viz.line(X=[0, 1], Y=[0, height], win="loss", env=env, opts=dict(title="loss"))
    viz.image(np.full((3, 8, 8), height / 2), win="picture", env=env, opts=dict(title="picture", width=120, height=120))
viz.text("alone", env="runs_a", opts=dict(title="note"))
"""
    run(url, code)
    open_panes(page, url, "?environments=runs_a&environments=runs_b")
    expect(page.locator(".pane-heading:visible")).to_have_text(["runs_a", "runs_b"])
    expect(page.locator(".pane")).to_have_count(5)
    page.get_by_role("button", name="compare").click()
    expect(page.locator(".pane-title")).to_have_text(["loss", "picture", "picture"])
    expect(page.locator(".pane-badge:visible")).to_have_text(["runs_a + runs_b", "runs_a", "runs_b"])
    expect(page.locator("#panes-count")).to_have_text("3 windows, 1 in one environment only")
    assert drawn(page, "loss") == [2, 2]
    lines = (
        pane(page, "loss")
        .locator(".pane-plot")
        .evaluate("(plot) => plot.data.map(({name, line}) => [name, line.color])")
    )
    assert [name for name, _ in lines] == ["runs_a", "runs_b"]
    assert lines[0][1] != lines[1][1]


def test_environments_are_chosen_in_a_list_that_groups_them(page, url, run):
    run(url, 'for env in ("main", "exp_one", "exp_two"): viz.text(env, win="w", env=env, opts=dict(title=f"of {env}"))')
    open_panes(page, url)
    expect(page.locator(".pane-title")).to_have_text(["of main"])
    page.get_by_title("Environments to show").click()
    page.locator(".pane-environment-head input").check()
    expect(page.locator(".pane-title")).to_have_text(["of exp_one", "of exp_two", "of main"])
    page.get_by_role("button", name="Only exp_two").click()
    expect(page.locator(".pane-title")).to_have_text(["of exp_two"])
    assert "environments=exp_two" in page.url


LISTENER = """
said = viz.text("Say: ", win="said", opts=dict(title="said"))
viz.properties([
    {"type": "text", "name": "rate", "value": "0.1"},
    {"type": "number", "name": "layers", "value": "3"},
    {"type": "button", "name": "go", "value": "Start"},
    {"type": "checkbox", "name": "fast", "value": False},
    {"type": "select", "name": "colour", "value": 1, "values": ["red", "green", "blue"]},
], win="form", opts=dict(title="form"))
viz.image(np.zeros((3, 40, 80)), win="picture", opts=dict(title="picture", width=320, height=160))
def hear(event):
    kind = event["event_type"]
    words = {"PropertyUpdate": lambda: f"{event['propertyId']}={event['value']!r}", "KeyPress": lambda: event["key"],
             "Click": lambda: "{x},{y}".format(**event["image_coord"])}[kind]()
    viz.text(f"{kind} {words};", win="said", append=True)
for window in ("form", "picture", "said"):
    viz.register_event_handler(hear, window)
"""


def test_forms_keys_and_clicks_reach_the_script(page, url, run):
    run(url, LISTENER, events=True)
    open_panes(page, url)
    said = pane(page, "said").locator(".pane-text")
    form = pane(page, "form")
    form.get_by_label("rate").fill("0.5")
    form.get_by_label("rate").press("Enter")
    expect(said).to_contain_text("PropertyUpdate 0='0.5';")
    form.get_by_role("button", name="go").click()
    expect(said).to_contain_text("PropertyUpdate 2='clicked';")
    form.get_by_label("fast").check()
    expect(said).to_contain_text("PropertyUpdate 3=True;")
    form.get_by_label("colour").select_option("blue")
    expect(said).to_contain_text("PropertyUpdate 4='2';")
    picture = pane(page, "picture").locator("img")
    place = until(picture.bounding_box)
    picture.click(position={"x": place["width"] / 2 + 1, "y": place["height"] / 2 + 1})
    expect(said).to_contain_text("Click 40,20;")
    page.keyboard.press("ArrowRight")
    expect(said).to_contain_text("KeyPress ArrowRight;")
    form.get_by_label("layers").fill("many")
    form.get_by_label("layers").press("Enter")
    expect(page.get_by_text("“many” is no number")).to_be_visible()
    expect(form.get_by_label("layers")).to_have_value("3")


def test_html_of_a_script_reaches_nothing_of_the_app(page, url, run):
    script = "document.body.append('ran'); try { parent.stolen = 1 } catch (refused) { document.body.append(' alone') }"
    run(url, f'viz.text("<b>bold</b><script>{script}</script>", opts=dict(title="html"))')
    open_panes(page, url)
    frame = pane(page, "html").frame_locator("iframe")
    expect(frame.locator("b")).to_have_text("bold")
    expect(frame.get_by_text("ran alone")).to_be_visible()
    assert page.evaluate("window.stolen") is None
    assert pane(page, "html").locator("iframe").get_attribute("sandbox") == "allow-scripts"


def test_two_browsers_arrange_by_themselves_and_share_what_is_saved(new_page, url, run):
    run(url, THREE)
    first, second = new_page(), new_page()
    for page in (first, second):
        open_panes(page, url)
    before = box(second, "one")
    drag(first, pane(first, "one").locator(".pane-bar"), 500, 0)
    moved = box(first, "one")
    assert moved["x"] > before["x"] + 400
    assert box(second, "one") == before
    first.get_by_role("button", name="options").click()
    first.get_by_role("button", name="save…").click()
    first.get_by_label("Name of the arrangement").fill("wide")
    first.get_by_label("Name of the arrangement").press("Enter")
    expect(first.get_by_role("dialog")).to_have_count(0)
    second.reload()
    second.get_by_role("button", name="options").click()
    second.get_by_label("Saved arrangement of the windows").select_option("wide")
    until(lambda: box(second, "one") == moved)


def test_every_call_of_the_client_is_drawn_without_a_complaint(page, url, run, shoot):
    code = """
import plotly.graph_objects as go
import matplotlib
matplotlib.use("Agg")
import matplotlib.pyplot as plt
rng = np.random.default_rng(0)
grid = rng.normal(size=(6, 8))
title = lambda name: dict(title=name)
viz.scatter(rng.random((9, 2)), opts=title("scatter"))
viz.scatter(rng.random((9, 3)), opts=title("scatter 3D"))
viz.bar(rng.random(5), opts=title("bar"))
viz.heatmap(grid, opts=title("heatmap"))
viz.histogram(rng.random(50), opts=title("histogram"))
viz.boxplot(rng.random((20, 2)), opts=title("boxplot"))
viz.stem(np.arange(6.0), opts=title("stem"))
viz.pie([1, 2, 3], opts=dict(title="pie", legend=["a", "b", "c"]))
viz.sunburst(labels=["a", "b"], parents=["", "a"], opts=title("sunburst"))
viz.surf(grid, opts=title("surf"))
viz.contour(grid, opts=title("contour"))
viz.quiver(grid, grid, opts=title("quiver"))
viz.mesh([[0, 0], [1, 0], [0, 1]], opts=title("mesh"))
viz.dual_axis_lines(np.arange(3), np.arange(3), np.arange(3) ** 2, opts=title("dual axis"))
viz.plotlyplot(go.Figure(go.Violin(y=[1, 2, 2, 3]), layout_title_text="plotlyplot"))
viz.graph([(0, 1), (1, 2)], opts=dict(title="graph", directed=True))
viz.text("words", opts=title("text"))
viz.svg("<svg width='40' height='40'><circle r='9'/></svg>", opts=title("svg"))
plt.plot([1, 3, 2])
viz.matplot(plt, opts=title("matplot"))
viz.images(rng.random((4, 3, 8, 8)), opts=title("images"))
for shade in (0.0, 1.0):
    look = dict(title="history", store_history=True, caption=f"shade {shade}")
    viz.image(np.full((3, 9, 9), shade), win="history", opts=look)
viz.audio(tensor=np.sin(np.arange(60000) / 9), opts=title("audio"))
"""
    run(url, code)
    page.set_viewport_size({"width": 1440, "height": 12_000})  # all in view, so that all are drawn
    open_panes(page, url)
    expect(page.locator(".pane")).to_have_count(22)
    expect(page.locator(".pane[data-drawn]")).to_have_count(22)
    expect(page.locator(".pane-trouble")).to_have_count(0)
    plots = page.locator('.pane[data-type="plot"]')
    for place in range(plots.count()):
        expect(plots.nth(place).locator(".main-svg").first).to_be_visible()
    history = pane(page, "history")
    expect(history.locator(".pane-caption")).to_have_text("shade 1.0")
    history.get_by_label("Which picture").fill("0")
    expect(history.locator(".pane-caption")).to_have_text("shade 0.0")
    expect(history.locator(".pane-place")).to_have_text("1 of 2")
    page.set_viewport_size({"width": 1440, "height": 900})
    shoot(page, "panes-light")
    player = pane(page, "audio").locator("audio")
    until(lambda: player.evaluate("(player) => player.duration > 0"))
    assert player.evaluate("(player) => player.duration") == pytest.approx(60000 / 44100, abs=0.1)


def test_a_server_that_only_reads_says_so(page, tmp_path, serve, run):
    writing = serve(tmp_path / "runs", visdom=True)
    run(writing, THREE)
    open_panes(page, serve(tmp_path / "runs"))
    expect(page.locator("#panes-count")).to_contain_text("read-only")
    pane(page, "one").hover()
    expect(pane(page, "one").get_by_label("Enlarge or shrink")).to_be_visible()
    expect(pane(page, "one").get_by_label("Close for everybody")).to_be_hidden()


def test_windows_out_of_sight_are_not_drawn(page, url, run):
    run(url, 'for i in range(60): viz.line(X=[0, 1], Y=[0, i], win=f"w{i}", opts=dict(title=f"w{i}"))')
    open_panes(page, url)
    drawn(page, "w0")
    assert page.locator(".pane").count() == 60
    assert pane(page, "w59").locator(".main-svg").count() == 0
    pane(page, "w59").scroll_into_view_if_needed()
    assert drawn(page, "w59") == [2]


EMBEDDED = """
points = [dict(group=i % 3, name=f"e{i}", label=str(i % 3), idx=i,
               position=[float(np.cos(i / 9.55)), float(np.sin(i / 9.55))]) for i in range(60)]
whole = dict(win="map", eid="main", layout={}, opts=dict(title="map"))
viz._send(dict(data=[dict(type="embeddings", content=dict(data=points))], **whole))
def hear(event):
    found = dict(update_type="RegionSelected", points=[points[i] for i in event.get("selectedIdxs", [])])
    if event["event_type"] == "EntitySelected":
        found = dict(update_type="EntitySelected", selected=dict(html="<b>look</b>", entityId=event["entityId"]))
    viz._send(dict(data=found, win="map", eid="main"), endpoint="update")
viz.register_event_handler(hear, "map")
for i in range(203):
    look = dict(title="past", store_history=True, caption=f"number {i}", width=200, height=200)
    viz.image(np.full((3, 4, 4), i / 203), win="past", opts=look)
viz.line(X=[0, 1], Y=[0, 1], win="plot", opts=dict(title="plot"))
"""


def saved(page, title, item):
    pane(page, title).hover()
    pane(page, title).get_by_label("Save as a file").click()
    with page.expect_download() as download:
        pane(page, title).get_by_role("menuitem", name=item).click()
    return download.value.suggested_filename, download.value.path().read_bytes()


def test_points_are_looked_at_and_chosen_pictures_go_back_and_environments_are_copied(page, url, run):
    run(url, EMBEDDED, events=True)
    open_panes(page, url)
    shown = pane(page, "map")
    points = shown.locator(".point")
    expect(points).to_have_count(60)
    points.nth(5).hover(force=True)
    expect(shown.locator(".pane-preview iframe").content_frame.locator("b")).to_have_text("look")
    shown.get_by_role("button", name="lasso").click()
    expect(shown.locator(".plotly .cursor-crosshair").first).to_be_attached()
    place = until(shown.locator(".nsewdrag").first.bounding_box)
    corners = [(0.02, 0.02), (0.98, 0.02), (0.98, 0.55), (0.02, 0.55), (0.02, 0.03)]
    for number, (x, y) in enumerate(corners):
        page.mouse.move(place["x"] + x * place["width"], place["y"] + y * place["height"], steps=4)
        if not number:
            page.mouse.down()
    page.mouse.up()
    expect(shown.get_by_role("button", name="← back")).to_be_visible()
    until(lambda: 22 <= points.count() < 60)
    shown.get_by_role("button", name="← back").click()
    expect(points).to_have_count(60)
    pane(page, "past").get_by_label("Which picture").fill("1")
    expect(pane(page, "past").locator(".pane-caption")).to_have_text("number 1")
    until(lambda: pane(page, "past").locator("img").evaluate("(image) => image.naturalWidth") == 4)
    drawn(page, "plot")
    name, picture = saved(page, "plot", "PNG picture")
    assert (name, picture[:4]) == ("main-plot.png", b"\x89PNG")
    name, whole = saved(page, "plot", "JSON, all of it")
    assert (name, json.loads(whole)["content"]["data"][0]["y"]) == ("main-plot.json", [0, 1])
    page.get_by_role("button", name="options").click()
    page.get_by_role("button", name="copy…").click()
    page.get_by_label("Name of the copy").fill("copy")
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile("environments=copy"))
    expect(page.locator(".pane")).to_have_count(3)
    page.get_by_role("button", name="delete…").click()
    page.get_by_role("button", name="Delete", exact=True).click()
    expect(page.locator(".pane-environments")).to_have_text("main")
    assert run(url, "print(viz.get_env_list())") == "['main']\n"
