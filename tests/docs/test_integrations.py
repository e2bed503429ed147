"""Every script of docs/integrations.md runs as it is written, and what the page says it logs is there."""

import os
import re
import subprocess
import sys
from collections.abc import Callable
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
LOGGED = re.compile(r"^Logged: (.+?)(?:\n\n|\Z)", re.MULTILINE | re.DOTALL)


def run_script(code: str, folder: Path) -> None:
    (folder / "script.py").write_text(code)
    environ = {**os.environ, "PYTHONPATH": str(ROOT), "HF_HUB_OFFLINE": "1", "KERAS_BACKEND": "torch"}
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


@pytest.mark.parametrize("title", SECTIONS)
def test_each_script_runs_and_logs_what_the_page_says(title: str, tmp_path: Path, start_app: Callable[..., Any]):
    body = SECTIONS[title]
    if title == "Visdom":  # its client draws into a server
        body = body.replace("port=8050", f"port={urlsplit(start_app('--visdom').url).port}")
    scripts = SCRIPT.findall(body)
    assert scripts, "a section shows a complete script"
    for code in scripts:
        (run_cell if title == "Jupyter" else run_script)(code, tmp_path)
    said = re.findall(r"`([^`]+)`", " ".join(LOGGED.findall(body)))
    assert said, "a section says what is logged: 'Logged: `train/loss`, ...'"
    assert set(said) - logged_tags(tmp_path) == set()
