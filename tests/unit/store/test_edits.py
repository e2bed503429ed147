"""What people say of runs, put over what their files say."""

import json
import os

import pytest

from app.readers import json_lines, tailboard
from app.readers.contract import TagFacts
from app.settings import LogRoot, Settings
from app.store.memory import Store, UnknownRunError
from app.store.query import SeriesQuery, picture
from tests.run_files import RunFiles
from tests.unit.store.waiting import until

READERS = {reader.name: reader for reader in (tailboard.READER, json_lines.READER)}
STEPS = {"it": [0, 10, 20, 30], "game": [0, 1, 1, 3]}


@pytest.fixture
def logs(tmp_path):
    folder = tmp_path / "logs"
    RunFiles(folder / "ours").say(notes="as logged").log({"loss": 1.0}, 0)
    lines = [{"it": it, "game": game, "loss": 1 / (it + 1)} for it, game in zip(*STEPS.values(), strict=True)]
    (folder / "table").mkdir()
    (folder / "table/metrics.jsonl").write_text("".join(json.dumps(line) + "\n" for line in lines))
    return folder


@pytest.fixture
def make_store(tmp_path, logs):
    made = []

    def make():
        settings = Settings(
            roots=(LogRoot("", logs),), cache_dir=tmp_path / "cache", state_dir=tmp_path / "state", poll_interval_s=0.05
        )
        made.append(Store(settings, READERS))
        made[-1].refresh()
        return made[-1]

    yield make
    for store in made:
        store.close()


@pytest.fixture
def store(make_store):
    return make_store()


@pytest.fixture
def table(store):
    return next(run.id for run in store.runs() if run.format == json_lines.READER.name)


def steps(store, table):
    return store.series(table, "loss").step.tolist()


def test_a_name_notes_and_a_line_are_shown_in_place_of_those_of_the_files(store):
    before = store.revision
    store.edit("ours", {"name": "best one", "notes": "# mine", "slot": 9})
    store.refresh()
    run = store.run("ours")
    assert (run.info.name, run.info.notes, run.slot, run.title) == ("best one", "# mine", 9, "best one")
    assert [one.id for one in store.changed_since(before)[0]] == ["ours"]


def test_a_name_takes_the_place_of_the_last_part_of_the_id(store, logs):
    RunFiles(logs / "sweep/b").say().log({"loss": 1.0}, 0)
    store.refresh()
    assert store.run("sweep/b").title == "sweep/b"
    store.edit("sweep/b", {"name": "winner"})
    store.refresh()
    assert store.run("sweep/b").title == "sweep/winner"


def test_a_run_is_called_by_the_name_it_was_begun_with_until_a_person_gives_it_another(store, logs):
    RunFiles(logs / "sweep/19-45-34").say(name="lr=0.1").log({"loss": 1.0}, 0)
    store.refresh()
    assert store.run("sweep/19-45-34").title == "sweep/lr=0.1"
    store.edit("sweep/19-45-34", {"name": "winner"})
    store.refresh()
    assert store.run("sweep/19-45-34").title == "sweep/winner"


def test_taken_back_the_files_have_their_say_again(store):
    slot = store.run("ours").slot
    store.edit("ours", {"notes": "mine", "slot": slot + 5})
    store.refresh()
    store.edit("ours", {"notes": None, "slot": None})
    store.refresh()
    assert (store.run("ours").info.notes, store.run("ours").slot) == ("as logged", slot)


def test_nothing_is_written_among_the_logs(store, table, logs):
    def listing():
        return sorted((str(path), path.stat().st_mtime_ns) for path in logs.rglob("*"))

    before = listing()
    for run_id in ("ours", table):
        store.edit(run_id, {"name": "x", "notes": "y", "slot": 1})
    store.edit(table, {"step_column": "game"})
    store.refresh()
    assert listing() == before


def test_a_run_that_is_not_there_cannot_be_edited(store):
    with pytest.raises(UnknownRunError):
        store.edit("nobody", {"name": "x"})


