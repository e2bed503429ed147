"""What the fuzzer found (`python -m tests.fuzz`): bytes on which a reader stumbled once."""

import pytest

from tests.fuzz.reading import read_folder
from tests.fuzz.targets import TARGETS

FOUND = [
    ("own", b'{"_resume":true,"_step":1,"_tzme":2}\n{"_step":1,"_time":2,"a":1}\n', "_time is missing"),
    ("own", b'{"_resume":true,"_":1,"_time":3}\n{"_step":1,"_time":2,"a":1}\n', "_step is missing"),
]


@pytest.mark.parametrize(("name", "data", "what"), FOUND)
def test_what_made_a_reader_stumble_is_a_problem_and_the_rest_is_read(tmp_path, name, data, what):
    target = TARGETS[name]
    target.write(tmp_path / "run", data)
    logs = read_folder(tmp_path / "run", named=target.named)
    assert any(what in problem.what for log in logs for problem in log.problems)
    assert {log.facts["a"].points for log in logs} == {1}
