"""Which browser the tests take."""

from pathlib import Path

import pytest

from tests.browser.install import find_browser


def program(path: Path, status: int) -> Path:
    path.write_text(f"#!/bin/sh\nexit {status}\n")
    path.chmod(0o755)
    return path


def test_a_browser_that_does_not_start_is_passed_over(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.delenv("CHROME", raising=False)
    monkeypatch.setenv("PATH", str(tmp_path))
    program(tmp_path / "chromium", status=1)
    chrome = program(tmp_path / "google-chrome", status=0)
    assert find_browser() == str(chrome)


def test_the_browser_that_is_named_is_the_only_one_tried(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("PATH", str(tmp_path))
    program(tmp_path / "chromium", status=0)
    named = program(tmp_path / "mine", status=0)
    monkeypatch.setenv("CHROME", str(named))
    assert find_browser() == str(named)
    monkeypatch.setenv("CHROME", str(tmp_path / "missing"))
    assert find_browser() is None
