"""Every script of docs/integrations.md runs as it is written, and what the page says it logs is there."""

import os
import re
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import nbformat
import pytest
from nbclient import NotebookClient

from app.readers.walk import all_readers
from app.settings import LogRoot
from app.store.discovery import Discovery

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "integrations.md").read_text()
SECTIONS = dict(re.findall(r"^## (.+?)\n(.*?)(?=^## |\Z)", PAGE, re.MULTILINE | re.DOTALL))
SCRIPT = re.compile(r"^```python\n(.*?)^```$", re.MULTILINE | re.DOTALL)
OTHERWISE = ("Jupyter", "Visdom")  # run in a kernel, and beside a server
LOGGED = re.compile(r"^Logged: (.+?)(?:\n\n|\Z)", re.MULTILINE | re.DOTALL)

Started = tuple[Path, Future[None]]


def run_script(code: str, folder: Path) -> None:
    (folder / "script.py").write_text(code)
    environ = {**os.environ, "PYTHONPATH": str(ROOT), "HF_HUB_OFFLINE": "1", "KERAS_BACKEND": "torch"}
    environ["OMP_NUM_THREADS"] = "1"  # as many scripts as there are cores run side by side
    command = [sys.executable, "script.py"]
    done = subprocess.run(command, cwd=folder, env=environ, capture_output=True, text=True, timeout=300, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


def run_cell(code: str, folder: Path) -> None:
    """Run a script as the cell of a notebook, in a kernel."""
    book = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(source=code)])
    kernel = NotebookClient(book, timeout=300, resources={"metadata": {"path": str(folder)}})
    kernel.execute(env={**os.environ, "PYTHONPATH": str(ROOT)})


def logged_tags(folder: Path) -> set[str]:
    """Tags of all runs below a folder."""
    tags: set[str] = set()
    for found in Discovery([LogRoot("", folder)], all_readers()).find().values():
        log = found.reader.open(found.path)
        while log.poll().behind:
            pass
        tags |= set(log.facts)
    return tags


@pytest.fixture(scope="module")
def started(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Mapping[str, Started]]:
    """Folder and end of the scripts of each tested section, which run side by side: most of their time is the start."""
    tests = [item for item in request.session.items if item.path == request.path and isinstance(item, pytest.Function)]
    titles = [item.callspec.params["title"] for item in tests]
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        folders = {title: tmp_path_factory.mktemp("section") for title in titles if title not in OTHERWISE}
        yield {title: (folder, pool.submit(run_scripts, title, folder)) for title, folder in folders.items()}


def run_scripts(title: str, folder: Path) -> None:
    for code in SCRIPT.findall(SECTIONS[title]):
        run_script(code, folder)


@pytest.mark.parametrize("title", SECTIONS)
def test_each_script_runs_and_logs_what_the_page_says(
    title: str, started: Mapping[str, Started], tmp_path: Path, start_app: Callable[..., Any]
):
    body = SECTIONS[title]
    assert SCRIPT.search(body), "a section shows a complete script"
    if title == "Jupyter":
        run_cell("\n".join(SCRIPT.findall(body)), folder := tmp_path)
    elif title == "Visdom":  # its client draws into a server
        port = urlsplit(start_app("--visdom").url).port
        run_script("\n".join(SCRIPT.findall(body)).replace("port=8050", f"port={port}"), folder := tmp_path)
    else:
        folder, ended = started[title]
        ended.result()
    said = re.findall(r"`([^`]+)`", " ".join(LOGGED.findall(body)))
    assert said, "a section says what is logged: 'Logged: `train/loss`, ...'"
    assert set(said) - logged_tags(folder) == set()
