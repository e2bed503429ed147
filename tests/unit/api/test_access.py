"""A server with a token answers whoever knows it, and nobody else."""

import hashlib
from pathlib import Path

import pytest

from app.server import create_app
from app.settings import LogRoot, Settings
from tests.arrays import ArrayStore

TOKEN = "correct-horse-battery"
BROWSER = {"Accept": "text/html,application/xhtml+xml"}


@pytest.fixture
def client(tmp_path: Path):
    def make(**options):
        settings = Settings(roots=(LogRoot("", tmp_path),), **options)
        return create_app(settings, ArrayStore({})).server.test_client()

    return make


@pytest.mark.parametrize(
    "address", ["/", "/charts", "/api/v1/runs", "/_dash-layout", "/tokens.css", "/assets/js/03-view.js"]
)
def test_without_the_token_nothing_but_health_is_answered(client, address):
    server = client(token=TOKEN)
    refused = server.get(address)
    assert refused.status_code == 401
    assert "Authorization: Bearer" in refused.json["error"]
    assert server.get("/health").status_code == 200


def test_without_a_token_everybody_is_answered(client):
    assert client().get("/api/v1/runs").status_code == 200


@pytest.mark.parametrize(
    ("header", "status"),
    [(f"Bearer {TOKEN}", 200), (f"bearer {TOKEN}", 200), ("Bearer nearly", 401), (f"Basic {TOKEN}", 401), ("", 401)],
)
def test_a_program_sends_the_token_as_bearer(client, header, status):
    assert client(token=TOKEN).get("/api/v1/runs", headers={"Authorization": header}).status_code == status


def test_a_browser_is_asked_and_remembered(client):
    server = client(token=TOKEN)
    assert 'name="token"' in server.get("/charts", headers=BROWSER).text
    wrong = server.post("/", data={"token": "nearly-the-token"}, headers=BROWSER)
    assert (wrong.status_code, "That is not the token." in wrong.text) == (401, True)
    right = server.post("/", data={"token": TOKEN}, headers=BROWSER)
    assert (right.status_code, right.headers["Location"]) == (303, "/")
    assert TOKEN not in right.headers["Set-Cookie"]
    assert server.get("/charts").status_code == 200


def test_a_link_with_the_token_lets_in_and_loses_it(client):
    server = client(token=TOKEN)
    answer = server.get(f"/charts?runs=a&token={TOKEN}&smooth=0.5", headers=BROWSER)
    assert (answer.status_code, answer.headers["Location"]) == (303, "/charts?runs=a&smooth=0.5")
    assert server.get("/charts").status_code == 200


def test_a_link_with_another_token_says_so(client):
    answer = client(token=TOKEN).get("/charts?token=guess", headers=BROWSER)
    assert (answer.status_code, "That is not the token." in answer.text) == (401, True)


def test_a_link_leads_to_no_other_host(client):
    answer = client(token=TOKEN).get(f"//elsewhere.example/?token={TOKEN}", headers=BROWSER)
    assert not answer.headers["Location"].startswith("//")


def test_visdoms_client_logs_in_with_the_token_as_its_password(client):
    server = client(token=TOKEN, url_prefix="/lab/")
    assert server.post("/lab/", json={"username": "me", "password": "00"}).status_code == 401
    assert server.post("/lab/", json=["what"]).status_code == 401
    answer = server.post("/lab/", json={"username": "me", "password": hashlib.sha256(TOKEN.encode()).hexdigest()})
    assert answer.status_code == 200
    assert server.get_cookie("user_password", path="/lab/") is not None
    assert server.get("/lab/api/v1/runs").status_code == 200


def test_the_token_is_not_shown_with_the_settings():
    assert TOKEN not in repr(Settings(roots=(), token=TOKEN))
