"""The machine that was measured on, in words."""

import os
import platform
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

import psutil

PACKAGES = ("dash", "plotly", "numpy", "pyarrow", "orjson", "torch", "tensorboard")


def machine_words() -> str:
    """Say which processor, memory, system and versions there are, and how busy the machine is."""
    memory_gb = psutil.virtual_memory().total / 1e9
    versions = ", ".join(f"{name} {_version(name)}" for name in PACKAGES)
    return (
        f"{os.cpu_count()} cores ({_processor()}), {memory_gb:.0f} GB, {_system()}, "
        f"Python {platform.python_version()}; {versions}; load average {os.getloadavg()[0]:.1f}"
    )


def _version(package: str) -> str:
    try:
        return version(package)
    except PackageNotFoundError:
        return "missing"


def _processor() -> str:
    cpuinfo = Path("/proc/cpuinfo")
    lines = cpuinfo.read_text().splitlines() if cpuinfo.is_file() else []
    names = [line.split(":", 1)[1].strip() for line in lines if line.startswith("model name")]
    return names[0] if names else platform.machine()


def _system() -> str:
    try:
        return platform.freedesktop_os_release()["PRETTY_NAME"]
    except OSError:
        return platform.platform(terse=True)
