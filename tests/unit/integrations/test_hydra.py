"""Jobs of Hydra, run as a person runs them."""

import os
import subprocess
import sys
from pathlib import Path

from tests.logged import rows, run_json, statuses

ROOT = Path(__file__).parents[3]
SCRIPT = """
import hydra
from trainer_hooks.hydra import init

@hydra.main(version_base=None, config_path="conf", config_name="config")
def main(cfg):
    with init(cfg, tags=["digits"]) as run:
        run.log({"loss": cfg.model.width / cfg.lr}, step=cfg.seed)
        if cfg.lr < 0:
            raise ArithmeticError("a negative rate")

main()
"""
CONFIG = """
lr: 0.5
seed: 1
model: {width: 8, depth: "${seed}", sizes: [1, "${model.width}"]}
"""


def run_job(folder: Path, *overrides: str) -> int:
    (folder / "conf").mkdir(exist_ok=True)
    (folder / "conf" / "config.yaml").write_text(CONFIG)
    (folder / "train.py").write_text(SCRIPT)
    environ = {**os.environ, "PYTHONPATH": str(ROOT)}
    command = [sys.executable, "train.py", *overrides]
    return subprocess.run(command, cwd=folder, env=environ, capture_output=True, timeout=300, check=False).returncode


def test_a_job_is_a_run_in_its_output_folder_with_the_resolved_config(tmp_path):
    assert run_job(tmp_path, "lr=0.25", "hydra.run.dir=out") == 0
    said = run_json(tmp_path / "out")
    model = {"width": 8, "depth": 1, "sizes": [1, 8]}
    assert said["config"] == {"lr": 0.25, "seed": 1, "model": model}
    assert (said["tags"], said["name"]) == (["digits", "lr=0.25"], "train lr=0.25")
    assert [(row["_step"], row["loss"]) for row in rows(tmp_path / "out")] == [(1, 32.0)]
    assert (tmp_path / "out" / ".hydra" / "overrides.yaml").exists()


def test_of_a_multirun_each_job_is_a_run_and_one_that_fails_says_so(tmp_path):
    assert run_job(tmp_path, "--multirun", "lr=1,-1", "seed=7", "hydra.sweep.dir=sweep") != 0
    said = [run_json(tmp_path / "sweep" / job) for job in "01"]
    assert [one["name"] for one in said] == ["train lr=1", "train lr=-1"]  # what tells them apart
    assert said[1]["tags"] == ["digits", "lr=-1", "seed=7"]
    assert [rows(tmp_path / "sweep" / job)[0]["loss"] for job in "01"] == [8.0, -8.0]
    states = [statuses(tmp_path / "sweep" / job)[0] for job in "01"]
    assert [status["state"] for status in states] == ["finished", "failed"]
    assert "a negative rate" in str(states[1])


def test_a_job_with_many_overrides_has_a_name_that_can_be_read(tmp_path):
    many = [f"+a_long_group_of_settings.number_{place}={place}" for place in range(9)]
    assert run_job(tmp_path, "lr=2", *many, "hydra.run.dir=out") == 0
    said = run_json(tmp_path / "out")
    assert said["name"] == "train lr=2 +a_long_group_of_settings.number_0=0 …"
    assert said["tags"] == ["digits", "lr=2", *many]


def test_without_hydra_it_begins_a_run_as_ever(tmp_path):
    from trainer_hooks.hydra import init

    with init({"lr": 1}, tmp_path / "run", tags="plain") as run:
        run.log({"loss": 1.0})
    said = run_json(tmp_path / "run")
    assert (said["config"], said["tags"], said["name"]) == ({"lr": 1}, ["plain"], "run")
