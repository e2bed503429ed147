import json
import signal
import socket
import subprocess
import sys
import urllib.request
from collections.abc import Callable
from pathlib import Path

import pytest

from app.__main__ import main
from tests.conftest import AppProcess

Start = Callable[..., AppProcess]


def health(app: AppProcess) -> dict[str, object]:
    with urllib.request.urlopen(f"{app.url}health", timeout=30) as answer:
        return json.load(answer)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_the_app_prints_where_it_is_answers_there_and_stops_when_told(start_app: Start, tmp_path: Path, number):
    app = start_app("--logdir", str(tmp_path))
    assert health(app)["status"] == "ok"
    status, output, errors = app.stop(number)
    assert (status, errors) == (0, "")
    assert f"shows {tmp_path}" in output


def test_the_app_outlives_its_terminal_under_nohup(start_app: Start, tmp_path: Path):
    app = start_app("--logdir", str(tmp_path), program=("nohup", sys.executable, "-m", "app"))
    app.process.send_signal(signal.SIGHUP)
    assert health(app)["status"] == "ok"
    assert app.stop()[0] == 0


def test_the_app_stops_while_a_browser_keeps_its_connection_open(start_app: Start, tmp_path: Path):
    app = start_app("--logdir", str(tmp_path))
    port = int(app.url.split(":")[2].strip("/"))
    with socket.create_connection(("127.0.0.1", port)) as browser:
        browser.sendall(b"GET /health HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n")
        assert browser.recv(12) == b"HTTP/1.1 200"
        assert app.stop()[0] == 0


def test_a_log_folder_that_is_not_there_is_served_and_said(start_app: Start, tmp_path: Path):
    app = start_app("--logdir", "rnus")
    assert health(app)["runs"] == 0
    status, _, errors = app.stop()
    assert status == 0
    assert (
        errors == f"Warning: {tmp_path / 'rnus'} does not exist (yet). Runs appear as soon as something logs there.\n"
    )


def test_a_person_on_ssh_and_an_open_app_are_told_what_they_need_to_know(start_app: Start, tmp_path: Path):
    app = start_app("--logdir", str(tmp_path), SSH_CONNECTION="10.0.0.2 51000 10.0.0.7 22")
    assert " -L " in app.stop()[1]
    app = start_app("--logdir", str(tmp_path), "--host", "0.0.0.0")
    assert "can read these logs" in app.stop()[2]


def test_the_app_is_served_under_the_prefix_of_a_proxy(start_app: Start, tmp_path: Path):
    app = start_app("--logdir", str(tmp_path), "--url-prefix", "board")
    assert app.url.endswith("/board/")
    assert health(app)["status"] == "ok"


def test_a_taken_port_ends_the_start_before_anything_is_read(tmp_path: Path):
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        command = [sys.executable, "-m", "app", "--logdir", str(tmp_path), "--port", str(port)]
        done = subprocess.run(command, cwd=Path(__file__).parents[3], capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert f"port {port} on 127.0.0.1 is taken" in done.stderr
    assert "Traceback" not in done.stderr


def test_a_cache_folder_that_others_can_reach_ends_the_start_in_words(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
):
    (tmp_path / "cache").mkdir(mode=0o777)
    (tmp_path / "cache").chmod(0o777)
    with pytest.raises(SystemExit, match="2"):
        main(["--logdir", str(tmp_path / "runs"), "--port", "0", "--cache-dir", str(tmp_path / "cache")])
    assert "or name another one with --cache-dir" in capsys.readouterr().err
