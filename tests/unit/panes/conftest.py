"""Fixtures of the tests of environments and windows."""

import pytest

from app.store.panes.environment import Environment


@pytest.fixture
def opened(tmp_path):
    """Opens the environment `main` of a folder, as a server that was just started does."""

    def open_it(folder=None, *, writable=True):
        environment = Environment("main", folder or tmp_path / "visdom" / "main", writable=writable)
        environment.catch_up()
        return environment

    return open_it
