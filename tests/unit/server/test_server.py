"""What holds for every answer of the app."""

import sys
from types import ModuleType

import pytest

from app.server import POLICY, create_app
from app.settings import LogRoot, Settings
from tests.arrays import ArrayStore


@pytest.fixture
def client(tmp_path):
    def make(**options):
        settings = Settings(roots=(LogRoot("", tmp_path),), **options)
        return create_app(settings, ArrayStore({})).server.test_client()

    return make


def test_a_page_may_not_make_the_browser_call_anywhere_else(client):
    assert client().get("/charts").headers["Content-Security-Policy"] == POLICY


def test_every_page_is_found_below_the_prefix_that_a_proxy_serves(client):
    server = client(url_prefix="/lab/board/")
    page = server.get("/lab/board/charts")
    assert page.status_code == 200
    assert '"prefix": "/lab/board/"' in page.text
    assert 'href="/lab/board/tokens.css"' in page.text
    assert server.get("/lab/board/tokens.css").status_code == 200
    assert server.get("/lab/board/assets/js/03-view.js").status_code == 200
    assert server.get("/charts").status_code == 404


def test_what_the_scripts_know_cannot_end_the_script(client, tmp_path):
    settings = Settings(roots=(LogRoot("", tmp_path / "</script><b>"),))
    text = create_app(settings, ArrayStore({})).server.test_client().get("/").text
    assert "</script><b>" not in text


def test_the_answers_are_compressed_for_a_browser_that_can_read_it(client):
    answer = client().get("/", headers={"Accept-Encoding": "zstd, gzip"})
    assert answer.headers["Content-Encoding"] in ("zstd", "gzip")


def test_the_layout_is_answered_while_another_request_imports_pandas(client, monkeypatch):
    server = client()
    monkeypatch.setitem(sys.modules, "pandas", ModuleType("pandas"))
    assert server.get("/_dash-layout").status_code == 200
