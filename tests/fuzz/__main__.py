"""Looks for bytes that a reader cannot take: `python -m tests.fuzz TARGET [options of libFuzzer]`.

Not run by `make test`; needs `pip install atheris`. A crash is anything raised or warned of, five seconds for
one input, or 500 MB at once. What is found becomes a test in tests/unit/readers/test_found_inputs.py.
"""

import shutil
import sys
import tempfile
import warnings
from pathlib import Path

import atheris

with atheris.instrument_imports(include=["app.readers", "trainer_hooks"]):
    from tests.fuzz.reading import all_readers, read_folder

    all_readers()  # imports them
from tests.fuzz.targets import TARGETS

MEMORY = Path("/dev/shm")
OPTIONS = ("-timeout=5", "-malloc_limit_mb=500", "-rss_limit_mb=1500", "-max_len=20000")


def main() -> None:
    """Fuzz one target, from its seeds on, until something is found."""
    if len(sys.argv) < 2 or sys.argv[1] not in TARGETS:
        sys.exit(f"{__doc__}\nTargets: {', '.join(TARGETS)}")
    target, options = TARGETS[sys.argv[1]], sys.argv[2:]
    work = Path(tempfile.mkdtemp(prefix="fuzz-", dir=MEMORY if MEMORY.is_dir() else None))
    seeds, folder = work / "seeds", work / "run"
    seeds.mkdir()
    for number, seed in enumerate(target.seeds()):
        (seeds / str(number)).write_bytes(seed)

    warnings.simplefilter("error", RuntimeWarning)  # of numpy: a number that is none

    def try_one(data: bytes) -> None:
        shutil.rmtree(folder, ignore_errors=True)
        target.write(folder, data)
        read_folder(folder, named=target.named)

    atheris.Setup([sys.argv[0], *OPTIONS, *options, str(seeds)], try_one)
    atheris.Fuzz()


if __name__ == "__main__":
    main()
