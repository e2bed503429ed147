"""Finds out where a run comes from: packages, machine, git. Slow, so it is done beside the training."""

import importlib.metadata
import os
import platform
import subprocess
import sys
from functools import cache
from pathlib import Path
from typing import Any

MAX_PACKAGES = 2_000
MAX_DIFF_BYTES = 256 << 10
GIT_TIMEOUT_S = 20.0
LAUNCHER_VARIABLES = (
    *("RANK", "LOCAL_RANK", "WORLD_SIZE", "CUDA_VISIBLE_DEVICES", "CONDA_DEFAULT_ENV"),
    *("SLURM_JOB_ID", "SLURM_JOB_NAME", "SLURM_STEP_ID", "SLURM_PROCID", "SLURM_JOB_PARTITION"),
)


def environment() -> dict[str, Any]:
    """Return what machine and interpreter are; what cannot be found out is left out."""
    found = {
        "platform": platform.platform(),
        "executable": sys.executable,
        "cpu": _cpu_name(),
        "cpu_count": os.cpu_count(),
        "gpus": gpu_names(),
        "packages": _packages(),
        "variables": {name: os.environ[name] for name in LAUNCHER_VARIABLES if name in os.environ},
    }
    return {name: value for name, value in found.items() if value}


def gpu_names() -> list[str]:
    """Return the names of NVIDIA's GPUs in order of index; empty without pynvml or a driver."""
    try:
        import pynvml

        pynvml.nvmlInit()
        handles = [pynvml.nvmlDeviceGetHandleByIndex(index) for index in range(pynvml.nvmlDeviceGetCount())]
        return [_text(pynvml.nvmlDeviceGetName(handle)) for handle in handles]
    except ImportError:
        return []
    except pynvml.NVMLError:
        return []


def git(folder: Path) -> dict[str, Any]:
    """Return commit, branch, remote and uncommitted changes of the working tree around `folder`.

    The diff is of tracked files against the commit, cut at MAX_DIFF_BYTES and then marked with
    `diff_truncated`. Empty outside of a working tree or without git.
    """
    commit = _git(folder, "rev-parse", "HEAD")
    if not commit:
        return {}
    diff = _git(folder, "diff", "HEAD", "--no-color", "--no-ext-diff")
    cut = len(diff) > MAX_DIFF_BYTES
    found = {
        "commit": commit.decode("ascii", "replace").strip(),
        "branch": _line(folder, "rev-parse", "--abbrev-ref", "HEAD"),
        "remote": _without_password(_line(folder, "config", "--get", "remote.origin.url")),
        "dirty": bool(diff),
        "diff": diff[:MAX_DIFF_BYTES].decode("utf-8", "replace"),
    }
    return {**found, "diff_truncated": True} if cut else found


def _git(folder: Path, *arguments: str) -> bytes:
    try:
        done = subprocess.run(
            ["git", *arguments],
            cwd=folder,
            env={**os.environ, "GIT_OPTIONAL_LOCKS": "0", "GIT_TERMINAL_PROMPT": "0"},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=GIT_TIMEOUT_S,
            check=True,
        )
    except (OSError, subprocess.SubprocessError):
        return b""
    return done.stdout


def _line(folder: Path, *arguments: str) -> str:
    return _git(folder, *arguments).decode("utf-8", "replace").strip()


def _without_password(url: str) -> str:
    """Leave out what stands between `//` and `@`: it may be a token."""
    scheme, separator, rest = url.partition("://")
    return f"{scheme}{separator}{rest.rpartition('@')[2]}" if separator else url


@cache  # 0.1 s, and a search begins a run for each of its trials
def _packages() -> dict[str, str]:
    """Return name -> version of what was installed when this process first asked, in order of name."""
    found: dict[str, str] = {}
    for distribution in importlib.metadata.distributions():
        name = distribution.metadata["Name"]
        if name and len(found) < MAX_PACKAGES:
            found.setdefault(name, distribution.version)
    return dict(sorted(found.items(), key=lambda item: item[0].lower()))


def _cpu_name() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text(errors="replace").splitlines()
    except OSError:
        return platform.processor()
    return next((line.partition(":")[2].strip() for line in lines if line.startswith("model name")), platform.machine())


def _text(name: str | bytes) -> str:
    return name.decode("utf-8", "replace") if isinstance(name, bytes) else name
