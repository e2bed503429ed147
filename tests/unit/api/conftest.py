"""A server with the routes alone, over a store of arrays."""

from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient

from app import api
from app.settings import LogRoot, Settings
from tests.arrays import ArrayStore


@pytest.fixture
def store() -> ArrayStore:
    return ArrayStore()


def serve(store: ArrayStore, prefix: str = "/") -> FlaskClient:
    server = Flask("test")
    api.register(server, store, Settings(roots=(LogRoot("", Path()),), url_prefix=prefix))
    return server.test_client()


@pytest.fixture
def client(store: ArrayStore) -> FlaskClient:
    return serve(store)


@pytest.fixture
def client_at(store: ArrayStore):
    """Serve below a prefix."""
    return lambda prefix: serve(store, prefix)
