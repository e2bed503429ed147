"""Finds the benchmarks: every module of this folder that has a `BENCHMARK`."""

import importlib
import pkgutil

import benchmarks
from benchmarks.contract import Benchmark


def all_benchmarks() -> dict[str, Benchmark]:
    """Return every benchmark by name, in alphabetical order of their modules."""
    names = [found.name for found in pkgutil.iter_modules(benchmarks.__path__) if found.name != "__main__"]
    modules = [importlib.import_module(f"benchmarks.{name}") for name in names]
    found: list[Benchmark] = [module.BENCHMARK for module in modules if hasattr(module, "BENCHMARK")]
    return {benchmark.name: benchmark for benchmark in found}
