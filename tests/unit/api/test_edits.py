import pytest
from flask import Flask

from app import api
from app.api.edits import MAX_NOTES
from app.api.posted import MAX_CHANGE_BYTES
from app.readers.contract import RunInfo
from app.settings import LogRoot, Settings
from tests.arrays import ArrayStore

ROUTE = "/api/v1/edit"


@pytest.fixture
def store():
    store = ArrayStore()
    store.put("a", info=RunInfo("a", notes="as logged", step_column="", step_columns=("game", "move")))
    return store


@pytest.fixture
def client_of(store, tmp_path):
    def make(**options):
        server = Flask("test")
        api.register(server, store, Settings(roots=(LogRoot("", tmp_path),), **options))
        return server.test_client()

    return make


@pytest.fixture
def client(client_of):
    return client_of(write=True)


def edits(store):
    return store.run("a").edits


def test_what_a_person_says_is_kept_and_shown(client, store):
    answer = client.post(ROUTE, json={"run": "a", "name": " best ", "notes": "# b", "slot": 31})
    assert answer.status_code == 200
    assert answer.json["edits"] == {"name": "best", "notes": "# b", "slot": 31, "step_column": None}
    assert client.get("/api/v1/run?run=a").json["edits"] == answer.json["edits"]
    (entry,) = client.get("/api/v1/runs").json["runs"]
    assert (entry["title"], entry["name"]) == ("best", "best")


def test_what_is_not_named_stays_and_empty_takes_back(client, store):
    client.post(ROUTE, json={"run": "a", "name": "x", "notes": "n"})
    client.post(ROUTE, json={"run": "a", "name": ""})
    assert (edits(store).name, edits(store).notes) == (None, "n")
    client.post(ROUTE, json={"run": "a", "notes": " \n"})
    assert edits(store).notes is None


def test_the_run_list_tells_that_a_person_said_something_else(client):
    seen = set()
    for notes in ("", "one\ntwo", "one\nthree"):
        client.post(ROUTE, json={"run": "a", "notes": notes})
        seen.add(client.get("/api/v1/runs").json["runs"][0]["edited"])
    assert len(seen) == 3
    assert 0 in seen


def test_without_write_nothing_changes_and_a_sentence_says_what_would_help(client_of, store):
    answer = client_of().post(ROUTE, json={"run": "a", "notes": "x"})
    assert answer.status_code == 403
    assert "--write" in answer.json["error"]
    assert edits(store).notes is None


@pytest.mark.parametrize(
    ("options", "status"),
    [({}, 200), ({"host": "0.0.0.0"}, 403), ({"host": "0.0.0.0", "write": True}, 200)],
)
def test_steps_are_chosen_where_only_this_machine_can_or_with_write(client_of, store, options, status):
    answer = client_of(**options).post(ROUTE, json={"run": "a", "step_column": "game"})
    assert answer.status_code == status
    assert edits(store).step_column == ("game" if status == 200 else None)


def test_a_name_beside_a_step_column_needs_write_all_the_same(client_of, store):
    answer = client_of().post(ROUTE, json={"run": "a", "step_column": "game", "name": "x"})
    assert answer.status_code == 403
    assert edits(store).step_column is None


def test_rows_are_counted_by_an_empty_column_and_null_goes_by_the_names(client, store):
    client.post(ROUTE, json={"run": "a", "step_column": ""})
    assert edits(store).step_column == ""
    client.post(ROUTE, json={"run": "a", "step_column": None})
    assert edits(store).step_column is None


def test_a_column_that_is_none_is_refused_with_those_that_are(client):
    answer = client.post(ROUTE, json={"run": "a", "step_column": "epoch"})
    assert answer.status_code == 400
    assert "game, move" in answer.json["error"]


def test_what_somebody_else_wrote_meanwhile_is_not_replaced_unseen(client, store):
    client.post(ROUTE, json={"run": "a", "notes": "theirs"})
    answer = client.post(ROUTE, json={"run": "a", "notes": "mine", "was": {"notes": "as logged"}})
    assert answer.status_code == 409
    assert "Somebody else changed the notes" in answer.json["error"]
    assert edits(store).notes == "theirs"
    assert client.post(ROUTE, json={"run": "a", "notes": "mine", "was": {"notes": "theirs"}}).status_code == 200


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({}, 200),
        ({"Sec-Fetch-Site": "same-origin", "Origin": "https://behind.a.proxy"}, 200),
        ({"Sec-Fetch-Site": "cross-site"}, 403),
        ({"Sec-Fetch-Site": "same-site"}, 403),
        ({"Origin": "http://localhost"}, 200),
        ({"Origin": "http://evil.example"}, 403),
        ({"Origin": "null"}, 403),
    ],
)
def test_only_pages_of_the_app_and_no_browser_at_all_may_ask(client, headers, status):
    assert client.post(ROUTE, json={"run": "a", "name": "x"}, headers=headers).status_code == status


def test_a_form_of_another_page_is_no_json(client):
    for kind in ("text/plain", "application/x-www-form-urlencoded"):
        assert client.post(ROUTE, data='{"run": "a", "name": "x"}', content_type=kind).status_code == 415


def test_reading_the_address_changes_nothing(client):
    assert client.get(f"{ROUTE}?run=a&name=x").status_code in (404, 405)


@pytest.mark.parametrize(
    "body",
    [
        {"run": "a"},
        {"run": "a", "name": 5},
        {"run": "a", "name": "x" * 201},
        {"run": "a", "name": "two\nlines"},
        {"run": "a", "notes": "x" * (MAX_NOTES + 1)},
        {"run": "a", "slot": 32},
        {"run": "a", "slot": True},
        {"run": "a", "slot": "1"},
        {"name": "x"},
        ["a"],
    ],
)
def test_a_change_that_makes_no_sense_is_400_in_words(client, store, body):
    answer = client.post(ROUTE, json=body)
    assert answer.status_code == 400
    assert answer.json["error"].endswith(".")
    assert edits(store).name is None


def test_what_is_no_json_and_what_is_too_long_are_refused(client):
    assert client.post(ROUTE, data="{", content_type="application/json").status_code == 400
    long = client.post(ROUTE, data=" " * (MAX_CHANGE_BYTES + 1), content_type="application/json")
    assert long.status_code == 413


def test_a_run_that_is_not_there_is_404(client):
    assert client.post(ROUTE, json={"run": "nobody", "name": "x"}).status_code == 404


def test_a_state_folder_that_cannot_be_written_is_said(client, store, monkeypatch):
    def full(run_id, changes):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(store, "edit", full)
    answer = client.post(ROUTE, json={"run": "a", "name": "x"})
    assert answer.status_code == 500
    assert "No space left" in answer.json["error"]
    assert "--state-dir" in answer.json["error"]
