"""Runs whose lists hold anything: every route answers with data or a sentence, and other runs are unharmed."""

import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote

import numpy as np
import orjson
import pytest
from flask import Flask
from flask.testing import FlaskClient

import trainer_hooks
from app import api
from app.readers.walk import all_readers
from app.settings import LogRoot, Settings
from app.store.memory import Store
from tests.logged import media, until

ROUTES = (
    *("media?", "media/content?at=0&", "histograms?", "histograms?at=0&", "histograms?format=csv&", "graph?"),
    *("histograms?format=jsonl&", "evaluation/curves?at=0&", "evaluation/matrix?at=0&", "evaluation/scores?"),
    *(
        "evaluation/csv?at=0&",
        "evaluation/csv?",
        "embeddings/info?",
        "embeddings/points?",
        "embeddings/neighbours?point=0&",
    ),
)
WRONG: tuple[Any, ...] = (
    None,
    "NaN",
    -1,
    1.5,
    True,
    10**12,
    10**30,
    1e308,
    "",
    [],
    [1, [2]],
    {"a": {"b": 1}},
    "../../up",
)
MEMBERS = ("_step", "_time", "tag", "kind", "file", "text", "media_type", "width", "index", "count", "meta", "parts")


@pytest.fixture(scope="module")
def items(tmp_path_factory: pytest.TempPathFactory) -> list[dict[str, Any]]:
    """A media line of each kind whose content is computed with."""
    rng = np.random.default_rng(0)
    labels, scores = rng.integers(0, 2, 30), rng.random(30)
    with trainer_hooks.init(tmp_path_factory.mktemp("log") / "run") as run:
        run.log_histogram("histogram", rng.normal(size=50), bins=5)
        run.log_pr_curve("pr_curve", labels, scores, thresholds=5)
        run.log_confusion_matrix("confusion_matrix", labels, labels)
        run.log_embedding("embedding", rng.normal(size=(5, 3)), metadata=list("abcde"))
        run.log_charts({"charts": {"both": ["multiline", ["a", "b"]]}})
    return media(run.path)


@pytest.fixture
def serve(tmp_path) -> Iterator[Any]:
    """Serves the runs below a folder."""
    stores = []

    def start(logdir: Path) -> FlaskClient:
        settings = Settings(roots=(LogRoot("", logdir),), cache_dir=tmp_path / "cache")
        store = Store(settings, all_readers())
        store.start()
        stores.append(store)
        until(lambda: store.ready)
        server = Flask("test")
        api.register(server, store, settings)
        server.testing = True  # what a route raises reaches the test
        return server.test_client()

    yield start
    for store in stores:
        store.close()


def write(folder: Path, lines: list[dict[str, Any]]) -> None:
    folder.mkdir(parents=True)
    (folder / "run.json").write_text('{"format": 1, "name": "run", "created": 0}')
    (folder / "media-host-1-1.jsonl").write_text("".join(json.dumps(line) + "\n" for line in lines))


def asked(client: FlaskClient, run: str) -> set[int]:
    """Ask every route for every tag of a run; the statuses. Each answer is read whole."""
    facts = client.get(f"/api/v1/run?run={run}").json["facts"]
    addresses = [f"/api/v1/{route}run={run}&tag={quote(tag)}" for tag in facts for route in ROUTES if tag]
    addresses += [f"/api/v1/layers?run={run}", f"/api/v1/layers?run={run}&format=csv"]
    statuses = set()
    for address in addresses:
        answer = client.get(address)
        assert answer.status_code in (200, 304) or answer.json["error"], address
        statuses.add(answer.status_code)
    return statuses


@pytest.mark.parametrize("member", MEMBERS)
def test_a_member_of_any_type_harms_neither_its_run_nor_the_others(tmp_path, serve, items, member):
    for place, wrong in enumerate(WRONG):
        write(tmp_path / "log" / f"wrong-{place}", [{**item, member: wrong} for item in items])
    write(tmp_path / "log" / "whole", items)
    client = serve(tmp_path / "log")
    runs = {run["id"]: run for run in client.get("/api/v1/runs").json["runs"]}
    assert runs["whole"]["media"] == len(items)
    for place in range(len(WRONG)):
        assert asked(client, f"wrong-{place}") <= {200, 400, 404, 422, 500}


def damaged(item: dict[str, Any], name: str, wrong: Any) -> Iterator[dict[str, Any]]:
    """Yield an item whose meta is damaged in several ways, each with a tag of its own."""
    whole = item["meta"][name]
    metas = [wrong]
    if isinstance(whole, list):
        metas += [[wrong, *whole[1:]], [wrong] * len(whole), whole[:-1], whole[::-1], [whole] * 3]
    for place, meta in enumerate(metas):
        yield {**item, "tag": f"{item['kind']}/{name}/{place}", "meta": {**item["meta"], name: meta}}


def test_content_of_any_type_is_an_answer_or_a_sentence(tmp_path, serve, items):
    for place, wrong in enumerate(("NaN", -1, 1e308, [1, [2]], {"a": {"b": 1}})):
        lines = [one for item in items for name in item["meta"] for one in damaged(item, name, wrong)]
        write(tmp_path / "log" / f"wrong-{place}", lines)
    others = [
        {**one, "meta": other["meta"], "tag": f"{one['kind']}/{other['kind']}"} for one in items for other in items
    ]
    write(tmp_path / "log" / "others", others)
    client = serve(tmp_path / "log")
    for run in orjson.loads(client.get("/api/v1/runs").data)["runs"]:
        asked(client, run["id"])


def test_a_blob_that_is_no_file_is_not_waited_for(tmp_path, serve, items):
    folder = tmp_path / "log" / "run"
    write(folder, [{**item, "file": "pipe.npy", "parts": {"metadata": "device.json"}} for item in items])
    os.mkfifo(folder / "pipe.npy")
    (folder / "device.json").symlink_to("/dev/zero")
    client = serve(tmp_path / "log")
    asked(client, "run")
    (entry, *_) = client.get("/api/v1/media?run=run&tag=embedding").json["items"]
    assert [client.get(address).status_code for address in (entry["src"], *entry["parts"].values())] == [404, 404]


def test_a_number_of_thousands_of_digits_is_a_question_that_makes_no_sense(tmp_path, serve, items):
    write(tmp_path / "log" / "run", items)
    client = serve(tmp_path / "log")
    many = "9" * 5_000
    for route in (f"media?after={many}&", f"media/content?at={many}&", f"evaluation/curves?at={many}&"):
        assert client.get(f"/api/v1/{route}run=run&tag=pr_curve").status_code == 400
    assert client.get(f"/api/v1/runs?since={many}").json["all"]
