"""Who imports whom, and what importing costs: by the modules that a fresh interpreter has loaded."""

import json
import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]
HEAVY = {
    "numpy",
    "pandas",
    "torch",
    "pyarrow",
    "scipy",
    "PIL",
    "matplotlib",
    "plotly",
    "dash",
    "flask",
    "psutil",
    "pynvml",
}


def loaded_by(code: str) -> set[str]:
    """Packages that a fresh interpreter has loaded after running `code`."""
    report = f"{code}\nimport json, sys; print(json.dumps(sorted({{name.partition('.')[0] for name in sys.modules}})))"
    environ = {**os.environ, "PYTHONPATH": str(ROOT)}
    done = subprocess.run([sys.executable, "-c", report], env=environ, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return set(json.loads(done.stdout.splitlines()[-1]))


def test_imports_point_one_way():
    # A process of its own: the linter configures logging and silences every logger that is there already.
    command = [sys.executable, "-c", "from importlinter.cli import lint_imports_command as lint; lint()", "--no-cache"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout


def test_importing_trainer_hooks_loads_no_heavy_package():
    assert loaded_by("import trainer_hooks") & HEAVY == set()


def test_the_command_line_loads_no_heavy_package_before_it_knows_what_to_do():
    assert loaded_by("import app.__main__; from app.commands.walk import all_commands; all_commands()") & HEAVY == set()


def test_the_app_starts_without_pandas(tmp_path):
    code = f"""
from pathlib import Path
from app.server import create_app
from app.settings import LogRoot, Settings
folder = Path({str(tmp_path)!r})
create_app(Settings(roots=(LogRoot("", folder / "runs"),), cache_dir=folder / "cache"))
"""
    assert loaded_by(code) & {"pandas", "torch", "matplotlib", "sklearn"} == set()
