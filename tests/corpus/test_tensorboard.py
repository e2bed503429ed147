import pytest

from tests.corpus.corpus import assert_scalar, expected, files, needed, opened

FILES = [path for path in files("tensorboard", "mlflow") if "tfevents" in path]
FOLDERS = [path for path in expected()["directories"] if path.startswith(("tensorboard/", "mlflow/"))]


def scalars(tags):
    """Tags whose facts are known as those of scalars; a folder's facts of other kinds have another form."""
    return {tag: known for tag, known in tags.items() if known["kind"] == "scalars" and "sum" in known}


def test_all_logs_are_named():
    assert not expected()["files"] or (len(FILES) > 100 and len(FOLDERS) > 10)


@needed
@pytest.mark.parametrize("path", FILES)
def test_an_event_file_is_read_as_tensorboard_reads_it(path):
    known = expected()["files"][path]
    name, log = opened(path)
    assert name == "tensorboard"
    wanted = scalars(known["tags"])
    found = {tag: facts for tag, facts in log.facts.items() if facts.kind == "scalar"}
    assert found.keys() == wanted.keys()
    for tag, facts in found.items():
        assert_scalar(facts, wanted[tag])
    problems = known.get("records_with_wrong_checksum", 0)
    assert sum(problem.count for problem in log.problems) == problems


@needed
@pytest.mark.parametrize("path", FOLDERS)
def test_a_folder_of_event_files_is_read_as_one_run(path):
    known = expected()["directories"][path]
    _, log = opened(path)
    wanted = scalars(known["tags"])
    found = {tag: facts for tag, facts in log.facts.items() if facts.kind == "scalar"}
    assert found.keys() >= wanted.keys()
    for tag, facts in wanted.items():
        assert_scalar(found[tag], facts)
    columns = log.load(list(found))
    assert {tag: len(records) for tag, records in columns.items()} == {tag: one.points for tag, one in found.items()}
