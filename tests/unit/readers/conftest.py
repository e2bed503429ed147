"""Fixtures for the tests of readers."""

import pytest

from app.readers import growing


@pytest.fixture(autouse=True)
def _slow_clock(monkeypatch: pytest.MonkeyPatch) -> None:
    """No file comes to rest by itself because the machine is slow: a test that wants it makes the file old."""
    monkeypatch.setattr(growing, "_TAIL_AGE_S", 30.0)
    monkeypatch.setattr(growing, "_PATIENCE_S", 120.0)
