import logging
import os

import pytest

from app.readers.walk import all_readers
from app.settings import LogRoot
from app.store.discovery import Discovery
from tests.run_files import RunFiles


def found(*roots):
    return Discovery(roots, all_readers()).find()


def test_runs_are_found_at_any_depth_and_named_by_their_path(tmp_path):
    for path in ("a", "sweep/b", "deep/er/still/c"):
        RunFiles(tmp_path / path).say()
    assert sorted(found(LogRoot("", tmp_path))) == ["a", "deep/er/still/c", "sweep/b"]


def test_a_named_root_prefixes_its_runs(tmp_path):
    RunFiles(tmp_path / "one/a").say()
    RunFiles(tmp_path / "two/a").say()
    roots = [LogRoot("x", tmp_path / "one"), LogRoot("y", tmp_path / "two")]
    assert sorted(found(*roots)) == ["x/a", "y/a"]


def test_runs_of_one_name_below_two_nameless_roots_are_told_apart(tmp_path):
    for root in ("one", "two"):
        RunFiles(tmp_path / root / "a").say()
    runs = found(LogRoot("", tmp_path / "one"), LogRoot("", tmp_path / "two"))
    assert {run_id: str(run.path.relative_to(tmp_path)) for run_id, run in runs.items()} == {
        "a": "one/a",
        "two/a": "two/a",
    }


def test_a_root_that_is_a_run_is_named_after_its_folder(tmp_path):
    RunFiles(tmp_path / "alone").say()
    assert list(found(LogRoot("", tmp_path / "alone"))) == ["alone"]


def test_a_run_inside_a_run_is_found_but_not_in_its_media(tmp_path):
    RunFiles(tmp_path / "outer").say()
    RunFiles(tmp_path / "outer/inner").say()
    RunFiles(tmp_path / "outer/media/ab").say()
    assert sorted(found(LogRoot("", tmp_path))) == ["outer", "outer/inner"]


def test_a_folder_of_runs_may_be_called_media(tmp_path):
    RunFiles(tmp_path / "media/a").say()
    assert list(found(LogRoot("", tmp_path))) == ["media/a"]


def test_hidden_folders_are_skipped(tmp_path):
    RunFiles(tmp_path / ".trash/a").say()
    assert not found(LogRoot("", tmp_path))


def test_a_link_that_leads_back_up_ends_there(tmp_path):
    RunFiles(tmp_path / "sweep/a").say()
    (tmp_path / "sweep/a/up").symlink_to(tmp_path)
    (tmp_path / "sweep/self").symlink_to(tmp_path / "sweep/self")
    assert list(found(LogRoot("", tmp_path))) == ["sweep/a"]


def test_a_run_keeps_its_own_name_beside_a_link_to_it(tmp_path):
    RunFiles(tmp_path / "run-42").say()
    (tmp_path / "latest").symlink_to(tmp_path / "run-42")
    assert list(found(LogRoot("", tmp_path))) == ["run-42"]


def test_a_link_to_runs_elsewhere_is_followed(tmp_path):
    RunFiles(tmp_path / "elsewhere/a").say()
    (tmp_path / "logs").mkdir()
    (tmp_path / "logs/linked").symlink_to(tmp_path / "elsewhere")
    assert list(found(LogRoot("", tmp_path / "logs"))) == ["linked/a"]


def test_a_root_that_does_not_exist_yet_has_no_runs(tmp_path, caplog):
    assert not found(LogRoot("", tmp_path / "later"))
    assert not caplog.records


@pytest.mark.skipif(os.getuid() == 0, reason="root may look into every folder")
def test_a_folder_that_may_not_be_looked_into_is_reported_once(tmp_path, caplog):
    RunFiles(tmp_path / "a").say()
    (tmp_path / "secret").mkdir(mode=0)
    discovery = Discovery([LogRoot("", tmp_path)], all_readers())
    with caplog.at_level(logging.WARNING):
        assert list(discovery.find()) == list(discovery.find()) == ["a"]
    assert [record.message.count("secret") for record in caplog.records] == [1]


