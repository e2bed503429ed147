import re
from pathlib import Path

import pytest

from app.server import create_app
from app.settings import LogRoot, Settings
from tests.arrays import ArrayStore

ASSETS = Path(__file__).parents[3] / "assets"


@pytest.fixture
def client(tmp_path):
    settings = Settings(roots=(LogRoot("", tmp_path / "logs"),), url_prefix="/lab/", state_dir=tmp_path / "state")
    return create_app(settings, ArrayStore()).server.test_client()


@pytest.mark.parametrize("suffix", ["js", "css"])
def test_all_files_of_a_kind_come_in_one_answer_that_a_browser_keeps_for_good(client, suffix):
    (address,) = re.findall(rf'"(/lab/app-[0-9a-f]+\.{suffix})"', client.get("/lab/").text)
    answer = client.get(address)
    files = sorted((ASSETS / suffix).glob(f"*.{suffix}"))
    assert re.findall(r"^/\* (\d\d-[\w-]+\.\w+) \*/$", answer.text, re.MULTILINE) == [file.name for file in files]
    assert all(file.read_text() in answer.text for file in files)
    assert "immutable" in answer.headers["Cache-Control"]


def test_the_page_asks_for_no_file_of_ours_by_itself(client):
    assert not re.search(r"assets/(js|css)/", client.get("/lab/").text)


def test_a_name_that_scripts_share_is_given_by_one_of_them():
    given = [
        name
        for script in sorted((ASSETS / "js").glob("*.js"))
        for name in set(re.findall(r"^\s*tb\.(\w+) = ", script.read_text(), re.M))
    ]
    assert sorted(given) == sorted(set(given))
