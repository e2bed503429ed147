"""The built wheel, installed in environments of its own. Nothing is downloaded."""

import os
import signal
import subprocess
import sys
import sysconfig
import urllib.request
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
SITE_PACKAGES = "import sysconfig; print(sysconfig.get_path('purelib'))"
HEAVY = ("numpy", "pandas", "torch", "pyarrow", "dash", "flask", "PIL", "psutil", "orjson")


@pytest.fixture(scope="session")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel, built from this checkout."""
    folder = tmp_path_factory.mktemp("wheel")
    options = ["--quiet", "--no-deps", "--no-build-isolation", "--no-index", "--wheel-dir", str(folder)]
    subprocess.run([sys.executable, "-m", "pip", "wheel", *options, str(ROOT)], check=True)
    return next(folder.glob("*.whl"))


@pytest.fixture(scope="session")
def install(wheel: Path) -> Callable[[Path], Path]:
    """Installs the wheel alone, without what it depends on, in a new environment, and returns its bin folder."""

    def install(environment: Path) -> Path:
        subprocess.run([sys.executable, "-m", "venv", "--without-pip", str(environment)], check=True)
        python = str(environment / "bin" / "python")
        options = ["--quiet", "--no-deps", "--no-index"]
        subprocess.run([sys.executable, "-m", "pip", "--python", python, "install", *options, str(wheel)], check=True)
        return environment / "bin"

    return install


@pytest.fixture(scope="session")
def bare(install: Callable[[Path], Path], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Programs of an environment that holds the wheel and nothing else."""
    return install(tmp_path_factory.mktemp("bare"))


@pytest.fixture(scope="session")
def full(install: Callable[[Path], Path], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Programs of an environment that holds the wheel, and finds its packages where the tests have theirs."""
    programs = install(tmp_path_factory.mktemp("full"))
    own = run(programs / "python", "-c", SITE_PACKAGES).stdout.strip()
    (Path(own) / "packages.pth").write_text(sysconfig.get_path("purelib"))
    return programs


def run(*command: Path | str, cwd: Path | None = None) -> subprocess.CompletedProcess[str]:
    environ = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    return subprocess.run(command, cwd=cwd, env=environ, capture_output=True, text=True, check=False)


def test_the_wheel_holds_the_packages_the_assets_and_the_example_and_nothing_of_the_tests(wheel: Path):
    names = set(zipfile.ZipFile(wheel).namelist())
    assets = {
        f"app/assets/{path.relative_to(ROOT / 'assets')}" for path in (ROOT / "assets").rglob("*") if path.is_file()
    }
    assert assets
    examples = {"app/demo/train_digits.py", "app/demo/tour.py"}
    assert assets | examples | {"app/__main__.py", "trainer_hooks/__init__.py"} <= names
    assert {name.partition("/")[0].partition("-")[0] for name in names} == {"app", "trainer_hooks", "tailboard"}
    assert [name for name in names if "test" in name] == []


def test_the_wheel_alone_logs_scalars_with_the_standard_library(bare: Path, tmp_path: Path):
    code = f"""
import sys, trainer_hooks
run = trainer_hooks.init("runs/first", config={{"lr": 0.1}})
for step in range(10):
    run.log({{"train/loss": 1 / (step + 1)}}, step=step)
run.finish()
assert not set({HEAVY!r}) & set(sys.modules)
"""
    done = run(bare / "python", "-c", code, cwd=tmp_path)
    assert (done.returncode, done.stderr) == (0, "")
    lines = "".join(path.read_text() for path in (tmp_path / "runs" / "first").glob("metrics-*.jsonl"))
    assert lines.count('"train/loss"') == 10


@pytest.mark.parametrize("words", [["tailboard"], ["python", "-m", "app"]], ids=" ".join)
def test_the_app_without_its_packages_says_which_command_installs_them(bare: Path, tmp_path: Path, words: list[str]):
    done = run(bare / words[0], *words[1:], "--logdir", ".", cwd=tmp_path)
    assert done.returncode == 2
    assert "-m pip install 'tailboard[app]'" in done.stderr
    assert "Traceback" not in done.stderr


def test_the_demo_without_its_packages_says_which_command_installs_them(bare: Path, tmp_path: Path):
    done = run(bare / "tailboard", "demo", cwd=tmp_path)
    assert done.returncode == 2
    assert "-m pip install 'tailboard[demo]'" in done.stderr
    assert list(tmp_path.iterdir()) == []


def test_the_console_command_is_the_same_as_the_module(bare: Path, tmp_path: Path):
    by_name = run(bare / "tailboard", "--help", cwd=tmp_path)
    by_module = run(bare / "python", "-m", "app", "--help", cwd=tmp_path)
    assert by_name.returncode == by_module.returncode == 0
    options = by_name.stdout.partition("options:")[2]
    assert options
    assert options == by_module.stdout.partition("options:")[2]


def test_the_installed_app_finds_its_assets_from_another_folder(full: Path, tmp_path: Path, start_app):
    app = start_app("--logdir", str(tmp_path), program=[str(full / "tailboard")], PYTHONPATH="")
    sheet = next((ROOT / "assets").rglob("*.css"))
    with urllib.request.urlopen(f"{app.url}assets/{sheet.relative_to(ROOT / 'assets')}", timeout=30) as answer:
        assert answer.read() == sheet.read_bytes()
    with urllib.request.urlopen(app.url, timeout=30) as answer:
        assert b"Tailboard" in answer.read()
    assert app.stop(signal.SIGTERM)[0] == 0


def test_the_installed_demo_finds_its_example(full: Path, tmp_path: Path):
    code = "from app.commands.demo import find_example; print(find_example('train_digits.py'))"
    found = Path(run(full / "python", "-c", code, cwd=tmp_path).stdout.strip())
    assert found.read_bytes() == (ROOT / "examples" / "train_digits.py").read_bytes()
    assert found.is_relative_to(full.parent)