def test_a_name_that_is_not_utf_8_still_makes_an_id_that_is_text(tmp_path):
    RunFiles(tmp_path / os.fsdecode(b"caf\xe9")).say()
    (run_id,) = found(LogRoot("", tmp_path))
    assert run_id.encode()


def looked(*roots):
    discovery = Discovery(roots, all_readers())
    return discovery.find(), {one.path.name: one.reason for one in discovery.skipped}


def test_what_belongs_to_no_run_is_named_with_the_reason(tmp_path):
    RunFiles(tmp_path / "a").log({"loss": 1.0}, 0)
    (tmp_path / "a" / "broken.json").write_text("{")
    (tmp_path / "a" / "weights.pt").write_bytes(b"")
    (tmp_path / "b.csv").write_bytes(bytes(range(256)))
    runs, skipped = looked(LogRoot("", tmp_path))
    assert list(runs) == ["a"]
    assert set(skipped) == {"broken.json", "b.csv", "a"}
    assert skipped["a"] == "other files, not looked into: 1 .pt"


def test_of_a_data_set_in_many_files_some_are_named_and_the_others_counted(tmp_path):
    for number in range(250):
        (tmp_path / f"{number}.json").write_text("no JSON")
    runs, skipped = looked(LogRoot("", tmp_path))
    assert not runs
    assert len(skipped) == 201
    assert skipped[tmp_path.name] == "further files: 50 .json"


def test_a_root_that_is_a_file_is_that_run_alone(tmp_path):
    for name in ("one.csv", "two.csv"):
        (tmp_path / name).write_text("step,loss\n0,0.5\n")
    runs, skipped = looked(LogRoot("", tmp_path / "one.csv"))
    assert [run.path for run in runs.values()] == [tmp_path / "one.csv"]
    assert not skipped


def test_a_root_that_is_a_file_of_no_format_is_named_with_the_reason(tmp_path):
    (tmp_path / "photo.bin").write_bytes(b"\x00\xff" * 100)
    runs, skipped = looked(LogRoot("", tmp_path / "photo.bin"))
    assert (list(runs), list(skipped)) == ([], ["photo.bin"])


def test_two_formats_in_one_folder_are_two_runs(tmp_path):
    RunFiles(tmp_path / "a").log({"loss": 1.0}, 0)
    (tmp_path / "a" / "metrics.csv").write_text("step,loss\n0,0.5\n")
    runs, _ = looked(LogRoot("", tmp_path))
    assert {run.reader.name for run in runs.values()} > {"tailboard"}
    assert len(runs) == 2


def test_a_file_whose_name_says_nothing_is_called_by_its_folder(tmp_path):
    for path in ("a/metrics.csv", "b/lr-0.1.csv", "c/results.csv", "c/history.csv", "d/metrics.csv"):
        (tmp_path / path).parent.mkdir(exist_ok=True)
        (tmp_path / path).write_text("step,loss\n0,0.5\n")
    RunFiles(tmp_path / "d").log({"loss": 1.0}, 0)
    runs, _ = looked(LogRoot("", tmp_path))
    assert sorted(runs) == ["a", "b/lr-0.1.csv", "c/history.csv", "c/results.csv", "d", "d/metrics.csv"]
    assert runs["a"].path == tmp_path / "a" / "metrics.csv"


def test_a_folder_that_cannot_be_looked_into_is_named_with_the_reason(tmp_path):
    (tmp_path / "loop").symlink_to(tmp_path / "loop")
    _, skipped = looked(LogRoot("", tmp_path / "loop"))
    assert skipped == {"loop": "it cannot be looked into: Too many levels of symbolic links"}


@pytest.mark.parametrize(
    "name", ["calls.log", "old.csv", "results.json", "x.wandb", "events.out.tfevents.1.host", "a.txt"]
)
def test_a_folder_that_is_called_like_a_log_is_looked_into(tmp_path, name):
    RunFiles(tmp_path / "logs" / name).log({"loss": 1.0}, 0)
    (tmp_path / "links").mkdir()
    (tmp_path / "links" / name).symlink_to(tmp_path / "logs" / name)
    for root in (tmp_path / "logs", tmp_path / "links"):
        runs, skipped = looked(LogRoot("", root))
        assert list(runs) == [name]
        assert not skipped
