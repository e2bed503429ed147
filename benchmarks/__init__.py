"""What Tailboard costs: one module per benchmark, all run by `python -m benchmarks` (see docs/performance.md)."""
