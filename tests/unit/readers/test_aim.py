import math

import pytest

from app.readers import aim
from app.readers.aim import READER
from app.readers.contract import RunState
from app.settings import LogRoot
from app.store.discovery import Discovery


@pytest.fixture
def repository(tmp_path):
    repository = tmp_path / "logs" / ".aim"
    for part in ("meta", "seqs"):
        (repository / part / "chunks" / "3243e310").mkdir(parents=True)
    return repository


def installed(monkeypatch, there):
    monkeypatch.setattr(aim, "_is_installed", lambda: there)


def test_without_its_package_a_repository_is_skipped_with_a_sentence_that_says_what_to_install(repository, monkeypatch):
    installed(monkeypatch, there=False)
    discovery = Discovery([LogRoot("", repository.parent.parent)], {"aim": READER})
    assert not discovery.find()
    (skipped,) = discovery.skipped
    assert skipped.path == repository
    assert "pip install aim" in skipped.reason


@pytest.mark.parametrize("inside", [True, False])
def test_each_run_has_a_path_below_the_repository(repository, monkeypatch, inside):
    installed(monkeypatch, there=True)
    root = repository if inside else repository.parent
    (run,) = Discovery([LogRoot("", root)], {"aim": READER}).find().values()
    assert run.path == repository / "3243e310"


def test_an_empty_folder_of_that_name_is_no_repository(tmp_path):
    (tmp_path / ".aim").mkdir()
    assert not READER.find(tmp_path, [".aim"]).runs
    assert not READER.find(tmp_path, [".aim"]).declined


def contents(folder):
    return {path: path.stat().st_mtime_ns for path in folder.rglob("*")}


def test_what_aim_itself_wrote_is_read_and_left_as_it_was(tmp_path):
    package = pytest.importorskip("aim", reason="aim is not installed")
    logged = package.Run(repo=str(tmp_path), system_tracking_interval=None, log_system_params=False)
    logged["hparams"] = {"lr": 0.1}
    logged.description = "try it"
    for step in range(5):
        logged.track(1 / (step + 1), name="loss", step=step * 2, context={"subset": "train"})
        logged.track(math.nan, name="acc", step=step)
    logged.close()
    before = contents(tmp_path)
    run = READER.open(tmp_path / ".aim" / logged.hash)
    assert sorted(run.poll().appended) == ["acc", "train/loss"]
    columns = run.load(["train/loss"])["train/loss"]
    assert columns.step.tolist() == [0, 2, 4, 6, 8]
    assert columns.value.tolist() == [1 / (step + 1) for step in range(5)]
    assert run.facts["acc"].nan == 5
    assert (run.info.config, run.info.notes) == ({"lr": 0.1}, "try it")
    assert run.status(0).state is RunState.FINISHED
    assert not run.poll().changed
    assert contents(tmp_path) == before
