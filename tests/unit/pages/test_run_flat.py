"""What runs say of themselves, as flat rows."""

import shlex

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.pages.run.flat import command, flatten, sections, summarise_diff
from app.readers.contract import RunInfo

DIFF = """diff --git a/train.py b/train.py
index 1..2 100644
--- a/train.py
+++ b/train.py
@@ -1,2 +1,2 @@
-lr = 0.1
+lr = 0.2
+print(lr)
 end
"""


def test_nested_names_are_joined_by_dots_and_lists_stay_whole():
    values = {"model": {"layers": [16, 32], "act": "relu"}, "lr": 0.1, "seed": None, "empty": {}, "on": True}
    assert flatten(values) == {
        "model.layers": "[16, 32]",
        "model.act": "relu",
        "lr": "0.1",
        "seed": "null",
        "empty": "{}",
        "on": "true",
    }


def test_packages_are_a_section_of_their_own_and_the_diff_is_summed_up():
    environment = {"python": "3.11", "gpus": ["H200", "H200"], "packages": {"torch": "2.4"}, "argv": ["a b.py", "--x"]}
    info = RunInfo(
        "r", config={"lr": 1}, environment=environment, git={"commit": "abc", "dirty": True, "diff": DIFF, "remote": ""}
    )
    found = sections(info)
    assert list(found) == ["Config", "Environment", "Git", "Packages"]
    assert found["Environment"] == {"python": "3.11", "gpus": "H200, H200", "argv": "'a b.py' --x"}
    assert found["Packages"] == {"torch": "2.4"}
    assert found["Git"] == {"commit": "abc", "uncommitted changes": summarise_diff(DIFF)}


def test_a_run_without_git_has_no_row_about_changes():
    assert sections(RunInfo("r"))["Git"] == {}


def test_a_diff_is_summed_up_by_files_and_lines_without_counting_their_headers():
    assert summarise_diff(DIFF).startswith("1 file, +2 −1 (")
    assert summarise_diff("") == "none"


def test_two_diffs_of_one_size_can_be_told_apart():
    assert summarise_diff(DIFF) != summarise_diff(DIFF.replace("0.2", "0.3"))


@given(st.lists(st.text(min_size=1), min_size=1))
def test_the_command_line_gives_the_same_words_back_to_a_shell(argv):
    assert shlex.split(command({"argv": argv})) == ["python", *argv]


def test_the_command_line_begins_in_the_folder_where_it_was_given():
    assert command({"argv": ["train.py"], "cwd": "/my work"}) == "cd '/my work' && python train.py"


@pytest.mark.parametrize("environment", [{}, {"argv": []}, {"argv": "train.py"}])
def test_an_unknown_command_line_is_empty(environment):
    assert command(environment) == ""