def test_the_next_start_shows_what_was_said(store, make_store):
    store.edit("ours", {"name": "best one"})
    store.close()
    assert make_store().run("ours").title == "best one"


def test_a_server_that_runs_shows_what_another_one_was_told(make_store):
    here, there = make_store(), make_store()
    there.start()
    here.edit("ours", {"notes": "from here"})
    until(lambda: there.run("ours").info.notes == "from here", "the notes of the other server")


def test_a_server_shows_what_it_was_told_itself(store):
    store.start()
    store.edit("ours", {"notes": "now"})
    until(lambda: store.run("ours").info.notes == "now", "the notes")


@pytest.mark.parametrize("viewed", [True, False])
def test_another_step_column_moves_every_point_and_back(store, table, viewed):
    assert not viewed or steps(store, table) == STEPS["it"]
    for column, expected in (("game", STEPS["game"]), ("", [0, 1, 2, 3]), ("it", STEPS["it"]), (None, STEPS["it"])):
        store.edit(table, {"step_column": column})
        store.refresh()
        assert steps(store, table) == expected
        assert store.run(table).facts["loss"].last_step == expected[-1]


def test_the_column_that_gives_the_steps_is_known_as_such(store, table):
    def is_step(tag):
        facts: TagFacts = store.run(table).facts[tag]
        return facts.is_step

    assert (is_step("it"), is_step("game")) == (True, False)
    store.edit(table, {"step_column": "game"})
    store.refresh()
    assert (is_step("it"), is_step("game")) == (False, True)
    assert store.run(table).info.step_column == "game"


def test_a_point_that_comes_later_has_the_chosen_step(store, table, logs):
    store.edit(table, {"step_column": "game"})
    store.refresh()
    assert steps(store, table) == STEPS["game"]
    with (logs / "table/metrics.jsonl").open("a") as file:
        file.write(json.dumps({"it": 40, "game": 7, "loss": 0.1}) + "\n")
    store.refresh()
    assert steps(store, table) == [*STEPS["game"], 7]


def test_a_picture_of_other_steps_is_drawn_whole_though_both_ends_are_where_they_were(store, table, logs):
    path = logs / "table/metrics.jsonl"
    path.write_text("".join(json.dumps({"it": i, "game": g, "loss": 0.5}) + "\n" for i, g in ((0, 0), (1, 2), (3, 3))))
    store.refresh()
    query = SeriesQuery(run_id=table, tag="loss")
    first = picture(store, query)
    assert first.step.tolist() == [0, 1, 3]
    store.edit(table, {"step_column": "game"})
    store.refresh()
    second = picture(store, SeriesQuery(run_id=table, tag="loss", cursor=first.cursor))
    assert (second.mode, second.step.tolist()) == ("whole", [0, 2, 3])


def test_the_next_start_takes_no_facts_of_another_reading(store, table, make_store, logs):
    """The cache may remember a file that rests as it was read before; the choice is made while nobody looks."""
    os.utime(logs / "table/metrics.jsonl", (1_000_000_000, 1_000_000_000))
    store.refresh()
    store.edit(table, {"step_column": "game"})
    store.close()
    for _ in range(2):  # the second start finds the new reading in the cache
        again = make_store()
        assert again.run(table).facts["loss"].last_step == STEPS["game"][-1]
        assert steps(again, table) == STEPS["game"]
        again.close()


def test_what_is_skipped_is_told_and_raises_the_revision(store, logs):
    (logs / "odd.csv").write_bytes(bytes(range(256)))
    before = store.revision
    store.refresh()
    assert [one.path.name for one in store.skipped] == ["odd.csv"]
    assert before < store.skipped_revision <= store.revision
    seen = store.revision
    store.refresh()
    assert store.skipped_revision <= seen


def test_a_run_tells_how_many_files_it_is_made_of(store, table, logs):
    assert store.run(table).files == 1
    assert store.run("ours").files >= 1
