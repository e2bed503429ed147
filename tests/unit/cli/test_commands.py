import os
import subprocess
import sys
from pathlib import Path

import pytest

from app import __version__
from app.__main__ import main
from app.commands.missing import missing_packages_message
from app.commands.walk import all_commands

ROOT = Path(__file__).parents[3]
# Before anything else is imported: these packages cannot be found, as if they had never been installed.
BLOCKER = """
import sys
class Blocker:
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] in {blocked!r}:
            raise ModuleNotFoundError(f"No module named {{name!r}}", name=name)
sys.meta_path.insert(0, Blocker())
sys.argv[1:] = {words!r}
import app.__main__
sys.exit(app.__main__.main())
"""


def run_without(packages: set[str], *words: str, cwd: Path) -> subprocess.CompletedProcess[str]:
    code = BLOCKER.format(blocked=packages, words=list(words))
    environ = {**os.environ, "PYTHONPATH": str(ROOT)}
    return subprocess.run(
        [sys.executable, "-c", code], cwd=cwd, env=environ, capture_output=True, text=True, check=False
    )


def test_the_commands_are_found_by_walking():
    assert list(all_commands()) == ["compact", "demo", "export", "import", "inspect", "serve"]


@pytest.mark.parametrize("command", [[], *([name] for name in all_commands())])
def test_each_command_explains_itself(command: list[str], capsys: pytest.CaptureFixture[str]):
    with pytest.raises(SystemExit, match="0"):
        main([*command, "--help"])
    assert all_commands()[command[0] if command else "serve"].help in capsys.readouterr().out


def test_the_help_without_a_command_lists_the_others(capsys: pytest.CaptureFixture[str]):
    with pytest.raises(SystemExit):
        main(["--help"])
    listing = capsys.readouterr().out.partition("other commands")[2]
    assert all(f"  {name}" in listing for name in all_commands() if name != "serve")


def test_the_version_is_printed(capsys: pytest.CaptureFixture[str]):
    with pytest.raises(SystemExit, match="0"):
        main(["--version"])
    assert capsys.readouterr().out == f"tailboard {__version__}\n"


@pytest.mark.parametrize(
    ("words", "complaint"),
    [
        (["dmeo"], "'dmeo' is not a command (there are compact, demo, export, import, inspect, serve); a log folder"),
        (["--prot", "1"], "--prot is not an option of serve; --help lists them"),
        (["demo", "--por", "1"], "--por is not an option of demo"),
        (["--port", "eighty"], "--port: 'eighty' is not a port"),
        (["--memory", "lots"], "--memory: 'lots' is not a size"),
        (["--logdir", "a=runs", "--logdir", "a=more"], "2 log folders have the name a"),
        (["--port"], "--port: expected one argument"),
    ],
)
def test_a_command_line_that_makes_no_sense_ends_with_status_2_and_a_reason(
    words: list[str], complaint: str, capsys: pytest.CaptureFixture[str]
):
    with pytest.raises(SystemExit, match="2"):
        main(words)
    assert complaint in capsys.readouterr().err


def test_starting_without_the_apps_packages_says_which_command_installs_them(tmp_path: Path):
    done = run_without({"dash", "waitress"}, "--logdir", ".", cwd=tmp_path)
    assert done.returncode == 2
    assert done.stdout == ""
    assert "is not installed in" in done.stderr
    assert f"-m pip install --editable '{ROOT}[app]'" in done.stderr
    assert "Traceback" not in done.stderr


def test_the_demo_without_torch_says_which_command_installs_it_and_makes_no_folder(tmp_path: Path):
    done = run_without({"torch"}, "demo", cwd=tmp_path)
    assert done.returncode == 2
    assert "the package torch is not installed" in done.stderr
    assert f"-m pip install --editable '{ROOT}[demo]'" in done.stderr
    assert "Traceback" not in done.stderr
    assert list(tmp_path.iterdir()) == []


def test_a_missing_module_of_our_own_is_a_defect_and_not_a_missing_package():
    assert missing_packages_message(ModuleNotFoundError(name="app.no_such_module"), "app") is None


def test_the_demo_refuses_a_folder_that_holds_its_runs_already(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    (tmp_path / "digits").mkdir()
    with pytest.raises(SystemExit, match="2"):
        main(["demo", "--logdir", str(tmp_path)])
    assert f"{tmp_path / 'digits'} is there already; give a new folder" in capsys.readouterr().err
