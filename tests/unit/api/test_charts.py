import pytest
from flask import Flask

from app import api
from app.settings import LogRoot, Settings
from tests.arrays import ArrayStore

ROUTE = "/api/v1/charts"
CHART = {"category": "custom", "title": "loss", "form": "multiline", "tags": ["train/loss", "val/loss"]}


@pytest.fixture
def client_of(tmp_path):
    def make(**options):
        server = Flask("test")
        settings = Settings(roots=(LogRoot("", tmp_path / "logs"),), state_dir=tmp_path / "state", **options)
        api.register(server, ArrayStore(), settings)
        return server.test_client()

    return make


def test_saved_charts_are_shown_to_everybody(client_of):
    saved = client_of(write=True).post(ROUTE, json={"charts": [CHART], "was": ""})
    assert saved.status_code == 200
    assert client_of().get(ROUTE).json == saved.json
    assert saved.json["charts"] == [CHART]


def test_a_server_that_only_shows_runs_saves_no_charts(client_of):
    answer = client_of().post(ROUTE, json={"charts": [CHART], "was": ""})
    assert answer.status_code == 403
    assert "--write" in answer.json["error"]


def test_charts_of_somebody_else_are_not_replaced_unseen(client_of):
    client = client_of(write=True)
    client.post(ROUTE, json={"charts": [CHART], "was": ""})
    answer = client.post(ROUTE, json={"charts": [], "was": ""})
    assert answer.status_code == 409
    assert client.get(ROUTE).json["charts"] == [CHART]


def test_charts_that_make_no_sense_and_requests_of_other_sites_are_refused(client_of):
    client = client_of(write=True)
    assert client.post(ROUTE, json={"charts": [{"title": ""}]}).status_code == 400
    assert client.post(ROUTE, json={"charts": [CHART]}, headers={"Sec-Fetch-Site": "cross-site"}).status_code == 403
    assert client.get(ROUTE).json["charts"] == []
