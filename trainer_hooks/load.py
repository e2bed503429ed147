"""Load of the machine as ordinary scalars: processor, memory, GPUs."""

import time
from collections.abc import Callable
from typing import Any

from trainer_hooks.forking import no_fork

GIB = float(1 << 30)
INTERVAL_S = 10.0

Probe = Callable[[], dict[str, float]]


class LoadSampler:
    """Measures every INTERVAL_S: with psutil the machine and this process, with pynvml NVIDIA's GPUs."""

    def __init__(self) -> None:
        self._next = time.monotonic()
        self._probes: list[Probe] | None = None

    def sample(self) -> dict[str, float]:
        """Return tag -> value if it is time to measure, else nothing. The first call only begins the interval."""
        if time.monotonic() < self._next:
            return {}
        self._next = time.monotonic() + INTERVAL_S
        if self._probes is None:
            with no_fork():
                self._probes = [probe for probe in (_machine_probe(), _gpu_probe()) if probe is not None]
            return {}
        return {tag: value for probe in self._probes for tag, value in probe().items()}


def _machine_probe() -> Probe | None:
    try:
        import psutil
    except ImportError:
        return None
    process = psutil.Process()
    psutil.cpu_percent()  # the first call only starts the interval

    def probe() -> dict[str, float]:
        return {
            "system/cpu_percent": psutil.cpu_percent(),
            "system/memory_gb": psutil.virtual_memory().used / GIB,
            "system/process_memory_gb": process.memory_info().rss / GIB,
        }

    return probe


def _gpu_probe() -> Probe | None:
    try:
        import pynvml
    except ImportError:
        return None
    try:
        pynvml.nvmlInit()
        handles = [pynvml.nvmlDeviceGetHandleByIndex(index) for index in range(pynvml.nvmlDeviceGetCount())]
    except pynvml.NVMLError:
        return None

    def probe() -> dict[str, float]:
        values: dict[str, float] = {}
        for index, handle in enumerate(handles):
            values |= _gpu_load(pynvml, f"system/gpu{index}", handle)
        return values

    return probe if handles else None


def _gpu_load(pynvml: Any, prefix: str, handle: Any) -> dict[str, float]:
    """Measure one GPU; a value that it does not tell (as on MIG slices) is left out."""
    readings: dict[str, Callable[[], Any]] = {
        "util_percent": lambda: pynvml.nvmlDeviceGetUtilizationRates(handle).gpu,
        "memory_gb": lambda: pynvml.nvmlDeviceGetMemoryInfo(handle).used / GIB,
        "power_watt": lambda: pynvml.nvmlDeviceGetPowerUsage(handle) / 1000,
        "temperature_celsius": lambda: pynvml.nvmlDeviceGetTemperature(handle, pynvml.NVML_TEMPERATURE_GPU),
    }
    values = {}
    for name, read in readings.items():
        try:
            values[f"{prefix}/{name}"] = float(read())
        except pynvml.NVMLError:
            continue
    return values
